/** Under which conditions a value is read at all: what an `if` does not take, and what a `where` leaves out, is computed and not read. */
import type { Node } from '../graph/graph.ts';
import type { Roots } from './compiled.ts';
import type { Facts } from './rebuild.ts';

/** It is read only where the condition holds, or only where it does not. */
export interface Use {
  readonly condition: Node;
  readonly holds: boolean;
}

/** Followed through elementwise operations, as long as one thing alone reads the value. */
export function usesOf(facts: Facts, roots: Roots): (node: Node) => readonly Use[] {
  const users = new Map<Node, Node | null>();
  const use = (node: Node, by: Node | null): void => void users.set(node, users.has(node) ? null : by);
  for (const root of roots.values()) use(root, null);
  for (const node of facts.nodes) {
    for (const input of new Set(node.inputs)) use(input, node);
    if (node.op.kind === 'scan') for (const each of [...node.op.region.nexts, ...node.op.region.emits]) use(each, null);
  }
  return (node) => {
    const found: Use[] = [];
    for (let [at, user] = [node, users.get(node) ?? null]; user !== null; [at, user] = [user, users.get(user) ?? null]) {
      const { op, inputs } = user;
      const places = inputs.flatMap((input, k) => (input === at ? [k] : []));
      if (op.kind === 'select' && places.length === 1 && places[0] !== 0) found.push({ condition: inputs[0]!, holds: places[0] === 1 });
      else if (op.kind === 'where' && places[0] === 0 && places.length === 1) found.push({ condition: inputs[1]!, holds: true });
      else if (op.kind === 'binary' && (op.fn === 'and' || op.fn === 'or') && places.length === 1) found.push({ condition: inputs[1 - places[0]!]!, holds: op.fn === 'and' });
      else if (op.kind !== 'unary' && op.kind !== 'binary' && op.kind !== 'select' && op.kind !== 'broadcast') break;
    }
    return found;
  };
}
