/** What looks ahead is refused, with the chain from the output that needs it to the previous outputs it reads; what does not is taken. */
import { describe, expect, it } from 'vitest';
import { compile } from './support.ts';

const decoder = (body: string, blocks = ''): string => `dim source: ragged, target: ragged, words = 9, d = 4
dim ahead = 0..2
${blocks}
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  x = table[y]
  ${body}
  logits = z @ table
}
`;

/** What stands between « and » is at fault; the names that the chain holds, in their order. */
const refused: readonly (readonly [what: string, source: string, chain: readonly string[]])[] = [
  ['a mean over the whole axis', decoder('z = x - «mean[target](x)»'), ['logits', 'z', 'this expression', 'x', 'y']],
  [
    'a softmax over the axis itself',
    decoder('e = sum[d](x);  «w = softmax[target](e)»;  z = w * x'),
    ['logits', 'z', 'this expression', 'e', 'x', 'y'],
  ],
  [
    'a product over the whole axis',
    decoder('q = sum[d](x);  c = «q @[target] x»;  z = x + c'),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
  ['the next position', decoder('z = x + («x[target = position[target] + 1]» else 0)'), ['logits', 'z', 'this expression', 'x', 'y']],
  [
    'a convolution that reaches forward',
    decoder('param W: [d <- ahead, e: d];  z = W @ («x[target = position[target] + position[ahead]]» else 0)[d as e]'),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
  ['the last position', decoder('z = x + x[target = «last»]'), ['logits', 'z', 'this expression']],
  ['the length of what is written', decoder('z = x / «target»'), ['logits', 'z', 'this expression']],
  [
    'a scan from the end',
    decoder("h = «scan target reversed with xt = x { state s: [d] = 0;  s' = tanh(s + xt);  emit s' }»;  z = h"),
    ['logits', 'this expression', 'x', 'y'],
  ],
  [
    'the positions merged away',
    decoder('flat = «x[(target, d) as all]»;  z = x * max[all](flat)'),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
  [
    'a position that a value says',
    decoder('k = floor(sum[d](x));  z = x + («x[target = k]» else 0)'),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
  [
    'inside a block, through two calls',
    decoder(
      'z = Outer(x)',
      'block Inner(a: [target, d]) -> [target, d] { a - «mean[target](a)» }\nblock Outer(b: [target, d]) -> [target, d] { 2 * Inner(b) }',
    ),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
  ['a sort', decoder('o = «argsort[target as rank](sum[d](x))»;  z = x * o[rank as target]'), ['logits', 'z', 'this expression', 'x', 'y']],
  [
    'a sum by positions of the axis',
    decoder('k = position[target];  s = «sum[other by target = k[target as other]](sum[d](x[target as other]))»;  z = s * x'),
    ['logits', 'z', 'this expression', 'x', 'y'],
  ],
];

const sound: readonly (readonly [what: string, source: string])[] = [
  ['a mean over the positions so far', decoder('z = x - mean[key](x[upto target as key])')],
  ['the same by a copy', decoder('z = x * mean[key <= target](sum[d](x)[target as key] * sum[d](x) * 0 + 1)')],
  [
    'earlier positions, by any way that proves it',
    decoder(
      'p = position[target];  z = (x[target = p - 3] else 0) + (x[target = min(p, 5)] else 0) + (x[target = floor(p / 2)] else 0) + x[target = first]',
    ),
  ],
  [
    'running sums and products, with a position and before it',
    decoder('z = cumprod[target](x) + cumprod[target](x, exclusive) + cumsum[target](x, exclusive)'),
  ],
  [
    'a scan forward, a running sum',
    decoder("h = scan target with xt = x { state s: [d] = 0;  s' = tanh(s + xt);  emit s' };  z = h + cumsum[target](x)"),
  ],
  ['attention to what is read, in both directions', decoder('z = x + ScaledDot(x, m, m) + mean[source](m)')],
  [
    'a mean over a target that is not generated',
    'dim target: ragged, d = 4\nmodel M(x: [target, d]) -> [target, d] { x - mean[target](x) }',
  ],
];

describe('what looks ahead', () => {
  it.each(refused)('%s is refused', (_what, marked, chain) => {
    const source = marked.replace(/[«»]/gu, '');
    const { diagnostics } = compile(source);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect([...new Set(errors.map(({ code }) => code))]).toEqual(['E0701']);
    const [from, to] = [marked.indexOf('«'), marked.indexOf('»') - 1];
    const [first] = errors;
    expect(
      errors.some(({ place }) => place.start <= to && place.end >= from),
      JSON.stringify(errors.map(({ place }) => source.slice(place.start, place.end))),
    ).toBe(true);
    const said =
      /; here (.*)$/su
        .exec(first?.why ?? '')?.[1]
        ?.replace(/ reads |, which reads /gu, ' ')
        .replaceAll('`', '')
        .split(' ') ?? [];
    const words = said.join(' ').replace('this expression', 'this_expression').split(' ');
    expect(words).toEqual(chain.map((word) => word.replace(' ', '_')));
  });

  it('names the calls that it stands in', () => {
    const { diagnostics } = compile(refused.find(([what]) => what.startsWith('inside a block'))![1].replace(/[«»]/gu, ''));
    expect(diagnostics[0]!.related?.filter(({ message }) => message === 'in this call')).toHaveLength(2);
  });

  it.each(sound)('%s is fine', (_what, source) => {
    expect(compile(source).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

/** Positions, and the axes of what they are made of, that lie at most where they are read from; for all sizes. */
const BEFORE: readonly (readonly [place: string, over?: string])[] = [
  ['p'],
  ['p - 3'],
  ['p + 2 - 3'],
  ['p - 2 + a', 'ahead'],
  ['a + (p - 2)', 'ahead'],
  ['p + b', 'back'],
  ['p - f', 'from'],
  ['p + 1 - f', 'from'],
  ['p - 2 * a', 'ahead'],
  ['p + 2 * b', 'back'],
  ['p + a * b', 'ahead, back'],
  ['p - a * f', 'ahead, from'],
  ['p - b * b', 'back'],
  ['p - a', 'ahead'],
  ['p + -a', 'ahead'],
  ['p + -f + 1', 'from'],
  ['p - f ^ 2 + 1', 'from'],
  ['p - max(a - 1, 0)', 'ahead'],
  ['p - min(f, 2) + 1', 'from'],
  ['p + min(a, 1) - 1', 'ahead'],
  ['p + max(b, -1)', 'back'],
  ['p - k'],
  ['p - source'],
  ['min(p, n)'],
  ['min(n, p)'],
  ['min(p + 1, p - 1)'],
  ['max(p - 1, p - 2)'],
  ['max(p - 2, 0)'],
  ['floor(p / 2)'],
  ['floor(p / 1)'],
  ['floor((p - 3) / 2)'],
  ['(if c then p else p - 1)'],
  ['first'],
  ['0'],
  ['argmax[key](h[upto target as key])'],
];

/** Some of these lie further on. */
const LATER: readonly (readonly [place: string, over?: string])[] = [
  ['p + 1'],
  ['p + 2 - 1'],
  ['p - 1 + a', 'ahead'],
  ['a + (p - 1)', 'ahead'],
  ['p + 1 + b', 'back'],
  ['p - b', 'back'],
  ['p + 2 - f', 'from'],
  ['p - 2 * b', 'back'],
  ['p - a * b', 'ahead, back'],
  ['p + b * b', 'back'],
  ['p + -b', 'back'],
  ['p + -f + 2', 'from'],
  ['p - f ^ 2 + 2', 'from'],
  ['p - max(a - 1, b)', 'ahead, back'],
  ['p - min(f, 2) + 2', 'from'],
  ['p + min(a, 1)', 'ahead'],
  ['p + min(a, 2) - 1', 'ahead'],
  ['p + max(b, -1) + 1', 'back'],
  ['p - n'],
  ['p - k + 3'],
  ['n'],
  ['min(n, p + 1)'],
  ['max(p, n)'],
  ['max(p, p + 1)'],
  ['max(p - 2, 1)'],
  ['floor((p + 1) / 2)'],
  ['floor(p / 2) + 1'],
  ['floor(p / n)'],
  ['(if c then p else p + 1)'],
  ['(if c then p + 1 else p)'],
  ['1'],
  ['argmax[key](h[upto target as key]) + 1'],
];

it('a position is proved to lie before by the bounds of what it is made of, and by nothing less', () => {
  const lines = [...BEFORE, ...LATER].map(
    ([place, over], k) => `e${k} = ${over === undefined ? '' : `sum[${over}]`}(h[target = ${place}] else 0)`,
  );
  const source = decoder(
    [
      'p = position[target];  h = sum[d](x);  a = position[ahead];  b = position[back];  f = position[from]',
      ...lines,
      `z = x * (${lines.map((_, k) => `e${k}`).join(' + ')})`,
    ].join('\n  '),
    'dim back = -2..0, from = 1..3, k = 2',
  ).replace('(m: [source, d])', '(m: [source, d], n: int, c: bool)');
  const errors = compile(source).diagnostics.filter(({ severity }) => severity === 'error');
  expect(errors.filter(({ code }) => code !== 'E0701')).toEqual([]);
  const refused = errors.map(
    ({ place }) =>
      /\[target = (.*)\] else 0/u.exec(source.slice(source.lastIndexOf('\n', place.start) + 1, source.indexOf('\n', place.start)))![1],
  );
  expect(refused.toSorted()).toEqual(LATER.map(([place]) => place).toSorted());
});
