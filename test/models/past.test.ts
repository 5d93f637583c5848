/** What a state has been, in scans of either direction, in rounds, lifted and nested, and along clocks. */
import { expect, it } from 'vitest';
import { useBackend, type Model, type Values } from '../../runtime/index.ts';
import { agrees, type Example, type Subject } from './agrees.ts';
import { compiled } from './support.ts';

const rows = (n: number, seed: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: 3 }, (_, k) => Math.sin(1 + 4 * i + k + 3 * seed)));
const examples: readonly Example[] = [
  { x: rows(3, 1), t: [0.1, -0.2] },
  { x: rows(1, 2), t: [0.4, 0.3] },
  { x: rows(5, 3), t: [-0.3, 0.2] },
];
const lengths = (example: Example): Record<string, number> => ({ source: (example.x as unknown[]).length });

const model = (body: string): string => `
dim source: ragged, d = 3, h = 2, layers = 2
attention Look(query: [q], H: [k, h]) -> [h] {
  param W: [h <- q], U: [h <- h], v: [h]
  weights = softmax[k](v @ tanh(W @ query + U @ H))
  sum[k](weights * H)
}
model M(x: [source, d]) -> y: [h] {
${body}
}
objective Fit for M given t: [h] { loss = sum[h]((y - t) ^ 2);  optimizer sgd(rate = 0.1) }
`;
const step = 'param A: [h <- d], B: [h <- h]';

const programs: Readonly<Record<string, string>> = {
  'an attention to all that was': model(`${step}
  run = scan source with xt = x { state s: [h] = 0.3;  m = Look(xt, past[tape](s));  s' = tanh(A @ xt + B @ m);  emit s' }
  y = run[source = last]`),
  'in reverse': model(`${step}
  run = scan source reversed with xt = x { state s: [h] = 0.3;  m = Look(xt, past[tape](s));  s' = tanh(A @ xt + B @ m);  emit s' }
  y = run[source = first] + sum[source](run)`),
  'two tapes with one axis, positions and lengths': model(`${step}
  run = scan source with xt = x {
    state s, c: [h] = 0
    H = past[tape](s);  C = past[tape](c)
    w = softmax[tape](sum[h](H * C) + 0.1 * position[tape])
    s' = tanh(A @ xt + B @ sum[tape](w * H) + H[tape = first] - 0.5 * H[tape = last])
    c' = 0.5 * c + s' * mean[tape](C) + max[tape](H)
    emit s' + c'
  }
  y = mean[source](run)`),
  'the position before the last, or nothing': model(`${step}
  run = scan source with xt = x {
    state s: [h] = 0.2
    H = past[tape](s)
    s' = tanh(A @ xt + B @ (H[tape = position[source] - 1] else 0.7))
    emit s'
  }
  y = sum[source](run)`),
  'in rounds, each with its own': model(`
  run = scan source with xt = x {
    z = Linear[h](xt)
    repeat layers { state s: [h] = 0.1;  m = Look(z, past[tape](s));  s' = tanh(z + m + Linear[h](m));  z = s' }
    emit z
  }
  y = run[source = last]`),
  'pairs of what was': model(`${step}
  run = scan source with xt = x {
    state s: [h] = 0.3
    H = past[a](s);  K = past[b](s)
    w = softmax[b](H @[h] K)
    s' = tanh(A @ xt + mean[a](w @[b] K))
    emit s'
  }
  y = run[source = last]`),
  'what is given where there is nothing, running products and weights, of which the greatest counts': model(`${step}
  run = scan source with xt = x {
    state s: [h] = 0.2
    H = past[tape](s)
    p = max[tape](cumprod[tape](exp(H), exclusive)) + max[tape](-softmax[tape](H))
    s' = tanh(A @ xt + 0.2 * B @ p + max[tape](H[tape = position[tape] mod 2] else 3))
    emit s'
  }
  y = sum[source](run)`),
  'a scan of each position that was': model(`${step}
  run = scan source with xt = x { state s: [h] = 0.2;  H = past[tape](s);  s' = tanh(A @ xt + B @ s + max[tape](Fold(H)));  emit s' }
  y = sum[source](run)`).replace(
    'model M',
    `block Fold(v: [h]) -> [] { run = scan h with each = v { state q: [] = 0.5;  q' = exp(each) + 0.1 * q;  emit -q' };  mean[h](run) }
model M`,
  ),
  'a scan in a scan': model(`${step}
  run = scan source with xt = x {
    state s: [h] = 0.3
    m = Look(xt, past[tape](s))
    inner = scan d with xd = xt { state u: [h] = 0.1;  n = mean[tape](past[tape](u));  u' = tanh(n + m * xd);  emit u' }
    s' = tanh(A @ xt + inner[d = last])
    emit s'
  }
  y = run[source = last]`),
  'with parameters of its own for each': model(`
  deep = Run per layers (x)
  y = sum[layers](deep)`).replace(
    'model M',
    `block Run(x: [source, d]) -> [h] {
  ${step}
  run = scan source with xt = x { state s: [h] = 0.3;  m = Look(xt, past[tape](s));  s' = tanh(A @ xt + B @ m);  emit s' }
  run[source = last]
}
model M`,
  ),
  lifted: model(`
  deep = Run(stack[head](x, -x, x * x))
  y = sum[head](deep)`).replace(
    'model M',
    `block Run(x: [source, d]) -> [h] {
  ${step}
  run = scan source with xt = x { state s: [h] = 0.3;  m = Look(xt, past[tape](s));  s' = tanh(A @ xt + B @ m);  emit s' }
  run[source = last]
}
model M`,
  ),
};

const decoder = (body: string, logits = "Linear[words](s')"): string => `
dim source: ragged, target: ragged, words = 5, d = 3, h = 2, layers = 2
attention Look(query: [q], H: [k, h]) -> [h] {
  param W: [h <- q], U: [h <- h], v: [h]
  weights = softmax[k](v @ tanh(W @ query + U @ H))
  sum[k](weights * H)
}
decoder D(x: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d], A: [h <- d], B: [h <- h]
  e = table[y]
${body}
  logits = ${logits}
  at most 5
}
model M(x: [source, d]) generates y: index(words)[target] { D(x) }
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;
const written: readonly Example[] = [
  { x: rows(3, 1), y: [3, 0, 4, 2] },
  { x: rows(1, 2), y: [2] },
  { x: rows(4, 3), y: [4, 4, 1, 0, 2] },
];
const both = (example: Example): Record<string, number> => ({ ...lengths(example), target: (example.y as unknown[]).length });

const decoders: Readonly<Record<string, string>> = {
  'a decoder that looks back': decoder(`  state s: [h] = mean[source](Linear[h](x))
  m = Look(e, past[tape](s))
  s' = tanh(A @ e + B @ m)`),
  'a decoder with two tapes, and what it reads': decoder(`  state s, c: [h] = 0.1, near, far: [h] = 0
  m = Look(concat(e, near), past[tape](s))
  n = Look(e, Linear[h](x))
  w = softmax[tape](past[tape](c) @[h] s)
  near' = m;  far' = 0.5 * far + n
  s' = tanh(A @ e + B @ m + n)
  c' = 0.5 * c + sum[tape](w * past[tape](c)) - s'`),
  'a decoder in rounds': decoder(
    `  z = A @ e
  repeat layers as l { state s: [h] = 0.2;  m = Look(z, past[tape](s));  s' = tanh(z + m + Linear[h](s));  z = s' }`,
    'Linear[words](z)',
  ),
  'positions, the last and the first of what was': decoder(`  state s: [h] = 0.3
  H = past[tape](s)
  s' = tanh(A @ e + B @ H[tape = last] + 0.5 * H[tape = first] + mean[tape](0.1 * H * position[tape]))`),
  'a scan along the axis that is generated': `
dim target: ragged, words = 5, d = 3
decoder D(c: [d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  x = table[y]
  z = scan target with xt = x { state s: [d] = c;  H = past[tape](s);  w = softmax[tape](tanh(Linear[d](H)) @ xt);  s' = tanh(xt + w @ H);  emit s' }
  logits = z @ table
  at most 5
}
model M(c: [d]) generates y: index(words)[target] { D(c) }
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`,
  'of the step, inside a loop of it': decoder(`  state s: [h] = 0.3
  run = scan source with xt = x { state u: [h] = 0.1;  u' = tanh(u + A @ xt + mean[tape](past[tape](s)) + sum[k](past[k](u)));  emit u' }
  s' = tanh(A @ e + B @ run[source = last])`),
  'beside what the choice changes': decoder(
    `  state s: [h] = 0.3, n: [words] = 0
  m = Look(e, past[tape](s))
  s' = tanh(A @ e + B @ m)
  n' = n + onehot[words](y')`,
    "Linear[words](s') - n",
  ),
};

agrees(
  Object.entries(decoders).map(
    ([title, text]): Subject => ({
      title,
      path: `past-${title.replace(/\W+/g, '-')}/model.attn`,
      text,
      dims: text.includes('h = 2') ? { words: 5, d: 3, h: 2 } : { words: 5, d: 3 },
      examples: text.includes('c: [d]') ? written.map(({ y }, k) => ({ c: [0.3, -0.2, 0.1 * k], y })) : written,
      lengths: text.includes('c: [d]') ? ({ y }) => ({ target: (y as unknown[]).length }) : both,
    }),
  ),
);
agrees(
  Object.entries(programs).map(
    ([title, text]): Subject => ({
      title,
      path: `past-${title.replace(/\W+/g, '-')}/model.attn`,
      text,
      dims: { d: 3, h: 2 },
      examples,
      lengths,
    }),
  ),
);

it('draws over a tape what it draws for the example alone', async () => {
  await useBackend('cpu');
  const { create } = await compiled<Model<Record<string, number>, Example, Example, Values>>(
    'past-dropout/model.attn',
    new Map(),
    model(`${step}
  run = scan source with xt = x { state s: [h] = 0.3;  m = mean[tape](dropout(past[tape](s), 0.5));  s' = tanh(A @ xt + B @ m);  emit s' }
  y = run[source = last]`),
  );
  const tested = create({ dims: { d: 3, h: 2 }, seed: 3 });
  const { loss } = await tested.gradients(examples, { step: 4, ids: [0, 1, 2] });
  const alone = await Promise.all(examples.map(async (example, k) => (await tested.gradients([example], { step: 4, ids: [k] })).loss));
  expect(loss).toBeCloseTo(alone.reduce((a, b) => a + b, 0) / 3, 6);
  expect((await tested.gradients(examples, { step: 5, ids: [0, 1, 2] })).loss).not.toBeCloseTo(loss, 6);
});
