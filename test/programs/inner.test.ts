/** `ragged in`: a length for each position of another dim. Hierarchical attention, and what else goes along with such axes. */
import { describe, expect, it } from 'vitest';
import type { Program } from '../../compiler/index.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { fit, GenerativeModel, Model, useBackend, type Ints } from '../../runtime/index.ts';
import { parametersOf, relative } from '../models/support.ts';
import { randomFrom } from '../passes/support.ts';
import { agrees, bound, compileText, exampleOf, type Example } from './support.ts';

const DIMS = 'dim sentence: ragged, word: ragged in sentence, words = 9, d = 3\n';

/** Documents of one sentence, of short and of long ones. */
const documents = (program: Program): Example[] =>
  [[3, 1, 2], [1], [2, 5], [1, 1, 1, 4]].map((word, k) => exampleOf(program, { sentence: word.length, word }, k + 1));

/** Yang et al. 2016, sec. 2.2. */
const HAN = `${DIMS}dim embed = 4, hidden = 2, both = 2 * hidden, classes = 3, align = 3
block Recur(x: [place, input]) -> [place, both] {
  f = scan place with xt = x { state h: [hidden] = 0;  h' = GRU(xt, h);  emit h' }
  b = scan place reversed with xt = x { state h: [hidden] = 0;  h' = GRU(xt, h);  emit h' }
  concat[hidden as both](f, b)
}
/// eq. (5)-(7): how informative each position is, against a learned context.
attention Pool(h: [place, k]) -> [k] {
  param context: [align] = normal(1)
  weights = softmax[place](context @ tanh(Linear[align](h)))
  sum[place](weights * h)
}
/// One sentence; called with a document it is lifted over the sentences.
encoder Sentence(tokens: index(words)[word]) -> [both] {
  param table: [words, embed]
  Pool(Recur(table[tokens]))
}
model HAN(document: index(words)[sentence, word]) -> { logits: [classes], look: [sentence, word], sentences: [sentence] } {
  s = Sentence(document)
  whole = Pool(Recur(s))
  { logits = Linear[classes](whole), look = s.weights, sentences = whole.weights }
}
objective Fit for HAN given label: index(classes) {
  loss = cross_entropy[classes](logits, label) + 0.1 * sum[sentence](max[word](look))
  optimizer adam(rate = 1e-3)
}`;

describe('hierarchical attention', () => {
  it('agrees with the oracle, each sentence of its own length', async () => {
    const { outputs, model } = await agrees(HAN, (program) => documents(program).slice(0, 3));
    expect(outputs[0]!.look!.shape).toEqual([3, 3]);
    model.dispose();
  });
});

it('hierarchical attention learns how many sentences hold a word', async () => {
  const { definition } = await compileText(
    HAN.replace('rate = 1e-3', 'rate = 0.02')
      .replace('  optimizer', '  metric right = if argmax[classes](logits) == label then 1 else 0\n  optimizer')
      .replace('hidden = 2', 'hidden = 6'),
  );
  await useBackend('wasm');
  const model = new Model<Record<string, number>, { document: number[][] }, { label: number }>(definition, { seed: 1 });
  const random = randomFrom(7);
  const draw = (): { document: number[][]; label: number } => {
    const document = Array.from({ length: 2 + Math.floor(2 * random()) }, () =>
      Array.from({ length: 1 + Math.floor(4 * random()) }, () => 2 + Math.floor(7 * random())),
    );
    const label = Math.floor(3 * random());
    for (const sentence of document.slice(0, label)) sentence[Math.floor(random() * sentence.length)] = 1;
    return { document, label };
  };
  const held = Array.from({ length: 200 }, draw);
  await fit(model, { train: draw, validation: held }, { batchSize: 16, steps: 250, validate: { every: 250 } });
  expect((await model.loss(held)).metrics.right).toBeGreaterThan(0.9);
  model.dispose();
}, 120_000);

describe('what goes along with an inner axis', () => {
  const each: Readonly<Record<string, readonly [result: string, body: string, more?: string]>> = {
    'a sum, a mean, an extremum': ['[sentence, d]', 'y = tanh(Linear[d](x));  sum[word](y) * mean[word](y) + max[word](y) - min[word](x)'],
    'over both at once': ['[d]', 'sum[sentence, word](x) + mean[sentence, word](x) * max[sentence, word](x)'],
    contractions: ['[d]', 'w = softmax[word](sum[d](Linear[d](x)));  w @[sentence, word] x'],
    'contractions of one': ['[sentence, d]', 'w = softmax[word](sum[d](Linear[d](x)));  w @[word] x'],
    'its length as a number': ['[sentence, d]', 'sum[word](x) / word + word * position[sentence] * onehot[d](0)'],
    'first and last': ['[sentence, d]', 'x[word = first] - x[word = last]'],
    'positions before and after': [
      '[sentence, word, d]',
      '(x[word = position[word] - 1] else 0) - (x[word = position[word] + 2] else 0.5) + (x[word = position[word] - 1] else x)',
    ],
    windows: ['[sentence, word, d]', 'param W: [d <- k, d];  W @ x[word = position[word] + position[k]]', 'dim k = -1..1\n'],
    'positions from the end': ['[sentence, word, d]', 'x[word = word - 1 - position[word]] else 9'],
    'the greatest position': ['[sentence, d]', 'best = argmax[word](sum[d](Linear[d](x)));  x[best]'],
    'a running sum': ['[sentence, word, d]', 'cumsum[word](tanh(Linear[d](x)))'],
    'joined in front and behind': [
      '[sentence, more, d]',
      'y = Linear[d](x);  concat[more](mean[word](x), y, max[word](y))',
      'dim more = 1 + word + 1\n',
    ],
    'joined with itself': ['[sentence, d]', 'y = Linear[d](x);  w = concat[word as both](y, x);  sum[both](w * softmax[both](w))'],
    merged: ['[sentence]', 'y = Linear[d](x)[(word, d) as flat];  sum[flat](y * softmax[flat](y) * position[flat])'],
    'merged, the inner one behind': [
      '[sentence]',
      'y = Linear[d](x)[(d, word) as flat];  sum[flat](y * softmax[flat](y) * position[flat])',
    ],
    grouped: ['[sentence, words]', 'sum[word by tokens](sum[d](Linear[d](x)))'],
    'grouped, over all sentences': ['[words]', 'sum[sentence, word by tokens](sum[d](Linear[d](x)))'],
    'words that look at each other': ['[sentence, word, d]', 'Dot(x, Linear[d](x[word as key]), x[word as key])'],
    'words that look back': [
      '[sentence, word, d]',
      'F(Linear[d](x))',
      'block F(y: [w, d]) -> [w, d] { MultiHead[heads = 3](y, y[upto w as key]) }\n',
    ],
    'words that look back, without a block': ['[sentence, word, d]', 'Dot(x, x[upto word as key], Linear[d](x)[upto word as key])'],
    sorted: [
      '[sentence, word]',
      'u = sum[d](Linear[d](x));  order = argsort[word as rank](u);  sum[rank by order](u[order] * position[rank])',
    ],
    'a running product': ['[sentence, word, d]', 'cumprod[word](tanh(Linear[d](x)), exclusive)'],
    'normalised in groups': ['[sentence, word]', 'softmax[word by tokens](sum[d](Linear[d](x)))'],
    'sentences that look at all words': [
      '[sentence, d]',
      'q = mean[word](x);  e = q[sentence as s] @ x;  w = exp(e);  z = sum[sentence, word](w);  sum[sentence, word](w * x)[s as sentence] / z[s as sentence]',
    ],
    conditions: ['[sentence, d]', 'mean[word](x where tokens != 2) + (sum[word](x where tokens > 4))'],
    'an outer condition': ['[sentence, d]', 'y = x where position[sentence] > 0;  mean[word](y) else 0'],
    layers: ['[sentence, word, d]', 'LayerNorm(x + FeedForward[inner = 5](x))'],
    'a scan': [
      '[sentence, d]',
      'F(x)',
      "block F(y: [w, d]) -> [d] { r = scan w with yt = y { state h: [d] = 0;  h' = GRU(yt, h);  emit h' };  r[w = last] }\n",
    ],
    'a scan from the end, of all sentences': [
      '[sentence, word, d]',
      "scan word reversed with xt = x { state h: [sentence, d] = 0.1;  h' = GRU(xt, h);  emit h' }",
    ],
    'a scan of positions': [
      '[sentence, d]',
      'F(x) * sum[word](x)',
      "block F(y: [w, d]) -> [] { r = scan w with k = position[w] { state h: [] = 0.5;  h' = tanh(h + k);  emit h };  sum[w](r) + mean[w, d](y) }\n",
    ],
    'a block in a block': [
      '[sentence]',
      'F[w = word, e = d](x)',
      'block G(a: [v, e]) -> [v] { sum[e](a) * v }\nblock F(y: [w, e]) -> [] { sum[w](G(tanh(Linear[e](y)))) + w }\n',
    ],
    'both axes under other names': [
      '[sentence]',
      'F(x)',
      'block F(y: [s, w, e]) -> [s] { z = y / sum[s, w](y ^ 2);  mean[w, e](z) * w + position[s] }\n',
    ],
    'words beside all sentences': [
      '[sentence, d]',
      'F[w = word, s = sentence](x, mean[word](x))',
      'block F(y: [w, e], h: [s, e]) -> [e] { Dot(mean[w](y), h, h) }\n',
    ],
    'words that look at all words of theirs': ['[sentence, word, d]', 'MultiHead[heads = 3, key = word](x, x)'],
    'layers with running values': ['[sentence, word, d]', 'BatchNorm(tanh(Linear[d](x))) * mean[word](x)'],
    'sentences that look at each other': ['[sentence, d]', 'h = mean[word](Linear[d](x));  Dot(h, h[sentence as key], h[sentence as key])'],
  };
  it.each(Object.entries(each))('%s', async (_what, [result, body, more = '']) => {
    const y = `y0: ${result}`;
    const text = `${DIMS}${more}model M(x: [sentence, word, d], tokens: index(words)[sentence, word]) -> ${y} { ${body} }
      objective O for M { loss = ${result === '[]' ? 'y0' : `sum${result}(0.5 * y0 ^ 2)`};  optimizer sgd(rate = 0.1) }`;
    await agrees(text, documents);
  });
});

describe('a decoder that reads words of sentences', () => {
  it.each([
    [
      'step by step',
      "state s: [d] = mean[sentence, word](h)\n  e = s @ h\n  w = exp(e)\n  a = sum[sentence, word](w * h) / sum[sentence, word](w)\n  s' = GRU(concat[d as both](table[y], a), s)\n  logits = Linear[words](s')",
    ],
    [
      'over the whole axis',
      'x = MultiHead[heads = 3](table[y], table[y][target as key])\n  q = softmax[word](x @ h) \n  a = mean[sentence](sum[word](q * h))\n  logits = Linear[words, in = d](x + a)',
    ],
  ])('%s: what it generates is what it computes of it', async (_what, body) => {
    const text = `${DIMS}dim target: ragged
decoder Write(h: [sentence, word, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d] = normal(1)
  ${body}
  at most 5
}
model M(x: [sentence, word, d]) generates y: index(words)[target] { Write(tanh(Linear[d](x))) }`;
    const { program, definition } = await compileText(text);
    await useBackend('cpu');
    const model = new GenerativeModel<object, object, { readonly y: Ints }>(definition, { seed: 5 });
    const examples = [[3, 1, 2], [1], [2, 5]].map((word, k) => exampleOf(program, { sentence: word.length, word, target: 1 }, k + 1));
    const parameters = await parametersOf(model);
    const written = await model.generate(examples);
    const forward = await model.forward(examples.map((example, k) => ({ ...example, y: written[k]!.ids })));
    for (const [k, example] of examples.entries()) {
      const y = [...written[k]!.ids];
      const binding = bound(program, model as never, parameters, example);
      const inputs = new Map([...binding.inputs, ['y', [1, ...y.slice(0, -1)]], ["y'", y]] as const);
      const sizes = new Map([...binding.sizes, ['target', y.length]]);
      const logits = interpret([program.outputs.get('logits')!], { ...binding, inputs, sizes })[0]!;
      expect(relative(forward[k]!.logits!.data, logits.data)).toBeLessThan(1e-4);
      const rows = y.map((_, t) => [...logits.data.slice(9 * t, 9 * t + 9)]);
      expect(rows.map((row) => row.indexOf(Math.max(...row)))).toEqual(y);
    }
  });
});

it('refuses an index beyond what its own position has', async () => {
  await useBackend('cpu');
  const text = `dim sentence: ragged, part: ragged in sentence
model Pick(x: [sentence, part], choice: index(part)[sentence]) -> y: [sentence] { x[part = choice] }`;
  const { definition } = await compileText(text);
  const model = new Model<object, { x: number[][]; choice: number[] }, object>(definition);
  const x = [[1], [2, 3, 4]];
  expect([...(await model.forward([{ x, choice: [0, 2] }]))[0]!.y!.data]).toEqual([1, 4]);
  await expect(model.forward([{ x, choice: [1, 2] }])).rejects.toThrow('`choice[sentence = 0]` is 1');
});

describe('an input on an axis made of an inner dim', () => {
  const both = 'dim sentence: ragged, word: ragged in sentence, d = 3, more = 1 + word\n';

  it('agrees with the oracle', async () => {
    const text = `${both}model M(x: [sentence, word, d], framed: [sentence, more, d]) -> y: [sentence, d] {
  y = mean[word](Linear[d](x)) + max[more](framed) * softmax[d](framed[more = last])
}
objective O for M { loss = sum[sentence, d](y ^ 2);  optimizer sgd(rate = 0.1) }`;
    const { model } = await agrees(text, documents);
    model.dispose();
  });

  it('must have the length that follows at each position', async () => {
    await useBackend('cpu');
    const text = `${both}model M(x: [sentence, word], framed: [sentence, more], choice: index(more)[sentence]) -> y: [sentence] {
  y = sum[word](x) + framed[more = choice]
}`;
    const { definition } = await compileText(text);
    const model = new Model<object, { x: number[][]; framed: number[][]; choice: number[] }, object>(definition);
    const [x, framed] = [
      [[1], [2, 3, 4]],
      [
        [5, 6],
        [7, 8, 9, 10],
      ],
    ];
    expect([...(await model.forward([{ x, framed, choice: [1, 3] }]))[0]!.y!.data]).toEqual([7, 19]);
    await expect(model.forward([{ x, framed, choice: [2, 3] }])).rejects.toThrow('`choice[sentence = 0]` is 2');
    await expect(
      model.forward([
        {
          x,
          framed: [
            [5, 6],
            [7, 8],
          ],
          choice: [1, 1],
        },
      ]),
    ).rejects.toThrow('example 0: `framed[sentence = 1, more]` has 2 positions, but `more` has 4 positions in this example');
    model.dispose();
  });
});
