/** Curves of runs as one SVG: a panel for each measure, a line for each run. */
import type { Run } from './log.ts';

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** Told apart by people who see colours differently, too: Okabe & Ito 2008. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [360, 220, 56, 28, 28, 12];

/** The loss, and every measure that a run's validations have; names of runs are made as short as they differ. */
export function panelsOf(runs: readonly Run[], names: readonly string[]): Panel[] {
  const measures = [...new Set(runs.flatMap(({ validations }) => validations.flatMap(({ metrics }) => Object.keys(metrics))))];
  const panel = (title: string, points: (run: Run) => Curve['points']): Panel => ({
    title,
    curves: runs.map((run, k) => ({ name: names[k]!, points: points(run).filter(([, value]) => Number.isFinite(value)) })),
  });
  return [
    panel('loss in training', ({ progress }) => progress.map(({ step, loss }) => [step, loss])),
    ...(runs.some(({ validations }) => validations.length > 0)
      ? [panel('loss on validation', ({ validations }) => validations.map(({ step, loss }) => [step, loss]))]
      : []),
    ...measures.map((measure) =>
      panel(`${measure} on validation`, ({ validations }) =>
        validations.flatMap(({ step, metrics }) => (metrics[measure] === undefined ? [] : [[step, metrics[measure]] as const])),
      ),
    ),
  ];
}

export function curvesSvg(panels: readonly Panel[]): string {
  const columns = Math.min(3, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const names = panels[0]?.curves.map(({ name }) => name) ?? [];
  const legend = 18 * names.length + 12;
  const drawn = panels.map(
    (panel, k) => `<g transform="translate(${(k % columns) * WIDTH},${Math.floor(k / columns) * HEIGHT})">${drawPanel(panel)}</g>`,
  );
  const entries = names.map(
    (name, k) =>
      `<g transform="translate(${LEFT},${rows * HEIGHT + 18 * k + 12})"><line x2="18" stroke="${COLORS[k % COLORS.length]!}" stroke-width="2"/><text x="26" y="4">${escaped(name)}</text></g>`,
  );
  const [width, height] = [columns * WIDTH, rows * HEIGHT + legend];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...drawn,
    ...entries,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, curves }: Panel): string {
  const points = curves.flatMap((curve) => curve.points);
  const head = `<text x="${LEFT}" y="18" font-weight="bold">${escaped(title)}</text>`;
  if (points.length === 0) return head;
  const steps = rangeOf(points.map(([step]) => step));
  const values = rangeOf(points.map(([, value]) => value));
  const x = (step: number): number => LEFT + ((step - steps.low) / (steps.high - steps.low)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - ((value - values.low) / (values.high - values.low)) * (HEIGHT - BOTTOM - TOP);
  const grid = ticks(values).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(value))}" y2="${at(y(value))}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at(y(value) + 4)}" text-anchor="end" fill="#555">${shown(value)}</text>`,
  );
  const feet = ticks(steps).map(
    (step) => `<text x="${at(x(step))}" y="${HEIGHT - 10}" text-anchor="middle" fill="#555">${shown(step)}</text>`,
  );
  const lines = curves.map(({ points: own }, k) => {
    const color = COLORS[k % COLORS.length]!;
    const [first] = own;
    if (first === undefined) return '';
    if (own.length === 1) return `<circle cx="${at(x(first[0]))}" cy="${at(y(first[1]))}" r="3" fill="${color}"/>`;
    const places = own.map(([step, value]) => `${at(x(step))},${at(y(value))}`).join(' ');
    return `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${places}"/>`;
  });
  return [head, ...grid, ...feet, ...lines].join('');
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function rangeOf(values: readonly number[]): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low === high ? { low: low - 0.5, high: high + 0.5 } : { low, high };
}

/** Round numbers, some four of them. */
function ticks({ low, high }: Range): number[] {
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((each) => each >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}

const shown = (value: number): string => String(Number(value.toPrecision(4)));
const at = (value: number): string => value.toFixed(1);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
