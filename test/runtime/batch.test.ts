import { describe, expect, test } from 'vitest';
import { collate, InputError } from '../../runtime/index.ts';
import type { InputSpec } from '../../runtime/definition.ts';

const source = { label: 'source', dim: 'source' };
const tokens: InputSpec = { name: 'tokens', elem: 'index', axes: [source], indexes: { label: 'words', size: 10 } };
const mask: InputSpec = { name: 'mask', elem: 'bool', axes: [source], indexes: null };
const x: InputSpec = { name: 'x', elem: 'float', axes: [source, { label: 'width', size: 2 }], indexes: null };
const pointer: InputSpec = { name: 'pointer', elem: 'index', axes: [], indexes: { label: 'source', dim: 'source' } };
const ragged = [{ label: 'source', mayBeEmpty: false }];

function fault(specs: readonly InputSpec[], examples: readonly object[]): string {
  try {
    collate({ words: 10 }, ragged, specs, examples);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('examples of different lengths are padded with zeros, and their lengths kept', () => {
  const batch = collate(
    { words: 10 },
    ragged,
    [tokens, x, mask, pointer],
    [
      {
        tokens: [1, 2, 3],
        x: [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        mask: [true, false, true],
        pointer: 2,
      },
      { tokens: Int32Array.of(4), x: [Float32Array.of(7, 8)], mask: Uint8Array.of(1), pointer: 0 },
    ],
  );
  expect(batch.n).toEqual({ words: 10, batch: 2, source: 3 });
  expect(batch.lengths).toEqual({ source: Int32Array.of(3, 1) });
  expect(batch.inputs.tokens).toEqual({ data: Int32Array.of(1, 2, 3, 4, 0, 0), shape: [2, 3], dtype: 'int32' });
  expect(batch.inputs.x).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0), shape: [2, 3, 2], dtype: 'float32' });
  expect(batch.inputs.mask).toEqual({ data: Uint8Array.of(1, 0, 1, 1, 0, 0), shape: [2, 3], dtype: 'bool' });
  expect(batch.inputs.pointer).toEqual({ data: Int32Array.of(2, 0), shape: [2], dtype: 'int32' });
});

describe('errors speak of examples and axes', () => {
  const good = {
    tokens: [1, 2],
    mask: [true, true],
    x: [
      [1, 2],
      [3, 4],
    ],
    pointer: 1,
  };
  const cases: [string, readonly InputSpec[], readonly object[], string][] = [
    [
      'lengths that must agree',
      [tokens, mask],
      [good, { ...good, mask: [true] }],
      'example 1: `mask[source]` has 1 position but `tokens[source]` has 2: both are on `source`',
    ],
    ['index outside', [tokens], [{ tokens: [1, 10] }], 'example 0: `tokens[source = 1]` is 10, outside `words` (0 … 9)'],
    [
      'index outside the own length',
      [tokens, pointer],
      [good, { tokens: [1, 2, 3], pointer: 0 }, { tokens: [1], pointer: 1 }],
      'example 2: `pointer` is 1, outside `source` (0 … 0)',
    ],
    [
      'empty',
      [tokens],
      [{ tokens: [] }],
      'example 0: `tokens[source]` is empty, but `source` must have at least one position (declare `dim source: ragged 0..` if nothing is meant to be possible)',
    ],
    [
      'missing',
      [tokens],
      [{ token: [1] }],
      'example 0: `tokens` is missing: expected `tokens[source]`: positions on `words` (0 … 9); given only `token`',
    ],
    [
      'NaN',
      [x],
      [{ x: [[1, NaN]] }],
      'example 0: `x[source = 0, width = 1]` is NaN, which every result would inherit: a float input must be finite',
    ],
    [
      'too large',
      [x],
      [{ x: [[1, 1e39]] }],
      'example 0: `x[source = 0, width = 1]` is 1e+39, which float32 cannot hold: a float input must be finite',
    ],
    [
      'fixed size',
      [x],
      [{ x: [[1, 2], [3]] }],
      'example 0: `x[source = 1, width]` has 1 position, but `width` has 2 positions in every example',
    ],
    [
      'rank',
      [x],
      [{ x: [1, 2] }],
      'example 0: `x[source = 0, width]` must be an array over `width` (`x[source, width]`: numbers, arrays nested 2 deep), given 1',
    ],
    [
      'text',
      [tokens],
      [{ tokens: ['a'] }],
      'example 0: `tokens[source = 0]` must be a number (expected `tokens[source]`: positions on `words` (0 … 9)), given the text "a"',
    ],
    ['fraction', [tokens], [{ tokens: [1.5] }], 'example 0: `tokens[source = 0]` is 1.5: expected a whole number that int32 can hold'],
    ['truth', [mask], [{ mask: [2] }], 'example 0: `mask[source = 0]` must be true or false, given 2'],
    ['no examples', [tokens], [], 'there are no examples: a call needs at least one'],
  ];
  test.each(cases)('%s', (_name, specs, examples, message) => {
    expect(fault(specs, examples)).toBe(message);
  });
});

test('a dim that may be empty may be: of length 0, padded to one position', () => {
  const batch = collate({ words: 10 }, [{ label: 'source', mayBeEmpty: true }], [tokens], [{ tokens: [] }]);
  expect(batch.n.source).toBe(1);
  expect(batch.lengths.source).toEqual(Int32Array.of(0));
  expect(batch.inputs.tokens).toEqual({ data: Int32Array.of(0), shape: [1, 1], dtype: 'int32' });
});

test('what is not a list of examples is refused in words', () => {
  const run = (examples: unknown) => () => collate({ words: 10 }, ragged, [tokens, x], examples as object[]);
  expect(run({ tokens: [1] })).toThrow('expected an array of examples, given an object: write `[example]` for a single one');
  expect(run(undefined)).toThrow('expected an array of examples, given undefined');
  expect(run('ab')).toThrow('expected an array of examples, given the text "ab"');
  expect(run([null])).toThrow('example 0: expected an object with `tokens`, `x`, given null');
  expect(run([[1]])).toThrow('example 0: expected an object with `tokens`, `x`, given an array of 1');
});

test('what only the lengths of an example show is checked for each, where its inputs have those dims', () => {
  const requirements = [
    {
      dims: ['source'],
      fails: (n: Readonly<Record<string, number>>) =>
        n.source! > n.places! ? `\`source\` (${n.source}) must be at most \`places\` (${n.places})` : null,
    },
    { dims: ['target'], fails: () => 'never asked' },
  ];
  const run = (longest: number[]) => () =>
    collate({ words: 10, places: 2 }, ragged, [tokens], [{ tokens: [1] }, { tokens: longest }], requirements);
  expect(run([1, 2])).not.toThrow();
  expect(run([1, 2, 3])).toThrow('example 1: `source` (3) must be at most `places` (2)');
});

describe('a length for each position of another dim', () => {
  const dims = [
    { label: 'sentence', mayBeEmpty: false },
    { label: 'word', mayBeEmpty: false, inside: 'sentence' },
  ];
  const sentence = { label: 'sentence', dim: 'sentence' };
  const word = { label: 'word', dim: 'word', within: 0 };
  const document: InputSpec = { name: 'document', elem: 'index', axes: [sentence, word], indexes: { label: 'words', size: 10 } };
  const marks: InputSpec = { name: 'marks', elem: 'bool', axes: [sentence, word], indexes: null };
  const head: InputSpec = { name: 'head', elem: 'index', axes: [sentence], indexes: { label: 'word', dim: 'word', within: 0 } };
  const run = (specs: readonly InputSpec[], examples: readonly object[]) => collate({ words: 10 }, dims, specs, examples);

  test('is kept for each, and padded', () => {
    const batch = run(
      [document, head],
      [
        { document: [[1, 2, 3], [4]], head: [2, 0] },
        { document: [[5, 6]], head: [1] },
      ],
    );
    expect(batch.n).toEqual({ words: 10, batch: 2, sentence: 2, word: 3 });
    expect(batch.lengths).toEqual({ sentence: Int32Array.of(2, 1) });
    expect(batch.inner).toEqual({ word: { outer: 'sentence', places: 2, data: Int32Array.of(3, 1, 2, 0) } });
    expect(batch.inputs.document).toEqual({ data: Int32Array.of(1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0), shape: [2, 2, 3], dtype: 'int32' });
  });

  test.each<[string, readonly InputSpec[], readonly object[], string]>([
    [
      'inputs that differ in one sentence',
      [document, marks],
      [
        {
          document: [[1, 2], [3]],
          marks: [
            [true, true],
            [true, false],
          ],
        },
      ],
      'example 0: `marks[sentence = 1, word]` has 2 positions but `document[sentence = 1, word]` has 1: both are on `word`',
    ],
    [
      'an empty sentence',
      [document],
      [{ document: [[1], []] }],
      'example 0: `document[sentence = 1, word]` is empty, but `word` must have at least one position (declare `dim word: ragged 0..` if nothing is meant to be possible)',
    ],
    [
      'a position beyond its own sentence',
      [document, head],
      [{ document: [[1, 2], [3]], head: [1, 1] }],
      'example 0: `head[sentence = 1]` is 1, outside `word` (0 … 0)',
    ],
    [
      'no list of lists',
      [document],
      [{ document: [1, 2] }],
      'example 0: `document[sentence = 0, word]` must be an array over `word` (`document[sentence, word]`: positions on `words` (0 … 9), arrays nested 2 deep), given 1',
    ],
  ])('%s', (_what, specs, examples, message) => {
    expect(() => run(specs, examples)).toThrow(message);
  });

  test('left out, it has the lengths of what is there', () => {
    const batch = run([document, { ...marks, otherwise: 1 }], [{ document: [[1, 2], [3]] }]);
    expect(batch.inputs.marks!.data).toEqual(Uint8Array.of(1, 1, 1, 0));
    expect(() => run([{ ...marks, otherwise: 1 }], [{}])).toThrow('`marks` is left out, and no other input tells how long `sentence` is');
  });
});
