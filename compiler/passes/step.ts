/**
 * One step of a recurrent decoder, apart from what is the same at all steps (semantics 6.3, 7). The step's inputs have axis
 * `beam`; what does not depend on them is computed once per example by `prepare` and handed on as `memory`, without `beam`.
 */
import { GraphError } from '../graph/errors.ts';
import type { Axis, DecoderGraph, Dim, Node } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { without } from '../graph/spaces.ts';
import { reachable } from '../graph/walk.ts';
import { size as sizes } from '../analyze/size.ts';
import { batch } from './batch.ts';
import type { Roots } from './compiled.ts';
import { Inline } from './inline.ts';
import { axesOf, BATCH, BEAM, Maker } from './maker.ts';
import { analyse, mapRoots, Rebuild } from './rebuild.ts';
import { simplify } from './simplify.ts';
import { algebra } from './simplify-rules.ts';

/** Before generation there is one hypothesis. */
const ONE_BEAM: Axis = { ...BEAM, space: { kind: 'anon', size: sizes.int(1) } };
const POSITION = 't';

/** `prepare` and `step` as `CompiledDecoder` says, in the 'batched' dialect. `decoder` may be in 'calls' or 'inlined'. */
export function deriveStep(decoder: DecoderGraph, ragged: readonly Dim[] = [], optimise: (roots: Roots) => Roots = simplify): { readonly prepare: Roots; readonly step: Roots } {
  const lifted = liftedStep(decoder);
  const batched = optimise(batch(lifted, { unbatched: new Set([POSITION]), ragged }));
  const steps = new Map([...batched].filter(([name]) => !name.startsWith('init.')));
  const m = new Maker(algebra);
  const split = new Split(m, analyse(steps.values()));
  const order = stepOrders(decoder);
  const step = mapRoots(steps, (node, name) => m.broadcast(split.get(node), [BATCH, BEAM, ...(order.get(name) ?? [])]));
  const first = new Maker(algebra);
  const rebuild = new Rebuild(first, analyse([...batched.values()]));
  const prepare = new Map<string, Node>();
  for (const [name, { node, axes }] of split.memory) prepare.set(name, first.broadcast(rebuild.get(node), axes));
  for (const { name, init } of decoder.states) {
    prepare.set(`state.${name}`, first.broadcast(rebuild.get(root(batched, `init.${name}`)), [BATCH, ONE_BEAM, ...typeOf(init).axes]));
  }
  return { prepare, step };
}

function root(roots: Roots, name: string): Node {
  const node = roots.get(name);
  if (node === undefined) throw new GraphError(`no root ${name}`);
  return node;
}

function stepOrders({ logits, states, taps }: DecoderGraph): ReadonlyMap<string, readonly Axis[]> {
  return new Map([
    ['logits', typeOf(logits).axes],
    ...states.map(({ name, argument }): [string, readonly Axis[]] => [`state.${name}`, typeOf(argument).axes]),
    ...[...taps].map(([name, node]): [string, readonly Axis[]] => [`tap.${name}`, typeOf(node).axes]),
  ]);
}

/** The step's arguments become inputs over `beam`; `t` is the same for all. */
function liftedStep({ previous, position, states, logits, taps }: DecoderGraph): Roots {
  const roots = new Map<string, Node>([
    ['logits', logits],
    ...states.map(({ name, next }): [string, Node] => [`state.${name}`, next]),
    ...[...taps].map(([name, node]): [string, Node] => [`tap.${name}`, node]),
    ...states.map(({ name, init }): [string, Node] => [`init.${name}`, init]),
  ]);
  const m = new Maker();
  const inline = new Inline(m, analyse(roots.values()), []);
  const input = (argument: Node, name: string, axes: readonly Axis[]): void => {
    m.origin = argument.origin;
    inline.set(argument, m.leaf({ kind: 'input', name }, { ...typeOf(argument), axes }));
  };
  input(previous, 'previous', [BEAM]);
  input(position, POSITION, []);
  for (const { name, argument } of states) input(argument, `state.${name}`, [BEAM, ...typeOf(argument).axes]);
  return mapRoots(roots, (node) => inline.get(node));
}

/** What no step input reaches, but an input of the model does, becomes an input of the step. */
class Split extends Rebuild {
  readonly memory = new Map<string, { readonly node: Node; readonly axes: readonly Axis[] }>();
  readonly #shared = new Map<Node, boolean>();

  protected override visit(node: Node): Node {
    if (!this.#isShared(node)) return super.visit(node);
    // These cost nothing and would only take room.
    if (node.op.kind === 'broadcast' || node.op.kind === 'rename') return super.visit(node);
    const name = `memory.${this.memory.size}`;
    const axes = [BATCH, ...without(axesOf(node), [BATCH.id])];
    this.memory.set(name, { node, axes });
    this.m.origin = node.origin;
    return this.m.leaf({ kind: 'input', name }, { ...typeOf(node), axes });
  }

  #isShared(node: Node): boolean {
    const known = this.#shared.get(node);
    if (known !== undefined) return known;
    let found = false;
    if (this.facts.loopsOf(node).size === 0) {
      const leaves = reachable([node]);
      const isStep = ({ op }: Node): boolean => op.kind === 'input' && (op.name === 'previous' || op.name === POSITION || op.name.startsWith('state.'));
      found = !leaves.some(isStep) && leaves.some(({ op }) => op.kind === 'input' || op.kind === 'length');
    }
    this.#shared.set(node, found);
    return found;
  }
}
