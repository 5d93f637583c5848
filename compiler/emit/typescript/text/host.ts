/** Numbers of the host, and sizes, as text. */
import type { Node } from '../../../graph/graph.ts';
import type { Size } from '../../../size/size.ts';
import { lowerHost } from '../lower.ts';
import type { InputSource } from '../lowering/values.ts';
import { sizeText } from '../../naming/sizes.ts';
import { isSize, isValue, type Piece } from '../value.ts';

/** The name in `n` of each atom of a size. */
export type AtomName = (atom: string) => string;

/** An expression of the host's numbers alone. */
export function hostExpression(root: Node, input: InputSource, atom: AtomName): string {
  const text = (piece: Piece): string =>
    typeof piece === 'string' ? piece : isValue(piece) ? piece.code.map(text).join('') : isSize(piece) ? sizeExpression(piece, atom) : '';
  return unbracketed(text(lowerHost(root, input)));
}

export function sizeExpression({ size, tight }: { readonly size: Size; readonly tight: boolean }, atom: AtomName): string {
  const { text, prec } = sizeText(size, atom);
  return tight && prec !== 'atom' ? `(${text})` : text;
}

/** `(a + b)` as an argument of its own needs no brackets. */
export function unbracketed(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text;
  let depth = 0;
  for (let k = 0; k < text.length - 1; k++) {
    depth += text[k] === '(' ? 1 : text[k] === ')' ? -1 : 0;
    if (depth === 0) return text;
  }
  return text.slice(1, -1);
}
