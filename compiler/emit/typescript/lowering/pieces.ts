/** Pieces of text, and what values are called in the names of others. */
import type { Axis, Elem, Node } from '../../../graph/graph.ts';
import { sizeOf } from '../../../graph/spaces.ts';
import { axesOf } from '../../../passes/layout/limits.ts';
import { type Piece, type Value, isValue } from '../value.ts';

export function keyOf(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if (isValue(piece)) return `%${piece.id}`;
  return 'size' in piece ? `<${piece.size.key}>` : `p ${'parameter' in piece ? piece.parameter : ''}`;
}

/** What a value is called in the names of others. */
export function nameOf(value: Value): string {
  return value.origin.name ?? value.hint;
}

/** What says where something is there. */
export function isMask(value: Value): boolean {
  return value.dtype === 'bool' && /mask(Wide|T|Rows|Shaped)*$/i.test(nameOf(value));
}

export function literal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '(-Infinity)';
  const [plain, short] = [`${value}`, value.toExponential().replace('e+', 'e')];
  const text = Object.is(value, -0) ? '0' : short.length < plain.length ? short : plain;
  return value < 0 ? `(${text})` : text;
}

export function extent(axis: Axis): Piece {
  return { size: sizeOf(axis.space), tight: false };
}

export function shape(axes: readonly Axis[]): readonly Piece[] {
  return ['[', ...separated(axes.map(extent)), ']'];
}

export function separated(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece, k) => (k === 0 ? [piece] : [', ', piece]));
}

export const at = (node: Node, id: string): number => axesOf(node).findIndex((axis) => axis.id === id);

export const dtypeOf = ({ kind }: Elem): Value['dtype'] => (kind === 'float' ? 'float32' : kind === 'bool' ? 'bool' : 'int32');
export const dtypeOfNode = (node: Node): Value['dtype'] => dtypeOf(node.types[0]!.elem);
