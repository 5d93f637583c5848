/** Programs of many axes give on every backend what the oracle gives: what a backend takes at once is not a limit of the language. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bindings, Nested } from '../../compiler/oracle/interpret.ts';
import { useBackend, type GenerativeModel, type Model, type Values } from '../../runtime/index.ts';
import { onKernelsOf } from '../backend/kernels.ts';
import { numbers } from '../emit/support.ts';
import { Slopes } from '../slopes.ts';
import { compiled, oracle, parametersOf, relative, usableBackends, type Compiled } from './support.ts';
import { wide, wideDecoder, type Wide } from './wide-programs.ts';
import { liveTensors } from '../runtime/definitions.ts';

type Example = Readonly<Record<string, Nested>>;
type Tested = Model<Record<string, number>, Example, Example, Values>;

interface Expected {
  readonly tested: Compiled<Tested>;
  readonly examples: readonly Example[];
  readonly outputs: readonly (readonly Float64Array[])[];
  readonly slopes: Slopes | null;
}

function nested(values: readonly number[], [first, ...rest]: readonly number[]): Nested {
  if (first === undefined) return values[0]!;
  const step = values.length / first;
  return Array.from({ length: first }, (_, k) => nested(values.slice(k * step, (k + 1) * step), rest));
}

function exampleOf({ inputs, whole = {} }: Wide, seed: number): Example {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, shape], k) => {
      const values = numbers(
        shape.reduce((n, size) => n * size, 1),
        seed + k,
      );
      const below = whole[name];
      return [name, nested(below === undefined ? values : values.map((x) => Math.floor(((x + 1) / 2) * below)), shape)];
    }),
  );
}

async function expectedOf(program: Wide, k: number): Promise<Expected> {
  const tested = await compiled<Tested>(`wide-${k}.attn`, new Map(), program.text);
  const model = tested.create({ seed: 3 });
  const parameters = await parametersOf(model);
  const examples = [exampleOf(program, 5), exampleOf(program, 9)];
  const lengths = new Map(tested.program.ragged.map(({ id }) => [id, Object.values(program.inputs)[0]![id === 'columns' ? 2 : 0]!]));
  const bound = (example: Example): Bindings => ({
    sizes: new Map([...Object.entries(model.sizes), ...lengths]),
    inputs: new Map(Object.entries(example)),
    parameters,
  });
  const outputs = examples.map((example) =>
    oracle([...tested.program.outputs.values()], bound(example)).map(({ data }) => Float64Array.from(data)),
  );
  const loss = tested.program.objectives[0]?.updates[0]!.training.loss;
  const slopes = loss === undefined ? null : new Slopes(loss, examples.map(bound));
  return { tested, examples, outputs, slopes };
}

const backends = await usableBackends();
let expected: readonly Expected[];
let decoder: Compiled<GenerativeModel<Record<string, number>, Record<string, unknown>, Record<string, unknown>>>;

beforeAll(async () => {
  await useBackend('cpu');
  expected = await Promise.all(wide.map(expectedOf));
  decoder = await compiled('wide-decoder.attn', new Map(), wideDecoder);
}, 120_000);

describe.each(backends)('on %s', (backend) => {
  onKernelsOf(backend);

  it.each(wide.map(({ title }, k) => ({ title, k })))('$title', async ({ k }) => {
    const { tested, examples, outputs, slopes } = expected[k]!;
    const model = tested.create({ seed: 3 });
    const before = liveTensors(model);
    const given = await model.forward(examples);
    const names = [...tested.program.outputs.keys()];
    for (const [n, each] of outputs.entries()) {
      for (const [j, values] of each.entries())
        expect(relative(given[n]![names[j]!]!.data, values), `${names[j]} of example ${n}`).toBeLessThan(1e-4);
    }
    if (slopes !== null) {
      const { gradients } = await model.gradients(examples);
      slopes.expect(gradients, 2e-3, 1e-3);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a decoder steps as it does when taught, and a beam of it ends', async () => {
    const model = decoder.create({ seed: 3 });
    const y = [3, 4, 0];
    const examples = [3, 1].map((source, k) => ({ m: nested(numbers(source * 48, k + 5), [source, 2, 2, 2, 2, 3]), y }));
    const taught = await model.forward(examples);
    const decoding = model.encode(examples);
    for (const t of y.keys()) {
      const { logits } = await decoding.step(examples.map(() => (t === 0 ? 1 : y[t - 1]!)));
      for (const k of examples.keys())
        expect(
          relative(logits.data.slice(5 * k, 5 * k + 5), taught[k]!.logits!.data.slice(5 * t, 5 * t + 5)),
          `place ${t} of example ${k}`,
        ).toBeLessThan(1e-4);
    }
    decoding.dispose();
    const found = await model.generate(examples, { method: 'beam', width: 2 });
    expect(found.map(({ all }) => all.length)).toEqual([2, 2]);
  });
});
