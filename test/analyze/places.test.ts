/** Which positions are proved to be on an axis, for all sizes, and what small forms are worth, by hand. */
import { describe, expect, it } from 'vitest';
import { interpret, type Nested } from '../../compiler/oracle/interpret.ts';
import { printGraph } from '../../compiler/graph/print.ts';
import { compile } from './support.ts';

describe('a position that is computed lies on its axis for all sizes, or may be absent', () => {
  it.each<[index: string, inside: boolean, result?: string]>([
    ['position[row] + 0', true],
    ['position[row] + 1', true],
    ['position[row] - 1', false],
    ['position[row] + row + 1', true],
    ['position[row] + row + 2', false],
    ['(position[row] + 0)[row as k]', true, 'k: row'],
    ['(position[row] - 1)[row as k]', false, 'k: row'],
    ['row - 1 - position[row]', true],
    ['row - position[row]', true],
    ['row - 2 - position[row]', false],
    ['-position[row] + (row - 1)', true],
    ['-position[row]', false],
    ['2 * position[row] + 2', true],
    ['position[row] * 2 + 2', true],
    ['2 * position[row] + 3', false],
    ['position[row] * 2 - 1', false],
    ['-2 * position[row] + tall - 1', true],
    ['-2 * position[row] + tall', false],
    ['-2 * position[row] + row', false],
    ['position[row] * position[row]', false],
    ['3 * position[row]', false],
    ['floor(position[row] + 1.0)', true],
    ['floor(position[row] + 0.5)', false],
    ['floor(0.5 * position[row])', false],
    ['abs(position[row] - 1)', false],
    ['stop(position[row] + 1)', true],
    ['floor(2 * position[tall] / 2)', true, 'tall'],
    ['floor(position[tall] / 1)', true, 'tall'],
    ['floor((position[row] - 1) / 2)', false],
    ['floor(4 * position[row] / 2)', true],
    ['floor(5 * position[row] / 2)', false],
    ['floor(-2 * position[row] / -2)', false],
    ['floor(position[row] / row)', false],
    ['floor(position[row] / 0)', false],
    ['min(position[row] + 9, 1)', false],
    ['position[row] mod tall', true],
    ['position[row] mod row', false],
    ['clamp(3 * position[row], 0, tall - 1)', true],
    ['clamp(3 * position[row], 1, tall - 1)', false],
    ['clamp(3 * position[row], 0, tall - 2)', false],
    ['clamp(3 * position[row], 0, row - 1)', false],
    ['min(position[row], tall - 1)', false],
  ])('%s: %s', (index, inside, result = 'row') => {
    const { diagnostics } = compile(`dim row = 4, tall = 2 * row + 1\nmodel M(x: [tall]) -> y: [${result}] { x[tall = ${index}] }`);
    expect(diagnostics.map(({ code }) => code)).toEqual(inside ? [] : ['E0501']);
  });
});

interface Inputs {
  readonly sizes?: Readonly<Record<string, number>>;
  readonly inner?: Readonly<Record<string, readonly number[]>>;
  readonly [name: string]: unknown;
}

/** What the oracle gives for `y`, where it is present. */
function result(text: string, { sizes = {}, inner = {}, ...inputs }: Inputs): (number | null)[] {
  const { diagnostics, programs } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  const program = programs[0]!;
  const known = new Map([...program.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, value]), ...Object.entries(sizes)]);
  const y = interpret([program.outputs.get('y')!], {
    sizes: known,
    inner: new Map(Object.entries(inner).map(([dim, each]) => [dim, [...each]])),
    inputs: new Map(Object.entries(inputs) as [string, Nested][]),
    parameters: new Map(),
  })[0]!;
  return [...y.data].map((x, k) => (y.present?.[k] === 0 ? null : x));
}

const D = 'dim source: ragged, d = 2, e = 2, words = 9\n';
const W = 'dim sentence: ragged, word: ragged in sentence, d = 2\n';
const document = { sizes: { sentence: 2 }, inner: { word: [2, 1] }, x: [[1, 2], [3]] };

describe('small forms, by hand', () => {
  it.each<[what: string, text: string, inputs: Inputs, expected: (number | null)[]]>([
    [
      'a sum over the positions before',
      `${D}model M(x: [source]) -> y: [source] { sum[k < source](x[source as k]) }`,
      { sizes: { source: 3 }, x: [1, 2, 4] },
      [0, 1, 3],
    ],
    [
      'a sum over the positions up to now',
      `${D}model M(x: [source]) -> y: [source] { sum[k <= source](x[source as k]) }`,
      { sizes: { source: 3 }, x: [1, 2, 4] },
      [1, 3, 7],
    ],
    ['an axis under its own name', `${D}model M(x: [d]) -> y: [d] { x[d as d] }`, { x: [1, 2] }, [1, 2]],
    [
      'positions on two dims, stacked',
      `${D}model M(i: index(words), j: index(d)) -> y: int[m: 2] { stack[m](i, j) }`,
      { i: 7, j: 1 },
      [7, 1],
    ],
    [
      'positions on one dim stay such',
      `${D}model M(i: index(words), j: index(words), t: [words]) -> y: [m: 2] { t[stack[m](i, j)] }`,
      { i: 7, j: 1, t: [0, 1, 2, 3, 4, 5, 6, 70, 8] },
      [70, 1],
    ],
    ['whole numbers beside floats, stacked', `${D}model M(i: int, x: float) -> y: [m: 2] { stack[m](i, x) }`, { i: 7, x: 0.5 }, [7, 0.5]],
    [
      'truth values, joined',
      `${D}model M(a: bool[d], b: bool[d]) -> y: bool[n: 2 * d] { concat[d as n](a, b) }`,
      { a: [true, false], b: [false, true] },
      [1, 0, 0, 1],
    ],
    [
      'operands with an axis that is required to be of one size',
      `${D}model M(a: [k: d, v: 1], b: [k: e, w: 1]) -> y: [k: d, n: 2] { require d == e;  concat[n](a, b) }`,
      { a: [[1], [2]], b: [[3], [4]] },
      [1, 3, 2, 4],
    ],
    [
      'an index with an axis that is required to be of one size',
      `${D}model M(t: [words, k: d], i: index(words)[k: e]) -> y: [k: d] { require d == e;  t[i] }`,
      {
        t: [
          [1, 2],
          [3, 4],
          [5, 6],
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        i: [2, 1],
      },
      [5, 4],
    ],
    [
      'a map of a number',
      `${D}block V(t: [o]) -> [o <-] { t }\nmodel M(t: [d], s: []) -> y: [d] { V(t) @ s }`,
      { t: [1, 2], s: 3 },
      [3, 6],
    ],
    [
      'an encoder of a whole document',
      `${W}encoder E(x: [sentence, word]) -> [sentence] { mean[word](x) }\nmodel M(x: [sentence, word]) -> y: [sentence] { E(x) }`,
      document,
      [1.5, 3],
    ],
    [
      'the last of positions and features on one axis',
      `${W}model M(x: [sentence, word, d]) -> y: [sentence] { x[(word, d) as both][both = last] }`,
      {
        ...document,
        x: [
          [
            [1, 2],
            [3, 4],
          ],
          [[5, 6]],
        ],
      },
      [4, 6],
    ],
    [
      'the last of words behind a first',
      `${W}dim longer = 1 + word\nmodel M(x: [sentence, word]) -> y: [sentence] { concat[longer](ones[sentence], x)[longer = last] }`,
      document,
      [2, 3],
    ],
    [
      'how many positions are joined, as a number',
      `${W}dim longer = 1 + word\nmodel M(x: [sentence, word]) -> y: [sentence] { sum[word](x) * longer }`,
      document,
      [9, 6],
    ],
    [
      "an attention's number times a map is a map",
      `${D}attention A(q: [k], m: [key, k]) -> [] { weights = softmax[key](m @ q);  2 * sum[key](weights) }\nmodel M(x: [d], t: [d]) -> y: [d] { (A(x, stack[key](x, x)) * F(t, t[d as j])) @ x[d as j] }\nblock F(t: [o], u: [i]) -> [o <- i] { t * u }`,
      { x: [1, 2], t: [3, 5] },
      [78, 130],
    ],
    [
      'a default that reads another argument',
      `${D}block F(x: [k], b: [k] = 2 * x) -> [k] { x + b }\nmodel M(x: [d]) -> y: [d] { F(x) }`,
      { x: [1, 2] },
      [3, 6],
    ],
    ['the power of a dim that is fixed', `const dim few = 3\nmodel M(i: int) -> y: int { i + few ^ 2 }`, { i: 1 }, [10]],
    ['powers of a whole number', `model M(i: int, j: int) -> y: int { i ^ 5 + 100 * j ^ 1 }`, { i: 2, j: 3 }, [332]],
    [
      'positions on two dims, chosen from',
      `${D}model M(i: index(words), j: index(d), c: bool[e]) -> y: int[e] { if c then i else j }`,
      { i: 7, j: 1, c: [true, false] },
      [7, 1],
    ],
    ['a position as a whole number', `${D}model M(i: index(words)) -> y: int { i }`, { i: 7 }, [7]],
    [
      'a literal position',
      `${D}model M(x: [words]) -> y: [] { x[F()] }\nblock F() -> index(words)[] { 2 }`,
      { x: [0, 1, 5, 0, 0, 0, 0, 0, 0] },
      [5],
    ],
    [
      'rounds over numbers that are not whole',
      `${D}model M(x: []) -> y: [k: 2] { repeat over [0.5, 2] as k { emit x * k } }`,
      { x: 3 },
      [1.5, 6],
    ],
    [
      'a number of a round that is not whole',
      `${D}model M(x: []) -> y: [k: 2] { repeat over [0.5, 2] as k { emit x * floor(k) } }`,
      { x: 3 },
      [0, 6],
    ],
    [
      'rounds that a formal counts, stacked',
      `${D}block F[n](x0: []) -> [n] { x = x0;  repeat n as i { x = x + 1;  emit x } }\nmodel M(x: []) -> y: [d] { F[d](x) }`,
      { x: 3 },
      [4, 5],
    ],
    [
      'the last round of what a formal counts',
      `${D}block F[n](x0: []) -> [] { x = x0;  z = repeat n as i { x = 2 * x };  z + x }\nmodel M(x: []) -> y: [] { F[3](x) }`,
      { x: 3 },
      [48],
    ],
    [
      'a size in brackets that an example decides',
      `${D}block F[k](x: [t]) -> [k] { x[t = 2 * position[k]] else 0 }\nmodel M(x: [source]) -> y: [] { sum[k](F[ceil(source / 2)](x)[k as k]) }`,
      { sizes: { source: 3 }, x: [1, 2, 4] },
      [5],
    ],
  ])('%s', (_what, text, inputs, expected) => {
    expect(result(text, inputs)).toEqual(expected);
  });
});

it.each([
  ['numbers', 'floor(i / 2)', 'quot'],
  ['what was a position', 'floor(p / 2)', 'quot'],
  ['a renamed operand', 'floor(i[d as k] / j[e as k])[k as d]', 'quot'],
  ['a literal that is whole', 'floor(i / 2.0)', 'quot'],
  ['floats', 'floor(x / 2)', 'div'],
  ['a float below', 'floor(2 / x)', 'div'],
  ['half of a number', 'floor(i / 2.5)', 'div'],
  ['what is not a quotient', 'floor(i * 0.5)', 'mul'],
  ['a renamed float', 'floor(x[d as k] / j[e as k])[k as d]', 'div'],
  ['another function', 'floor(exp(i + 0.0) / 2)', 'div'],
  ['a choice', 'floor((if i > 0 then i else 0.5) / 2)', 'div'],
])('a quotient of whole numbers is one operation, and of nothing else: %s', (_what, value, fn) => {
  const { diagnostics, programs } = compile(
    `dim d = 3, e = 3, words = 9\nmodel M(i: int[d], j: int[e], x: [d], p: index(words)[d]) -> y: int[d] { F(i, j, x, p) }\nblock F(i: int[d], j: int[e], x: [d], p: index(words)[d]) -> int[d] { require d == e;  ${value} }`,
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const fns = printGraph([programs[0]!.outputs.get('y')!]);
  expect(['quot', 'div', 'mul'].filter((each) => new RegExp(`\\b${each}\\b`).test(fns))).toEqual([fn]);
});
