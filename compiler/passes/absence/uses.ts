/**
 * Under which conditions a value is read at all: the untaken operand of an `if`, and what a `where` excludes, are computed but
 * not read.
 */
import { folded } from '../../graph/fold.ts';
import type { Node } from '../../graph/graph.ts';
import { isOf, precedence } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import type { Facts, Scan } from '../core/pass.ts';
import { isArithmetic } from './int32.ts';

/** The value is read only where the condition holds, or only where it does not. */
export interface Use {
  readonly condition: Node;
  readonly holds: boolean;
}

/** Where a value is read: where all of these hold and, for a loop's next state, where another step follows. */
export interface Reading {
  readonly uses: readonly Use[];
  readonly next: Scan | null;
}

/**
 * Followed through elementwise operations while the value has a single reader. A condition must come before what is read under
 * it, since what comes later may itself be computed from the value: conditions that cannot leave int32 go first, and the left
 * side of an `and` before the right.
 */
export function readings(facts: Facts, roots: Roots): (node: Node) => Reading {
  let known: Readers | null = null;
  return (node) => readingOf(node, (known ??= readersOf(facts, roots)));
}

interface Readers {
  /** By node its only reader; null: several, or a root. */
  readonly users: ReadonlyMap<Node, Node | null>;
  readonly isBefore: (condition: Node, node: Node) => boolean;
}

function readersOf(facts: Facts, roots: Roots): Readers {
  const users = new Map<Node, Node | null>();
  const use = (node: Node, by: Node | null): void => void users.set(node, users.has(node) ? null : by);
  for (const root of roots.values()) use(root, null);
  for (const node of facts.nodes) {
    for (const input of new Set(node.inputs)) use(input, node);
    if (!isOf(node, 'scan')) continue;
    const { region } = node.op;
    region.nexts.forEach((each, k) => use(each, facts.results.get(node)?.has(k) === true ? null : node));
    for (const each of region.emits) use(each, null);
  }
  return { users, isBefore: precedence([...conditionsIn(facts.nodes), ...facts.nodes]) };
}

function readingOf(node: Node, { users, isBefore }: Readers): Reading {
  const found: Use[] = [];
  let next: Scan | null = null;
  for (let [at, user] = [node, users.get(node) ?? null]; user !== null; [at, user] = [user, users.get(user) ?? null]) {
    const { op, inputs } = user;
    if (isOf(user, 'scan') && !inputs.includes(at)) next = user;
    const places = inputs.flatMap((input, k) => (input === at ? [k] : []));
    if (op.kind === 'select' && places.length === 1 && places[0] !== 0) found.push({ condition: inputs[0]!, holds: places[0] === 1 });
    else if (op.kind === 'where' && places[0] === 0 && places.length === 1) found.push({ condition: inputs[1]!, holds: true });
    else if (op.kind === 'binary' && (op.fn === 'and' || op.fn === 'or') && places.length === 1)
      found.push({ condition: inputs[1 - places[0]!]!, holds: op.fn === 'and' });
    else if (op.kind !== 'unary' && op.kind !== 'binary' && op.kind !== 'select' && op.kind !== 'broadcast') break;
  }
  return { uses: found.filter(({ condition }) => isBefore(condition, node)), next };
}

function conditionsIn(nodes: readonly Node[]): readonly Node[] {
  const counts = folded<Node, boolean>(
    ({ inputs }) => inputs,
    ({ op, inputs, types }, of) => (isArithmetic(op) && types[0]!.elem.kind === 'int') || inputs.some(of),
  );
  const found = nodes.flatMap(({ op, inputs }) => {
    if (op.kind === 'select') return [inputs[0]!];
    if (op.kind === 'where') return [inputs[1]!];
    return op.kind === 'binary' && (op.fn === 'and' || op.fn === 'or') ? inputs : [];
  });
  return found.toSorted((a, b) => Number(counts(a)) - Number(counts(b)));
}
