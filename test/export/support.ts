/** Exports as TensorFlow reads them: padded batches for their signatures, what they should give, and the file itself. */
import { exportedModels } from '../../compiler/cli/commands/export.ts';
import { savedModel, type Exported } from '../../runtime/export/saved-model.ts';
import { targetSpec } from '../../runtime/model.ts';
import type { AxisSpec, InputSpec } from '../../runtime/definition.ts';
import { extentsOf, rowOf, type Lengths, type NamedAxis, type Value, type Values } from '../../runtime/values.ts';
import type { HostBatch } from '../../runtime/batch.ts';
import type { Program } from '../../compiler/index.ts';
import type { Learner, Model } from '../../runtime/index.ts';
import { relative } from '../models/support.ts';
import { expect } from 'vitest';

export interface Fed {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

export type Feeds = Readonly<Record<string, Fed>>;

export interface Batch {
  readonly feeds: Feeds;
  readonly lengths: Lengths;
}

export async function exported(model: Learner<object>, program: Program): Promise<Exported> {
  return savedModel(await exportedModels(model, [program]), { source: model.definition.source, dims: model.dims });
}

/**
 * What a signature is given for examples, under the names of all inputs: padded by `extra` more positions than needed, and
 * wherever nothing is meant, with what would ruin a result that read it.
 */
export function batchOf(model: Learner<object>, examples: readonly object[], extra = 2): Batch {
  const { definition, sizes } = model;
  const objective = model.objective();
  const host = model.collateFor(objective, examples);
  const n: Record<string, number> = { ...host.n };
  for (const { label, ofCall, told } of definition.ragged) if (ofCall !== true && told !== true && label in n) n[label] = n[label]! + extra;
  if (extra > 0 && (definition.requirements ?? []).some(({ dims, fails }) => dims.every((dim) => dim in n) && fails(n) !== null))
    return batchOf(model, examples, 0);
  const lengths = { n, lengths: host.lengths, inner: host.inner };
  const output = definition.decoder?.output;
  const given = objective.given(sizes).filter(({ name }) => name !== output);
  const targets = output === undefined ? [] : [targetSpec(definition, sizes)];
  const specs = [...new Map([...definition.inputs(sizes), ...given, ...targets].map((spec) => [spec.name, spec])).values()];
  const feeds = specs.map((spec): [string, Fed] => [
    spec.name,
    ruined(spec, host, spec.name === output ? `${output}'` : spec.name, lengths),
  ]);
  const told = definition.ragged.flatMap((dim): [string, Fed][] => {
    const name = `${dim.label}_length`;
    if (dim.ofCall === true) return [];
    const inner = host.inner[dim.label];
    if (inner !== undefined) return [[name, innerLengths(inner, n[inner.outer] ?? inner.places)]];
    const own = host.lengths[dim.label];
    return own === undefined ? [] : [[name, { data: own, shape: [own.length], dtype: 'int32' }]];
  });
  return { feeds: Object.fromEntries([...feeds, ...told]), lengths };
}

function innerLengths({ places, data }: HostBatch['inner'][string], to: number): Fed {
  const rows = data.length / places;
  const wide = new Int32Array(rows * to).fill(77);
  for (let row = 0; row < rows; row++) wide.set(data.subarray(row * places, (row + 1) * places), row * to);
  return { data: wide, shape: [rows, to], dtype: 'int32' };
}

/** The outputs of `forward` are those of the model, and 0 beyond the lengths of each example. */
export async function expectOutputs(
  model: Model<never, object, object, Values>,
  examples: readonly object[],
  outputs: Feeds,
  lengths: Lengths,
): Promise<void> {
  const expected = await model.forward(examples);
  expect(Object.keys(outputs).sort()).toEqual(Object.keys(model.definition.outputs).sort());
  for (const [output, { axes }] of Object.entries(model.definition.outputs)) {
    const { rows, blank } = rowsOf(outputs[output]!, axes, lengths);
    expect(blank, `${output}: 0 beyond the lengths`).toBe(true);
    for (const [k, row] of rows.entries()) {
      const own = expected[k]![output]!;
      expect(row.shape, output).toEqual(own.shape);
      expect(relative(row.data, own.data), `${output} of example ${k}`).toBeLessThan(1e-5);
    }
  }
}

/** By objective and update, `loss_…`. */
export const lossNames = (model: Learner<object>): readonly string[] =>
  model.definition.objectives.flatMap(({ name, updates }) =>
    updates.map((update) => ['loss', name, ...(update.name === undefined ? [] : [update.name])].join('_')),
  );

/** The loss of a model with a single one, and its metrics. */
export async function expectLoss(model: Learner<object>, examples: readonly object[], outputs: Feeds): Promise<void> {
  const { loss, metrics } = await model.loss(examples);
  expect(relative(outputs.loss!.data, [loss])).toBeLessThan(1e-5);
  for (const [metric, value] of Object.entries(metrics))
    expect(relative(outputs[`metric.${metric}`]!.data, [value]), metric).toBeLessThan(1e-5);
}

const named = (axis: AxisSpec): NamedAxis =>
  'size' in axis
    ? { label: axis.label, dim: null }
    : 'dim' in axis
      ? { label: axis.label, dim: axis.dim, ...(axis.within === undefined ? {} : { within: axis.within }) }
      : { label: axis.label, dim: null, length: axis.length };

const sizeIn = (axis: AxisSpec, n: Lengths['n']): number => ('size' in axis ? axis.size : 'dim' in axis ? n[axis.dim]! : axis.length(n));

const RUIN = { float32: NaN, int32: 2 ** 31 - 1, bool: 1 } as const;

function ruined(spec: InputSpec, host: HostBatch, from: string, lengths: Lengths): Fed {
  const { data, shape: old, dtype } = host.inputs[from]!;
  const shape = [host.size, ...spec.axes.map((axis) => sizeIn(axis, lengths.n))];
  const made = new (data.constructor as new (length: number) => typeof data)(count(shape)).fill(RUIN[dtype]);
  const axes = spec.axes.map(named);
  for (let row = 0; row < host.size; row++) {
    const extents = extentsOf(axes, shape.slice(1), row, lengths);
    for (const at of positions(shape.slice(1)))
      if (isWithin(at, axes, extents)) made[offset([row, ...at], shape)] = data[offset([row, ...at], old)]!;
  }
  return { data: made, shape, dtype };
}

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const offset = (at: readonly number[], shape: readonly number[]): number => at.reduce((all, place, k) => all * shape[k]! + place, 0);

function* positions(shape: readonly number[]): Generator<readonly number[]> {
  for (let flat = 0; flat < count(shape); flat++) yield shape.map((size, k) => Math.floor(flat / count(shape.slice(k + 1))) % size);
}

function isWithin(at: readonly number[], axes: readonly NamedAxis[], extents: ReturnType<typeof extentsOf>): boolean {
  return extents.every((extent, k) => at[k]! < (typeof extent === 'number' ? extent : (extent[at[axes[k]!.within!]!] ?? 0)));
}

/** Of an output for all examples: those of each, cut to its lengths; and whether there is nothing but 0 beyond. */
function rowsOf(
  { data, shape }: Pick<Fed, 'data' | 'shape'>,
  axes: readonly NamedAxis[],
  lengths: Lengths,
): { readonly rows: Value[]; readonly blank: boolean } {
  const padded = shape.slice(1);
  const rows = Array.from({ length: shape[0]! }, (_, row) => rowOf(data, row, padded, axes, lengths));
  const blank = rows.every((_, row) => {
    const extents = extentsOf(axes, padded, row, lengths);
    return [...positions(padded)].every((at) => isWithin(at, axes, extents) || data[offset([row, ...at], shape)] === 0);
  });
  return { rows, blank };
}
