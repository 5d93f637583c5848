/**
 * Pictures of alignments: which inputs each output looked at, as in figure 3 of Bahdanau, Cho and Bengio, "Neural
 * Machine Translation by Jointly Learning to Align and Translate" (2015).
 */

import {
  card,
  checkWeights,
  ink1,
  ink2,
  leastText,
  legend,
  legendWidth,
  markColour,
  note,
  noteSize,
  padding,
  scaleNote,
  scaleOf,
  sheetColour,
  svg,
  symbolText,
  titleSize,
  weightColour,
  type Drawing,
} from './frame.ts';
import { createInk, round, textWidth, wrapped, type Ink } from './text.ts';

export interface AlignmentPicture {
  readonly title?: string;
  /** Output symbols, from top to bottom. */
  readonly rows: readonly string[];
  /** Input symbols, from left to right. */
  readonly columns: readonly string[];
  /** Shape [rows, columns], each in [0, 1]. */
  readonly weights: readonly (readonly number[])[];
  /** A position for each row, drawn as a ring: 0 is the middle of the first column. Those outside are drawn at the border. */
  readonly marks?: readonly number[];
  readonly rowTitle?: string;
  readonly columnTitle?: string;
  readonly caption?: string;
}

const cell = 26;
const symbolSize = 15;
const longSize = 13;
const sheetGap = 20;

/**
 * Draws the weights as squares, darker for larger, with the symbols beside them; where no weight reaches 0.5, the largest is
 * the darkest, and the scale says how large it is. The same picture gives the same text.
 * All text is drawn as outlines; spaces, controls and bidirectional marks are shown by sign or name, and a character
 * without an outline as a frame with its code point.
 *
 * Throws a RangeError when the weights do not fit the symbols or are not in [0, 1] (1e-3 is allowed for rounding).
 */
export function alignmentSvg(picture: AlignmentPicture): string {
  const ink = createInk();
  const drawing = draw(picture, ink, 'alignmentSvg');
  const { width, height } = drawing;
  return svg(width, height, describe(picture), ink, card(width, height) + drawing.body);
}

/** Draws several pictures on one sheet, row by row, `columns` to a row. Throws a RangeError as `alignmentSvg` does. */
export function alignmentGridSvg(pictures: readonly AlignmentPicture[], columns: number): string {
  if (pictures.length === 0) throw new RangeError('alignmentGridSvg: expected at least one picture, given none.');
  if (!Number.isInteger(columns) || columns < 1) {
    throw new RangeError(`alignmentGridSvg: expected a positive whole number of columns, given ${columns}.`);
  }
  const ink = createInk();
  const drawings = pictures.map((picture, i) => draw(picture, ink, `alignmentGridSvg, picture ${i}`));
  const rowCount = Math.ceil(drawings.length / columns);
  const widths = Array.from({ length: Math.min(columns, drawings.length) }, (_, c) =>
    Math.max(...drawings.filter((_, i) => i % columns === c).map((d) => d.width)),
  );
  const heights = Array.from({ length: rowCount }, (_, r) =>
    Math.max(...drawings.slice(r * columns, (r + 1) * columns).map((d) => d.height)),
  );
  const before = (sizes: readonly number[], count: number): number =>
    sizes.slice(0, count).reduce((sum, size) => sum + size + sheetGap, sheetGap);
  const placed = drawings.map((drawing, i) => {
    const [c, r] = [i % columns, Math.floor(i / columns)];
    const place = `translate(${round(before(widths, c))} ${round(before(heights, r))})`;
    return `<g transform="${place}">${card(widths[c]!, heights[r]!)}${drawing.body}</g>`;
  });
  const [width, height] = [before(widths, widths.length), before(heights, heights.length)];
  const background = `<rect width="${round(width)}" height="${round(height)}" rx="14" fill="${sheetColour}"/>`;
  return svg(width, height, pictures.map(describe).join(' '), ink, background + placed.join(''));
}

function draw(picture: AlignmentPicture, ink: Ink, caller: string): Drawing {
  checkWeights(picture, caller);
  const { rows, columns } = picture;
  if (picture.marks !== undefined && (picture.marks.length !== rows.length || !picture.marks.every(Number.isFinite))) {
    throw new RangeError(`${caller}: expected a number for each of ${rows.length} rows as marks, given ${picture.marks.join(', ')}.`);
  }
  const matrixWidth = columns.length * cell;
  const matrixHeight = rows.length * cell;

  // Words are all upright or all turned; a lone tag among characters turns by itself.
  const allFit = columns.every((symbol) => symbolWidth(symbol) <= cell - 2);
  const upright = columns.map((symbol) => allFit || [...symbol].length === 1);
  const tallest = Math.max(symbolSize, ...columns.map((symbol, i) => (upright[i]! ? 0 : longWidth(symbol))));
  const widest = Math.max(symbolSize, ...rows.map(symbolWidth));
  const rowTitleSpace = picture.rowTitle === undefined ? 0 : noteSize + 12;
  const columnTitleSpace = picture.columnTitle === undefined ? 0 : noteSize + 10;

  const left = padding + rowTitleSpace + widest + 8;
  const legendLeft = left + matrixWidth + 20;
  const scale = scaleOf(picture.weights);
  const inner = Math.max(legendLeft + legendWidth(scale) - padding, leastText);
  const width = inner + 2 * padding;

  const parts: string[] = [];
  let y = padding;
  for (const line of wrapped(picture.title ?? '', titleSize, inner)) {
    parts.push(ink.text(line, padding, y + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true }));
    y += titleSize * 1.4;
  }
  if (y > padding) y += 8;
  if (picture.columnTitle !== undefined) {
    parts.push(note(ink, picture.columnTitle, left + matrixWidth / 2, y + noteSize * 0.8, 'middle', matrixWidth));
    y += columnTitleSpace;
  }
  y += tallest + 8;
  const top = y;

  columns.forEach((symbol, i) => {
    const x = left + (i + 0.5) * cell;
    parts.push(
      upright[i]!
        ? symbolText(ink, symbol, x, top - 12, 'middle', Math.min(symbolSize, (symbolSize * (cell - 2)) / symbolWidth(symbol)))
        : symbolText(ink, symbol, x + longSize * 0.35, top - 8, 'start', longSize, -90),
    );
  });
  rows.forEach((symbol, i) => {
    parts.push(symbolText(ink, symbol, left - 9, top + (i + 0.5) * cell + symbolSize * 0.35, 'end', symbolSize));
  });
  if (picture.rowTitle !== undefined) {
    parts.push(note(ink, picture.rowTitle, padding + noteSize * 0.8, top + matrixHeight / 2, 'middle', matrixHeight, -90));
  }
  picture.weights.forEach((row, r) => {
    const squares = row.map((weight, c) => {
      const place = `x="${round(left + c * cell + 0.75)}" y="${round(top + r * cell + 0.75)}"`;
      return `<rect ${place} width="${cell - 1.5}" height="${cell - 1.5}" rx="3" fill="${weightColour(weight / scale)}"/>`;
    });
    parts.push(squares.join(''));
  });
  for (const [r, place] of (picture.marks ?? []).entries()) {
    const x = left + (Math.min(Math.max(place, -0.5), columns.length - 0.5) + 0.5) * cell;
    parts.push(
      `<circle cx="${round(x)}" cy="${round(top + (r + 0.5) * cell)}" r="${cell / 5}" fill="none" stroke="${markColour}" stroke-width="2.2"/>`,
    );
  }
  const legendHeight = Math.max(Math.min(matrixHeight, 130), 60);
  parts.push(legend(ink, legendLeft, top, legendHeight, scale));
  y = top + Math.max(matrixHeight, legendHeight);

  const captionLines = wrapped(picture.caption ?? '', noteSize, inner);
  if (captionLines.length > 0) y += 16;
  for (const line of captionLines) {
    parts.push(ink.text(line, padding, y + noteSize * 0.8, { size: noteSize, fill: ink2 }));
    y += noteSize * 1.5;
  }
  return { width, height: y + padding, body: parts.join('') };
}

function symbolWidth(symbol: string): number {
  return textWidth(symbol, symbolSize, true);
}

function longWidth(symbol: string): number {
  return textWidth(symbol, longSize, true);
}

/** What the picture says, for those who hear it. */
function describe(picture: AlignmentPicture): string {
  const title = picture.title === undefined ? '' : `${picture.title}. `;
  return `${title}Alignment of the output ${picture.rows.join(' ')} with the input ${picture.columns.join(' ')}.${scaleNote(scaleOf(picture.weights))}`;
}
