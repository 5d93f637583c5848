import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { typescript } from '../../compiler/emit/typescript/module.ts';
import { size } from '../../compiler/size/size.ts';
import { Builder, NOWHERE } from '../../compiler/graph/builder.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { StepRandom, tf as attn, useBackend } from '../../runtime/index.ts';
import { emitted as compiledText } from '../runtime/compiled.ts';
import { cases } from './cases.ts';
import { complaints } from './complaints.ts';
import type { Tensors } from '../../runtime/definition.ts';
import { axis, definitionOf, dim, float, load, modelOf } from './support.ts';
import { sources, translator } from './translator.ts';

const emitted = (): string => typescript.emit([translator()], { sources, header: 'Compiled from translator.attn by attnc.' });

describe('an emitted module', () => {
  beforeAll(() => useBackend('cpu'));

  it('reads as it was reviewed', async () => {
    await expect(emitted()).toMatchFileSnapshot('./golden/translator.txt');
  });

  it('is the same to the byte each time', () => {
    expect(emitted()).toBe(emitted());
  });

  it('is clean under every flag of strictness', () => {
    const modules = Object.fromEntries(
      Object.entries(cases).map(([, each], k) => [
        `case${k}`,
        typescript.emit([modelOf(each).model], { sources: new Map(), header: 'A test.' }),
      ]),
    );
    expect(complaints({ translator: emitted(), ...modules })).toEqual([]);
  });

  it('is clean where rounds, loops and positions of lists meet', async () => {
    const text = `dim source: ragged, d = 3, n = 4
block L(h: [source, d]) -> [source, d] { scan source with xt = h { state a: [d] = 0; a' = tanh(xt + Linear[d](a)); emit a' } }
block Linear[out](x: [in]) -> [out] {
  param W: [out <- in]
  W @ x
}
model M(x: [source, d]) -> v: [] {
  h = x
  all = repeat 2 { h = L(h); emit h }
  y = x[source = first]
  repeat 2 as i { y = tanh(Linear[d](y)) }
  z = scan n reversed { state q: [d] = y; q' = tanh(q * 0.5); emit q' }
  v = sum[source, d](h) + sum[d](all[round = first][source = last]) + sum[d](z[n = first] + z[n = last])
}
objective F for M given t: [] { loss = (v - t) ^ 2; optimizer sgd(rate = 0.1) }`;
    expect(complaints({ rounds: await compiledText(text) })).toEqual([]);
  });

  it('is clean where a step caches in rounds', async () => {
    const text = `dim source: ragged, target: ragged, words = 7, d = 4, layers = 3
attention Pick(q: [d], k: [key, d]) -> [d] { param W: [d <- d];  weights = softmax[key]((W @ q) @ k);  sum[key](weights * k) }
block Layer(x: [target, d], m: [source, d]) -> [target, d] { a = x + Pick(x, x[target as key]);  tanh(a + Pick(a, m)) }
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 { param table: [words, d];  x = table[y];  repeat layers { x = Layer(x, m) };  logits = table @ x }
model M(tokens: index(words)[source]) generates y: index(words)[target] { param E: [words, d];  Write(E[tokens]) }`;
    expect(complaints({ caches: await compiledText(text) })).toEqual([]);
  });

  it('hands on what only the lengths of an example can show', () => {
    const { model } = modelOf(cases['a linear map with a bias']!);
    const requirement = {
      kind: 'atMost',
      a: size.atom('source'),
      b: size.atom('keys'),
      origin: NOWHERE,
      why: 'positions on `source` are positions on `keys`',
    } as const;
    const definition = definitionOf(
      typescript.emit([{ ...model, program: { ...model.program, requirements: [requirement] } }], {
        sources: new Map(),
        header: 'A test.',
      }),
    );
    const made = definition.requirements![0]!;
    expect(made.dims).toEqual(['source']);
    expect(made.fails({ source: 4, keys: 4 })).toBeNull();
    expect(made.fails({ source: 5, keys: 4 })).toBe(
      '`source` (5) must be at most `keys` (4): positions on `source` are positions on `keys`',
    );
  });

  it('tells the runtime its sizes, parameters, inputs and schedule', () => {
    const definition = definitionOf(emitted());
    const n = { ...definition.sizes({ hidden: 4, words: 6, tags: 3 }), batch: 2, source: 3, target: 2 };
    expect(definition.hyperparameters).toEqual({ hidden: 4, words: 6, tags: 3 });
    expect(definition.parameters(n)[0]).toEqual({
      path: 'table',
      axes: [
        { label: 'words', size: 6 },
        { label: 'hidden', size: 4 },
      ],
      outs: 1,
      init: { kind: 'normal', deviation: 0.1 },
    });
    expect(definition.inputs(n)).toEqual([
      { name: 'tokens', elem: 'index', axes: [{ label: 'source', dim: 'source' }], indexes: { label: 'words', size: 6 } },
    ]);
    expect(definition.objectives[0]!.given(n)[0]).toEqual({
      name: 'y',
      elem: 'index',
      axes: [{ label: 'target', dim: 'target' }],
      indexes: { label: 'tags', size: 3 },
    });
    expect(definition.objectives[0]!.updates[0]!.optimizer(n, 7, 0)).toEqual({ kind: 'adam', rate: 3.5 });
    expect(definition.objectives[0]!.updates[0]!.clip).toEqual({ kind: 'norm', limit: 1 });
    expect(definition.decoder!.rank(-2, 3, {}, {})).toBeCloseTo(-2 / 3 ** 0.6);
    expect(definition.decoder!.atMost!(n, { source: 5 })).toBe(10);
    expect(definition.decoder!.vocabulary(n)).toBe(3);
    expect(definition.decoder!.taps).toEqual({ weights: ['source'] });
    expect(() => definition.sizes({ hidden: 5, words: 6, tags: 3 })).toThrow(
      /`2` must divide `hidden` \(5\): it is cut in two by `half`, \$\{half\} \(translator\.attn:2\)/,
    );
  });

  it('tells the runtime of a decoder over positions and sizes that are made of others', async () => {
    const definition = definitionOf(
      await compiledText(`dim source: ragged, half = ceil(source / 2), d = 3, wide = 2 * d
const dim letters = 7
block Ask(q: [k], m: [key, k]) -> [k] { A(q, m) }
attention A(q: [k], m: [key, k]) -> [k] { weights = softmax[key](m @[k] q);  sum[key](weights * m) }
decoder D(m: [half, wide]) generates y: index(letters)[t: 4] start 1 {
  param table: [letters, wide]
  state s: [wide] = mean[half](m)
  s' = tanh(s + table[y] + Ask(s, m))
  logits = table @ s'
  rank logp * d - length / max(2, source)
}
model M(x: [half, wide]) generates y: index(letters)[t: 4] { D(x) }
objective F for M { loss = mean[t](cross_entropy[letters](logits, y'));  optimizer adam(rate = wide ^ -0.5, epsilon = 1e-9) }`),
    );
    const n = { d: 3, source: 5 };
    expect([definition.decoder!.axis, definition.decoder!.start, definition.decoder!.end]).toEqual(['t', 1, null]);
    expect([definition.decoder!.vocabulary(n), definition.decoder!.atMost!(n, { source: 5 })]).toEqual([7, 4]);
    expect(definition.decoder!.rank(-2, 10, n, { source: 5 })).toBe(-8);
    expect(definition.decoder!.taps).toEqual({ weights: [{ label: 'half', dim: null, length: expect.any(Function) }] });
    const [tap] = definition.decoder!.taps.weights!;
    expect(typeof tap === 'object' ? tap.length?.(n) : tap).toBe(3);
    const { rate, ...rest } = definition.objectives[0]!.updates[0]!.optimizer(n, 1, 0);
    expect([rate, rest]).toEqual([expect.closeTo(6 ** -0.5, 12), { kind: 'adam', epsilon: 1e-9 }]);
    expect(definition.inputs(n)[0]!.axes.map((axis) => ('size' in axis ? axis.size : axis.label))).toEqual(['half', 6]);
    expect(definition.source).toBe('program.attn');
  });

  it('of no model imports the runtime alone; empty lines of its header stay', () => {
    expect(typescript.emit([], { sources: new Map(), header: 'First.\n\nSecond.' })).toBe(
      "/**\n * First.\n *\n * Second.\n */\nimport * as rt from 'attnc/runtime';\n\n\n",
    );
  });

  it('gives losses, gradients and decoding steps that leave nothing behind', () => {
    const definition = definitionOf(emitted());
    const n = { hidden: 4, words: 6, tags: 3, batch: 2, source: 3, target: 2 };
    const p = { table: tf.randomNormal([6, 4]), W: tf.randomNormal([4, 4]), V: tf.randomNormal([3, 4]) };
    const batch = {
      n,
      inputs: {
        tokens: tf.tensor2d(
          [
            [1, 2, 3],
            [4, 5, 0],
          ],
          [2, 3],
          'int32',
        ),
        "y'": tf.tensor2d(
          [
            [1, 2],
            [0, 1],
          ],
          [2, 2],
          'int32',
        ),
      },
      lengths: { source: tf.tensor1d([3, 2], 'int32'), target: tf.tensor1d([2, 2], 'int32') },
    };
    const start = tf.memory().numTensors;
    const { loss, metrics } = definition.objectives[0]!.updates[0]!.loss(p, batch, new StepRandom(1, 0, [0, 1]));
    expect(loss.dataSync()[0]).toBeGreaterThan(0);
    expect(Object.keys(metrics)).toEqual(['log p']);
    const back = definition.objectives[0]!.updates[0]!.gradients(p, batch, new StepRandom(1, 1, [0, 1]));
    expect(back.gradients.table!.shape).toEqual([6, 4]);
    const { memory, state } = definition.decoder!.prepare(p, batch, new StepRandom(1, 0, [0, 1])) as { memory: Tensors; state: Tensors };
    expect(state.s!.shape).toEqual([2, 1, 4]);
    const wide = { s: attn.tile(state.s!, [1, 5, 1]) };
    const previous = tf.ones([2, 5], 'int32') as tf.Tensor2D;
    const next = definition.decoder!.step(p, batch, memory, wide, previous, 3, new StepRandom(1, 0, [0, 1])) as {
      logits: tf.Tensor;
      state: Tensors;
      taps: Tensors;
    };
    expect([next.logits.shape, next.state.s!.shape, next.taps.weights!.shape]).toEqual([
      [2, 5, 3],
      [2, 5, 4],
      [2, 5, 3],
    ]);
    for (const record of [
      { loss, ...metrics },
      { loss: back.loss, ...back.metrics, ...back.gradients },
      memory,
      state,
      wide,
      { previous, ...next, state: next.state.s!, taps: next.taps.weights! },
    ]) {
      for (const tensor of Object.values(record)) (tensor as tf.Tensor).dispose();
    }
    expect(tf.memory().numTensors).toBe(start);
  });

  it('cannot be broken out of by names and texts of a program', () => {
    const evil = "*/ throw new Error('out'); /* `${process.exit()}` \u2028 ' \" \\ \n // x";
    const [B, H] = [dim('batch'), dim('class')];
    const b = new Builder({ file: 'a*/.attn', start: 0, end: 1, name: evil });
    const x = b.input(evil, tensor(float, [axis(B), axis(H)]));
    const y = b.at({ file: 'a*/.attn', start: 0, end: 1, name: 'delete' }).binary('mul', x, b.parameter(evil, [axis(H)]));
    const { model } = modelOf(
      { dims: [B, H], parameters: [[evil, [axis(H)]]], data: { sizes: {} }, build: () => ({ [evil]: y, β: b.unary('exp', y) }) },
      evil,
    );
    const program = { ...model.program, doc: evil, hyperparameters: [{ dim: H, value: 2, doc: evil }] };
    const module = typescript.emit([{ ...model, program }], { sources: new Map([['a*/.attn', `${evil}\nmore`]]), header: evil });
    expect(Object.keys(load(module))).not.toContain('out');
    expect(complaints({ evil: module })).toEqual([]);
    const definition = (load(module).definitions as ReturnType<typeof definitionOf>[])[0]!;
    expect(definition.parameters({ class: 2, batch: 1 })[0]!.path).toBe(evil);
    expect(Object.keys(definition.outputs)).toEqual([evil, 'β']);
  });
});
