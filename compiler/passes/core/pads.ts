/** Sums of values that hold 0 where the other does not: the cotangents of the parts of one whole. */
import { nonNegative, size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node, OpOf } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, sizeOf } from '../../graph/spaces.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** One input of a concatenation, and where it ends along the axis. */
interface Piece {
  readonly node: Node;
  readonly id: string | null;
  readonly end: Size;
}

/**
 * [a, 0] + [0, b] = [a, b]; null: both hold something at one place, or nobody knows where one of their pieces ends.
 *
 * @param isZero does the node hold 0 everywhere?
 */
export function joinedPads(m: GraphBuilder, x: Node, y: Node, isZero: (node: Node) => boolean): Node | null {
  if (x.op.kind !== 'concat' || y.op.kind !== 'concat' || x.op.axis.id !== y.op.axis.id) return null;
  const [a, b] = [piecesOf(x, x.op), piecesOf(y, y.op)];
  const made: Piece[] = [];
  let start = sizes.int(0);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [own, other] = [a[i]!, b[j]!];
    const [isGap, isOtherGap] = [isZero(own.node), isZero(other.node)];
    const taken = !isGap ? own : !isOtherGap ? other : ends(own, other) ? own : other;
    // What is taken ends first, and beside it there is nothing.
    if (!(isGap || isOtherGap) || !ends(taken, taken === own ? other : own)) return null;
    made.push(isGap && isOtherGap ? gap(m, taken, sizes.sub(taken.end, start)) : taken);
    start = taken.end;
    if (own.end.key === start.key) i++;
    if (other.end.key === start.key) j++;
  }
  return m.make(
    { kind: 'concat', axis: x.op.axis, parts: made.map(({ id }) => id) },
    made.map(({ node }) => node),
  );
}

function piecesOf({ inputs }: Node, { parts }: OpOf<'concat'>): readonly Piece[] {
  let end = sizes.int(0);
  return inputs.map((node, k) => {
    const id = parts[k]!;
    end = sizes.add(end, id === null ? sizes.int(1) : sizeOf(axisOf(typeOf(node), id).space));
    return { node, id, end };
  });
}

/** Does the one end where the other does, or before? */
const ends = (a: Piece, b: Piece): boolean => a.end.key === b.end.key || nonNegative(sizes.sub(b.end, a.end));

/** A piece of zeros, of which so many positions are left. */
function gap(m: GraphBuilder, piece: Piece, size: Size): Piece {
  const axis = piece.id === null ? null : axisOf(typeOf(piece.node), piece.id);
  if (axis === null || sizeOf(axis.space).key === size.key) return piece;
  const rest: Axis = { ...axis, id: `${axis.id}.${size.key}`, space: { kind: 'anon', size } };
  const zero = m.constant(0, typeOf(piece.node).elem.kind === 'float' ? 'float' : 'int');
  const axes = typeOf(piece.node).axes.map((each) => (each.id === axis.id ? rest : each));
  return { ...piece, node: m.broadcast(zero, axes), id: rest.id };
}
