/**
 * One step of a recurrent decoder, separated from what is the same at all steps (semantics 7.3, 8.3). The step's inputs have the
 * axis `beam`; what does not depend on them is computed once per example by `prepare` and handed on as `memory`, without `beam`.
 */
import type { Axis, Dim, Node, RecurrentDecoder } from '../../graph/graph.ts';
import { folded } from '../../graph/fold.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, without } from '../../graph/spaces.ts';
import { operands } from '../../graph/walk.ts';
import { size as sizes } from '../../size/size.ts';
import { batch } from '../absence/batch.ts';
import type { Roots, StepRoots } from '../core/compiled.ts';
import { mergeHypotheses } from './hypotheses.ts';
import { advanceAfterChoice, CHOSEN } from './after-choice.ts';
import { Inline } from '../clock/inline.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf, BATCH, BEAM, isGrowing } from '../core/axes.ts';
import { keptName } from '../core/kept.ts';
import { completed, type Making } from '../core/making.ts';
import { analyse, isRounds, isRows, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';
import { countsPositions } from '../core/respace.ts';
import { layOutCache, pastAsCache } from './cache.ts';
import { simplify } from '../core/simplify.ts';
import { algebra } from '../core/algebra.ts';
import { scanRounds } from '../loops/rounds.ts';
import { tapes } from '../loops/tape.ts';

/** Before generation there is one hypothesis. */
const ONE_BEAM: Axis = { ...BEAM, space: { kind: 'anon', size: sizes.int(1) } };
const POSITION = 't';

/** `prepare` and `step` as `CompiledDecoder` says, in the 'batched' dialect. `decoder` may be in 'calls' or 'inlined'. */
export function deriveStep(
  decoder: RecurrentDecoder,
  ragged: readonly Dim[] = [],
  optimise: (roots: Roots) => Roots = simplify,
): StepRoots {
  const { roots, orders } = advanceAfterChoice(liftedStep(decoder), decoder);
  const batched = optimise(batch(tapes(roots, decoder.tape ?? null), { unbatched: new Set([POSITION]), ragged, step: true }));
  return splitMemory(layOutCache(pastAsCache(batched)), {
    beam: BEAM,
    orders: new Map([...stepOrders(decoder), ...orders]),
    isStep: (name) => name === 'previous' || name === POSITION || name.startsWith('state.'),
  });
}

export interface SplitOptions {
  /** The axis of the hypotheses that a step advances; null: none. */
  readonly beam: Axis | null;
  /** By root: its axes after batch and beam, in order. */
  readonly orders: ReadonlyMap<string, readonly Axis[]>;
  readonly isStep: (input: string) => boolean;
}

/** Splits the roots of a step, and `init.<name>` of its states, into what is computed once and what each step computes. */
export function splitMemory(roots: Roots, { beam, orders, isStep }: SplitOptions): StepRoots {
  const steps = new Map([...roots].filter(([name]) => !name.startsWith('init.')));
  const m = new GraphBuilder(algebra);
  const split = new Split(m, analyse(steps.values()), isStep);
  const front = [BATCH, ...(beam === null ? [] : [beam])];
  // A cache is laid out for its readers.
  const step = mapRoots(steps, (node, name) =>
    isRows(node)
      ? split.get(node)
      : m.broadcast(
          split.get(node),
          listed(name, [...front, ...orders.get(name)!.flatMap((axis) => axesOf(node).filter(({ id }) => id === axis.id))]),
        ),
  );
  const laid = asRead(step);
  const first = new GraphBuilder(algebra);
  const rebuild = new Prepare(first, analyse([...roots.values()]));
  const prepare = new Map<string, Node>();
  for (const [name, { node, axes, rounds }] of split.memory) {
    const order = laid.orders.get(name) ?? axes;
    prepare.set(name, rounds === null ? first.broadcast(rebuild.get(node), order) : rebuild.list(rounds, node, order.slice(1)));
  }
  for (const [name, node] of roots) {
    if (!name.startsWith('init.')) continue;
    const state = `state.${name.slice('init.'.length)}`;
    const axes = [BATCH, ...(beam === null ? [] : [ONE_BEAM]), ...orders.get(state)!];
    prepare.set(state, first.broadcast(rebuild.get(node), listed(state, axes)));
  }
  return { prepare, step: beam === null ? laid.step : mergeHypotheses(laid.step) };
}

/** A state with one element per round is a list of these. */
function listed(name: string, axes: readonly Axis[]): readonly Axis[] {
  if (!name.startsWith('state.')) return axes;
  return [...axes.filter(({ rounds }) => rounds === true), ...axes.filter(({ rounds }) => rounds !== true)];
}

/**
 * Memory is laid out for the first product that reads it, so that no step permutes it: axes that both operands keep, summed axes,
 * the rest. A state is given as it was made.
 */
function asRead(step: Roots): { readonly step: Roots; readonly orders: ReadonlyMap<string, readonly Axis[]> } {
  const facts = analyse(step.values());
  const orders = new Map<string, readonly Axis[]>();
  for (const node of facts.nodes) {
    const { op, inputs } = node;
    const state = op.kind === 'input' ? step.get(op.name) : undefined;
    if (op.kind === 'input' && state !== undefined && !isRows(state)) orders.set(op.name, listed(op.name, axesOf(node)));
    if (op.kind !== 'contract') continue;
    inputs.forEach((input, k) => {
      let from = input;
      const names = new Map(axesOf(input).map(({ id }) => [id, id]));
      while (from.op.kind === 'rename') {
        names.set(from.op.from, names.get(from.op.to.id)!);
        from = from.inputs[0]!;
      }
      const place = facts.arguments.get(from);
      if (place !== undefined && isRounds(place.scan) && place.kind === 'x') from = place.scan.inputs[place.index]!;
      if (from.op.kind !== 'input' || !from.op.name.startsWith('memory.') || orders.has(from.op.name)) return;
      const rank = ({ id, rounds }: Axis): number => {
        if (rounds === true) return -1;
        const seen = names.get(id)!;
        return id === BATCH.id ? 0 : op.axes.includes(seen) ? 2 : hasAxis(axesOf(inputs[1 - k]!), seen) ? 1 : 3;
      };
      orders.set(
        from.op.name,
        axesOf(from).toSorted((a, b) => rank(a) - rank(b)),
      );
    });
  }
  const pass = new Reordered(new GraphBuilder(algebra), facts, orders);
  return { step: mapRoots(step, (node) => pass.get(node)), orders };
}

class Reordered extends Pass {
  readonly #orders: ReadonlyMap<string, readonly Axis[]>;

  constructor(m: GraphBuilder, facts: Facts, orders: ReadonlyMap<string, readonly Axis[]>) {
    super(m, facts);
    this.#orders = orders;
  }

  override *visit(node: Node): Making<Node> {
    const axes = node.op.kind === 'input' ? this.#orders.get(node.op.name) : undefined;
    this.m.origin = node.origin;
    return axes === undefined ? yield* super.visit(node) : this.m.leaf(node.op, { ...typeOf(node), axes });
  }
}

function stepOrders({ logits, states, taps }: RecurrentDecoder): ReadonlyMap<string, readonly Axis[]> {
  return new Map([
    ['logits', typeOf(logits).axes],
    ...states.map(({ name, argument }): [string, readonly Axis[]] => [`state.${name}`, typeOf(argument).axes]),
    ...[...taps].map(([name, node]): [string, readonly Axis[]] => [`tap.${name}`, typeOf(node).axes]),
  ]);
}

/** The step's arguments become inputs over `beam`; `t` is the same for all. */
function liftedStep({ previous, chosen, position, states, logits, taps }: RecurrentDecoder): Roots {
  const roots = new Map<string, Node>([
    ['logits', logits],
    ...states.map(({ name, next }): [string, Node] => [`state.${name}`, next]),
    ...[...taps].map(([name, node]): [string, Node] => [`tap.${name}`, node]),
    ...states.map(({ name, init }): [string, Node] => [`init.${name}`, init]),
  ]);
  const m = new GraphBuilder();
  const inline = new Inline(m, analyse(roots.values()));
  const input = (argument: Node, name: string, axes: readonly Axis[]): void => {
    m.origin = argument.origin;
    inline.set(argument, m.leaf({ kind: 'input', name }, { ...typeOf(argument), axes }));
  };
  input(previous, 'previous', [BEAM]);
  input(position, POSITION, []);
  if (chosen !== undefined) input(chosen, CHOSEN, [BEAM]);
  for (const { name, argument } of states) input(argument, `state.${name}`, [BEAM, ...typeOf(argument).axes]);
  const inlined = mapRoots(roots, (node) => inline.get(node));
  const drawn = new DrawnForBeam(new GraphBuilder(), analyse(inlined.values()));
  return scanRounds(mapRoots(inlined, (node) => drawn.get(node)));
}

/** What a step draws is drawn for each hypothesis. */
class DrawnForBeam extends Pass {
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    const inStep = op.kind === 'random' && inputs.some((place) => place.op.kind === 'input' && place.op.name === POSITION);
    return inStep ? this.m.make({ ...op, axes: [BEAM, ...op.axes] }, inputs) : super.operation(node, inputs);
  }
}

/** A value that depends on an input of the model, but on none of the step, becomes an input of the step. */
class Split extends Pass {
  readonly memory = new Map<string, Memory>();
  readonly #reads: (node: Node) => Reads;
  /** The loops over rounds that are open. */
  readonly #open = new Map<Scan, Loop>();

  constructor(m: GraphBuilder, facts: Facts, isStep: (input: string) => boolean) {
    super(m, facts);
    // What a round reads of the loop belongs to the step if the loop does; an element of a sequence, if the sequence does.
    const outside = readsOf(isStep, operands, () => false);
    const below = (node: Node): readonly Node[] => {
      const place = facts.arguments.get(node);
      return place?.kind === 'x' && isRounds(place.scan) ? [place.scan.inputs[place.index]!] : operands(node);
    };
    this.#reads = readsOf(isStep, below, (node) => {
      const place = facts.arguments.get(node);
      return place?.kind === 'state' && isRounds(place.scan) && outside(place.scan).step;
    });
  }

  protected override *bind(scan: Scan, loop: Loop, states: readonly number[]): Making<void> {
    if (isRounds(scan)) this.#open.set(scan, loop);
    yield* super.bind(scan, loop, states);
  }

  override *visit(node: Node): Making<Node> {
    // These cost nothing to recompute and would only take memory.
    if (node.op.kind === 'broadcast' || node.op.kind === 'rename' || !this.#isMemory(node)) return yield* super.visit(node);
    const loops = [...this.facts.loopsOf(node)] as Scan[];
    // In nested rounds it is recomputed at each step.
    if (loops.length > 1 || !loops.every((loop) => isRounds(loop) && this.facts.loopsOf(loop).size === 0)) return yield* super.visit(node);
    const name = `memory.${keptName(node, (each) => this.memory.has(`memory.${each}`))}`;
    const [rounds = null] = loops;
    const axes = [...(rounds === null ? [] : [rounds.op.axis]), BATCH, ...without(axesOf(node), [BATCH.id])];
    this.memory.set(name, { node, axes, rounds });
    this.m.origin = node.origin;
    const leaf = this.m.leaf({ kind: 'input', name }, { ...typeOf(node), axes });
    return rounds === null ? leaf : this.#open.get(rounds)!.scanned(leaf);
  }

  #isMemory(node: Node): boolean {
    const { step, example } = this.#reads(node);
    return example && !step;
  }
}

/** A value computed once per example. `rounds`: the loop over rounds that contains it, one element per round. */
interface Memory {
  readonly node: Node;
  readonly axes: readonly Axis[];
  readonly rounds: Scan | null;
}

class Prepare extends Pass {
  /** The value in each round, with its axes in this order. */
  list(scan: Scan, node: Node, axes: readonly Axis[]): Node {
    return completed(this.#list(scan, node, axes));
  }

  *#list(scan: Scan, node: Node, axes: readonly Axis[]): Making<Node> {
    const self = this;
    this.m.origin = node.origin;
    const made = yield* this.m.scanning(scan.op.axis, scan.op.reversed, [], function* (loop) {
      self.forget(scan);
      yield* self.bind(scan, loop, []);
      return { nexts: [], emits: [self.m.broadcast(yield* self.one(node), axes)] };
    });
    this.forget(scan);
    return made.emits[0]!;
  }
}

/** `also`: what belongs to the step besides. */
function readsOf(
  isStep: (input: string) => boolean,
  below: (node: Node) => readonly Node[],
  also: (node: Node) => boolean,
): (node: Node) => Reads {
  return folded(below, (node, of) => {
    const { op, types } = node;
    const reads = below(node).map(of);
    return {
      // The number of positions or hypotheses changes with the step, even where the values do not.
      step:
        (op.kind === 'input' && isStep(op.name)) ||
        also(node) ||
        types.some(({ axes }) => axes.some((axis) => isGrowing(axis) || axis.id === BEAM.id)) ||
        countsPositions(node) ||
        reads.some(({ step }) => step),
      example: op.kind === 'input' || op.kind === 'length' || op.kind === 'random' || reads.some(({ example }) => example),
    };
  });
}

/** Whether a value depends on what each step is given, and on the example at all. */
interface Reads {
  readonly step: boolean;
  readonly example: boolean;
}
