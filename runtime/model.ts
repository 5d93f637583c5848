import type * as tf from './tf.ts';
import { collate, requireEndLast, requireWithinLimit, shifted, type HostBatch } from './batch.ts';
import { DeviceBatch } from './device-batch.ts';
import { readCheckpoint, writeCheckpoint, type CheckpointNote } from './checkpoint/checkpoint.ts';
import { shortened } from './checkpoint/safetensors.ts';
import type { Batch, Definition, InputSpec, ObjectiveDefinition, ParameterSpec, Sizes, Tensors } from './definition.ts';
import { CheckpointError, InputError, NumericError } from './errors.ts';
import { whyInfinite } from './impossible.ts';
import { exampleNames, listed, requireNames, requireOptions, suggestion } from './names.ts';
import { StepRandom } from './random.ts';
import { withGraphs } from './graphs/execution.ts';
import { activeSessions } from './graphs/sessions.ts';
import { emitted } from './scope.ts';
import { fromStored } from './stored.ts';
import {
  download,
  MOST_POSITIONS,
  isNested,
  requireIds,
  requirePositiveInteger,
  requireSeed,
  rowOf,
  show,
  type Value,
  type Values,
} from './values.ts';
import { combined, trains, updateOf } from './updates.ts';
import type { StoredTensor } from './checkpoint/safetensors.ts';
import { shapeOf, sizeOf, Weights } from './weights.ts';

export interface ModelOptions<Dims> {
  /** Sizes that replace the program's defaults. */
  readonly dims?: Partial<Dims>;
  /** Initial parameters, dropout and sampling follow from it. Default 0. */
  readonly seed?: number;
}

export interface ParameterInfo {
  readonly path: string;
  readonly axes: readonly { readonly label: string; readonly size: number }[];
  readonly size: number;
  readonly initialiser: string;
}

/** Draws of `sample`: the same seed and id give an example the same draws, whatever the batch. */
export interface DrawOptions {
  /** Default: the model's. Another seed gives other draws. */
  readonly seed?: number;
  /** A number for each example that its draws follow from; by default its index in the batch. */
  readonly ids?: readonly number[];
}

export const drawOptions = ['seed', 'ids'] as const satisfies readonly (keyof DrawOptions)[];
const lossOptions = ['objective', ...drawOptions] as const satisfies readonly (keyof LossOptions)[];
const gradientOptions = ['update', 'step', ...lossOptions] as const satisfies readonly (keyof GradientOptions)[];
const modelOptions = ['dims', 'seed'] as const satisfies readonly (keyof ModelOptions<unknown>)[];

export interface LossOptions extends DrawOptions {
  /** Which objective; by default the program's first. */
  readonly objective?: string;
}

export interface GradientOptions extends LossOptions {
  /** Which update, for an objective with several. */
  readonly update?: string;
  /** The step that dropout and `sample` draw for, from 1. */
  readonly step?: number;
}

export interface LossResult {
  /** For an objective with several updates: the sum of their losses; each is among the metrics, as `D.loss`. */
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface GradientResult extends LossResult {
  /** The next values of running values, by path. */
  readonly running: Values;
  /** By parameter path, for those that the update trains; zero for one that the loss does not depend on. */
  readonly gradients: Values;
}

/** The parts of a learner. */
interface Made {
  readonly seed: number;
  readonly dims: Readonly<Record<string, number>>;
  readonly sizes: Sizes;
  readonly weights: Weights;
}

/** @throws CheckpointError that also says with which dims it was saved, if they differ */
function restore(
  { dims, weights }: { readonly dims: Readonly<Record<string, number>>; readonly weights: Weights },
  saved: Readonly<Record<string, number>>,
  parameters: ReadonlyMap<string, StoredTensor>,
  unread: ReadonlyMap<string, string>,
): void {
  try {
    weights.restore(parameters, unread);
  } catch (error) {
    const others = Object.entries(saved).filter(([name, value]) => Object.hasOwn(dims, name) && dims[name] !== value);
    if (!(error instanceof CheckpointError) || others.length === 0) throw error;
    const list = (values: readonly (readonly [string, number | undefined])[], sign: string): string =>
      values.map(([name, value]) => `${name}${sign} ${value}`).join(', ');
    throw new CheckpointError(
      `${error.message}\n  it was saved with ${list(others, ' =')}, this model has ${list(
        others.map(([name]) => [name, dims[name]] as const),
        ' =',
      )}: make one with \`dims: { ${list(others, ':')} }\``,
    );
  }
}

/** Has parameters, and objectives to train them with: a model, or several models together. */
export class Learner<Example extends object> {
  readonly definition: Definition;
  readonly seed: number;
  /** The dims as chosen, defaults included. */
  readonly dims: Readonly<Record<string, number>>;
  /** All sizes known at construction, including derived ones. */
  readonly sizes: Sizes;
  readonly parameters: readonly ParameterInfo[];
  readonly parameterCount: number;
  /** Values kept with the parameters but not trained: `running` in the program. */
  readonly running: readonly ParameterInfo[];
  /** The parameters' tensors. */
  readonly weights: Weights;
  /** The names that an example may have. */
  private names: ReadonlySet<string> | undefined;

  constructor(definition: Definition, { seed, dims, sizes, weights }: Made) {
    this.definition = withGraphs(definition);
    this.seed = seed;
    this.dims = dims;
    this.sizes = sizes;
    this.weights = weights;
    const listed = (isRunning: boolean): ParameterInfo[] =>
      this.weights.specs
        .filter(({ running }) => (running === true) === isRunning)
        .map((spec) => ({
          path: spec.path,
          axes: spec.axes,
          size: sizeOf(spec),
          initialiser: spec.init.kind,
        }));
    this.parameters = listed(false);
    this.running = listed(true);
    this.parameterCount = this.parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  }

  /**
   * The objective over the examples as one batch, without dropout; for several updates see `LossResult`.
   *
   * @throws NumericError for a target of probability 0, whose loss would be Infinity
   */
  async loss(examples: readonly Example[], options: LossOptions = {}): Promise<LossResult> {
    requireOptions(options, lossOptions, '`loss`');
    const objective = this.objective(options.objective);
    const host = this.collateFor(objective, examples);
    return this.possible(await this.lossOf(host, objective, this.randomFor(examples.length, options)), objective, examples);
  }

  private async lossOf(host: HostBatch, objective: ObjectiveDefinition, random: StepRandom): Promise<LossResult> {
    const { loss, metrics } = await this.onDevice(host, (batch) =>
      combined(
        objective,
        objective.updates.map((update) => update.loss(this.weights.tree, batch, random)),
      ),
    );
    return readLoss(loss, metrics);
  }

  /**
   * The loss of one update with dropout, and its gradient with respect to every parameter that it trains.
   *
   * @throws NumericError for a target of probability 0, whose loss would be Infinity
   */
  async gradients(examples: readonly Example[], options: GradientOptions = {}): Promise<GradientResult> {
    requireOptions(options, gradientOptions, '`gradients`');
    if (options.step !== undefined) requirePositiveInteger('step', options.step);
    const objective = this.objective(options.objective);
    const update = updateOf(objective, options.update);
    const host = this.collateFor(objective, examples);
    const random = this.randomFor(examples.length, options, options.step ?? 1);
    const {
      loss,
      metrics,
      gradients,
      running = {},
    } = await this.onDevice(host, (batch) => update.gradients(this.weights.tree, batch, random));
    const [numbers, slopes, nexts] = await Promise.all([readLoss(loss, metrics), readAll(gradients), readAll(running)]);
    await this.possible(numbers, objective, examples);
    const value = (spec: ParameterSpec, data: Value['data']): [string, Value] => [
      spec.path,
      { data: fromStored(spec, data), shape: shapeOf(spec), axes: spec.axes.map((axis) => axis.label) },
    ];
    const { specs } = this.weights;
    const trained = specs.filter((spec) => spec.running !== true && trains(update, spec.path));
    return {
      ...numbers,
      gradients: Object.fromEntries(trained.map((spec) => value(spec, slopes[spec.path] ?? new Float32Array(sizeOf(spec))))),
      running: Object.fromEntries(specs.flatMap((spec) => (spec.path in nexts ? [value(spec, nexts[spec.path]!)] : []))),
    };
  }

  /** The loss of these examples, checked: a target of probability 0 would make it infinite. */
  private async possible(result: LossResult, objective: ObjectiveDefinition, examples: readonly Example[]): Promise<LossResult> {
    const why = result.loss === Infinity ? await this.whyInfinite(objective, examples) : null;
    if (why !== null) throw new NumericError(why);
    return result;
  }

  /** Why the loss of these examples is Infinity; null if no single example's is. */
  whyInfinite(objective: ObjectiveDefinition, examples: readonly Example[]): Promise<string | null> {
    return whyInfinite(this.definition, examples, (row) => {
      const host = this.collateFor(objective, examples.slice(row, row + 1));
      const random = this.randomFor(1, { ids: [row] });
      return {
        loss: async () => (await this.lossOf(host, objective, random)).loss,
        logits: async () =>
          (await readAll(await this.onDevice(host, (batch) => this.definition.forward(this.weights.tree, batch, random)))).logits!,
      };
    });
  }

  /** The objective with this name, or the first. */
  objective(name?: string): ObjectiveDefinition {
    const { objectives } = this.definition;
    const found = name === undefined ? objectives[0] : objectives.find((each) => each.name === name);
    if (found !== undefined) return found;
    if (objectives.length === 0)
      throw new InputError(
        `\`${this.definition.name}\` has no objective: add \`objective … for ${this.definition.name}\` to ${this.definition.source}`,
      );
    const names = objectives.map((each) => each.name);
    throw new InputError(`there is no objective \`${String(name)}\`: ${listed(names)}${suggestion(name, names)}`);
  }

  /** A padded batch for an objective, still on the host. For a generating model it has the targets and the previous outputs. */
  collateFor(objective: ObjectiveDefinition, examples: readonly Example[]): HostBatch {
    const inputs = new Set(this.definition.inputs(this.sizes).map((spec) => spec.name));
    const given = objective.given(this.sizes).filter((spec) => !inputs.has(spec.name));
    const { decoder } = this.definition;
    const without = decoder === null || given.some((spec) => spec.name === decoder.output);
    return this.collate(examples, without ? given : [targetSpec(this.definition, this.sizes), ...given], (n) =>
      objective.updates.some((update) => update.isCompiled?.(n) === true),
    );
  }

  /** The parameters as a safetensors file, with everything needed to build the model again. */
  async save(note: CheckpointNote = {}): Promise<Uint8Array<ArrayBuffer>> {
    return writeCheckpoint(this, await this.weights.store(), note);
  }

  /**
   * Loads the parameters of a checkpoint of the same program and sizes, or of several models of which this is one. After an
   * error the model is unchanged.
   *
   * @param part the model's name in the objective, if several of its models have this program
   * @throws CheckpointError for a damaged file, or one of another model
   */
  async load(bytes: Uint8Array, part?: string): Promise<void> {
    const { parameters, info, unread } = readCheckpoint(bytes);
    const { name } = this.definition;
    if (info.definition === undefined || info.definition === name) return restore(this, info.dims ?? {}, parameters, unread);
    const parts = Object.entries(info.parts ?? {})
      .filter(([key, model]) => model === name && (part === undefined || part === key))
      .map(([key]) => key);
    if (parts.length !== 1) {
      const why =
        parts.length > 1
          ? `the checkpoint holds several \`${name}\`: say which, ${parts.map((key) => `\`${key}\``).join(' or ')}`
          : `the checkpoint is of \`${shortened(info.definition)}\`, the model is \`${name}\``;
      throw new CheckpointError(`${why}; nothing was changed`);
    }
    const front = `${parts[0]!}.`;
    const own = <T>(all: ReadonlyMap<string, T>): Map<string, T> =>
      new Map([...all].flatMap(([path, each]) => (path.startsWith(front) ? [[path.slice(front.length), each] as const] : [])));
    this.weights.restore(own(parameters), own(unread));
  }

  /** Frees the parameters. */
  dispose(): void {
    this.weights.dispose();
  }

  /** The names that an example may have. */
  exampleNames(): ReadonlySet<string> {
    return exampleNames(this.definition, this.sizes);
  }

  protected collate(
    examples: readonly object[],
    given: readonly InputSpec[],
    isCompiled: (n: Sizes) => boolean = () => activeSessions()?.now() === 'xla',
  ): HostBatch {
    const { definition, sizes } = this;
    const host = collate(sizes, definition.ragged, [...definition.inputs(sizes), ...given], examples, definition.requirements, isCompiled);
    requireNames(examples, (this.names ??= this.exampleNames()), definition.name);
    const { decoder } = definition;
    const targets = decoder === null ? undefined : host.inputs[decoder.output];
    if (decoder === null || targets === undefined) return host;
    requireWithinLimit(decoder.output, examples, host, decoder);
    if (decoder.end !== null) requireEndLast(given.find((spec) => spec.name === decoder.output)!, host, decoder.end);
    const inputs = { ...host.inputs, [decoder.output]: shifted(targets, decoder.start), [`${decoder.output}'`]: targets };
    return { ...host, inputs };
  }

  protected randomFor(examples: number, { seed = this.seed, ids }: DrawOptions, step = 0): StepRandom {
    requireSeed(seed);
    if (ids !== undefined) requireIds(ids, examples);
    return new StepRandom(seed, step, ids ?? Array.from({ length: examples }, (_, row) => row));
  }

  protected async onDevice<T>(host: HostBatch, run: (batch: Batch) => T): Promise<T> {
    const batch = new DeviceBatch(host);
    try {
      const made = emitted(() => run(batch));
      await batch.settle(made);
      return made;
    } finally {
      batch.dispose();
    }
  }
}

/**
 * A program with chosen sizes and with parameters on the active backend.
 *
 * `Input` is one example, `Target` what the objectives need besides, `Output` what `forward` returns for one example.
 */
export class Model<Dims, Input extends object, Target extends object, Output = Values> extends Learner<Input & Target> {
  constructor(definition: Definition, options: ModelOptions<Dims> = {}) {
    checkOptions(definition, options);
    const dims = chooseDims(definition, options.dims ?? {});
    const sizes = definition.sizes(dims);
    const seed = options.seed ?? 0;
    super(definition, { seed, dims, sizes, weights: new Weights(definition.parameters(sizes), seed) });
  }

  /**
   * The outputs for each example, cut to its own lengths. Padding and the other examples do not change them.
   *
   * @throws InputError for examples that do not fit the inputs
   */
  async forward(examples: readonly Input[], options: DrawOptions = {}): Promise<Output[]> {
    requireOptions(options, drawOptions, '`forward`');
    const host = this.collate(examples, this.definition.decoder === null ? [] : [targetSpec(this.definition, this.sizes)]);
    const random = this.randomFor(examples.length, options);
    const tensors = await this.onDevice(host, (batch) => this.definition.forward(this.weights.tree, batch, random));
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.shape.slice(1)]));
    const data = await readAll(tensors);
    return examples.map((_, row) => this.outputsOf(row, data, shapes, host) as Output);
  }

  private outputsOf(
    row: number,
    data: Readonly<Record<string, Value['data']>>,
    shapes: Readonly<Record<string, number[]>>,
    host: HostBatch,
  ): Values {
    const values = Object.entries(this.definition.outputs).map(
      ([name, { axes }]) => [name, rowOf(data[name]!, row, shapes[name]!, axes, host)] as const,
    );
    return Object.fromEntries(values);
  }
}

function checkOptions<Dims>(definition: Definition, options: ModelOptions<Dims>): void {
  const given: object = typeof options === 'object' && options !== null ? options : {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(definition.hyperparameters, name) || name === 'dims' || name === 'seed') continue;
    throw new InputError(
      `\`${name}\` is no option of \`${definition.name}\`: ${listed(modelOptions)}; a dim is given as \`dims: { ${name}: ${show(value)} }\``,
    );
  }
  requireOptions(options, modelOptions, `\`${definition.name}\``);
  if (options.seed !== undefined) requireSeed(options.seed);
}

function chooseDims(definition: Definition, given: unknown): Record<string, number> {
  if (typeof given !== 'object' || given === null || isNested(given))
    throw new InputError(`\`dims\`: expected sizes by name, given ${show(given)}`);
  const dims: Record<string, number> = { ...definition.hyperparameters };
  for (const [label, size] of Object.entries(given)) {
    if (size === undefined) continue;
    if (!Object.hasOwn(definition.hyperparameters, label)) {
      const known = Object.keys(definition.hyperparameters);
      throw new InputError(
        `\`${definition.name}\` has no dim \`${label}\` that can be chosen: ${known.length === 0 ? 'it has none' : listed(known)}${suggestion(label, known)}`,
      );
    }
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1) {
      throw new InputError(`the dim \`${label}\`: expected a whole number of at least 1, given ${show(size)}`);
    }
    if (size > MOST_POSITIONS) throw new InputError(`the dim \`${label}\`: at most ${MOST_POSITIONS}, given ${size}`);
    dims[label] = size;
  }
  return dims;
}

/** The generated sequence as data; an objective's own description of it takes precedence. */
export function targetSpec(definition: Definition, n: Sizes): InputSpec {
  const { decoder } = definition;
  if (decoder === null) throw new InputError(`\`${definition.name}\` generates nothing`);
  for (const objective of definition.objectives) {
    const spec = objective.given(n).find((each) => each.name === decoder.output);
    if (spec !== undefined) return spec;
  }
  const ragged = definition.ragged.some((dim) => dim.label === decoder.axis);
  // Of a vocabulary sized by the examples, such as positions of an input, nothing is known yet.
  const size: unknown = decoder.vocabulary(n);
  const label = definition.outputs.logits?.axes.find((axis) => axis.label !== decoder.axis)?.label ?? decoder.output;
  return {
    name: decoder.output,
    elem: 'index',
    axes: [ragged ? { label: decoder.axis, dim: decoder.axis } : { label: decoder.axis, size: n[decoder.axis]! }],
    indexes: Number.isInteger(size) ? { label, size: Number(size) } : { label, length: (own) => decoder.vocabulary(own) },
  };
}

/** Reads tensors back and disposes of them. */
export async function readAll(tensors: Tensors): Promise<Record<string, Value['data']>> {
  try {
    // Each is disposed of as soon as it is read: the weights of every head may be most of what is on the device.
    const read = Object.entries(tensors).map(async ([name, tensor]): Promise<[string, Value['data']]> => {
      const data = await download(tensor);
      tensor.dispose();
      return [name, data];
    });
    return Object.fromEntries(await Promise.all(read));
  } finally {
    disposeAll(tensors);
  }
}

async function readLoss(loss: tf.Tensor, metrics: Tensors): Promise<LossResult> {
  const { '': value, ...others } = await readAll({ '': loss, ...metrics });
  return { loss: value![0]!, metrics: Object.fromEntries(Object.entries(others).map(([name, data]) => [name, data[0]!])) };
}

export function disposeAll(tensors: Tensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
