/** Points with a walk through them, and what was pointed at meanwhile. */
import { alignmentSvg } from 'attnc/runtime';
import type { Value } from 'attnc/runtime';
import type { Point } from './geometry.ts';

const [size, margin] = [360, 24];

/** Closed walks with arrows, the first point of the first filled. `right`: the right ones, dashed where they differ. */
export function walkSvg(
  title: string,
  points: readonly Point[],
  walks: readonly (readonly number[])[],
  right: readonly (readonly number[])[],
): string {
  const at = ([x, y]: Point): readonly [number, number] => [margin + x * (size - 2 * margin), size - margin - y * (size - 2 * margin)];
  const digits = (value: number): string => value.toFixed(1);
  const line = (from: Point, to: Point, dash: boolean): string => {
    const [[ax, ay], [bx, by]] = [at(from), at(to)];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    const short = (part: number): readonly [number, number] => [bx - ((bx - ax) * part) / length, by - ((by - ay) * part) / length];
    const [ex, ey] = short(dash ? 0 : 9);
    return `<line x1="${digits(ax)}" y1="${digits(ay)}" x2="${digits(ex)}" y2="${digits(ey)}" ${dash ? 'stroke="#c0603a" stroke-dasharray="4 4" stroke-width="1.5"' : 'stroke="#3074b2" stroke-width="2.5" marker-end="url(#tip)"'}/>`;
  };
  const sides = (order: readonly number[], dash: boolean): string =>
    order
      .flatMap((k, i) => {
        const next = order[i + 1] ?? order[0];
        return next === undefined || points[k] === undefined || points[next] === undefined ? [] : [line(points[k], points[next], dash)];
      })
      .join('');
  const all = (each: readonly (readonly number[])[], dash: boolean): string => each.map((walk) => sides(walk, dash)).join('');
  const same = walks.map(String).join(' ') === right.map(String).join(' ');
  const first = walks[0]?.[0];
  const dots = points
    .map((point, k) => {
      const [x, y] = at(point);
      return `<circle cx="${digits(x)}" cy="${digits(y)}" r="${k === first ? 6 : 4.5}" fill="${k === first ? '#0a2d5c' : '#ffffff'}" stroke="#16202c" stroke-width="1.5"/>`;
    })
    .join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" role="img"><title>${title.replace(/[<&]/gu, '')}</title>` +
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="5" markerHeight="5" orient="auto"><path d="M0 0L8 4L0 8z" fill="#3074b2"/></marker></defs>' +
    `<rect x="0.5" y="0.5" width="${size - 1}" height="${size - 1}" rx="12" fill="#ffffff" stroke="#d5dde6"/>${same ? '' : all(right, true)}${all(walks, false)}${dots}</svg>\n`
  );
}

/** Where each output's probability lay. `logits` over [outputs, choices]. */
export function pointersSvg(title: string, rows: readonly string[], columns: readonly string[], { data, shape }: Value): string {
  const width = shape.at(-1)!;
  const weights = rows.map((_, i) => {
    const row = Array.from(data.slice(i * width, i * width + columns.length));
    const most = Math.max(...row);
    const powers = row.map((logit) => Math.exp(logit - most));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / total);
  });
  return alignmentSvg({ title, rows, columns, weights, rowTitle: 'written', columnTitle: 'pointed at' });
}
