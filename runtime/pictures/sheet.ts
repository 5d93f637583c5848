/** Sheets of small grey pictures, row by row, and what looked where in them. */
import { card, ink1, ink2, noteSize, padding, svg, titleSize } from './frame.ts';
import { createInk, round, textWidth } from './text.ts';

export interface SheetRow {
  readonly name: string;
  readonly pictures: readonly Sketch[];
}

export interface Sketch {
  /** Row by row from the top, from -1 for paper to 1 for ink. */
  readonly pixels: ArrayLike<number>;
  /** Pixels of a row; default: those of a square picture. */
  readonly width?: number;
  /** Weights over square positions of it, laid over the picture in colour, the strongest for the largest. */
  readonly weights?: ArrayLike<number>;
  /** The position that the weights are of: row and column, as shares of the picture. */
  readonly from?: readonly [row: number, column: number];
}

/** How tall a picture is drawn. */
const picture = 56;
const gap = 8;
const shades = 8;

/** Draws the rows under each other, each with its name. Throws a RangeError for pixels or weights that make no rectangle. */
export function sheetSvg(title: string, rows: readonly SheetRow[]): string {
  const ink = createInk();
  const names = Math.max(0, ...rows.map(({ name }) => textWidth(name, noteSize))) + 14;
  const columns = Math.max(1, ...rows.map(({ pictures }) => pictures.length));
  const wide = Math.max(picture, ...rows.flatMap(({ pictures }) => pictures.map(widthOf)));
  const head = titleSize * 1.4 + 12;
  const width = Math.max(2 * padding + names + columns * (wide + gap) - gap, 2 * padding + textWidth(title, titleSize));
  const height = 2 * padding + head + rows.length * (picture + gap) - gap;
  const parts = rows.flatMap(({ name, pictures }, row) => {
    const top = padding + head + row * (picture + gap);
    const drawings = pictures.map(
      (sketch, column) => `<g transform="translate(${round(padding + names + column * (wide + gap))} ${round(top)})">${drawn(sketch)}</g>`,
    );
    return [ink.text(name, padding, top + picture / 2 + 4, { size: noteSize, fill: ink2 }), ...drawings];
  });
  const heading = ink.text(title, padding, padding + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true });
  return svg(width, height, `${title}: ${rows.map(({ name }) => name).join(', ')}.`, ink, card(width, height) + heading + parts.join(''));
}

/** One path for each shade, of runs of pixels. */
function drawn(sketch: Sketch): string {
  const { pixels, weights, from } = sketch;
  const [rows, columns] = shapeOf(sketch);
  const cell = picture / rows;
  const shadeOf = (k: number): number => Math.round(Math.min(1, Math.max(0, (pixels[k]! + 1) / 2)) * shades);
  const runs = new Map<number, string>();
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; ) {
      const shade = shadeOf(y * columns + x);
      let end = x + 1;
      while (end < columns && shadeOf(y * columns + end) === shade) end++;
      if (shade > 0)
        runs.set(
          shade,
          `${runs.get(shade) ?? ''}M${round(x * cell)} ${round(y * cell)}h${round((end - x) * cell)}v${round(cell)}H${round(x * cell)}z`,
        );
      x = end;
    }
  }
  const ink = [...runs].map(
    ([shade, path]) => `<path d="${path}" fill="#16202c" fill-opacity="${round(shade / shades)}" shape-rendering="crispEdges"/>`,
  );
  return [
    `<rect width="${round(widthOf(sketch))}" height="${picture}" fill="#f1f5f9"/>`,
    ...ink,
    ...(weights === undefined ? [] : [overlay(weights, rows / columns)]),
    ...(from === undefined ? [] : [dot(from, widthOf(sketch))]),
  ].join('');
}

function overlay(weights: ArrayLike<number>, aspect: number): string {
  const rows = whole(Math.sqrt(weights.length * aspect), weights);
  const columns = whole(weights.length / rows, weights);
  const cell = picture / rows;
  const most = Math.max(...Array.from(weights));
  return Array.from(weights, (weight, k) => {
    const opacity = most === 0 ? 0 : (0.8 * weight) / most;
    return opacity < 0.04
      ? ''
      : `<rect x="${round((k % columns) * cell)}" y="${round(Math.floor(k / columns) * cell)}" width="${round(cell)}" height="${round(cell)}" fill="#d9480f" fill-opacity="${round(opacity)}"/>`;
  }).join('');
}

function dot([row, column]: readonly [number, number], width: number): string {
  return `<circle cx="${round(column * width)}" cy="${round(row * picture)}" r="3.2" fill="#3074b2" stroke="#ffffff"/>`;
}

/** How wide a picture is drawn. */
function widthOf(sketch: Sketch): number {
  const [rows, columns] = shapeOf(sketch);
  return (picture * columns) / rows;
}

function shapeOf({ pixels, width = Math.sqrt(pixels.length) }: Sketch): readonly [rows: number, columns: number] {
  const columns = whole(width, pixels);
  return [whole(pixels.length / columns, pixels), columns];
}

function whole(count: number, values: ArrayLike<number>): number {
  if (!Number.isInteger(count) || count === 0) throw new RangeError(`sheetSvg: ${values.length} numbers make no such rectangle.`);
  return count;
}
