/** What stands at a fixed position of a clock, and what positions alone decide: the oracle position by position, the whole, the step. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend, type CausalModel, type Values } from '../../runtime/index.ts';
import { agrees, type Subject } from './agrees.ts';
import { compiled, oracle, parametersOf, relative, runOn, usableBackends } from './support.ts';

const scan = (clock: string, from: string, init: string): string =>
  `scan ${clock} with at = ${from} { state s: [d] = ${init};  s' = tanh(at + s);  emit s' }`;

/** Equations over the clock `t`, of x: [t, d] and h: [d]; the last defines z: [t, d]. */
const bodies: Readonly<Record<string, (t: string) => string>> = {
  'the first of what positions make': (t) => `v = h * (1 + position[${t}]);  z = ${scan(t, 'x', `v[${t} = first]`)}`,
  'the first of a loop over positions, and of a loop that begins with it': (t) =>
    `v = h * (1 + position[${t}]);  p = ${scan(t, 'v', 'h')};  q = ${scan(t, 'v', `p[${t} = first]`)};  z = ${scan(t, 'x', `q[${t} = first] * 0.5`)} + q[${t} = first] * p`,
  'running sums and products, a position by its number, the largest so far': (t) =>
    `v = h * (1 + position[${t}]);  z = ${scan(t, 'x', `cumsum[${t}](v)[${t} = first] + (cumprod[${t}](v)[${t} = 0] else 3) + max[key](v[upto ${t} as key])[${t} = first]`)} + cumsum[${t}](v) * (x[${t} = 0] else 3)`,
  'windows and what comes before the first': (t) =>
    `v = ${scan(t, `h * (1 + position[${t}])`, 'h')};  z = ${scan(t, 'x', `mean[back](v[${t} = position[${t}] + position[back]] else 0.7)[${t} = first] + (v[${t} = position[${t}] - 1] else 0.4)[${t} = first]`)} + mean[back](v[${t} = position[${t}] + position[back]] else 0.2)`,
  'rounds that each begin a loop': (t) =>
    `z = x;  repeat 2 as i { p = (h * (2 + i + position[${t}]))[${t} = first];  z = ${scan(t, 'z', 'p')} + z[${t} = first] }`,
  'whole numbers and conditions': (t) =>
    `v = position[${t}];  z = scan ${t} with at = x { state c: int[] = 3 + v[${t} = first];  state b: bool[] = (v > 0)[${t} = first];  state s: [d] = h;  s' = if b then tanh(at + s) else s + 0.2 * at;  c' = c + 1;  b' = c mod 2 == 1;  emit s' * c }`,
  'attention to what positions make': (t) =>
    `v = ${scan(t, `h * (1 + position[${t}])`, 'h')};  begin = v[${t} = first];  e = x @[d] v[${t} as key] + sum[d](begin * v[${t} as key]);  z = x + softmax[key](e) @ v[${t} as key]`,
};

const shifts = (body: string): string => (body.includes('back') ? 'dim back = -2..0\n' : '');

const decoder = (body: string): string => `
dim target: ragged, d = 3, words = 7
${shifts(body)}decoder Write(h: [d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(0.7)
  x = table[y]
  ${body}
  logits = z @ table
  at most 6
}
model Fixed(h: [d]) generates y: index(words)[target] { Write(h) }
objective O for Fixed { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;

const recurrent = `
dim target: ragged, d = 3, words = 7, steps = 4
decoder Write(h: [d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(0.7)
  state s: [d] = (h * (1 + position[steps]))[steps = first] + cumsum[steps](h * position[steps])[steps = 2]
  r = scan steps with p = h * (1 + position[steps]) { state q: [d] = h * 2;  q' = tanh(p + q);  emit q' }
  s' = tanh(s + table[y] + 0.1 * position[target] * r[steps = last])
  logits = s' @ table
  at most 6
}
model Fixed(h: [d]) generates y: index(words)[target] { Write(h) }
objective O for Fixed { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;

const written = [
  { h: [0.3, -0.6, 0.2], y: [3, 5, 4, 6, 2] },
  { h: [-0.4, 0.5, 0.9], y: [4, 2] },
];
const whole = {
  dims: {},
  lengths: ({ y }: Readonly<Record<string, unknown>>) => ({ target: (y as readonly number[]).length }),
  examples: written,
};

agrees([
  ...Object.entries(bodies).map(
    ([title, body], k): Subject => ({ ...whole, title, path: `fixed-${k}.attn`, text: decoder(body('target')) }),
  ),
  { ...whole, title: 'a recurrent decoder', path: 'fixed-recurrent.attn', text: recurrent },
]);

interface Input {
  readonly x: readonly (readonly number[])[];
  readonly h: readonly number[];
}
type Causal = CausalModel<Record<string, number>, Input, object, Values, { readonly x: readonly number[] }>;

const heard: readonly Input[] = [5, 1, 3].map((length, k) => ({
  x: Array.from({ length }, (_, t) => [0, 1, 2].map((i) => Math.sin(1 + k + 2 * t + 3 * i))),
  h: [0.3, -0.2, 0.1 * k],
}));
const backends = await usableBackends();

describe.each(backends)('in a stream on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(runOn(Object.keys(bodies), backend, backends))('%s', async (name) => {
    const body = bodies[name]!('time');
    const text = `dim time: ragged, d = 3\n${shifts(body)}model Heard(x: [time, d], h: [d]) -> y: [time, d] causal time { ${body};  z }`;
    const { program, create } = await compiled<Causal>(`heard-${Object.keys(bodies).indexOf(name)}.attn`, new Map(), text);
    const model = create({ seed: 2 });
    const outputs = await model.forward(heard);
    const parameters = await parametersOf(model);
    for (const [k, example] of heard.entries()) {
      const y = oracle([program.outputs.get('y')!], {
        sizes: new Map(Object.entries({ ...model.sizes, time: example.x.length })),
        inputs: new Map(Object.entries(example)),
        parameters,
      })[0]!;
      expect(relative(outputs[k]!.y!.data, y.data), `example ${k}`).toBeLessThan(1e-4);
    }
    const before = tf.memory().numTensors;
    const streaming = model.stream(heard.map(({ h }) => ({ h })));
    for (let t = 0; t < 5; t++) {
      const places = await streaming.step(heard.map(({ x }) => ({ x: x[t] ?? [0, 0, 0] })));
      for (const [k, { x }] of heard.entries())
        if (t < x.length)
          expect(relative(places[k]!.y!.data, outputs[k]!.y!.data.slice(3 * t, 3 * t + 3)), `place ${t} of example ${k}`).toBeLessThan(
            1e-4,
          );
    }
    streaming.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
