/** What pictures of weights have in common: colours, the ground, the scale, how symbols are written. */

import { round, textWidth, xmlText, type Ink } from './text.ts';

/** What an SVG of one picture is put together from. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

export interface WeightMatrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Shape [rows, columns]. */
  readonly weights: readonly (readonly number[])[];
}

export const noteSize = 12;
export const titleSize = 17;
export const padding = 24;
const legendBar = 10;
/** Width below which titles and captions are not wrapped, however small the matrix. */
export const leastText = 260;

export const ink1 = '#16202c';
export const ink2 = '#566472';
const frameColour = '#d5dde6';
export const sheetColour = '#e8edf3';
/** The colour of what is marked among weights: none that the ramp has. */
export const markColour = '#d9480f';

/**
 * One hue from light to dark. Lightness falls steadily, so the order survives every kind of colour blindness and a
 * print in grey.
 */
const ramp: readonly (readonly [number, number, number])[] = [
  [241, 245, 249],
  [198, 219, 236],
  [120, 173, 213],
  [48, 116, 178],
  [10, 45, 92],
];

/** The colour of a weight in [0, 1]. */
export function weightColour(weight: number): string {
  const place = Math.min(Math.max(weight, 0), 1) * (ramp.length - 1);
  const lower = Math.min(Math.floor(place), ramp.length - 2);
  const part = place - lower;
  const channels = ramp[lower]!.map((from, i) => Math.round(from + (ramp[lower + 1]![i]! - from) * part));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The ground of a picture, so that it reads the same on light and dark pages. */
export function card(width: number, height: number): string {
  return (
    `<rect x="0.5" y="0.5" width="${round(width - 1)}" height="${round(height - 1)}" rx="12" ` + `fill="#ffffff" stroke="${frameColour}"/>`
  );
}

function gradient(): string {
  const stops = ramp.map((_, i) => {
    const part = i / (ramp.length - 1);
    return `<stop offset="${part}" stop-color="${weightColour(1 - part)}"/>`;
  });
  return `<linearGradient id="weight-ramp" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`;
}

/** From here on the largest weight is dark enough on a scale that ends in 1, which pictures can be compared by. */
const dark = 0.5;

/** The weight that is drawn darkest: 1, or where all weights are small the largest of them. */
export function scaleOf(weights: readonly (readonly number[])[]): number {
  const largest = weights.reduce((most, row) => row.reduce((a, b) => Math.max(a, b), most), 0);
  return largest >= dark || largest === 0 ? 1 : largest;
}

/** What a picture of small weights says of its colours. */
export function scaleNote(scale: number): string {
  return scale === 1 ? '' : ` The darkest is ${shownWeight(scale)}, the largest weight.`;
}

function shownWeight(weight: number): string {
  return weight < 1e-4 ? weight.toExponential(1) : String(Number(weight.toPrecision(2)));
}

function ticksOf(scale: number): string[] {
  return [scale, scale / 2, 0].map((weight) => (weight === 0 ? '0' : shownWeight(weight)));
}

/** What a legend takes in width. */
export function legendWidth(scale: number): number {
  return legendBar + 6 + Math.max(...ticksOf(scale).map((tick) => textWidth(tick, noteSize - 1)));
}

export function legend(ink: Ink, x: number, y: number, height: number, scale: number): string {
  const bar =
    `<rect x="${round(x)}" y="${round(y + 0.75)}" width="${legendBar}" height="${round(height - 1.5)}" rx="3" ` +
    `fill="url(#weight-ramp)"/>`;
  const ticks = ticksOf(scale).map((tick, k) => {
    const baseline = y + 0.75 + (k / 2) * (height - 9) + 8;
    return ink.text(tick, x + legendBar + 6, baseline, { size: noteSize - 1, fill: ink2 });
  });
  return bar + ticks.join('');
}

/** A side title, drawn smaller where the side is short. */
export function note(ink: Ink, text: string, x: number, y: number, anchor: 'middle', room: number, rotate = 0): string {
  const size = Math.min(noteSize, Math.max(8, (noteSize * room) / textWidth(text, noteSize)));
  return ink.text(text, x, y, { size, fill: ink2, anchor, rotate });
}

export function symbolText(
  ink: Ink,
  symbol: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  size: number,
  rotate = 0,
): string {
  return ink.text(symbol, x, y, { size, fill: ink1, anchor, rotate, visibleSpaces: true });
}

/** The whole file; `description` is for those who hear the picture. */
export function svg(width: number, height: number, description: string, ink: Ink, body: string): string {
  const [w, h] = [round(width), round(height)];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img">` +
    `<title>${xmlText(description)}</title><defs>${gradient()}${ink.defs()}</defs>${body}</svg>\n`
  );
}

/** Throws a RangeError when the weights do not fit the symbols or are not in [0, 1]; 1e-3 is allowed for rounding. */
export function checkWeights({ rows, columns, weights }: WeightMatrix, caller: string): void {
  if (rows.length === 0 || columns.length === 0) {
    throw new RangeError(`${caller}: expected at least one row and one column, given ${rows.length} rows and ${columns.length} columns.`);
  }
  if (weights.length !== rows.length) {
    throw new RangeError(`${caller}: expected weights for ${rows.length} rows, given ${weights.length}.`);
  }
  weights.forEach((row, r) => {
    if (row.length !== columns.length) {
      throw new RangeError(`${caller}: expected ${columns.length} weights in row ${r}, given ${row.length}.`);
    }
    row.forEach((weight, c) => {
      if (!(weight >= -1e-3 && weight <= 1 + 1e-3)) {
        throw new RangeError(`${caller}: expected a weight from 0 to 1 in row ${r}, column ${c}, given ${weight}.`);
      }
    });
  });
}
