/** States inside a `repeat`: a stack of layers is the same layers written out. */
import { beforeAll, describe, expect, it } from 'vitest';
import { finiteDifference } from '../../compiler/oracle/interpret.ts';
import { useBackend } from '../../runtime/index.ts';
import { bindings, parametersOf, relative, subject, type Input, type Target, type Tested } from './support.ts';

/** `steps`: the layers of the encoder's and of the decoder's step, from `x` to `x`. */
const program = (encoder: string, decoder: string): string => `
dim source: ragged, target: ragged
dim words = 9, characters = 7, hidden = 4
const dim layers = 2
encoder Read(tokens: index(words)[source]) -> { top: [source, hidden], start: [layers, hidden] } {
  param table: [words, hidden]
  e = table[tokens]
  run = scan source with xt = e { ${encoder} }
  { top = run.x, start = run.H[source = last] }
}
decoder Write(top: [source, hidden], start: [layers, hidden]) generates y: index(characters)[target] start 1 end 2 {
  param table: [characters, hidden]
  ${decoder}
  at most 5
}
model Stack(tokens: index(words)[source]) generates y: index(characters)[target] { r = Read(tokens);  Write(r.top, r.start) }
objective O for Stack { loss = mean[target](cross_entropy[characters](logits, y'));  optimizer sgd(rate = 0.1) }
`;

const repeated = program(
  "x = xt;  H = repeat layers as l { state h: [hidden] = 0;  h' = GRU(x, h);  x = h';  emit h' };  emit x, H",
  "x = table[y];  repeat layers as l { state h: [hidden] = start[layers = l];  h' = GRU(concat[hidden as both](x, Dot(h, top, top)), h);  x = h' };  logits = Linear[characters](x)",
);
const written = program(
  "state a, b: [hidden] = 0;  a' = GRU(xt, a);  b' = GRU(a', b);  x = 1 * b';  H = stack[layers](a', b');  emit x, H",
  "state a: [hidden] = start[layers = 0], b: [hidden] = start[layers = 1];  x = table[y];  a' = GRU(concat[hidden as both](x, Dot(a, top, top)), a);  b' = GRU(concat[hidden as both](a', Dot(b, top, top)), b);  logits = Linear[characters](b')",
);
const examples: readonly (Input & Target)[] = [
  { tokens: [3, 7, 1], y: [3, 5, 2] },
  { tokens: [8], y: [4, 2] },
];

describe('a stack of layers with a state each', () => {
  let stack: Tested;
  let layers: Tested;

  beforeAll(async () => {
    await useBackend('cpu');
    stack = (await subject('stacked', new Map(), repeated)).create({ seed: 2 });
    layers = (await subject('written', new Map(), written)).create({ seed: 2 });
    // The same parameters, under the names of the layers.
    const stored = await stack.weights.store();
    const values = new Map(
      [...stored].map(([path, { data }]) => [path.replace(/(?:H|repeat)\[(\d)\]\.h/u, (_, k) => 'ab'[Number(k)]!), data]),
    );
    layers.weights.restore(new Map([...(await layers.weights.store())].map(([path, own]) => [path, { ...own, data: values.get(path)! }])));
  });

  it('gives what the layers written out give', async () => {
    expect(stack.parameters.length).toBe(layers.parameters.length);
    expect((await stack.loss(examples)).loss).toBeCloseTo((await layers.loss(examples)).loss, 6);
    const [a, b] = [await stack.generate(examples), await layers.generate(examples)];
    expect(a.map(({ ids }) => [...ids])).toEqual(b.map(({ ids }) => [...ids]));
  });

  it('steps as it does when taught, and has the gradients of finite differences', async () => {
    const taught = await stack.forward(examples);
    const decoding = stack.encode(examples);
    for (let t = 0; t < 2; t++) {
      const { logits } = await decoding.step(examples.map(({ y }) => (t === 0 ? 1 : y[t - 1]!)));
      for (const [k, output] of taught.entries())
        expect(relative(logits.data.slice(k * 7, (k + 1) * 7), output.logits!.data.slice(t * 7, (t + 1) * 7))).toBeLessThan(1e-4);
    }
    decoding.dispose();
    const { program: lowered } = await subject('stacked', new Map(), repeated);
    const parameters = await parametersOf(stack);
    const example = examples[0]!;
    const { gradients } = await stack.gradients([example]);
    for (const { path } of stack.parameters) {
      const slope = finiteDifference(lowered.objectives[0]!.updates[0]!.loss, bindings(stack, parameters, example), path, [1])[0]!;
      expect(Math.abs(gradients[path]!.data[1]! - slope), path).toBeLessThan(1e-4);
    }
  });
});
