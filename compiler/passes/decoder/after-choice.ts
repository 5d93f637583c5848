/**
 * States whose next value reads the output chosen at the step (semantics 7.3), which exists only after the choice. So a step ends
 * before computing it, and the next step begins with it: there the choice is `previous`, and whatever else the equation reads has
 * been kept from the step before. Each hypothesis of a beam thereby has its own choice.
 */
import type { Axis, Node, RecurrentDecoder } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { without } from '../../graph/spaces.ts';
import { operands, reachable } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder } from '../core/graph-builder.ts';
import { axesOf, BEAM } from '../core/axes.ts';
import { NoStep } from './no-step.ts';
import { analyse, Pass } from '../core/pass.ts';

export const CHOSEN = 'chosen';
const STATE = 'state.';

export interface Advanced {
  readonly roots: Roots;
  /** The axes, after batch and beam, of the states that are kept in place of the late ones. */
  readonly orders: ReadonlyMap<string, readonly Axis[]>;
}

/** `roots` of a step in 'inlined', its arguments being inputs; none of the returned roots reads the input `chosen`. */
export function advanceAfterChoice(roots: Roots, { chosen, position, states, tape }: RecurrentDecoder): Advanced {
  if (chosen === undefined) return { roots, orders: new Map() };
  const facts = analyse(roots.values());
  const reads = reaching(facts.nodes, isChoice);
  const late = states.filter(({ name }) => reads.has(roots.get(STATE + name)!)).map(({ name }) => name);
  const given = reaching(
    facts.nodes,
    (node) => node.op.kind === 'input' && (node.op.name === 'previous' || node.op.name === 't' || node.op.name.startsWith(STATE)),
  );
  const grows = (node: Node): boolean =>
    tape !== undefined && axesOf(node).some(({ space }) => space.kind === 'dim' && space.dim.id === tape.id);
  const isKept = (node: Node): boolean =>
    !reads.has(node) &&
    given.has(node) &&
    node.op.kind !== 'scan' &&
    !grows(node) &&
    typeOf(node).masks.length === 0 &&
    facts.loopsOf(node).size === 0;
  const needed = reachable(
    late.map((name) => roots.get(STATE + name)!),
    (node) => (isKept(node) ? [] : operands(node)),
  );
  const kept = needed.filter(isKept);

  const growing = needed.find((node) => node.op.kind === 'past' && grows(node));
  if (growing !== undefined)
    throw new NoStep(
      growing.origin,
      'what a state has been meets the output that is chosen: what is to be kept from step to step would grow',
      'reduce it first, by what is known before the choice: `sum[tape](…)`',
    );

  const m = new GraphBuilder();
  const names = new Map<Node, string>();
  const taken = new Set(states.map(({ name }) => name).filter((name) => !late.includes(name)));
  const before = new Pass(m, facts);
  for (const node of kept) {
    const name = freeName(node, taken);
    taken.add(name);
    names.set(node, name);
    const type = typeOf(node);
    m.origin = node.origin;
    before.set(node, m.leaf({ kind: 'input', name: STATE + name }, { ...type, axes: [BEAM, ...without(type.axes, [BEAM.id])] }));
  }
  for (const node of facts.nodes) if (isChoice(node)) before.set(node, m.leaf({ kind: 'input', name: 'previous' }, typeOf(node)));
  const now = new Pass(m, facts);
  for (const node of facts.nodes) {
    const name = late.find((each) => node.op.kind === 'input' && node.op.name === STATE + each);
    if (name === undefined) continue;
    const next = before.get(roots.get(STATE + name)!);
    const init = now.get(roots.get(`init.${name}`)!);
    m.origin = node.origin;
    const isFirst = m.binary('eq', m.leaf({ kind: 'input', name: 't' }, typeOf(position)), m.constant(0, 'int'));
    now.set(node, m.select(isFirst, init, next));
  }
  const made = new Map<string, Node>();
  for (const [name, node] of roots) {
    if (!late.some((each) => name === STATE + each || name === `init.${each}`)) made.set(name, now.get(node));
  }
  for (const [node, name] of names) {
    made.set(STATE + name, now.get(node));
    const { elem } = typeOf(node);
    m.origin = node.origin;
    // The first step does not read it.
    made.set(`init.${name}`, m.constant(0, elem.kind === 'index' ? 'int' : elem.kind));
  }
  return { roots: made, orders: new Map([...names].map(([node, name]) => [STATE + name, without(axesOf(node), [BEAM.id])])) };
}

function isChoice({ op }: Node): boolean {
  return op.kind === 'input' && op.name === CHOSEN;
}

function freeName(node: Node, taken: ReadonlySet<string>): string {
  const wanted =
    node.op.kind === 'input' && node.op.name.startsWith(STATE)
      ? node.op.name.slice(STATE.length)
      : node.op.kind === 'input'
        ? node.op.name
        : (node.origin.name ?? 'kept');
  for (let k = 1; ; k++) {
    const name = k === 1 ? wanted : `${wanted}${k}`;
    if (!taken.has(name)) return name;
  }
}

/** The nodes that depend on one for which `isEnd` holds. */
function reaching(nodes: readonly Node[], isEnd: (node: Node) => boolean): ReadonlySet<Node> {
  const found = new Set<Node>();
  let before: number;
  do {
    before = found.size;
    for (const node of nodes) if (!found.has(node) && (isEnd(node) || operands(node).some((each) => found.has(each)))) found.add(node);
  } while (found.size > before);
  return found;
}
