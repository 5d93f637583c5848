/**
 * Outlines to pixels, for build.mjs: non-zero winding, coverage by 8 lines a pixel, each line's ends exact to a fraction
 * of a pixel.
 */

const lines = 8;

/** Straight pieces of an outline, as [x, y] points of closed contours. */
function flatten(commands) {
  const contours = [];
  let points = [];
  const close = () => {
    if (points.length > 2) contours.push(points);
    points = [];
  };
  for (const { command, args } of commands) {
    const from = points.at(-1) ?? [0, 0];
    if (command === 'moveTo') {
      close();
      points = [args];
    } else if (command === 'closePath') close();
    else if (command === 'lineTo') points.push(args);
    else {
      const controls = [from];
      for (let k = 0; k < args.length; k += 2) controls.push([args[k], args[k + 1]]);
      for (let step = 1; step <= 8; step++) points.push(onCurve(controls, step / 8));
    }
  }
  close();
  return contours;
}

/** De Casteljau: a Bézier curve of any degree at t. */
function onCurve(controls, t) {
  let row = controls;
  while (row.length > 1) row = row.slice(1).map(([x, y], k) => [row[k][0] * (1 - t) + x * t, row[k][1] * (1 - t) + y * t]);
  return row[0];
}

/**
 * Grey values in [0, 1] of `size` × `size` pixels, row by row: the outline as large as fits within the margin, its shape
 * kept, in the middle. Nothing for an outline without an area.
 */
export function rasterise(commands, size, margin) {
  const contours = flatten(commands);
  const xs = contours.flat().map(([x]) => x);
  const ys = contours.flat().map(([, y]) => y);
  const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  if (!(right > left && top > bottom)) return undefined;
  const scale = (size - 2 * margin) / Math.max(right - left, top - bottom);
  const place = ([x, y]) => [size / 2 + (x - (left + right) / 2) * scale, size / 2 - (y - (bottom + top) / 2) * scale];
  const edges = contours.flatMap((contour) => {
    const placed = contour.map(place);
    return placed.map((point, k) => [point, placed[(k + 1) % placed.length]]);
  });
  const grey = new Float64Array(size * size);
  for (let line = 0; line < size * lines; line++) {
    const y = (line + 0.5) / lines;
    const crossings = [];
    for (const [[x0, y0], [x1, y1]] of edges) {
      if (y0 <= y === y1 <= y) continue;
      crossings.push({ x: x0 + ((y - y0) * (x1 - x0)) / (y1 - y0), turn: y1 > y0 ? 1 : -1 });
    }
    crossings.sort((a, b) => a.x - b.x);
    let winding = 0;
    for (const [k, { x, turn }] of crossings.entries()) {
      winding += turn;
      if (winding !== 0) cover(grey, Math.floor(line / lines) * size, size, x, crossings[k + 1].x);
    }
  }
  return grey;
}

/** Adds to a row of pixels what one line between two positions covers of them. */
function cover(grey, row, size, from, to) {
  for (let x = Math.max(0, Math.floor(from)); x < Math.min(size, Math.ceil(to)); x++) {
    grey[row + x] += (Math.min(to, x + 1) - Math.max(from, x)) / lines;
  }
}
