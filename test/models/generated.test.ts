/** Generated programs: `per` is a loop over instances with a slice of the parameters each; a map is the tensor of its axes. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { useBackend } from '../../runtime/index.ts';
import { Slopes } from '../slopes.ts';
import { emit, examplesOf, type AnyModel } from './programs.ts';
import { parametersOf, relative } from './support.ts';
import type { Program } from '../../compiler/index.ts';

const runs = Number(process.env.FUZZ_RUNS ?? 12);

interface Made {
  readonly program: Program;
  readonly model: AnyModel;
  readonly text: string;
}

async function make(text: string): Promise<Made> {
  const { program, create } = await emit({ text });
  return { program, model: create({ seed: 7 }), text };
}

type Parameters = ReadonlyMap<string, Float64Array>;

function bindingsOf({ program, model }: Made, parameters: Parameters, example = 0) {
  const { sizes, values } = examplesOf(program, model.sizes)[example]!;
  return { sizes, inputs: new Map(Object.entries(values)), parameters };
}

/** What the oracle gives as `y` for the first example. */
function result(made: Made, parameters: Parameters): Float64Array {
  return interpret([made.program.outputs.get('y')!], bindingsOf(made, parameters))[0]!.data;
}

/** Outputs, loss and slopes of the emitted module are the oracle's. */
async function expectEmitted(made: Made, parameters: Parameters): Promise<void> {
  const { program, model, text } = made;
  const examples = examplesOf(program, model.sizes);
  const outputs = await model.forward(examples.map(({ values }) => values));
  examples.forEach((_, k) => {
    const expected = interpret([program.outputs.get('y')!], bindingsOf(made, parameters, k))[0]!;
    expect(relative(outputs[k]!.y!.data, expected.data), `example ${k} of\n${text}`).toBeLessThan(2e-4);
  });
  const { loss } = program.objectives[0]!.updates[0]!;
  const { gradients } = await model.gradients(examples.map(({ values }) => values));
  new Slopes(
    loss,
    examples.map((_, k) => bindingsOf(made, parameters, k)),
  ).expect(gradients, 5e-3, 1e-2, `\nof\n${text}`);
}

const close = (given: ArrayLike<number>, expected: ArrayLike<number>, text: string): void => {
  expect(given.length).toBe(expected.length);
  for (let k = 0; k < given.length; k++)
    expect(Math.abs(given[k]! - expected[k]!) / Math.max(1, Math.abs(expected[k]!)), `place ${k} of\n${text}`).toBeLessThan(1e-9);
};

beforeAll(async () => {
  await useBackend('cpu');
});

// ---------------------------------------------------------------- per

/** Text of a value over [d], given the names of those before. */
type Text = (names: readonly string[]) => string;

const value: fc.Arbitrary<Text> = fc.letrec<{ value: Text }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(9).map(
      (k): Text =>
        (names) =>
          names[k % names.length]!,
    ),
    fc.tuple(fc.constantFrom('+', '-', '*'), tie('value'), tie('value')).map(
      ([op, a, b]): Text =>
        (names) =>
          `(${a(names)} ${op} ${b(names)})`,
    ),
    fc
      .tuple(
        fc.constantFrom(
          'tanh(Linear[d](•))',
          'LayerNorm(•)',
          '(W @ tanh(•))',
          '(transpose(W) @ •)',
          '(Half(W) @ W @ •)',
          'f(•)',
          'g * •',
          'sum[parts](Linear[d] per parts (tanh(•)))',
          'Sub(•)',
          'Sub per parts (•)[parts = 1]',
        ),
        tie('value'),
      )
      .map(
        ([form, a]): Text =>
          (names) =>
            form.replaceAll('•', a(names)),
      ),
    fc.tuple(tie('value'), tie('value')).map(
      ([a, b]): Text =>
        (names) =>
          `GRU(${a(names)}, tanh(${b(names)}))`,
    ),
    tie('value').map(
      (a): Text =>
        (names) =>
          `ScaledDot(${a(names)}, Linear[d](m), m)`,
    ),
    tie('value').map(
      (a): Text =>
        (names) =>
          `(scan source with mt = m { state h: [d] = ${a(names)};  state k: [d] = learned;  h' = RNN(mt, h);  k' = tanh(k * mt + h');  emit k' })[source = last]`,
    ),
  ),
})).value;

const block = (values: readonly Text[]): string => {
  const names = ['x'];
  const lines = values.map((each, k) => {
    const line = `  v${k} = ${each(names)}`;
    names.push(`v${k}`);
    return line;
  });
  return `dim source: ragged, d = 3, groups = 2, parts = 2
block Half(W: [o <- i]) -> [o <- i] { W / 2 }
block Sub(x: [d]) -> [d] { param s: [d] = normal(1);  s * tanh(Linear[d](x)) }
block F(x: [d], m: [source, d]) -> [d] {
  param W: [d <- d], g: [d] = normal(1)
  let f = Linear[d]
${lines.join('\n')}
  ${names.join(' + ')} + 0 * (g + W @ x + f(x))
}
`;
};

describe('per, of generated blocks', () => {
  it('is the block for each position with its slice of the parameters, and emitted so', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 2 }), fc.boolean(), async (values, has) => {
        const axes = has ? 'groups, d' : 'd';
        const head = block(values);
        const many = await make(`${head}model M(x: [${axes}], m: [source, d]) -> y: [groups, d] { F per groups (x, m) }
objective Fit for M { loss = sum[groups, d](sin(y));  optimizer sgd(rate = 0.1) }`);
        const one = await Promise.all(
          [0, 1].map((group) =>
            make(`${head}model M(x: [${axes}], m: [source, d]) -> y: [d] { F(x${has ? `[groups = ${group}]` : ''}, m) }`),
          ),
        );
        const parameters = await parametersOf(many.model);
        const y = result(many, parameters);
        one.forEach((each, group) => {
          const slices = new Map(
            [...parameters].map(([path, all]) => [path, all.slice((group * all.length) / 2, ((group + 1) * all.length) / 2)]),
          );
          close(y.slice(3 * group, 3 * group + 3), result(each, slices), many.text);
        });
        await expectEmitted(many, parameters);
      }),
      { numRuns: runs, ...(process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) }) },
    );
  });
});

// ---------------------------------------------------------------- maps

/** A map from `d` to `d`, as a map and as a tensor [to, d]. */
interface Two {
  readonly map: string;
  readonly tensor: string;
}

const swapped = (tensor: string): string => `(${tensor})[to as away][d as to][away as d]`;

const square: fc.Arbitrary<Two> = fc.letrec<{ map: Two }>((tie) => ({
  map: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('F', 'G').map((name) => ({ map: name, tensor: name })),
    fc
      .tuple(fc.constantFrom('+', '-', '*'), tie('map'), tie('map'))
      .map(([op, a, b]) => ({ map: `(${a.map} ${op} ${b.map})`, tensor: `(${a.tensor} ${op} ${b.tensor})` })),
    fc
      .tuple(fc.constantFrom('c * •', '• / 3', 'tanh(•)', '-•', '(1 - •)'), tie('map'))
      .map(([form, a]) => ({ map: form.replace('•', a.map), tensor: form.replace('•', `(${a.tensor})`) }))
      .map(({ map, tensor }) => ({ map: `(${map})`, tensor: `(${tensor})` })),
    fc
      .tuple(tie('map'), tie('map'))
      .map(([a, b]) => ({ map: `(${a.map} @ ${b.map})`, tensor: `((${a.tensor})[d as mid] @[mid] (${b.tensor})[to as mid])` })),
    tie('map').map((a) => ({ map: `transpose(${a.map})`, tensor: swapped(a.tensor) })),
    tie('map').map((a) => ({ map: `Unit(${a.map})`, tensor: `((${a.tensor}) / (1 + sum[to, d]((${a.tensor}) * (${a.tensor}))))` })),
    tie('map').map((a) => ({ map: `Rows(${a.map})`, tensor: `((${a.tensor}) * position[to])` })),
    tie('map').map((a) => ({ map: `Turn(${a.map})`, tensor: swapped(a.tensor) })),
  ),
})).map;

const BLOCKS = `dim source: ragged, d = 3
block Unit(W: [out.. <- in..]) -> [out.. <- in..] { W / (1 + sum[out.., in..](W * W)) }
block Rows(W: [o <- i]) -> [o <- i] { W * position[o] }
block Turn(f: [k <- k]) -> [k <- k] { transpose(f) }
`;

describe('maps, of generated expressions', () => {
  it('are the tensors of their axes, and emitted so', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(square, square, async (a, b) => {
        const fit = '\nobjective Fit for M { loss = sum[source, d](sin(y));  optimizer sgd(rate = 0.1) }';
        const maps = await make(
          `${BLOCKS}model M(x: [source, d], c: []) -> y: [source, d] { param F, G: [d <- d];  ${a.map} @ tanh(${b.map} @ x) + 0 * ((F + G) @ x) }${fit}`,
        );
        const apply = (tensor: string, x: string): string => `((${tensor}) @[d] ${x})[to as d]`;
        const tensors = await make(
          `${BLOCKS}model M(x: [source, d], c: []) -> y: [source, d] { param F, G: [to: d, d];  ${apply(a.tensor, `tanh(${apply(b.tensor, 'x')})`)} + 0 * ${apply('F + G', 'x')} }${fit}`,
        );
        const parameters = await parametersOf(maps.model);
        close(result(maps, parameters), result(tensors, parameters), maps.text);
        await expectEmitted(maps, parameters);
      }),
      { numRuns: runs, ...(process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) }) },
    );
  });
});
