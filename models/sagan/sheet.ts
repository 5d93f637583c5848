/** Sheets of small grey pictures as SVG: rows under each other, each with its name. */

export interface SheetRow {
  readonly name: string;
  readonly pictures: readonly Sketch[];
}

/** Square; from -1 for paper to 1 for ink. */
export interface Sketch {
  readonly pixels: ArrayLike<number>;
  /** Weights over a square of places, laid over the picture in colour. */
  readonly weights?: ArrayLike<number>;
  /** The place that the weights are of: row and column, as shares of the side. */
  readonly from?: readonly [row: number, column: number];
}

const picture = 56;
const gap = 8;
const padding = 20;
const nameWidth = 116;
const headHeight = 34;
const shades = 8;

export function sheetSvg(title: string, rows: readonly SheetRow[]): string {
  const columns = Math.max(...rows.map(({ pictures }) => pictures.length));
  const width = 2 * padding + nameWidth + columns * (picture + gap) - gap;
  const height = 2 * padding + headHeight + rows.length * (picture + gap) - gap;
  const parts = rows.flatMap(({ name, pictures }, row) => {
    const top = padding + headHeight + row * (picture + gap);
    return [
      `<text x="${padding}" y="${top + picture / 2 + 5}" font-size="13" fill="#566472">${escaped(name)}</text>`,
      ...pictures.map((sketch, column) => `<g transform="translate(${padding + nameWidth + column * (picture + gap)} ${top})">${drawn(sketch)}</g>`),
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`
    + `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="12" fill="#ffffff" stroke="#d5dde6"/>`
    + `<text x="${padding}" y="${padding + 15}" font-size="16" font-weight="bold" fill="#16202c">${escaped(title)}</text>${parts.join('')}</svg>`;
}

/** One path for each shade, of runs of pixels. */
function drawn({ pixels, weights, from }: Sketch): string {
  const side = Math.sqrt(pixels.length);
  const cell = picture / side;
  const shadeOf = (k: number): number => Math.round(Math.min(1, Math.max(0, (pixels[k]! + 1) / 2)) * shades);
  const runs = new Map<number, string>();
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side;) {
      const shade = shadeOf(y * side + x);
      let end = x + 1;
      while (end < side && shadeOf(y * side + end) === shade) end++;
      if (shade > 0) runs.set(shade, `${runs.get(shade) ?? ''}M${number(x * cell)} ${number(y * cell)}h${number((end - x) * cell)}v${number(cell)}H${number(x * cell)}z`);
      x = end;
    }
  }
  const ink = [...runs].map(([shade, path]) => `<path d="${path}" fill="#16202c" fill-opacity="${number(shade / shades)}" shape-rendering="crispEdges"/>`);
  return [`<rect width="${picture}" height="${picture}" fill="#f1f5f9"/>`, ...ink, ...(weights === undefined ? [] : [overlay(weights)]), ...(from === undefined ? [] : [dot(from)])].join('');
}

function overlay(weights: ArrayLike<number>): string {
  const side = Math.sqrt(weights.length);
  const cell = picture / side;
  const most = Math.max(...Array.from(weights));
  return Array.from(weights, (weight, k) => {
    const opacity = most === 0 ? 0 : (0.8 * weight) / most;
    return opacity < 0.04 ? '' : `<rect x="${number((k % side) * cell)}" y="${number(Math.floor(k / side) * cell)}" width="${number(cell)}" height="${number(cell)}" fill="#d9480f" fill-opacity="${number(opacity)}"/>`;
  }).join('');
}

function dot([row, column]: readonly [number, number]): string {
  return `<circle cx="${number(column * picture)}" cy="${number(row * picture)}" r="3.2" fill="#3074b2" stroke="#ffffff"/>`;
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!);
}
