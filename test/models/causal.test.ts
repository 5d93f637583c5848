/** `causal`: the oracle goes position by position, `forward` computes all positions at once, `stream` one after the other. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { useBackend, type CausalModel, type Values } from '../../runtime/index.ts';
import { compiled, oracle, parametersOf, relative, usableBackends } from './support.ts';

interface Place {
  readonly x: readonly number[];
  readonly r: number;
}
interface Input {
  readonly x: readonly (readonly number[])[];
  readonly r: readonly number[];
  readonly c: readonly number[];
}
type Causal = CausalModel<Record<string, number>, Input, object, Values, Place>;

const model = (body: string, more = ''): string => `
dim time: ragged <= 9, source: ragged, d = 3, filters = 2
${more}
model Causal(x: [time, d], r: [time], c: [d]) -> { y: [time, d], s: [time] } causal time { ${body} }
`;

const snail = `
block Dense[filters, gap](x: [time, channel]) -> [time, channel: channel + filters] {
  param F0, F1, G0, G1: [filters <- channel]
  before = x[time = position[time] - gap] else 0
  concat[channel](x, tanh(F0 @ before + F1 @ x) * sigmoid(G0 @ before + G1 @ x))
}
block TC[filters, span](x: [time, channel]) -> [time, channel: channel + ceil(log2(span)) * filters] {
  dim n = ceil(log2(span))
  repeat n as i { x = Dense[filters, 2 ^ i](x) }
  x
}
block Attend[inner, value](x: [time, channel]) -> [time, channel: channel + value] {
  seen = x[upto time as key]
  concat[channel](x, ScaledDot(Linear[inner](x), Linear[inner](seen), Linear[value](seen)))
}`;

const cases: Readonly<Record<string, string>> = {
  'blocks of SNAIL': model(
    'z = Attend[filters, filters](TC[filters, 7](Attend[filters, d](concat[channel](x, r))));  { y = Linear[d](z), s = Linear[](z) }',
    snail,
  ),
  'taps of earlier positions': model(
    'param W: [filters <- tap, d], V: [d <- filters];  g = W @ x[time = position[time] - 2 * position[tap]];  h = tanh(V @ (g[time = position[time] - 1] else 0.5));  { y = h, s = mean[tap](r[time = position[time] - position[tap]]) }',
    'const dim tap = 3',
  ),
  'earlier positions of what may be absent': model(
    'some = r where r > 0;  p = some[time = position[time] - 1] else 0.2;  { y = x * p, s = mean[tap](some[time = position[time] - position[tap]]) }',
    'const dim tap = 3',
  ),
  'a recurrent layer': model(
    "h = scan time with xt = x, rt = r { state h: [d] = c;  h' = GRU(xt * rt, h);  emit h' };  { y = h, s = cumsum[time](r) }",
  ),
  'a stack of recurrent layers': model(
    "h = scan time with xt = x, rt = r { z = xt * rt;  repeat layers as l { state h: [d] = tanh(Linear[d](c) * (l + 1));  h' = GRU(z, h);  z = h' };  emit z };  { y = h, s = cumsum[time](r) }",
    'dim layers = 3',
  ),
  'a stack of recurrent layers that see what they were': model(
    "h = scan time with xt = x { z = xt;  repeat layers { state h: [d] = c;  h' = GRU(z, h) + mean[before](past[before](h));  z = h' };  emit z };  { y = h, s = r }",
    'dim layers = 3',
  ),
  'heads with parameters of their own': model(
    'h = Head[d] per filters (x, x[upto time as key]);  { y = sum[filters](h), s = sum[d, filters](h * (Linear[d] per filters (c))) }',
    `
attention Head[width](q: [k], keys: [key, k]) -> [width] {
  param W: [k <- k], V: [width <- k]
  weights = softmax[key]((W @ q) @ keys)
  sum[key](weights * (V @ keys))
}`,
  ),
  'a recurrent layer that looks back': model(
    "h = scan time with xt = x, rt = r { state h: [d] = c;  H = past[tape](h);  w = softmax[tape](tanh(Linear[d](H)) @ xt + 0.1 * position[tape]);  h' = GRU(xt * rt + w @ H + H[tape = first], h);  emit h' };  { y = h, s = cumsum[time](r) }",
  ),
  'one position of all that one sees': model(
    'e = x @[d] x[upto time as key];  w = softmax[key](e);  { y = x * (e[key = position[time]] else 0) * w[key = first], s = w[key = argmax[key](w)] + (w[key = position[time] - 1] else 0.5) }',
  ),
  'an attention whose weights are the same for all positions': model(
    'h = Dot(c, stack[k](c, tanh(c)), stack[k](c, -c));  { y = x + h, s = r * sum[d](h) }',
  ),
  'what does not change is computed once': model(
    'w = tanh(Linear[d](c));  z = w * x;  { y = z + mean[key <= time](z[time as key] + 0 * x), s = max[key](r[upto time as key]) }',
  ),
};

const examples: readonly Input[] = [5, 1, 3].map((length, k) => ({
  x: Array.from({ length }, (_, t) => [0, 1, 2].map((i) => Math.sin(1 + k + 2 * t + 3 * i))),
  r: Array.from({ length }, (_, t) => Math.cos(k + t)),
  c: [0.3, -0.2, 0.1 * k],
}));

describe.each(await usableBackends())('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  describe.each(Object.keys(cases))('%s', (name) => {
    let program: Program;
    let subject: Causal;

    beforeAll(async () => {
      const made = await compiled<Causal>(`causal-${Object.keys(cases).indexOf(name)}.attn`, new Map(), cases[name]!);
      program = made.program;
      subject = made.create({ seed: 5 });
    });

    it('gives what the oracle computes position by position', async () => {
      const parameters = await parametersOf(subject);
      const outputs = await subject.forward(examples);
      for (const [k, example] of examples.entries()) {
        const sizes = new Map(Object.entries({ ...subject.sizes, time: example.r.length }));
        const expected = oracle([...program.outputs.values()], { sizes, inputs: new Map(Object.entries(example)), parameters });
        for (const [j, output] of [...program.outputs.keys()].entries())
          expect(relative(outputs[k]![output]!.data, expected[j]!.data), `${output} of example ${k}`).toBeLessThan(1e-4);
      }
    });

    it('streams the same, position by position, and leaves nothing behind', async () => {
      const before = tf.memory().numTensors;
      const outputs = await subject.forward(examples);
      const streaming = subject.stream(examples.map(({ c }) => ({ c })));
      for (let t = 0; t < 5; t++) {
        const places = await streaming.step(examples.map(({ x, r }) => ({ x: x[t] ?? [0, 0, 0], r: r[t] ?? 0 })));
        for (const [k, { r }] of examples.entries()) {
          if (t >= r.length) continue;
          expect(relative(places[k]!.y!.data, outputs[k]!.y!.data.slice(3 * t, 3 * t + 3)), `y at ${t} of example ${k}`).toBeLessThan(1e-4);
          expect(Math.abs(places[k]!.s!.data[0]! - outputs[k]!.s!.data[t]!)).toBeLessThan(1e-4);
        }
      }
      streaming.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('does not see what comes later, bit for bit', async () => {
      const [example] = examples as readonly [Input];
      const plain = (await subject.forward([example]))[0]!;
      for (let t = 1; t < 5; t++) {
        const changed = (
          await subject.forward([
            {
              ...example,
              x: example.x.map((row, k) => (k >= t ? row.map((value) => value + 1) : row)),
              r: example.r.map((value, k) => (k >= t ? -value : value)),
            },
          ])
        )[0]!;
        expect(changed.y!.data.slice(0, 3 * t)).toEqual(plain.y!.data.slice(0, 3 * t));
      }
    });
  });
});

describe('a clock of known length', () => {
  it.each([
    ['a parameter along it', 'param p: [time, d] = normal(1);  h = tanh(x + p) + mean[key](p[upto time as key])'],
    ['parameters of its own for each position', 'h = tanh(Linear[d] per time (x))'],
  ])('%s', async (_what, line) => {
    await useBackend('cpu');
    const text = `dim time = 4, d = 3\nmodel Causal(x: [time, d]) -> y: [time, d] causal time { ${line};  h + mean[key](Linear[d](h)[upto time as key]) }`;
    const { program, create } = await compiled<
      CausalModel<Record<string, number>, { x: readonly (readonly number[])[] }, object, Values, { x: readonly number[] }>
    >(`causal-${line.length}.attn`, new Map(), text);
    const subject = create({ seed: 2 });
    const x = Array.from({ length: 4 }, (_, t) => [0, 1, 2].map((i) => Math.sin(3 * t + i)));
    const outputs = (await subject.forward([{ x }]))[0]!;
    const y = oracle([program.outputs.get('y')!], {
      sizes: new Map(Object.entries(subject.sizes)),
      inputs: new Map([['x', x]]),
      parameters: await parametersOf(subject),
    })[0]!;
    expect(relative(outputs.y!.data, y.data)).toBeLessThan(1e-4);
    const streaming = subject.stream([{}]);
    for (const [t, row] of x.entries()) {
      const place = (await streaming.step([{ x: row }]))[0]!;
      expect(relative(place.y!.data, y.data.slice(3 * t, 3 * t + 3)), `place ${t}`).toBeLessThan(1e-4);
    }
    streaming.dispose();
  });
});
