/** What a state has been: as slots in a loop, as rows in a step; values as the oracle's list gives them. */
import { describe, expect, it } from 'vitest';
import { expectForward, expectSteps, keptOf, stepped } from './stepping.ts';

/** What has as many positions as the formal has, and numbers made of that. */
const COUNTED = 'block Counted(h: [k, e]) -> [e] { dim m = 2 * k + 1;  sum[k](h) * (m - max(k, 3)) * k / (m * m) * floor(m / 2) }';

const model = (scan: string): string => `const dim around = -1..1, pair = 2
dim source: ragged, d = 2
${COUNTED}
model M(x: [source, d], u: [around, d]) -> { y: [d], z: [d] } {
  param W, V: [d <- d], c: [d]
  run = ${scan}
  { y = sum[source](run), z = c }
}`;
const rows = (body: string): string => `scan source with xt = x { state h: [d] = c;  H = past[tape](h);  ${body} }`;

describe('in a loop', () => {
  it.each<[string, string]>([
    ['all that was', rows("h' = tanh(xt + sum[tape](H));  emit h'")],
    ['a map of it and a mean', rows("h' = tanh(xt + mean[tape](W @ H));  emit h'")],
    ['two maps of it, and it itself', rows("h' = tanh(xt + max[tape](W @ H) * sum[tape](tanh(V @ H)) + H[tape = last]);  emit h'")],
    ['a number for each', rows("h' = tanh(xt + sum[tape](softmax[tape](H @ c) * H));  emit h'")],
    ['how many there are', rows("h' = tanh(xt + Counted(H)) + mean[tape](H);  emit h'")],
    [
      'from the end',
      rows("h' = tanh(xt + sum[tape](W @ H * 0.5 ^ position[tape]));  emit h'").replace('scan source with', 'scan source reversed with'),
    ],
    [
      'two states that were',
      "scan source with xt = x { state g, h: [d] = c;  G = past[tape](g);  H = past[tape](h);  g' = tanh(xt + sum[tape](W @ H));  h' = tanh(g + sum[tape](V @ G * H));  emit g' * h' }",
    ],
    ['it, joined along another axis', rows("h' = tanh(xt + max[tape](sum[both](concat[d as both](H, 2 * H))));  emit h'")],
    ['its positions in another order', rows("h' = tanh(xt + sum[tape](H * position[tape]));  emit h'")],
  ])('%s', (_, scan) => {
    expectForward(model(scan), { around: 3, d: 2, pair: 2 }, { source: [3, 1, 4] });
  });

  it('along an axis that does not begin at 0', () => {
    for (const way of ['', ' reversed']) {
      const text = model(
        `x * sum[around](scan around${way} with ut = u { state h: [d] = c;  H = past[tape](h);  h' = tanh(ut + sum[tape](W @ H * (1 + position[tape])));  emit h' })`,
      );
      expectForward(text, { around: 3, d: 2, pair: 2 }, { source: [3, 1, 4] });
    }
  });
});

const decoder = (body: string): string => `dim source: ragged, target: ragged, words = 4, d = 3
${COUNTED}
decoder Write(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d], W, V: [d <- d]
  ${body}
}
model M(m: [source, d]) generates y: index(words)[target] { Write(m) }
`;

describe("in a decoder's step", () => {
  it.each<[string, string, Readonly<Record<string, number | null>>]>([
    [
      'all that was',
      "state h: [d] = 0;  H = past[tape](h);  h' = tanh(table[y] + sum[tape](H));  logits = h' @ table",
      { 'state.hPast': null },
    ],
    [
      'a map of it',
      "state h: [d] = 0;  H = past[tape](h);  h' = tanh(table[y] + max[tape](W @ H));  logits = h' @ table",
      { 'state.hKept': null },
    ],
    [
      'two maps of it',
      "state h: [d] = 0;  H = past[tape](h);  h' = tanh(table[y] + max[tape](W @ H) + sum[tape](tanh(V @ H)));  logits = h' @ table",
      { 'state.hKept': null, 'state.hKept2': null },
    ],
    [
      'beside a state of that name',
      "state h: [d] = 0;  state hPast: [d] = 1;  H = past[tape](h);  h' = tanh(table[y] + hPast + sum[tape](H));  hPast' = 0.5 * hPast + h;  logits = h' @ table",
      { 'state.hPast2': null },
    ],
    [
      'how many there are',
      "state h: [d] = 0;  H = past[tape](h);  h' = tanh(table[y] + Counted(H));  logits = h' @ table",
      { 'state.hPast': null },
    ],
    [
      'and of the memory',
      "state h: [d] = 0;  H = past[tape](h);  h' = tanh(table[y] + Dot(h, H, H) + Dot(h, m, m));  logits = h' @ table",
      { 'state.hPast': null },
    ],
  ])('%s', (_, body, kept) => {
    const made = stepped(decoder(body));
    expect(keptOf(made)).toEqual(kept);
    expectSteps(made, { steps: 4, lengths: { source: [2, 3] } });
  });
});
