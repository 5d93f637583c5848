import * as tf from './tf.ts';
import { requireBackend } from './backend/registration.ts';
import type { ParameterSpec, Tensors } from './definition.ts';
import { CheckpointError, InputError } from './errors.ts';
import { initialValues } from './initialise.ts';
import { suggestion } from './names.ts';
import { treeOf, type ParameterTree } from './parameters.ts';
import { fromStored, storedShape, toStored } from './stored.ts';
import { download, elementCount, isNested, show, type Value, type Values } from './values.ts';
import { isWhole } from './checkpoint/dtypes.ts';
import { shortened, type StoredTensor } from './checkpoint/safetensors.ts';

/** The greatest size that JavaScript arrays surely support. */
const mostElements = 2 ** 31 - 1;

/** The parameters of a model on the active backend; or of several models, whose weights it shares. */
export class Weights {
  readonly specs: readonly ParameterSpec[];
  /** The parameters that this object owns. */
  private readonly own: readonly ParameterSpec[];
  /** The other parameters, by the prefix of their paths, without the dot. */
  private readonly parts: ReadonlyMap<string, Weights>;
  private current: Readonly<Record<string, tf.Tensor>> = {};
  /** Parameters that still have their initial values, drawn when they are first read: a checkpoint may be loaded before. */
  private undrawn: ReadonlyMap<string, ParameterSpec>;
  private readonly seed: number;
  private readonly treeOf: (tensors: Tensors) => ParameterTree;
  private known: { readonly tensors: Tensors; readonly tree: ParameterTree } | null = null;
  private disposed = false;

  /** @throws InputError for a parameter too large to make, BackendError where no backend is active */
  constructor(specs: readonly ParameterSpec[], seed: number, parts: ReadonlyMap<string, Weights> = new Map()) {
    requireBackend();
    for (const spec of specs) {
      if (sizeOf(spec) > mostElements)
        throw new InputError(
          `the parameter \`${spec.path}\` [${axesOf(spec)}] would have ${sizeOf(spec)} elements, more than one tensor can hold (${mostElements}): choose smaller dims`,
        );
    }
    this.own = specs;
    this.parts = parts;
    this.specs = [...specs, ...[...parts].flatMap(([name, part]) => part.specs.map((spec) => ({ ...spec, path: `${name}.${spec.path}` })))];
    this.treeOf = treeOf(this.specs.map(({ path }) => path));
    this.undrawn = new Map(specs.map((spec) => [spec.path, spec]));
    this.seed = seed;
  }

  /** By path, in the device's layout: `read` returns the declared one. Owned by this object: do not dispose of them. */
  get tensors(): Tensors {
    this.draw(this.undrawn.keys());
    if (this.parts.size === 0) return this.current;
    const shared = [...this.parts].flatMap(([name, part]) =>
      Object.entries(part.tensors).map(([path, tensor]): [string, tf.Tensor] => [`${name}.${path}`, tensor]),
    );
    return { ...this.current, ...Object.fromEntries(shared) };
  }

  /** As emitted functions read them. */
  get tree(): ParameterTree {
    const { tensors } = this;
    if (this.known?.tensors !== tensors) this.known = { tensors, tree: this.treeOf(tensors) };
    return this.known.tree;
  }

  /** Takes new tensors by path, and disposes of those they replace. */
  replace(next: Tensors): void {
    this.requireAlive();
    const previous = this.current;
    const replaced = this.own.filter(({ path }) => path in next);
    this.hold(replaced.map(({ path }) => [path, tf.keep(next[path]!)]));
    for (const { path } of replaced) previous[path]?.dispose();
    for (const [name, part] of this.parts) {
      const theirs = Object.entries(next).flatMap(([path, tensor]): [string, tf.Tensor][] =>
        path.startsWith(`${name}.`) ? [[path.slice(name.length + 1), tensor]] : [],
      );
      if (theirs.length > 0) part.replace(Object.fromEntries(theirs));
    }
  }

  /**
   * Sets values for some paths: in a custom training loop, for example the next running values returned by `gradients`.
   *
   * @throws InputError for an unknown path, or another shape; then nothing is changed
   */
  write(values: Values): void {
    const specs = new Map(this.specs.map((spec) => [spec.path, spec]));
    if (typeof values !== 'object' || values === null || values instanceof Map || isNested(values)) {
      throw new InputError(
        `expected values by path, as \`{ table: { data, shape, axes } }\`, given ${values instanceof Map ? 'a Map: `restore` takes what `store` gave' : show(values)}`,
      );
    }
    for (const [path, value] of Object.entries(values)) {
      const spec = specs.get(path);
      if (spec === undefined)
        throw new InputError(`there is no parameter and no running value \`${path}\`${suggestion(path, specs.keys())}`);
      requireShape(spec, value);
    }
    this.replace(
      Object.fromEntries(Object.entries(values).map(([path, { data }]) => [path, upload(specs.get(path)!, Float32Array.from(data))])),
    );
  }

  async read(path: string): Promise<Value> {
    const spec = this.specs.find((each) => each.path === path);
    if (spec === undefined)
      throw new InputError(
        `there is no parameter \`${String(path)}\`${suggestion(
          path,
          this.specs.map((each) => each.path),
        )}`,
      );
    return { data: fromStored(spec, await download(this.tensor(path))), shape: shapeOf(spec), axes: spec.axes.map((axis) => axis.label) };
  }

  /** All parameters as they are written to a file. */
  async store(): Promise<Map<string, StoredTensor>> {
    const stored = this.specs.map(async (spec): Promise<[string, StoredTensor]> => {
      const data = fromStored(spec, await download(this.tensors[spec.path]!));
      return [spec.path, { data: data instanceof Float32Array ? data : Float32Array.from(data), shape: shapeOf(spec) }];
    });
    return new Map(await Promise.all(stored));
  }

  /**
   * Sets all stored values or, after an error, none. Whole numbers that the model does not have are skipped, such as the
   * positions that other programs keep in their files; floats are not: they belong to another model.
   *
   * @param unread further tensors of the file, with the reason why they were not read
   * @throws CheckpointError naming missing and surplus parameters, shapes that differ, and values that are not finite
   */
  restore(stored: ReadonlyMap<string, StoredTensor>, unread: ReadonlyMap<string, string> = new Map()): void {
    this.requireAlive();
    if (!((stored as unknown) instanceof Map))
      throw new InputError(`expected a Map of all parameters, as \`store\` gives it, given ${show(stored)}: \`write\` takes some of them`);
    const faults: string[] = [];
    for (const spec of this.specs) {
      const given = stored.get(spec.path);
      const expected = shapeOf(spec);
      if (given === undefined)
        faults.push(unread.has(spec.path) ? `\`${spec.path}\` cannot be read: ${unread.get(spec.path)!}` : `\`${spec.path}\` is missing`);
      else if (given.shape.join() !== expected.join()) {
        faults.push(`\`${spec.path}\`: expected [${axesOf(spec)}], given [${given.shape.join(', ')}]`);
      } else {
        const place = given.data.findIndex((value) => !Number.isFinite(value));
        if (place >= 0) faults.push(`\`${spec.path}\` is not finite: its element ${place} is ${given.data[place]}`);
      }
    }
    const known = new Set(this.specs.map((spec) => spec.path));
    for (const [path, { dtype }] of stored) {
      if (!known.has(path) && !(dtype !== undefined && isWhole(dtype)))
        faults.push(`\`${shortened(path)}\` is not a parameter of this model`);
    }
    if (faults.length > 0) {
      const more = faults.length > 8 ? [`and ${faults.length - 8} more`] : [];
      throw new CheckpointError(
        `the checkpoint does not fit the model; nothing was changed:\n  ${[...faults.slice(0, 8), ...more].join('\n  ')}`,
      );
    }
    this.replace(Object.fromEntries(this.specs.map((spec) => [spec.path, upload(spec, stored.get(spec.path)!.data)])));
  }

  /** Frees the tensors it owns, not those that it shares. */
  dispose(): void {
    for (const tensor of Object.values(this.current)) tensor.dispose();
    this.current = {};
    this.undrawn = new Map();
    this.disposed = true;
  }

  /** A single parameter; no other is drawn for it. */
  private tensor(path: string): tf.Tensor {
    for (const [name, part] of this.parts) if (path.startsWith(`${name}.`)) return part.tensor(path.slice(name.length + 1));
    this.draw([path]);
    return this.current[path]!;
  }

  /** Draws initial values, which depend on the seed and the parameter alone, not on when they are drawn. */
  private draw(paths: Iterable<string>): void {
    this.requireAlive();
    const specs = Array.from(paths).flatMap((path) => this.undrawn.get(path) ?? []);
    if (specs.length > 0) this.hold(specs.map((spec) => [spec.path, upload(spec, initialValues(spec, this.seed))]));
  }

  /** In the order of the program, whatever the order of drawing. */
  private hold(made: Iterable<readonly [string, tf.Tensor]>): void {
    const held = new Map([...Object.entries(this.current), ...made]);
    this.current = Object.fromEntries(this.own.flatMap(({ path }) => (held.has(path) ? [[path, held.get(path)!]] : [])));
    this.undrawn = new Map([...this.undrawn].filter(([path]) => !held.has(path)));
  }

  private requireAlive(): void {
    if (this.disposed) throw new InputError('the model was disposed of, and its parameters with it: make another');
  }
}

/**
 * A value must have the shape of the parameter, and its axes in the same order: a transposed square matrix has the same
 * shape.
 *
 * @throws InputError that says what was expected and what was given
 */
export function requireShape(spec: ParameterSpec, value: unknown): void {
  const { data, shape, axes } = (typeof value === 'object' && value !== null ? value : {}) as { readonly [Name in keyof Value]?: unknown };
  const expected = `\`${spec.path}\`: expected [${axesOf(spec)}]`;
  if (!isNested(data) || !isNested(shape)) throw new InputError(`${expected} as \`{ data, shape, axes }\`, given ${show(value)}`);
  if (data.length !== sizeOf(spec))
    throw new InputError(`\`${spec.path}\` [${axesOf(spec)}] has ${sizeOf(spec)} elements, given ${data.length}`);
  const wrong = ArrayBuffer.isView(data) ? -1 : Array.from(data).findIndex((each) => typeof each !== 'number');
  if (wrong >= 0 || data instanceof BigInt64Array || data instanceof BigUint64Array) {
    throw new InputError(
      `\`${spec.path}\` [${axesOf(spec)}]: its element ${Math.max(wrong, 0)} must be a number, given ${show(data[Math.max(wrong, 0)])}`,
    );
  }
  const given = Array.from(shape).map(String).join(', ');
  if (given !== shapeOf(spec).join(', ')) throw new InputError(`${expected}, given the shape [${given}]`);
  const labels = spec.axes.map(({ label }) => label);
  const named = isNested(axes) ? Array.from(axes).map(String) : labels;
  if (named.join() !== labels.join() && [...named].sort().join() === [...labels].sort().join()) {
    throw new InputError(`${expected}, given its axes in another order, [${named.join(', ')}]: transpose the numbers`);
  }
}

function axesOf(spec: ParameterSpec): string {
  return spec.axes.map((axis) => `${axis.label} = ${axis.size}`).join(', ');
}

export function shapeOf(spec: ParameterSpec): number[] {
  return spec.axes.map((axis) => axis.size);
}

export function sizeOf(spec: ParameterSpec): number {
  return elementCount(shapeOf(spec));
}

/** Uploads values in the declared layout. Kept, so that a `tf.tidy` around the caller does not dispose of it. */
function upload(spec: ParameterSpec, data: Float32Array): tf.Tensor {
  return tf.keep(tf.tensor(toStored(spec, data), storedShape(spec), 'float32'));
}
