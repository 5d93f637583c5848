/** The Neural Turing Machine: its addressing by hand, and the emitted module against the oracle on every backend. */
import { describe, expect, it } from 'vitest';
import { interpret, type Nested } from '../../compiler/oracle/interpret.ts';
import { useBackend, type CausalModel, type Values } from '../../runtime/index.ts';
import { compile, modelText } from '../analyze/support.ts';
import { agreeEverywhere, type Source } from './programs.ts';
import { compiled, relative, usableBackends } from './support.ts';

const M = [
  [1, 0],
  [0, 1],
  [1, 1],
  [0, -1],
];
const way = [0.1, 0.2, 0.7];
const gated = [0.129685, 0.629685, 0.232966, 0.007665];
const looked = [0.026425, 0.17129, 0.708519, 0.093765];

/** What one equation gives, on inputs of these names. */
function given(imports: string, inputs: string, result: string, body: string, values: Readonly<Record<string, Nested>>): number[] {
  const { diagnostics, programs } = compile(
    `import ${imports} from "std/memory"\ndim slots = 4, width = 2, heads = 1\nmodel N(${inputs}) -> y: [${result}] { ${body} }`,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  const program = programs[0]!;
  const sizes = new Map(program.hyperparameters.map(({ dim, value }) => [dim.id, value]));
  const value = interpret([program.outputs.get('y')!], { sizes, inputs: new Map(Object.entries(values)), parameters: new Map() })[0]!;
  return [...value.data];
}

function near(data: readonly number[], expected: readonly number[]): void {
  expect(data).toHaveLength(expected.length);
  data.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5));
}

describe('addressing, by hand', () => {
  it('content: the more alike, the more', () => {
    near(
      given('ByContent', 'M: [slots, width], k: [width]', 'slots', 'ByContent(M, k, 2.0)', { M, k: [1, 1] }),
      [0.259369, 0.259369, 0.465932, 0.01533],
    );
  });
  it('between the content and where it looked before', () => {
    near(
      given('ByContent', 'M: [slots, width], k: [width], w: [slots]', 'slots', '0.5 * ByContent(M, k, 2.0) + 0.5 * w', {
        M,
        k: [1, 1],
        w: [0, 1, 0, 0],
      }),
      gated,
    );
  });
  it('shift: a convolution, not a correlation, and round the end', () => {
    const shift = (w: number[]): number[] =>
      given('ByLocation, shift', 'w: [slots], way: [shift]', 'slots', 'ByLocation(w, way)', { w, way });
    near(shift([0, 1, 0, 0]), [0.1, 0.2, 0.7, 0]);
    near(shift([0, 0, 0, 1]), [0.7, 0, 0.1, 0.2]);
  });
  it('shift by a real number: shared between two', () => {
    const far = (u: number): number[] => given('ByDistance', 'w: [slots], u: []', 'slots', 'ByDistance(w, u)', { w: [1, 0, 0, 0], u });
    near(far(0), [1, 0, 0, 0]);
    near(far(6.7), [0, 0, 0.3, 0.7]);
    near(far(-0.25), [0.75, 0, 0, 0.25]);
  });
  it('sharpening', () => {
    near(given('Sharpened', 'w: [slots]', 'slots', 'Sharpened(w, 2.0)', { w: [0.1, 0.2, 0.7, 0] }), [0.018519, 0.074074, 0.907407, 0]);
    near(
      given('ByLocation, Sharpened, shift', 'w: [slots], way: [shift]', 'slots', 'Sharpened(ByLocation(w, way), 2.0)', { w: gated, way }),
      looked,
    );
  });
  it('reading and writing', () => {
    near(given('Read', 'M: [slots, width], w: [slots]', 'width', 'Read(M, w)', { M, w: looked }), [0.734945, 0.786045]);
    near(
      given('Write', 'M: [slots, width], w: [heads, slots], e: [heads, width], a: [heads, width]', 'slots, width', 'Write(M, w, e, a)', {
        M,
        w: [looked],
        e: [[1, 0.5]],
        a: [[0, 1]],
      }),
      [0.973575, 0.026425, 0, 1.085645, 0.291481, 1.35426, 0, -0.859352],
    );
  });
  it('several heads erase before any adds', () => {
    const write = (order: readonly number[]): number[] =>
      given(
        'Write',
        'M: [slots, width], w: [heads: 2, slots], e: [heads: 2, width], a: [heads: 2, width]',
        'slots, width',
        'Write(M, w, e, a)',
        {
          M,
          w: order.map((k) => [looked, gated][k]!),
          e: order.map(
            (k) =>
              [
                [1, 0.5],
                [0.2, 0.9],
              ][k]!,
          ),
          a: order.map(
            (k) =>
              [
                [0, 1],
                [1, -1],
              ][k]!,
          ),
        },
      );
    near(write([1, 0]), write([0, 1]));
  });
});

/** The model's own file, smaller, so that the oracle and its differences take little time. */
const small = Object.entries({ bits: 3, out: 2, slots: 4, width: 3, hidden: 4 }).reduce(
  (text, [name, value]) => text.replace(new RegExp(`\\b${name} = \\d+`), `${name} = ${value}`),
  modelText('ntm/model.attn'),
);
const machine = (set: Readonly<Record<string, string | number>>): Source => ({ text: small, set, lengths: { time: [3, 1, 2] } });

describe('the machine', () => {
  agreeEverywhere({
    'an LSTM at the controls': machine({}),
    'fed forward, heads that move by a real number': machine({ controller: 'feedforward', move: 'scalar' }),
    'several heads': machine({ reads: 2, writes: 2 }),
    'several heads that move by a real number': machine({ reads: 2, writes: 3, move: 'scalar', controller: 'feedforward' }),
  });
});

describe('step by step', async () => {
  const rows = Array.from({ length: 5 }, (_, t) => Array.from({ length: 3 }, (_none, k) => Math.sin(3 * t + k)));
  it.each(await usableBackends())('it answers and looks as it does over the whole sequence, on %s', async (backend) => {
    await useBackend(backend);
    type Machine = CausalModel<
      Record<string, number>,
      { readonly x: readonly (readonly number[])[] },
      object,
      Values,
      { readonly x: readonly number[] }
    >;
    const { create } = await compiled<Machine>('ntm/model.attn', new Map(Object.entries({ reads: 2 })), small);
    const model = create({ seed: 5 });
    const whole = (await model.forward([{ x: rows }]))[0]!;
    const streaming = model.stream([{}]);
    for (const [t, x] of rows.entries()) {
      const now = (await streaming.step([{ x }]))[0]!;
      for (const [name, { data }] of Object.entries(whole)) {
        const width = data.length / rows.length;
        expect(relative(now[name]!.data, data.slice(t * width, (t + 1) * width)), `${name} at step ${t}`).toBeLessThan(1e-4);
      }
    }
    streaming.dispose();
  });
});
