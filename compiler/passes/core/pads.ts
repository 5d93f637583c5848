/** Sums of values that hold 0 where the other does not: the cotangents of the parts of one whole. */
import { size as sizes, type Size } from '../../size/size.ts';
import type { Node, OpOf } from '../../graph/graph.ts';
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
 * [a, 0] + [0, b] = [a, b]; null: both hold something at one place, or their pieces do not meet.
 *
 * @param isZero does the node hold 0 everywhere?
 */
export function joinedPads(m: GraphBuilder, x: Node, y: Node, isZero: (node: Node) => boolean): Node | null {
  if (x.op.kind !== 'concat' || y.op.kind !== 'concat' || x.op.axis.id !== y.op.axis.id) return null;
  const [a, b] = [piecesOf(x, x.op), piecesOf(y, y.op)];
  const made: Piece[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const met = nextMeeting(a, i, b, j);
    if (met === null) return null;
    const [own, other] = [a.slice(i, met.i), b.slice(j, met.j)];
    if (other.every(({ node }) => isZero(node))) made.push(...own);
    else if (own.every(({ node }) => isZero(node))) made.push(...other);
    else return null;
    ({ i, j } = met);
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

/** The first place from `i` and `j` on where a piece of both ends. */
function nextMeeting(a: readonly Piece[], i: number, b: readonly Piece[], j: number): { readonly i: number; readonly j: number } | null {
  for (let p = i; p < a.length; p++) {
    const q = b.findIndex(({ end }, k) => k >= j && end.key === a[p]!.end.key);
    if (q >= 0) return { i: p + 1, j: q + 1 };
  }
  return null;
}
