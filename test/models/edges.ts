/** Functions of a few numbers tried at their edges: one program for all of them, held against float64. */
import { expect } from 'vitest';
import type { Model, Value, Values } from '../../runtime/index.ts';
import type { Dual } from './dual.ts';
import { compiled, type Compiled } from './support.ts';

/** By argument: a row, which lies along `n`, or one number. */
export type Case = Readonly<Record<string, readonly number[] | number>>;
export type Row = readonly Dual[];

export interface Tried {
  /** An expression of the arguments, over `n` or one number. */
  readonly text: string;
  readonly cases: readonly Case[];
  readonly reference: (given: Readonly<Record<string, Row>>) => readonly Dual[];
  /** What has the slopes, where that is another function. */
  readonly inTraining?: Tried['reference'];
  /** What differences are relative to, where the largest of a row is less; by default that is. */
  readonly scale?: number;
  /** Largest difference of a value and of a slope. */
  readonly within?: number;
  readonly slopeWithin?: number;
}

export type Edges = Model<Record<string, number>, object, object, Values>;
const LARGEST = 3.4028234e38;
const row = (x: readonly number[] | number): readonly number[] => (typeof x === 'number' ? [x] : x);
const names = (tried: Tried): readonly string[] => Object.keys(tried.cases[0]!);

function resultOf(
  { reference, inTraining = reference, cases: [first] }: Tried,
  moved: string | null,
  at: number,
  given: Case = first!,
): readonly Dual[] {
  return (moved === null ? reference : inTraining)(
    Object.fromEntries(
      Object.entries(given).map(([name, x]) => [name, row(x).map((v, k): Dual => ({ v, d: name === moved && k === at ? 1 : 0 }))]),
    ),
  );
}

/** The weight of position k of a result in the loss. */
const weight = (k: number): number => 1 + k / 2;

export function compileEdges(tried: Readonly<Record<string, Tried>>, file: string, more = ''): Promise<Compiled<Edges>> {
  const dims: string[] = [];
  const outputs: string[] = [];
  const losses: string[] = [];
  const lines: string[] = [];
  Object.values(tried).forEach((each, k) => {
    const own = (text: string): string =>
      [...names(each), 'n', 'cases'].reduce(
        (all, name) => all.replaceAll(new RegExp(`(?<![\\w.])${name}(?!\\w)`, 'gu'), `${name}${k}`),
        text,
      );
    const first = each.cases[0]!;
    const width = Math.max(...names(each).map((name) => row(first[name]!).length));
    const isRow = names(each).some((name) => typeof first[name] !== 'number');
    const wide = isRow && resultOf(each, null, 0).length === width && !/^(?:sum|mean|max|min|prod|norm|cosine|entropy)\b/u.test(each.text);
    dims.push(own(`cases = ${each.cases.length}`), ...(isRow ? [own(`n = ${width}`)] : []));
    for (const name of names(each)) lines.push(own(`  param ${name}: [cases${typeof first[name] === 'number' ? '' : ', n'}] = zeros`));
    lines.push(own(`  y${k} = ${each.text}`));
    outputs.push(`y${k}: [${own(`cases${wide ? ', n' : ''}`)}]`);
    losses.push(own(wide ? `sum[cases, n](y${k} * (1 + 0.5 * position[n]))` : `sum[cases](y${k})`));
  });
  const fields = Object.keys(tried)
    .map((_, k) => `y${k} = y${k}`)
    .join(', ');
  return compiled<Edges>(
    file,
    new Map(),
    `dim ${dims.join(', ')}
${more}
model Edges(g: []) -> { ${outputs.join(', ')}, same: [] } {
${lines.join('\n')}
  { ${fields}, same = g }
}
objective O for Edges { loss = ${losses.join(' + ')};  optimizer sgd(rate = 0.1) }
`,
  );
}

/** What is right where it is a float32; else no number would be, and infinity of its sign does. */
function isRight(given: number, right: number, scale: number, within: number): boolean {
  if (Number.isNaN(given)) return false;
  if (Math.abs(right) > LARGEST) return Math.abs(given) > 1e38 && Math.sign(given) === Math.sign(right);
  return Number.isNaN(right) || Math.abs(given - right) <= within * Math.max(scale, 1e-37);
}

function argumentOf({ cases }: Tried, name: string): Value {
  const rows = cases.map((given) => row(given[name]!));
  const isRow = typeof cases[0]![name] !== 'number';
  return {
    data: Float32Array.from(rows.flat()),
    shape: isRow ? [rows.length, rows[0]!.length] : [rows.length],
    axes: isRow ? ['cases', 'n'] : ['cases'],
  };
}

/** All but those that have these titles. */
export async function tryEdges(
  tried: Readonly<Record<string, Tried>>,
  { create }: Compiled<Edges>,
  without: readonly string[] = [],
): Promise<void> {
  const model = create({ seed: 1 });
  const all = Object.values(tried);
  await model.weights.write(
    Object.fromEntries(all.flatMap((each, k) => names(each).map((name): [string, Value] => [`${name}${k}`, argumentOf(each, name)]))),
  );
  const outputs = (await model.forward([{ g: 1 }]))[0]!;
  const { gradients } = await model.gradients([{ g: 1 }]);
  const wrong: string[] = [];
  const compare = (what: string, given: readonly number[], right: readonly number[], within: number, least = 0): void => {
    const scale = Math.max(least, ...right.filter((x) => Math.abs(x) <= LARGEST).map(Math.abs));
    if (given.some((x, k) => !isRight(x, right[k]!, scale, within))) wrong.push(`${what}: ${given.join(' ')} for ${right.join(' ')}`);
  };
  for (const [k, [title, each]] of Object.entries(tried).entries()) {
    if (without.includes(title)) continue;
    const values = Array.from(outputs[`y${k}`]!.data);
    const own = values.length / each.cases.length;
    each.cases.forEach((given, c) => {
      const shown = `${title} of ${JSON.stringify(given)}`;
      compare(
        shown,
        values.slice(c * own, (c + 1) * own),
        resultOf(each, null, 0, given).map(({ v }) => v),
        each.within ?? 1e-5,
        each.scale,
      );
      for (const name of names(each)) {
        const width = row(given[name]!).length;
        const right = Array.from({ length: width }, (_, at) =>
          resultOf(each, name, at, given).reduce((sum, { d }, j) => sum + (d === 0 ? 0 : d * weight(j)), 0),
        );
        compare(
          `slope along ${name} of ${shown}`,
          Array.from(gradients[`${name}${k}`]!.data).slice(c * width, (c + 1) * width),
          right,
          each.slopeWithin ?? 1e-4,
          each.scale,
        );
      }
    });
  }
  expect(wrong).toEqual([]);
}
