/** The initial values of states in rounds: computed for each round in a loop of its own, outside the steps that change them. */
import type { Builder } from '../../graph/builder.ts';
import type { Axis, Node, Op } from '../../graph/graph.ts';
import { Dependence, operands, reachable } from '../../graph/walk.ts';
import type { StateDeclaration } from '../scope/values.ts';

export class FirstValues {
  readonly #axis: Axis;
  readonly #position: Node;
  readonly #builder: Builder;
  readonly #dependence = new Dependence();

  constructor(axis: Axis, position: Node, builder: Builder) {
    this.#axis = axis;
    this.#position = position;
    this.#builder = builder;
  }

  of({ init, type }: StateDeclaration): Node {
    const builder = this.#builder.at(init.origin);
    const axis = this.#axis;
    const isOfRound = (node: Node): boolean => this.#dependence.of(node).has(this.#position);
    if (!isOfRound(init)) return builder.broadcast(init, [axis, ...type.axes]);
    const position = builder.step(axis);
    const emits = [replaced(builder.broadcast(init, type.axes), this.#position, position, builder)];
    return builder.result(builder.scan({ axis, position, xs: [], states: [], emits }), 0);
  }
}

/** Rebuilds the part of `root` that depends on `from`; nothing else may keep reading the regions in it. */
function replaced(root: Node, from: Node, to: Node, builder: Builder): Node {
  const made = new Map([[from, to]]);
  const of = (node: Node): Node => made.get(node) ?? node;
  for (const node of reachable([root])) {
    if (operands(node).every((operand) => !made.has(operand))) continue;
    made.set(node, builder.node(within(node.op, of), node.inputs.map(of), node.origin));
  }
  return of(root);
}

function within(op: Op, of: (node: Node) => Node): Op {
  switch (op.kind) {
    case 'scan':
      return { ...op, region: { ...op.region, nexts: op.region.nexts.map(of), emits: op.region.emits.map(of) } };
    case 'call':
      return { ...op, region: { ...op.region, results: op.region.results.map(of) } };
    case 'clock':
      return { ...op, region: { ...op.region, results: op.region.results.map(of) } };
    default:
      return op;
  }
}
