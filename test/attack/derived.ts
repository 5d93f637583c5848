/**
 * What the passes derived, interpreted in float64 and with float32's rounding: tells what is derived wrongly from what is
 * rounded, or leaves float32 because products and sums are taken in another order than they are written.
 */
import { folded } from '../../compiler/graph/fold.ts';
import { evaluate } from '../../compiler/size/size.ts';
import type { Node, Program, UpdateGraph } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { interpretAll, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import type { HostBatch, Learner } from '../../runtime/index.ts';
import { fromStored } from '../../runtime/stored.ts';
import { rowOf } from '../../runtime/values.ts';
import { drawsOf } from '../models/chance.ts';
import type { Built, Example } from './build.ts';
import type { Chance } from './chance.ts';
import { present, Reference, type Expected } from './reference.ts';

function nested(data: ArrayLike<number>, [first, ...rest]: readonly number[], from = 0): Nested {
  if (first === undefined) return data[from]!;
  const stride = rest.reduce((product, size) => product * size, 1);
  return Array.from({ length: first }, (_, k) => nested(data, rest, from + k * stride));
}

export interface Ran {
  readonly built: Built;
  readonly learner: Learner<Example>;
  readonly parameters: ReadonlyMap<string, Float64Array>;
  readonly host: HostBatch;
}

function sizesOf({ built: { program }, learner, host }: Ran): ReadonlyMap<string, number> {
  const dims = [...program.hyperparameters, ...program.fixed].map(({ dim }) => dim);
  return new Map<string, number>([
    ['batch', host.size],
    ...dims.map(({ id, label }): [string, number] => [id, learner.sizes[label]!]),
    ...program.ragged.map(({ id, label }): [string, number] => [id, host.n[label]!]),
  ]);
}

/** Of a whole batch. */
function bindingsOf(ran: Ran, step: number): Bindings {
  const {
    built: { program },
    learner,
    parameters,
    host,
  } = ran;
  const sizes = sizesOf(ran);
  const lengths = new Map(
    program.ragged.map(({ id, label }): [string, readonly number[]] => [
      id,
      Array.from(host.lengths[label] ?? host.inner[label]?.data ?? []),
    ]),
  );
  return {
    sizes,
    lengths,
    parameters,
    inputs: new Map(Object.entries(host.inputs).map(([name, { data, shape }]) => [name, nested(data, shape)])),
    random: (op, coordinates) => {
      const rows = op.axes.findIndex(({ id }) => id === 'batch');
      const steps = coordinates.length - op.axes.length;
      const own = { ...op, axes: op.axes.filter((_, k) => k !== rows) };
      return drawsOf(
        learner.seed,
        step,
        coordinates[steps + rows]!,
        sizes,
      )(
        own,
        coordinates.filter((_, k) => k !== steps + rows),
      );
    },
  };
}

/** Of a root over a whole batch; null where the graph cannot be run so. */
function expectedOf(ran: Ran, root: Node | undefined, step: number, chance: Chance): Expected | null {
  if (root === undefined) return null;
  try {
    const reference = new Reference([root], [bindingsOf(ran, step)], chance);
    reference.closely();
    return reference.expected(0)[0]!;
  } catch {
    return null;
  }
}

export function gradientReference(ran: Ran, objective: string, update: UpdateGraph, path: string, chance: Chance): Expected | null {
  const roots = updateOf(ran.built, objective, update)?.gradients;
  const spec = ran.learner.weights.specs.find((each) => each.path === path)!;
  const [common, place] = roots?.has(`gradient.${path}`) === true ? [path, 0] : ofRounds(ran.built.program, ran.learner, path);
  const expected = expectedOf(ran, roots?.get(`gradient.${common}`), 1, chance);
  if (expected === null) return null;
  const count = spec.axes.reduce((product, { size }) => product * size, 1);
  const own = (all: Float64Array): Float64Array => fromStored(spec, all.slice(place * count, (place + 1) * count));
  return { exact: own(expected.exact), within: own(expected.within) };
}

const escaped = (text: string): string => text.replace(/[.#$[\]()]/gu, '\\$&');

/** What all rounds call the parameter of one of them, and which of them it is. */
function ofRounds(program: Program, { weights }: Learner<Example>, path: string): readonly [common: string, place: number] {
  const pattern = (common: string): RegExp => new RegExp(`^${common.split('[*]').map(escaped).join('\\[\\d+\\]')}$`, 'u');
  const common = program.parameters.find((each) => each.path.includes('[*]') && pattern(each.path).test(path))?.path ?? path;
  return [common, weights.specs.filter((each) => pattern(common).test(each.path)).findIndex((each) => each.path === path)];
}

/** The loss, or a metric by its name, over the batch. */
export function lossReference(ran: Ran, objective: string, update: UpdateGraph, name: string, chance: Chance): Expected | null {
  return expectedOf(ran, updateOf(ran.built, objective, update)?.loss.get(name === 'loss' ? name : `metric.${name}`), 0, chance);
}

function updateOf(
  { compiled }: Built,
  objective: string,
  update: UpdateGraph,
): Built['compiled']['objectives'][number]['updates'][number] | undefined {
  return compiled.objectives.find(({ objective: { name } }) => name === objective)?.updates.find((each) => each.update === update);
}

/** An output of each example, without its padding. */
export function outputReference(ran: Ran, name: string, chance: Chance): readonly Expected[] | null {
  const root = ran.built.compiled.forward.get(name);
  const whole = expectedOf(ran, root, 0, chance);
  if (root === undefined || whole === null) return null;
  const sizes = sizesOf(ran);
  const shape = typeOf(root)
    .axes.slice(1)
    .map(({ space }) => evaluate(sizeOf(space), (atom) => sizes.get(atom)!));
  const { learner, host } = ran;
  // Beyond an end within the output there is a 0: of no position.
  const places = Int32Array.from(whole.exact, (_, k) => k + 1);
  const own = (row: number, of: Float64Array): Float64Array =>
    Float64Array.from(rowOf(places, row, shape, learner.definition.outputs[name]!.axes, host).data, (k) => (k === 0 ? 0 : of[k - 1]!));
  return Array.from({ length: host.size }, (_, row): Expected => ({ exact: own(row, whole.exact), within: own(row, whole.within) }));
}

const MOVES: ReadonlySet<Node['op']['kind']> = new Set([
  'select',
  'where',
  'otherwise',
  'gather',
  'concat',
  'slice',
  'shift',
  'rename',
  'merge',
  'split',
  'broadcast',
  'permute',
  'reshape',
  'past',
  'before',
] as const);

/** Whether the factors and terms of an output may leave float32 in another order, whatever comes out: each counts as at least 1. */
export function mayOverflow(ran: Ran, name: string): boolean {
  const root = ran.built.compiled.forward.get(name)!;
  // A scan is read by its results.
  const nodes = reachable([root], ({ inputs }) => inputs).filter(({ op }) => op.kind !== 'scan');
  const values = interpretAll(nodes, [bindingsOf(ran, 0)])[0]!;
  const sizes = new Map(nodes.map((node, k) => [node, Array.from(present(values[k]!), Math.abs)]));
  const bound = folded<Node, number>(
    ({ op, inputs }) => (op.kind === 'result' ? [] : inputs),
    (node, of) => {
      const { op, inputs } = node;
      const most = sizes.get(node)!.reduce((a, b) => Math.max(a, b), 1);
      if (op.kind === 'result') return most;
      const product = inputs.reduce((all, input) => all * of(input), 1);
      if (op.kind === 'contract' || op.kind === 'matmul' || (op.kind === 'binary' && op.fn === 'mul')) return Math.max(most, product);
      if (op.kind === 'binary' && op.fn === 'div')
        return Math.max(most, of(inputs[0]!) / Math.min(1, ...sizes.get(inputs[1]!)!.filter((x) => x > 0)));
      if (op.kind === 'reduce' && (op.fn === 'sum' || op.fn === 'mean')) return Math.max(most, product * sizes.get(inputs[0]!)!.length);
      return MOVES.has(op.kind) ? Math.max(most, ...inputs.map(of)) : most;
    },
  );
  return nodes.some((node) => !Number.isFinite(Math.fround(bound(node))));
}
