/**
 * One step of a recurrent decoder, apart from what is the same at all steps (semantics 7.3, 8.3). The step's inputs have axis
 * `beam`; what does not depend on them is computed once per example by `prepare` and handed on as `memory`, without `beam`.
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
import { advanceLate, CHOSEN } from './late.ts';
import { Inline } from '../clock/inline.ts';
import { Maker } from '../core/maker.ts';
import { axesOf, BATCH, BEAM, isGrowing } from '../core/axes.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, Rebuild, type Facts } from '../core/rebuild.ts';
import { countsPlaces } from '../core/respace.ts';
import { layRows, pastAsRows } from './rows.ts';
import { simplify } from '../core/simplify.ts';
import { algebra } from '../core/algebra.ts';
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
  const { roots, orders } = advanceLate(liftedStep(decoder), decoder);
  const batched = optimise(batch(tapes(roots, decoder.tape ?? null), { unbatched: new Set([POSITION]), ragged, step: true }));
  return splitMemory(layRows(pastAsRows(batched)), {
    beam: BEAM,
    orders: new Map([...stepOrders(decoder), ...orders]),
    isStep: (name) => name === 'previous' || name === POSITION || name.startsWith('state.'),
  });
}

export interface SplitOptions {
  /** The axis of the hypotheses that a step advances; null: there is none. */
  readonly beam: Axis | null;
  /** By root: its axes behind batch and beam, in order. */
  readonly orders: ReadonlyMap<string, readonly Axis[]>;
  readonly isStep: (input: string) => boolean;
}

/** Divides the roots of a step, and `init.<name>` of its states, into what is computed once and what each step computes. */
export function splitMemory(roots: Roots, { beam, orders, isStep }: SplitOptions): StepRoots {
  const steps = new Map([...roots].filter(([name]) => !name.startsWith('init.')));
  const m = new Maker(algebra);
  const split = new Split(m, analyse(steps.values()), isStep);
  const front = [BATCH, ...(beam === null ? [] : [beam])];
  // Kept rows lie as they are read.
  const step = mapRoots(steps, (node, name) =>
    node.op.kind === 'append'
      ? split.get(node)
      : m.broadcast(split.get(node), [...front, ...orders.get(name)!.flatMap((axis) => axesOf(node).filter(({ id }) => id === axis.id))]),
  );
  const laid = asRead(step);
  const first = new Maker(algebra);
  const rebuild = new Rebuild(first, analyse([...roots.values()]));
  const prepare = new Map<string, Node>();
  for (const [name, { node, axes }] of split.memory) prepare.set(name, first.broadcast(rebuild.get(node), laid.orders.get(name) ?? axes));
  for (const [name, node] of roots) {
    if (!name.startsWith('init.')) continue;
    const state = name.slice('init.'.length);
    prepare.set(
      `state.${state}`,
      first.broadcast(rebuild.get(node), [BATCH, ...(beam === null ? [] : [ONE_BEAM]), ...orders.get(`state.${state}`)!]),
    );
  }
  return { prepare, step: beam === null ? laid.step : mergeHypotheses(laid.step) };
}

/**
 * Memory lies as its first product reads it, so that no step turns it: what both operands keep, what is summed, the rest.
 */
function asRead(step: Roots): { readonly step: Roots; readonly orders: ReadonlyMap<string, readonly Axis[]> } {
  const facts = analyse(step.values());
  const orders = new Map<string, readonly Axis[]>();
  for (const { op, inputs } of facts.nodes) {
    if (op.kind !== 'contract') continue;
    inputs.forEach((input, k) => {
      let from = input;
      const names = new Map(axesOf(input).map(({ id }) => [id, id]));
      while (from.op.kind === 'rename') {
        names.set(from.op.from, names.get(from.op.to.id)!);
        from = from.inputs[0]!;
      }
      if (from.op.kind !== 'input' || !from.op.name.startsWith('memory.') || orders.has(from.op.name)) return;
      const place = ({ id }: Axis): number => {
        const seen = names.get(id)!;
        return id === BATCH.id ? 0 : op.axes.includes(seen) ? 2 : hasAxis(axesOf(inputs[1 - k]!), seen) ? 1 : 3;
      };
      orders.set(
        from.op.name,
        axesOf(from).toSorted((a, b) => place(a) - place(b)),
      );
    });
  }
  const pass = new Reordered(new Maker(algebra), facts, orders);
  return { step: mapRoots(step, (node) => pass.get(node)), orders };
}

class Reordered extends Rebuild {
  readonly #orders: ReadonlyMap<string, readonly Axis[]>;

  constructor(m: Maker, facts: Facts, orders: ReadonlyMap<string, readonly Axis[]>) {
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
  const m = new Maker();
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
  const drawn = new DrawnForBeam(new Maker(), analyse(inlined.values()));
  return mapRoots(inlined, (node) => drawn.get(node));
}

/** What a step draws it draws for each hypothesis. */
class DrawnForBeam extends Rebuild {
  protected override operation(node: Node, inputs: readonly Node[]): Node {
    const { op } = node;
    const inStep = op.kind === 'random' && inputs.some((place) => place.op.kind === 'input' && place.op.name === POSITION);
    return inStep ? this.m.make({ ...op, axes: [BEAM, ...op.axes] }, inputs) : super.operation(node, inputs);
  }
}

/** What no step input reaches, but an input of the model does, becomes an input of the step. */
class Split extends Rebuild {
  readonly memory = new Map<string, { readonly node: Node; readonly axes: readonly Axis[] }>();
  readonly #reads: (node: Node) => Reads;

  constructor(m: Maker, facts: Facts, isStep: (input: string) => boolean) {
    super(m, facts);
    this.#reads = folded(operands, (node, of) => {
      const { op, types } = node;
      const below = operands(node).map(of);
      return {
        // How many places and hypotheses there are changes with the step, also where their values do not.
        step:
          (op.kind === 'input' && isStep(op.name)) ||
          types.some(({ axes }) => axes.some((axis) => isGrowing(axis) || axis.id === BEAM.id)) ||
          countsPlaces(node) ||
          below.some(({ step }) => step),
        example: op.kind === 'input' || op.kind === 'length' || op.kind === 'random' || below.some(({ example }) => example),
      };
    });
  }

  override *visit(node: Node): Making<Node> {
    if (!this.#isMemory(node)) return yield* super.visit(node);
    const name = `memory.${this.memory.size}`;
    const axes = [BATCH, ...without(axesOf(node), [BATCH.id])];
    this.memory.set(name, { node, axes });
    this.m.origin = node.origin;
    return this.m.leaf({ kind: 'input', name }, { ...typeOf(node), axes });
  }

  #isMemory(node: Node): boolean {
    // These cost nothing and would only take room.
    if (node.op.kind === 'broadcast' || node.op.kind === 'rename' || this.facts.loopsOf(node).size > 0) return false;
    const { step, example } = this.#reads(node);
    return example && !step;
  }
}

/** Whether a value depends on what is given anew at each step, and on the example at all. */
interface Reads {
  readonly step: boolean;
  readonly example: boolean;
}
