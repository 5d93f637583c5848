/**
 * Every elementwise function of the table, from the least to the largest argument: its value against float64, its derived slope
 * against differences, and both as emitted for every backend. Who adds a record has it tested here.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { UnaryFn } from '../../compiler/graph/graph.ts';
import { UNARY } from '../../compiler/graph/operations/unary.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import type { Value } from '../../runtime/index.ts';
import { onKernelsOf } from '../backend/kernels.ts';
import { axis, dim } from '../graph/support.ts';
import { averaged, data, leaves, randomFrom } from '../passes/support.ts';
import { compiled, usableBackends, type Compiled } from './support.ts';
import type { AnyModel } from './programs.ts';

const FUNCTIONS = (Object.keys(UNARY) as UnaryFn[]).filter(
  (fn) => UNARY[fn].word && (UNARY[fn].takes === 'float' || UNARY[fn].takes === 'number'),
);
const SIZES = [
  ...[0, 1e-37, 1e-30, 1e-12, 1e-7, 1e-3, 0.1, 0.3, 0.45, 0.6, 0.9, 1, 1.3, 2, 3, 5, 9, 10, 20, 50, 80, 88],
  ...[120, 1e3, 1e4, 1e6, 1e12, 1e30, 3e38, Infinity],
];
const POINTS = SIZES.flatMap((x) => [x, -x]).map(Math.fround);
const LARGEST = 3.4028234e38;

/** What the derivative that the compiler takes gives in float64. */
function slopes(fn: UnaryFn, points: readonly number[]): readonly number[] {
  const b = new Builder();
  const n = axis('n', dim('n'));
  const loss = b.reduce('sum', b.unary(fn, b.parameter('x', [n])), ['n']);
  const roots = new Map([['loss', loss]]);
  const { roots: derived } = differentiate(averaged(batch(roots)), 'loss', leaves(roots).parameters);
  const gradient = derived.get('gradient.x');
  if (gradient === undefined) return points.map(() => 0);
  const given = data(roots, { n: points.length }, {}, randomFrom(1)).batch;
  const value = interpret([gradient], { ...given, parameters: new Map([['x', Float64Array.from(points)]]) })[0]!;
  return [...value.data];
}

const isDefined = (fn: UnaryFn, x: number): boolean => !Number.isNaN(UNARY[fn].value(x));

describe.each(FUNCTIONS)('the derivative of %s', (fn) => {
  it('is what differences show', () => {
    const points = [-4, -1.7, -0.9, -0.3, -0.07, 0.07, 0.3, 0.9, 1.7, 4].filter((x) => isDefined(fn, x));
    const h = 1e-6;
    const derived = slopes(fn, points);
    for (const [k, x] of points.entries()) {
      const difference = (UNARY[fn].value(x + h) - UNARY[fn].value(x - h)) / (2 * h);
      expect(Math.abs(derived[k]! - difference), `at ${x}`).toBeLessThan(1e-8 * Math.max(1, Math.abs(difference)));
    }
  });

  it('is a number wherever the function is one', () => {
    const points = POINTS.filter((x) => isDefined(fn, x));
    const derived = slopes(fn, points);
    expect(points.filter((_, k) => Number.isNaN(derived[k]))).toEqual([]);
  });
});

/** Infinity of its sign, where no float32 is right. */
function isRight(given: number, right: number, relative: number, least: number): boolean {
  if (Math.abs(right) > LARGEST) return Math.abs(given) > 1e38 && Math.sign(given) === Math.sign(right);
  return Math.abs(given - right) <= relative * Math.abs(right) + least;
}

describe.each(await usableBackends())('on %s', (backend) => {
  const argument = (k: number): string => `x${k}`;
  let program: Compiled<AnyModel>;
  onKernelsOf(backend);
  beforeAll(async () => {
    program = await compiled<AnyModel>(
      'elementwise.attn',
      new Map(),
      `dim n = ${POINTS.length}
model M(g: []) -> { ${FUNCTIONS.map((_, k) => `y${k}: [n]`).join(', ')}, same: [] } {
${FUNCTIONS.map((fn, k) => `  param ${argument(k)}: [n] = zeros\n  y${k} = ${fn}(${argument(k)})`).join('\n')}
  { ${FUNCTIONS.map((_, k) => `y${k} = y${k}`).join(', ')}, same = g }
}
objective O for M { loss = ${FUNCTIONS.map((_, k) => `sum[n](y${k})`).join(' + ')};  optimizer sgd(rate = 0.1) }
`,
    );
  });

  it('has the values and slopes of float64', async () => {
    const model = program.create({ seed: 1 });
    const written = (): Value => ({ data: Float32Array.from(POINTS), shape: [POINTS.length], axes: ['n'] });
    await model.weights.write(Object.fromEntries(FUNCTIONS.map((_, k): [string, Value] => [argument(k), written()])));
    const outputs = (await model.forward([{ g: 1 }]))[0]!;
    const { gradients } = await model.gradients([{ g: 1 }]);
    const wrong: string[] = [];
    for (const [k, fn] of FUNCTIONS.entries()) {
      const derived = slopes(fn, POINTS);
      for (const [at, x] of POINTS.entries()) {
        if (!isDefined(fn, x)) continue;
        const [value, slope] = [outputs[`y${k}`]!.data[at]!, gradients[argument(k)]?.data[at] ?? 0];
        // Where a gate is less than the smallest float, so is what it lets through.
        if (!isRight(value, UNARY[fn].value(x), 3e-5, 2e-36)) wrong.push(`${fn}(${x}) is ${value} for ${UNARY[fn].value(x)}`);
        // Where a function levels off, what is left of its slope is less than the rounding of 1.
        if (!isRight(slope, derived[at]!, 3e-5, 1e-6)) wrong.push(`${fn}'(${x}) is ${slope} for ${derived[at]}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
