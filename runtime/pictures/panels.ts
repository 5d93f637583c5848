/** Pictures of what a network does over time: several panels, one below the other, a column for each step, as figure 6 of Graves, Wayne & Danihelka 2014. */

import { card, ink1, ink2, leastText, noteSize, padding, svg, titleSize, weightColour } from './frame.ts';
import { createInk, round, textWidth, wrapped } from './text.ts';

export interface Panel {
  readonly title: string;
  /** Shape [rows, columns], each in [0, 1]. */
  readonly values: readonly (readonly number[])[];
}

export interface PanelsPicture {
  readonly title?: string;
  readonly panels: readonly Panel[];
  readonly caption?: string;
}

const gap = 14;
/** About how wide the longest panel becomes. */
const wanted = 720;
const leastCell = 3;
const mostCell = 14;

/**
 * Draws the values of each panel, darker for larger, all with cells of one size, so that steps stand below one another. The same
 * picture gives the same text; text is drawn as in `alignmentSvg`.
 *
 * Throws a RangeError where a panel is empty or ragged, or a value is not in [0, 1] (1e-3 is allowed for rounding).
 */
export function panelsSvg(picture: PanelsPicture): string {
  const { panels } = picture;
  if (panels.length === 0) throw new RangeError('panelsSvg: expected at least one panel, given none.');
  panels.forEach(check);
  const ink = createInk();
  const columns = Math.max(...panels.map(({ values }) => values[0]!.length));
  const cell = Math.min(mostCell, Math.max(leastCell, Math.floor(wanted / columns)));
  const names = Math.max(...panels.map(({ title }) => textWidth(title, noteSize))) + 12;
  const inner = Math.max(names + columns * cell, leastText);

  const parts: string[] = [];
  let y = padding;
  for (const line of wrapped(picture.title ?? '', titleSize, inner)) {
    parts.push(ink.text(line, padding, y + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true }));
    y += titleSize * 1.4;
  }
  if (y > padding) y += 6;
  const left = padding + names;
  for (const { title, values } of panels) {
    const height = values.length * cell;
    parts.push(ink.text(title, left - 10, y + Math.min(height / 2, 40) + noteSize * 0.35, { size: noteSize, fill: ink2, anchor: 'end' }));
    parts.push(
      `<rect x="${round(left)}" y="${round(y)}" width="${values[0]!.length * cell}" height="${height}" fill="${weightColour(0)}"/>`,
    );
    values.forEach((row, r) => parts.push(strip(row, left, y + r * cell, cell)));
    y += Math.max(height, noteSize) + gap;
  }
  y -= gap;
  const captionLines = wrapped(picture.caption ?? '', noteSize, inner);
  if (captionLines.length > 0) y += 14;
  for (const line of captionLines) {
    parts.push(ink.text(line, padding, y + noteSize * 0.8, { size: noteSize, fill: ink2 }));
    y += noteSize * 1.5;
  }
  const [width, height] = [inner + 2 * padding, y + padding];
  const told = `${picture.title === undefined ? '' : `${picture.title}. `}${panels.map(({ title, values }) => `${title}: ${values.length} rows, ${values[0]!.length} steps`).join('; ')}.`;
  return svg(width, height, told, ink, card(width, height) + parts.join(''));
}

/** One row of cells; neighbours of one colour are one rectangle, and what has the colour of the ground is left out. */
function strip(row: readonly number[], x: number, y: number, cell: number): string {
  const ground = weightColour(0);
  let text = '';
  for (let from = 0; from < row.length; ) {
    const colour = weightColour(row[from]!);
    let to = from + 1;
    while (to < row.length && weightColour(row[to]!) === colour) to++;
    if (colour !== ground)
      text += `<rect x="${round(x + from * cell)}" y="${round(y)}" width="${(to - from) * cell}" height="${cell}" fill="${colour}"/>`;
    from = to;
  }
  return text;
}

function check({ title, values }: Panel): void {
  const width = values[0]?.length ?? 0;
  if (width === 0) throw new RangeError(`panelsSvg: the panel ${JSON.stringify(title)} is empty.`);
  values.forEach((row, r) => {
    if (row.length !== width)
      throw new RangeError(`panelsSvg: row ${r} of ${JSON.stringify(title)} has ${row.length} values, expected ${width}.`);
    row.forEach((value, c) => {
      if (!(value >= -1e-3 && value <= 1 + 1e-3))
        throw new RangeError(
          `panelsSvg: expected a value from 0 to 1 in row ${r}, column ${c} of ${JSON.stringify(title)}, given ${value}.`,
        );
    });
  });
}
