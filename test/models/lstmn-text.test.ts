/** The real text that the LSTMN reads: words, names for those that are not known, excerpts, comments with their declarations. */
import { describe, expect, it } from 'vitest';
import { Namer, piecesOf, Vocabulary } from '../../models/lstmn/pieces.ts';
import { bitsOf } from '../../models/lstmn/reader.ts';
import { task } from '../../models/lstmn/task.ts';
import { pairsOf, task as fusion } from '../../models/lstmn/fusion/task.ts';
import { seedKey, stream, useBackend, type Flags, type Ints } from '../../runtime/index.ts';
import { compiled } from './support.ts';

describe('words', () => {
  it('are parts of names, numbers, ends of lines and other characters', () => {
    expect(piecesOf('readFileSync(fd2: HTMLElement)\n  }')).toEqual([
      'read',
      'file',
      'sync',
      '(',
      'fd',
      '2',
      ':',
      'html',
      'element',
      ')',
      '\n',
      '}',
    ]);
  });

  it('have numbers by how often they are; the same rare one has the same name, from where it is first read on', () => {
    const vocabulary = new Vocabulary(
      [
        ['b', 'a', 'b'],
        ['c', 'a', 'b'],
      ],
      5,
      ['…', '⟨1⟩', '⟨2⟩'],
    );
    expect(vocabulary.words).toEqual(['…', '⟨1⟩', '⟨2⟩', 'b', 'a']);
    const namer = new Namer(vocabulary, 1, 2, () => 0.9);
    expect(['a', 'c'].map((piece) => namer.idOf(piece))).toEqual([4, 0]);
    expect(['b', 'c', 'd', 'c', 'e'].map((piece) => namer.read(piece))).toEqual([3, 2, 1, 2, 0]);
    expect(namer.idOf('c')).toBe(2);
  });
});

type Drawn = {
  readonly input: { readonly tokens: Ints };
  readonly target: { readonly answer: Ints; readonly asked: Flags };
  readonly group?: string;
};

describe('real text', () => {
  it('is read whole: every position tells the next word, and what is tested stands in no file that is trained on', async () => {
    const { settings } = task.configurations.text!;
    const { train, test, validation, dims } = await task.open(task.configurations.text!);
    expect(dims.words).toBe(settings!.known);
    expect(dims.answers).toBe(dims.words);
    const random = stream(seedKey(1));
    const drawn = Array.from({ length: 50 }, () => (train as (random: () => number) => Drawn)(random));
    for (const { input, target } of [...drawn, ...test, ...validation]) {
      expect(input.tokens).toHaveLength(Number(settings!.length));
      expect(Array.from(target.answer).slice(0, -1)).toEqual(Array.from(input.tokens).slice(1));
      expect(Array.from(input.tokens).every((id) => id >= 0 && id < dims.words!)).toBe(true);
    }
    const away = new Set([...test, ...validation].map(({ group }) => group));
    expect(drawn.filter(({ group }) => away.has(group))).toEqual([]);
    expect(new Set(test.map(({ group }) => group))).toEqual(new Set(['child_process.d.ts', 'url.d.ts', 'zlib.d.ts']));
  });

  it('is of a module, which is asked at its end; every module is tested, on words that nothing was trained on', async () => {
    const { train, test, validation, dims } = await task.open(task.configurations.modules!);
    const random = stream(seedKey(1));
    const drawn = Array.from({ length: 2000 }, () => (train as (random: () => number) => Drawn)(random));
    const moduleOf = ({ target: { answer } }: Drawn): number => answer[0]!;
    for (const examples of [drawn, test, validation] as const) {
      expect(new Set(examples.map(moduleOf)).size).toBe(dims.answers);
      for (const { input, target } of examples)
        expect(Array.from(target.asked as ArrayLike<boolean>).lastIndexOf(true)).toBe(input.tokens.length - 1);
    }
    const seen = new Set(drawn.map(({ input }) => Array.from(input.tokens).join()));
    expect(test.filter(({ input }) => seen.has(Array.from(input.tokens).join()))).toEqual([]);
  });

  it.each(['text', 'modules'])('%s is read by models of one size, with the tape and without', async (problem) => {
    await useBackend('cpu');
    const counts = await Promise.all(
      [problem, `${problem}-cell`].map(async (name) => {
        const { dims, set } = task.configurations[name]!;
        const { create } = await compiled<{ readonly parameterCount: number }>('lstmn/model.attn', new Map(Object.entries(set!)));
        return create({ dims: { ...(await task.open(task.configurations[name]!)).dims, ...dims } }).parameterCount;
      }),
    );
    expect(counts[1]! / counts[0]!).toBeGreaterThanOrEqual(1);
    expect(counts[1]! / counts[0]!).toBeLessThan(1.01);
  });
});

describe('comments', () => {
  it('stand above their declarations, without stars, tags and examples', () => {
    const text = '/**\n * Closes `fd`.\n * ```js\n * close();\n * ```\n * @since v1\n */\n  function close(fd: number): void;\n  let x;';
    expect(pairsOf(text)).toEqual([
      { comment: ['closes', '`', 'fd', '`', '.'], declaration: ['function', 'close', '(', 'fd', ':', 'number', ')', ':', 'void', ';'] },
    ]);
  });

  it('are thousands, and what is tested is not trained on', async () => {
    const { test, validation, train } = await fusion.open(fusion.configurations.deep!);
    expect(Math.min(test.length, validation.length)).toBeGreaterThan(50);
    const draw = train as (random: () => number) => (typeof test)[number];
    const random = stream(seedKey(1));
    const files = new Set([...test, ...validation].map(({ group }) => group));
    const drawn = Array.from({ length: 500 }, () => draw(random));
    expect(drawn.filter(({ group }) => files.has(group))).toEqual([]);
    expect(new Set(drawn.map(({ answer }) => answer)).size).toBeGreaterThan(200);
  });
});

it('bits are those of the right word', () => {
  const logits = { data: Float32Array.of(0, 0, 0, 0, 100, 0, 0, 0), shape: [2, 4], axes: ['source', 'answers'] };
  expect(bitsOf(logits, [3, 0])).toEqual([expect.closeTo(2, 6), expect.closeTo(0, 6)]);
});
