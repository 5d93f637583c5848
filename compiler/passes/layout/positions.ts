/** What a loop's body computes from its position alone. */
import type { Node, Op, OpOf } from '../../graph/graph.ts';
import { folded } from '../../graph/fold.ts';
import { infer } from '../../graph/infer.ts';
import { Dependence, regionArguments } from '../../graph/walk.ts';

/**
 * Nodes with axes that depend on no argument but the position of one scan, and are read by something that depends on more: by
 * node, the scan. Scalars stay in the body, where they are host numbers.
 */
export function ofPositionsOnly(nodes: readonly Node[]): ReadonlyMap<Node, Node> {
  const dependence = new Dependence();
  const isFixed = (node: Node): boolean => dependence.of(node).size === 0;
  const scanOf = new Map<Node, Node>();
  for (const node of nodes) if (node.op.kind === 'scan') scanOf.set(node.op.region.position, node);
  const scanOfOnly = (node: Node): Node | null => {
    const needs = [...dependence.of(node)];
    return needs.length === 1 ? (scanOf.get(needs[0]!) ?? null) : null;
  };
  const canSpread = folded<Node, boolean>(
    (node) => (isFixed(node) || !LOCAL.has(node.op.kind) ? [] : node.inputs),
    (node, of) => isFixed(node) || (LOCAL.has(node.op.kind) && node.inputs.every(of)),
  );
  const found = new Map<Node, Node>();
  const candidate = (node: Node): void => {
    const scan = scanOfOnly(node);
    if (scan !== null && node.types[0]!.axes.length > 0 && canSpread(node)) found.set(node, scan);
  };
  for (const node of nodes) {
    // A node that is spread itself reads spread operands.
    if (scanOfOnly(node) === null || !canSpread(node)) node.inputs.forEach(candidate);
    if (node.op.kind === 'scan') [...node.op.region.nexts, ...node.op.region.emits].forEach(candidate);
  }
  return found;
}

const LOCAL: ReadonlySet<Op['kind']> = new Set(['unary', 'binary', 'select', 'reduce', 'broadcast', 'onehot', 'rename', 'argument']);

/** The node with the scanned axis instead of the step's position: `visit` gets every node made for it, inputs first. */
export function spreadOver(node: Node, { axis, region }: OpOf<'scan'>, visit: (made: Node) => void): Node {
  const own = new Set(regionArguments({ op: { kind: 'scan', axis, reversed: false, region } } as Node));
  const dependence = new Dependence();
  const isOwn = (from: Node): boolean => [...dependence.of(from)].some((argument) => own.has(argument));
  const make = (op: Op, inputs: readonly Node[], from: Node): Node => {
    const made: Node = { id: from.id, op, inputs, types: infer(op, inputs), origin: from.origin };
    visit(made);
    return made;
  };
  return folded<Node, Node>(
    (from) => (isOwn(from) ? from.inputs : []),
    (from, of) => {
      if (from === region.position) return make({ kind: 'position', axis }, [], from);
      if (!isOwn(from)) return from;
      const op: Op = from.op.kind === 'broadcast' ? { ...from.op, axes: [axis, ...from.op.axes] } : from.op;
      return make(op, from.inputs.map(of), from);
    },
  )(node);
}
