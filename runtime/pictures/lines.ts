/** Pictures of what is measured: a line for each of what is compared, over places that have an order. */

import { card, ink1, ink2, markColour, noteSize, padding, sheetColour, svg, titleSize, weightColour } from './frame.ts';
import { createInk, round, textWidth, wrapped } from './text.ts';

export interface Line {
  readonly name: string;
  /** Shape [runs, places]: the line goes through the means, and where there are several runs each is a dot. */
  readonly values: readonly (readonly number[])[];
  /** Drawn with dashes: what the others are measured against. */
  readonly yardstick?: boolean;
}

export interface LinesPicture {
  readonly title?: string;
  /** What the values are, and what the places are. */
  readonly value: string;
  readonly place: string;
  readonly places: readonly string[];
  readonly lines: readonly Line[];
  readonly caption?: string;
}

const plotWidth = 480;
const plotHeight = 260;
const colours = [weightColour(1), markColour, weightColour(0.6), ink2];

/**
 * Draws each line from 0 up, its name at its right end. The same picture gives the same text; text is drawn as in
 * `alignmentSvg`.
 *
 * Throws a RangeError where there are more lines than colours, a line has no run, or a run not one value of 0 or more for
 * each place.
 */
export function linesSvg(picture: LinesPicture): string {
  const { lines, places } = picture;
  check(picture);
  const ink = createInk();
  const top = topOf(Math.max(...lines.flatMap(({ values }) => values.flat())));
  const ticks = Array.from({ length: Math.round(top.value / top.step) + 1 }, (_, k) => k * top.step);
  const left = padding + Math.max(...ticks.map((tick) => textWidth(round(tick), noteSize))) + 8;
  const names = Math.max(...lines.map(({ name }) => textWidth(name, noteSize)));
  const inner = left + plotWidth + 14 + names - padding;

  const parts: string[] = [];
  let y = padding;
  for (const line of wrapped(picture.title ?? '', titleSize, inner)) {
    parts.push(ink.text(line, padding, y + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true }));
    y += titleSize * 1.4;
  }
  parts.push(ink.text(picture.value, padding, y + noteSize, { size: noteSize, fill: ink2 }));
  y += noteSize * 2;
  const bottom = y + plotHeight;
  const heightOf = (value: number): number => bottom - (value / top.value) * plotHeight;
  const placeOf = (k: number): number => left + ((k + 0.5) / places.length) * plotWidth;

  for (const tick of ticks) {
    const at = round(heightOf(tick));
    parts.push(`<path d="M${round(left)} ${at}h${plotWidth}" stroke="${sheetColour}"/>`);
    parts.push(ink.text(round(tick), left - 8, heightOf(tick) + noteSize * 0.35, { size: noteSize, fill: ink2, anchor: 'end' }));
  }
  const room = plotWidth / places.length - 6;
  for (const [k, place] of places.entries()) {
    const size = Math.min(noteSize, (noteSize * room) / textWidth(place, noteSize));
    parts.push(ink.text(place, placeOf(k), bottom + noteSize * 1.5, { size, fill: ink2, anchor: 'middle' }));
  }
  parts.push(ink.text(picture.place, left + plotWidth / 2, bottom + noteSize * 3.2, { size: noteSize, fill: ink2, anchor: 'middle' }));

  const means = lines.map(({ values }) => places.map((_, k) => values.reduce((sum, run) => sum + run[k]!, 0) / values.length));
  for (const [n, { values, yardstick = false }] of lines.entries()) {
    const [colour, mean] = [colours[n]!, means[n]!];
    const path = mean.map((value, k) => `${k === 0 ? 'M' : 'L'}${round(placeOf(k))} ${round(heightOf(value))}`).join('');
    parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"${yardstick ? ' stroke-dasharray="5 4"' : ''}/>`);
    const dots = values.length === 1 && yardstick ? [] : values;
    for (const run of dots) {
      for (const [k, value] of run.entries()) {
        parts.push(`<circle cx="${round(placeOf(k))}" cy="${round(heightOf(value))}" r="2.5" fill="${colour}"/>`);
      }
    }
  }
  for (const [n, at] of apart(means.map((mean) => heightOf(mean.at(-1)!))).entries()) {
    parts.push(ink.text(lines[n]!.name, left + plotWidth + 6, at + noteSize * 0.35, { size: noteSize, fill: colours[n]! }));
  }

  y = bottom + noteSize * 3.2;
  const captionLines = wrapped(picture.caption ?? '', noteSize, inner);
  if (captionLines.length > 0) y += 14;
  for (const line of captionLines) {
    parts.push(ink.text(line, padding, y + noteSize * 0.8, { size: noteSize, fill: ink2 }));
    y += noteSize * 1.5;
  }
  const [width, height] = [inner + 2 * padding, y + padding];
  const told = lines.map(({ name }, n) => `${name}: ${places.map((place, k) => `${place} ${round(means[n]![k]!, 1)}`).join(', ')}`);
  const title = picture.title === undefined ? '' : `${picture.title}. `;
  return svg(width, height, `${title}${picture.value}. ${told.join('; ')}.`, ink, card(width, height) + parts.join(''));
}

/** The end of the scale, and the distance of its ticks: 1, 2 or 5 times a power of ten, at least three of them. */
function topOf(largest: number): { readonly value: number; readonly step: number } {
  if (largest === 0) return { value: 1, step: 0.5 };
  const power = 10 ** Math.floor(Math.log10(largest));
  const step = [1, 0.5, 0.2].map((part) => part * power).find((each) => largest / each >= 3) ?? 0.2 * power;
  return { value: Math.ceil(largest / step) * step, step };
}

/** Heights of names, moved until none is drawn over another. */
function apart(heights: readonly number[]): number[] {
  const order = heights.map((_, n) => n).sort((a, b) => heights[a]! - heights[b]!);
  const moved = [...heights];
  let last = Number.NEGATIVE_INFINITY;
  for (const n of order) last = moved[n] = Math.max(heights[n]!, last + noteSize * 1.25);
  return moved;
}

function check({ lines, places }: LinesPicture): void {
  if (lines.length === 0 || places.length === 0) throw new RangeError('linesSvg: expected at least one line and one place.');
  if (lines.length > colours.length) throw new RangeError(`linesSvg: expected at most ${colours.length} lines, given ${lines.length}.`);
  for (const { name, values } of lines) {
    if (values.length === 0) throw new RangeError(`linesSvg: the line ${JSON.stringify(name)} has no run.`);
    for (const run of values) {
      if (run.length !== places.length)
        throw new RangeError(`linesSvg: expected ${places.length} values of ${JSON.stringify(name)}, given ${run.length}.`);
      const wrong = run.find((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
      if (wrong !== undefined) throw new RangeError(`linesSvg: expected values of 0 or more of ${JSON.stringify(name)}, given ${wrong}.`);
    }
  }
}
