/** 'laid-out' to 'laid-out': every node made again, some by another rule. */
import type { Node } from '../../graph/graph.ts';
import type { Roots } from '../core/compiled.ts';
import { inOrder, LaidOut } from './build.ts';

/** What takes the place of a node, whose inputs are rewritten already; null: the same operation on them. */
export type Rule = (node: Node, inputs: readonly Node[], build: LaidOut) => Node | null;

/** What takes the place of a root; null: what its node has become. */
export type RootRule = (name: string, root: Node, of: (node: Node) => Node, build: LaidOut) => Node | null;

export function rewritten(roots: Roots, rule: Rule, rootRule: RootRule = () => null): Roots {
  const build = new LaidOut();
  const made = new Map<Node, Node>();
  const of = (node: Node): Node => made.get(node)!;
  for (const node of inOrder([...roots.values()])) {
    const inputs = node.inputs.map(of);
    made.set(node, rule(node, inputs, build) ?? again(node, inputs, build, of));
  }
  return new Map([...roots].map(([name, node]) => [name, rootRule(name, node, of, build) ?? of(node)]));
}

/** What is read has the axes that it had, so that the types stay. */
function again({ op, types, origin }: Node, inputs: readonly Node[], build: LaidOut, of: (node: Node) => Node): Node {
  if (op.kind !== 'scan') return build.node(op, inputs, types, origin);
  const { position, xs, states, nexts, emits } = op.region;
  const region = { position: of(position), xs: xs.map(of), states: states.map(of), nexts: nexts.map(of), emits: emits.map(of) };
  return build.node({ ...op, region }, inputs, types, origin);
}

/** Who reads each node: operations, and the loops that go on with it or give it. A root is read by null. */
export type Readers = ReadonlyMap<Node, readonly (Node | null)[]>;

export function readersOf(roots: Roots): Readers {
  const readers = new Map<Node, (Node | null)[]>();
  const read = (node: Node, reader: Node | null): void => {
    const known = readers.get(node);
    if (known === undefined) readers.set(node, [reader]);
    else known.push(reader);
  };
  for (const node of inOrder([...roots.values()])) {
    for (const input of node.inputs) read(input, node);
    if (node.op.kind === 'scan') for (const result of [...node.op.region.nexts, ...node.op.region.emits]) read(result, node);
  }
  for (const root of roots.values()) read(root, null);
  return readers;
}
