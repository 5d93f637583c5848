/** SavedModels, as native TensorFlow and Python load them: they give what attnc gives, for batches whose padding is full of rubbish. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { pythonHas } from '../../bench/suite/peers.ts';
import { savedModel, type Exported } from '../../runtime/export/saved-model.ts';
import { activeSessions } from '../../runtime/graphs/sessions.ts';
import { reportBackends, useBackend } from '../../runtime/index.ts';
import { compiled } from '../models/support.ts';
import { reference, referenced, type Referenced } from './fixtures.ts';
import { calledByPython, type PythonCase } from './python.ts';
import { signaturesIn } from './read.ts';
import { batchOf, expectLoss, expectOutputs, exported, lossNames, type Batch, type Fed, type Feeds } from './support.ts';

const MAIN = 'serving_default';

/** What gives axes their sizes: lengths, also of an inner dim, a size of the call, a length that is told, and what is made of them. */
const SIZES = `dim sentence: ragged, word: ragged in sentence 0.., part: ragged in sentence, room = input, oov: ragged 0..
dim half = ceil(sentence / 2), words = 9, all = words + oov, d = 3
dim shift = -1..1

model Sizes(
  document: index(words)[sentence, word],
  wide: [sentence, room],
  made: [half],
  near: index(shift)[sentence],
  pointer: index(all)[sentence],
  marked: bool[sentence],
  parts: [sentence, part],
  choice: index(part)[sentence],
  gain: [] = 2
) -> { read: [sentence, word, d], chosen: [sentence], rows: [sentence, room], halves: [half], counted: [], copied: [all], moved: int[sentence] } {
  param table: [words, d] = normal(1)
  read = table[document]
  chosen = parts[part = choice]
  rows = wide * gain * if marked then 1.0 else 0.0
  halves = made + sqrt(1.0 * sentence)
  counted = sum[sentence, word, d](read)
  copied = sum[sentence](onehot[all](pointer) * gain)
  moved = near + position[sentence]
  { read = read, chosen = chosen, rows = rows, halves = halves, counted = counted, copied = copied, moved = moved }
}
objective Any for Sizes given t: [] {
  loss = (counted - t) ^ 2
  optimizer sgd(rate = 1)
}
`;

/** Whole numbers that may leave int32, in a loop. */
const GROWS = `dim n: ragged
model Grows(x: int[n]) -> y: int[n] {
  scan n with xt = x { state s: int[] = 1; s' = s * xt; emit s' }
}
objective Any for Grows {
  loss = 1.0 * sum[n](y)
  optimizer sgd(rate = 1)
}
`;

const SIZED = [
  {
    document: [[1, 2], [], [3]],
    wide: [
      [1, 2],
      [3, -4],
      [0.5, 6],
    ],
    parts: [[1], [2, 3, 4], [5, 6]],
    choice: [0, 2, 1],
    made: [0.5, -1],
    near: [-1, 0, 1],
    pointer: [0, 10, 8],
    marked: [true, false, true],
    oov: 2,
    gain: 3,
    t: 1,
  },
  {
    document: [[4]],
    wide: [[7, 8]],
    parts: [[9]],
    choice: [0],
    made: [1],
    near: [1],
    pointer: [8],
    marked: [true],
    oov: 0,
    t: 0,
  },
];

async function written(program: string, examples: readonly object[]): Promise<Referenced> {
  const subject = await compiled<Referenced['model']>('program.attn', new Map(), program);
  return { program: subject.program, model: subject.create({ seed: 1 }), examples };
}

interface Subject extends Referenced {
  readonly exported: Exported;
  readonly batch: Batch;
}

async function subject(made: Promise<Referenced>): Promise<Subject> {
  const { model, program, examples } = await made;
  return { model, program, examples, exported: await exported(model, program), batch: batchOf(model, examples) };
}

/** One configuration of each program; ATTNC_EVERYWHERE=1: all. */
const shown =
  process.env.ATTNC_EVERYWHERE === '1'
    ? referenced
    : referenced.filter((name, k) => !referenced.slice(0, k).some((other) => other.split('-')[0] === name.split('-')[0]));

/** What a signature gives. */
function called(bytes: Uint8Array, name: string, feeds: Feeds): Feeds {
  const { inputs, outputs } = signaturesIn(bytes)[name]!;
  const session = activeSessions()!.load({
    bytes,
    inputs: Object.values(inputs).map(({ at }) => at),
    outputs: Object.values(outputs).map(({ at }) => at),
  });
  const given = Object.keys(inputs).map((input) => {
    const { data, shape, dtype } = feeds[input]!;
    return tf.tensor(data, [...shape], dtype);
  });
  try {
    const made = session.run(given);
    const results = Object.keys(outputs).map((output, k): [string, Fed] => {
      const { shape, dtype } = made[k]!;
      return [output, { data: made[k]!.dataSync() as Float32Array, shape, dtype: dtype as Fed['dtype'] }];
    });
    for (const tensor of made) tensor.dispose();
    return Object.fromEntries(results);
  } finally {
    for (const tensor of given) tensor.dispose();
  }
}

const replaced = (feeds: Feeds, name: string, at: number, value: number): Feeds => {
  const { data, shape, dtype } = feeds[name]!;
  const next = data.slice();
  next[at] = value;
  return { ...feeds, [name]: { data: next, shape, dtype } };
};

/** What a call is refused for, and what it says. */
const WRONG: readonly (readonly [what: string, change: (feeds: Feeds) => Feeds, says: string])[] = [
  ['an id beyond its axis', (feeds) => replaced(feeds, 'document', 0, 9), 'document: positions on words (0 to 8)'],
  ['an id before it', (feeds) => replaced(feeds, 'near', 0, -2), 'near: positions on shift (-1 to 1)'],
  ['an id beyond what the example has', (feeds) => replaced(feeds, 'pointer', 0, 11), 'pointer: positions on words + oov'],
  ['a length beyond the axis', (feeds) => replaced(feeds, 'sentence_length', 0, 9), 'sentence_length: from 1 to the size of sentence'],
  ['an empty sequence', (feeds) => replaced(feeds, 'sentence_length', 1, 0), 'sentence_length: from 1 to the size of sentence'],
  ['an id beyond what its position has', (feeds) => replaced(feeds, 'choice', 0, 1), 'choice: positions on part'],
  ['an inner length beyond the axis', (feeds) => replaced(feeds, 'word_length', 0, 99), 'word_length: from 0 to the size of word'],
  ['what is no number', (feeds) => replaced(feeds, 'wide', 0, NaN), 'wide: a float input must be finite'],
  [
    'a batch of another size',
    (feeds) => ({ ...feeds, gain: { data: Float32Array.of(1), shape: [1], dtype: 'float32' } }),
    'gain [batch]: expected, given',
  ],
];

describe('the file', () => {
  let made: Subject;

  beforeAll(async () => {
    await useBackend('cpu');
    made = await subject(written(SIZES, SIZED));
  });
  afterAll(() => made.model.dispose());

  it('names inputs, outputs and their axes', () => {
    const { [MAIN]: forward, loss_Any: loss } = signaturesIn(made.exported.bytes);
    expect(forward!.method).toBe('tensorflow/serving/predict');
    const shapes = (of: typeof forward): object => {
      const all = [of!.inputs, of!.outputs].map((tensors) =>
        Object.fromEntries(Object.entries(tensors).map(([name, { dtype, axes }]) => [name, `${dtype} [${axes.join(', ')}]`])),
      );
      return { inputs: all[0], outputs: all[1] };
    };
    expect(shapes(forward)).toMatchInlineSnapshot(`
      {
        "inputs": {
          "choice": "int32 [batch = -1, sentence = -1]",
          "document": "int32 [batch = -1, sentence = -1, word = -1]",
          "gain": "float32 [batch = -1]",
          "made": "float32 [batch = -1, half = -1]",
          "marked": "bool [batch = -1, sentence = -1]",
          "near": "int32 [batch = -1, sentence = -1]",
          "oov_length": "int32 [batch = -1]",
          "part_length": "int32 [batch = -1, sentence = -1]",
          "parts": "float32 [batch = -1, sentence = -1, part = -1]",
          "pointer": "int32 [batch = -1, sentence = -1]",
          "sentence_length": "int32 [batch = -1]",
          "wide": "float32 [batch = -1, sentence = -1, room = -1]",
          "word_length": "int32 [batch = -1, sentence = -1]",
        },
        "outputs": {
          "chosen": "float32 [batch = -1, sentence = -1]",
          "copied": "float32 [batch = -1, all = -1]",
          "counted": "float32 [batch = -1]",
          "halves": "float32 [batch = -1, half = -1]",
          "moved": "int32 [batch = -1, sentence = -1]",
          "read": "float32 [batch = -1, sentence = -1, word = -1, d = 3]",
          "rows": "float32 [batch = -1, sentence = -1, room = -1]",
        },
      }
    `);
    expect(Object.keys(loss!.inputs).sort()).toEqual([...Object.keys(forward!.inputs), 't'].sort());
    expect(Object.keys(loss!.outputs)).toEqual(['loss']);
  });

  it('is described in words of the program', () => {
    const { signatures } = JSON.parse(made.exported.description) as {
      readonly signatures: Readonly<Record<string, { readonly inputs: object }>>;
    };
    expect(signatures[MAIN]!.inputs).toMatchInlineSnapshot(`
      {
        "choice": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "int32",
          "indexes": "part",
          "lengths": [
            "sentence_length",
          ],
        },
        "document": {
          "axes": [
            "batch",
            "sentence",
            "word",
          ],
          "dtype": "int32",
          "from": 0,
          "indexes": "words",
          "lengths": [
            "sentence_length",
            "word_length",
          ],
          "to": 8,
        },
        "gain": {
          "axes": [
            "batch",
          ],
          "dtype": "float32",
          "otherwise": 2,
        },
        "made": {
          "axes": [
            "batch",
            "half",
          ],
          "dtype": "float32",
        },
        "marked": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "bool",
          "lengths": [
            "sentence_length",
          ],
        },
        "near": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "int32",
          "from": -1,
          "indexes": "shift",
          "lengths": [
            "sentence_length",
          ],
          "to": 1,
        },
        "oov_length": {
          "axes": [
            "batch",
          ],
          "dtype": "int32",
          "lengthOf": "oov",
        },
        "part_length": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "int32",
          "lengthOf": "part",
        },
        "parts": {
          "axes": [
            "batch",
            "sentence",
            "part",
          ],
          "dtype": "float32",
          "lengths": [
            "sentence_length",
            "part_length",
          ],
        },
        "pointer": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "int32",
          "indexes": "words + oov",
          "lengths": [
            "sentence_length",
          ],
        },
        "sentence_length": {
          "axes": [
            "batch",
          ],
          "dtype": "int32",
          "lengthOf": "sentence",
        },
        "wide": {
          "axes": [
            "batch",
            "sentence",
            "room",
          ],
          "dtype": "float32",
          "lengths": [
            "sentence_length",
          ],
        },
        "word_length": {
          "axes": [
            "batch",
            "sentence",
          ],
          "dtype": "int32",
          "lengthOf": "word",
        },
      }
    `);
  });

  it('is the same, byte by byte, each time', async () => {
    const again = await exported(made.model, made.program);
    expect(Buffer.from(again.bytes).equals(made.exported.bytes)).toBe(true);
    expect(again.description).toBe(made.exported.description);
  });

  it('leaves out what draws random numbers, and says so', async () => {
    const noisy = 'dim n: ragged\nmodel Noisy(x: [n]) -> y: [n] { x + sample normal[n]() }\n';
    const { model, program } = await written(noisy, []);
    await expect(exported(model, program)).rejects.toThrow('it draws random numbers (normal)');
    const objective = 'objective Any for Plain { loss = sum[n](y * sample normal[n]())\n optimizer sgd(rate = 1) }';
    const plain = await written(`dim n: ragged\nmodel Plain(x: [n]) -> y: [n] { x }\n${objective}`, []);
    const { left, bytes } = await exported(plain.model, plain.program);
    expect([...left.keys()]).toEqual(['loss_Any']);
    expect(Object.keys(signaturesIn(bytes))).toEqual([MAIN]);
  });

  it('is refused where nothing tells the size of the batch', async () => {
    const { model, program } = await written('dim d = 3\nmodel Nothing() -> y: [d] { param w: [d] = zeros\n w * 2 }\n', []);
    await expect(exported(model, program)).rejects.toThrow('no input tells how many examples a batch has');
  });

  it('is refused where a protocol buffer cannot hold it', () => {
    const parameters = new Map([['w', { data: { byteLength: 3 * 2 ** 30 } as Float32Array, shape: [3 * 2 ** 28] }]]);
    const face = { dims: [], inputs: [], target: null, outputs: {}, objectives: [], requirements: [] };
    const large = { name: 'Large', functions: {}, face, sizes: {}, parameters };
    expect(() => savedModel([large], {})).toThrow(
      'its parameters take 3.0 GiB, and the file that has them, a protocol buffer, can have 2 GiB',
    );
  });
});

const hasTensorflow = (await reportBackends()).some(({ name, usable }) => usable && name === 'tensorflow');

describe.runIf(hasTensorflow)('on native TensorFlow', () => {
  beforeAll(async () => {
    await useBackend('tensorflow');
  });

  it.each([...shown, 'sizes'])('gives what attnc gives: %s', async (name) => {
    const { model, exported: file, examples, batch } = await subject(name === 'sizes' ? written(SIZES, SIZED) : reference(name));
    await expectOutputs(model, examples, called(file.bytes, MAIN, batch.feeds), batch.lengths);
    const [loss] = lossNames(model);
    if (!file.left.has(loss!)) await expectLoss(model, examples, called(file.bytes, loss!, batch.feeds));
    model.dispose();
  });

  it.each(WRONG)('refuses %s', async (_, change, says) => {
    const { model, exported: file, batch } = await subject(written(SIZES, SIZED));
    expect(() => called(file.bytes, MAIN, change(batch.feeds))).toThrow(says);
    model.dispose();
  });

  it('refuses a whole number that leaves int32 in a loop', async () => {
    const { model, exported: file, batch } = await subject(written(GROWS, [{ x: [2, 3] }]));
    expect([...called(file.bytes, MAIN, batch.feeds).y!.data].slice(0, 2)).toEqual([2, 6]);
    const large = { ...batch.feeds, x: { ...batch.feeds.x!, data: new Int32Array(4).fill(60_000) } };
    expect(() => called(file.bytes, MAIN, large)).toThrow('program.attn:3');
    model.dispose();
  });

  it('refuses a target that goes on behind its end', async () => {
    const { model, exported: file, batch } = await subject(reference('seq2seq'));
    const { end } = model.definition.decoder!;
    expect(() => called(file.bytes, MAIN, replaced(batch.feeds, 'y', 0, end!))).toThrow(`y: nothing follows the end, ${end}`);
    model.dispose();
  });
});

describe.runIf(pythonHas('tensorflow'))('in Python', () => {
  let folder: string;

  beforeAll(async () => {
    await useBackend(hasTensorflow ? 'tensorflow' : 'wasm');
    folder = mkdtempSync(join(tmpdir(), 'attnc-export-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives what attnc gives, and refuses what it refuses', async () => {
    const names = [...shown, 'sizes'];
    const subjects: Subject[] = [];
    for (const name of names) subjects.push(await subject(name === 'sizes' ? written(SIZES, SIZED) : reference(name)));
    const cases = subjects.flatMap(({ model, exported: { bytes, left }, batch: { feeds } }, k): PythonCase[] =>
      [MAIN, lossNames(model)[0]!]
        .filter((signature) => !left.has(signature))
        .map((signature) => ({ name: `${names[k]!}-${signature}`, bytes, signature, feeds })),
    );
    const { exported: sized, batch } = subjects.at(-1)!;
    const wrong = WRONG.map(
      ([, change], k): PythonCase => ({ name: `wrong-${k}`, bytes: sized.bytes, signature: MAIN, feeds: change(batch.feeds) }),
    );
    const answers = await calledByPython(folder, [...cases, ...wrong]);
    const outputsOf = (name: string): Feeds | undefined => {
      const answer = answers[cases.findIndex((each) => each.name === name)];
      if (answer !== undefined && 'refused' in answer) throw new Error(`${name}: ${answer.refused}`);
      return answer?.outputs;
    };
    for (const [
      k,
      {
        model,
        examples,
        batch: { lengths },
      },
    ] of subjects.entries()) {
      await expectOutputs(model, examples, outputsOf(`${names[k]!}-${MAIN}`)!, lengths);
      const loss = outputsOf(`${names[k]!}-${lossNames(model)[0]!}`);
      if (loss !== undefined) await expectLoss(model, examples, loss);
      model.dispose();
    }
    for (const [k, [what, , says]] of WRONG.entries())
      expect(answers[cases.length + k], what).toMatchObject({ refused: expect.stringContaining(says) as string });
  }, 600_000);
});
