/**
 * Pictures of many attentions at once: what each head of each layer looked at, as in the appendix of Vaswani et al.,
 * "Attention Is All You Need" (2017). One row of small matrices for each layer, one column for each head.
 */

import {
  card,
  checkWeights,
  ink1,
  ink2,
  leastText,
  legend,
  legendWidth,
  note,
  noteSize,
  padding,
  scaleNote,
  scaleOf,
  svg,
  symbolText,
  titleSize,
  weightColour,
} from './frame.ts';
import { createInk, round, textWidth, wrapped, type Ink } from './text.ts';

export interface HeadsPicture {
  readonly title?: string;
  /** The symbols that look, from top to bottom. */
  readonly rows: readonly string[];
  /** The symbols that are looked at, from left to right. */
  readonly columns: readonly string[];
  /** Shape [layers, heads, rows, columns], each in [0, 1]; as many heads in each layer. */
  readonly weights: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly rowTitle?: string;
  readonly columnTitle?: string;
  readonly caption?: string;
}

const gap = 14;
/** About how wide a matrix becomes. */
const wanted = 210;
const leastCell = 8;
const mostCell = 20;

/**
 * Draws the weights of every head and layer, darker for larger, all by one scale as in `alignmentSvg`. The symbols stand above each column of matrices and
 * beside each row. The same picture gives the same text; text is drawn as in `alignmentSvg`.
 *
 * Throws a RangeError when the weights do not fit the symbols or are not in [0, 1] (1e-3 is allowed for rounding).
 */
export function headsSvg(picture: HeadsPicture): string {
  check(picture);
  const ink = createInk();
  const { rows, columns, weights } = picture;
  const heads = weights[0]!.length;
  const cell = Math.min(mostCell, Math.max(leastCell, Math.floor(wanted / Math.max(rows.length, columns.length))));
  const symbolSize = Math.min(13, cell);
  const [matrixWidth, matrixHeight] = [columns.length * cell, rows.length * cell];

  const widthOf = (symbol: string): number => textWidth(symbol, symbolSize, true);
  const allFit = columns.every((symbol) => widthOf(symbol) <= cell);
  const upright = columns.map((symbol) => allFit || [...symbol].length === 1);
  const tallest = Math.max(symbolSize, ...columns.map((symbol, i) => (upright[i]! ? 0 : widthOf(symbol))));
  const widest = Math.max(symbolSize, ...rows.map(widthOf));

  const layerSpace = noteSize + 10;
  const left = padding + (picture.rowTitle === undefined ? 0 : noteSize + 8) + layerSpace + widest + 6;
  const leftOf = (head: number): number => left + head * (matrixWidth + gap);
  const legendLeft = leftOf(heads) - gap + 20;
  const scale = scaleOf(weights.flat(2));
  const inner = Math.max(legendLeft + legendWidth(scale) - padding, leastText);

  const parts: string[] = [];
  let y = padding;
  for (const line of wrapped(picture.title ?? '', titleSize, inner)) {
    parts.push(ink.text(line, padding, y + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true }));
    y += titleSize * 1.4;
  }
  if (y > padding) y += 8;
  const middle = (leftOf(0) + leftOf(heads) - gap) / 2;
  if (picture.columnTitle !== undefined) {
    parts.push(note(ink, picture.columnTitle, middle, y + noteSize * 0.8, 'middle', leftOf(heads) - left));
    y += noteSize + 10;
  }
  for (let head = 0; head < heads; head++) {
    parts.push(note(ink, `head ${head + 1}`, leftOf(head) + matrixWidth / 2, y + noteSize * 0.8, 'middle', matrixWidth));
  }
  y += noteSize + 8 + tallest + 4;
  const top = y;
  for (let head = 0; head < heads; head++) {
    columns.forEach((symbol, i) => {
      const x = leftOf(head) + (i + 0.5) * cell;
      parts.push(
        upright[i]!
          ? symbolText(ink, symbol, x, top - 5, 'middle', Math.min(symbolSize, (symbolSize * cell) / widthOf(symbol)))
          : symbolText(ink, symbol, x + symbolSize * 0.35, top - 4, 'start', symbolSize, -90),
      );
    });
  }
  weights.forEach((layer, l) => {
    const layerTop = top + l * (matrixHeight + gap);
    parts.push(note(ink, `layer ${l + 1}`, left - widest - 12, layerTop + matrixHeight / 2, 'middle', matrixHeight, -90));
    rows.forEach((symbol, i) => {
      parts.push(symbolText(ink, symbol, left - 5, layerTop + (i + 0.5) * cell + symbolSize * 0.35, 'end', symbolSize));
    });
    layer.forEach((matrix, head) => parts.push(squares(matrix, leftOf(head), layerTop, cell, scale)));
  });
  const height = weights.length * (matrixHeight + gap) - gap;
  if (picture.rowTitle !== undefined) {
    parts.push(note(ink, picture.rowTitle, padding + noteSize * 0.8, top + height / 2, 'middle', height, -90));
  }
  const legendHeight = Math.max(Math.min(height, 130), 60);
  parts.push(legend(ink, legendLeft, top, legendHeight, scale));
  y = top + Math.max(height, legendHeight);
  y = captioned(picture.caption ?? '', ink, y, inner, parts);
  const [width, whole] = [inner + 2 * padding, y + padding];
  return svg(width, whole, describe(picture), ink, card(width, whole) + parts.join(''));
}

/** A ground in the colour of nothing, and a square for each weight that differs from it. */
function squares(matrix: readonly (readonly number[])[], left: number, top: number, cell: number, scale: number): string {
  const nothing = weightColour(0);
  const ground = `<rect x="${round(left)}" y="${round(top)}" width="${matrix[0]!.length * cell}" height="${matrix.length * cell}" fill="${nothing}"/>`;
  const drawn = matrix.map((row, r) =>
    row
      .map((weight, c) => {
        const colour = weightColour(weight / scale);
        if (colour === nothing) return '';
        return `<rect x="${round(left + c * cell + 0.25)}" y="${round(top + r * cell + 0.25)}" width="${cell - 0.5}" height="${cell - 0.5}" fill="${colour}"/>`;
      })
      .join(''),
  );
  return ground + drawn.join('');
}

/** Returns where the caption ends. */
function captioned(caption: string, ink: Ink, from: number, inner: number, parts: string[]): number {
  let y = from;
  const lines = wrapped(caption, noteSize, inner);
  if (lines.length > 0) y += 16;
  for (const line of lines) {
    parts.push(ink.text(line, padding, y + noteSize * 0.8, { size: noteSize, fill: ink2 }));
    y += noteSize * 1.5;
  }
  return y;
}

function describe({ title, rows, columns, weights }: HeadsPicture): string {
  const named = title === undefined ? '' : `${title}. `;
  const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;
  return `${named}Attention of ${many(weights.length, 'layer')} with ${many(weights[0]!.length, 'head')} each, from ${rows.join(' ')} to ${columns.join(' ')}.${scaleNote(scaleOf(weights.flat(2)))}`;
}

function check({ rows, columns, weights }: HeadsPicture): void {
  const heads = weights[0]?.length ?? 0;
  if (heads === 0) throw new RangeError('headsSvg: expected at least one layer and one head, given none.');
  weights.forEach((layer, l) => {
    if (layer.length !== heads)
      throw new RangeError(`headsSvg: expected ${heads} heads in layer ${l}, as in layer 0, given ${layer.length}.`);
    layer.forEach((matrix, head) => checkWeights({ rows, columns, weights: matrix }, `headsSvg, layer ${l}, head ${head}`));
  });
}
