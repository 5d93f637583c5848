/** 'laid-out' to 'laid-out': rebuilds every node, some by a rule. */
import type { Node, NodeOf, ScanRegion } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import type { Roots } from '../core/compiled.ts';
import { inOrder, LaidOut } from './build.ts';

/** The replacement of a node, whose inputs are rewritten already; null: the same operation on them. */
export type Rule = (node: Node, inputs: readonly Node[], build: LaidOut, of: (node: Node) => Node) => Node | null;

/** The replacement of a root; null: the rewritten node. */
export type RootRule = (name: string, root: Node, of: (node: Node) => Node, build: LaidOut) => Node | null;

export function rewritten(roots: Roots, rule: Rule, rootRule: RootRule = () => null): Roots {
  const build = new LaidOut();
  const made = new Map<Node, Node>();
  const of = (node: Node): Node => made.get(node)!;
  for (const node of inOrder([...roots.values()])) {
    const inputs = node.inputs.map(of);
    made.set(node, rule(node, inputs, build, of) ?? again(node, inputs, build, of));
  }
  return new Map([...roots].map(([name, node]) => [name, rootRule(name, node, of, build) ?? of(node)]));
}

/** The inputs keep their axes, so the types stay. */
function again(node: Node, inputs: readonly Node[], build: LaidOut, of: (node: Node) => Node): Node {
  if (!isOf(node, 'scan')) return build.node(node.op, inputs, node.types, node.origin);
  const { xs, emits } = node.op.region;
  return scanAgain(node, inputs, build, of, { xs: xs.map(of), emits: emits.map(of) });
}

/** A scan whose sequence elements and emits have been made already. */
export function scanAgain(
  { op, types, origin }: NodeOf<'scan'>,
  inputs: readonly Node[],
  build: LaidOut,
  of: (node: Node) => Node,
  made: Pick<ScanRegion, 'xs' | 'emits'>,
): Node {
  const { position, states, nexts } = op.region;
  const region = { ...made, position: of(position), states: states.map(of), nexts: nexts.map(of) };
  return build.node({ ...op, region }, inputs, types, origin);
}

/** Who reads each node: operations, and the loops that carry or emit it. A root is read by null. */
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
