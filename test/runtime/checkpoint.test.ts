import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, fit, Model, readSafetensors, useBackend, writeSafetensors } from '../../runtime/index.ts';
import { bag, type BagInput, type BagTarget } from './definitions.ts';
import { folderStore, readCheckpointFile, writeFileAtomically } from '../../runtime/node.ts';

const file = {
  tensors: new Map([
    ['encoder.W', { data: Float32Array.of(1, -2.5, 3e-20, 4), shape: [2, 2] }],
    ['bias', { data: Float32Array.of(0.1), shape: [] }],
    ['none', { data: new Float32Array(0), shape: [0, 3] }],
  ]),
  metadata: new Map([
    ['definition', 'Translator "ü"'],
    ['step', '3'],
  ]),
};

/** A file with this header, and so many bytes of numbers after it. */
function raw(header: string, bytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const result = new Uint8Array(8 + json.length + bytes);
  new DataView(result.buffer).setBigUint64(0, BigInt(json.length), true);
  result.set(json, 8);
  return result;
}

const one = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';

describe('safetensors', () => {
  test('what is written is read again', () => {
    expect(readSafetensors(writeSafetensors(file))).toEqual(file);
  });

  test("the layout is the format's: length, JSON padded to eight bytes, numbers little endian", () => {
    const bytes = writeSafetensors({ tensors: new Map([['a', { data: Float32Array.of(1, 2), shape: [2] }]]), metadata: new Map() });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    });
    expect(Array.from(bytes.subarray(8 + length))).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]);
  });

  test('a file that begins at an odd address is read', () => {
    const bytes = writeSafetensors(file);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readSafetensors(shifted.subarray(1))).toEqual(file);
  });

  const damaged: [string, Uint8Array, string][] = [
    ['too short', Uint8Array.of(1, 2), 'it has 2 bytes'],
    ['no header within', raw('{}', 0).subarray(0, 9), 'its header ends at byte 10, the file at 9'],
    ['a giant header', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), 'its header would have 72057594037927936 bytes'],
    ['not JSON', raw('{"a" 1}', 0), 'at character 5: expected a colon, given "1}"'],
    ['not an object', raw('[1]', 0), 'does not begin with {'],
    ['text behind the header', raw('{} {}', 0), 'expected the end of the header'],
    ['not UTF-8', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), 'is not UTF-8'],
    ['deep nesting', raw(`{"a":${'['.repeat(100)}`, 0), 'nested more than 8 deep'],
    [
      'another type of another size',
      raw('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}}', 8),
      'tensor "a" of shape [2] and type BF16 needs 4 bytes, its data_offsets span 8',
    ],
    ['a type that is not a text', raw('{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}', 8), 'the dtype of tensor "a" must be text'],
    ['offsets that are not numbers', raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[NaN,8]}}', 8), 'expected a value'],
    ['endless offsets', raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e999]}}', 8), 'must be a list of whole numbers'],
    [
      'a shape beyond all numbers',
      raw('{"a":{"dtype":"F32","shape":[9007199254740991,9007199254740991],"data_offsets":[0,8]}}', 8),
      'its data_offsets span 8',
    ],
    [
      'a long name, cut short in the message',
      raw(`{"${'n'.repeat(100_000)}":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8),
      `tensor "${'n'.repeat(80)}…" of shape`,
    ],
    ['text of megabytes without an end', raw(`{"${'n'.repeat(8_000_000)}`, 0), 'expected a value'],
    [
      'a negative size',
      raw('{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', 8),
      'the shape of tensor "a" must be a list of whole numbers',
    ],
    [
      'a shape of another size',
      raw('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8),
      'needs 12 bytes, its data_offsets span 8',
    ],
    ['falling offsets', raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', 8), 'two rising numbers, given [8, 0]'],
    ['a key twice', raw(`{${one},${one}}`, 8), 'has the key "a" twice'],
    ['overlap', raw(`{${one},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), 'tensor "b" overlaps another'],
    ['a hole', raw(`{${one},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16), 'bytes 8 to 12 belong to none'],
    ['cut short', raw(`{${one}}`, 7), 'its tensors take 8 bytes, 7 are there'],
    ['trailing bytes', raw(`{${one}}`, 9), '1 bytes follow the last tensor'],
    ['metadata that is not a text', raw('{"__metadata__":{"step":3}}', 0), 'the metadata "step" is not text'],
  ];
  test.each(damaged)('refuses %s', (_name, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test('no single changed or missing byte goes further than an error', () => {
    const bytes = writeSafetensors(file);
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [bytes.slice(0, at), Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0x55 : byte))]) {
        try {
          readSafetensors(change);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
      }
    }
  });
});

/** A file of one tensor `a`. */
function typed(dtype: string, shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const whole = raw(JSON.stringify({ a: { dtype, shape, data_offsets: [0, bytes.length] } }), bytes.length);
  whole.set(bytes, whole.length - bytes.length);
  return whole;
}

const bytesOf = (array: ArrayBufferView): number[] => Array.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));

describe('other types than F32', () => {
  const infinite = [Infinity, -Infinity, NaN];
  const read: [string, number[], number[]][] = [
    ['F64', bytesOf(Float64Array.of(0.1, -1e300, 5e-324)), [Math.fround(0.1), -Infinity, 0]],
    [
      'F16',
      bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x7c00, 0xfc00, 0x7e00)),
      [1, -2, 2 ** -24, 65504, -0, ...infinite],
    ],
    [
      'BF16',
      bytesOf(Uint16Array.of(0x3f80, 0xc020, 0x0001, 0x7f7f, 0x7f80, 0xff80, 0x7fc0)),
      [1, -2.5, 2 ** -133, 3.3895313892515355e38, ...infinite],
    ],
    ['F8_E4M3', [0x38, 0xb8, 0x01, 0x7e, 0x7f], [1, -1, 2 ** -9, 448, NaN]],
    ['F8_E5M2', [0x3c, 0xbc, 0x01, 0x7b, 0x7c, 0xfc, 0x7f], [1, -1, 2 ** -16, 57344, ...infinite]],
    ['I64', bytesOf(BigInt64Array.of(511n, -3n, 2n ** 40n)), [511, -3, 2 ** 40]],
    ['U64', bytesOf(BigUint64Array.of(7n)), [7]],
    ['I32', bytesOf(Int32Array.of(-5, 2 ** 30)), [-5, 2 ** 30]],
    ['U32', bytesOf(Uint32Array.of(2 ** 31)), [2 ** 31]],
    ['I16', bytesOf(Int16Array.of(-7)), [-7]],
    ['U16', bytesOf(Uint16Array.of(65535)), [65535]],
    ['I8', [0xff], [-1]],
    ['U8', [0xff], [255]],
    ['BOOL', [1, 0], [1, 0]],
  ];
  test.each(read)('%s is read as float32', (dtype, bytes, numbers) => {
    const { tensors, unread } = readSafetensors(typed(dtype, [numbers.length], bytes));
    expect(unread).toBeUndefined();
    expect(tensors.get('a')).toEqual({ data: Float32Array.from(numbers), shape: [numbers.length], dtype });
  });

  test('what cannot be read is told, and everything else is read', () => {
    const two = raw(
      '{"ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"odd":{"dtype":"F4","shape":[3],"data_offsets":[8,10]},"b":{"dtype":"F32","shape":[1],"data_offsets":[10,14]}}',
      14,
    );
    two.set(bytesOf(BigInt64Array.of(2n ** 24n + 1n)), two.length - 14);
    const { tensors, unread } = readSafetensors(two);
    expect([...tensors.keys()]).toEqual(['b']);
    expect(unread!.get('ids')).toBe('its element 0 is 16777217, a whole number that float32 cannot hold');
    expect(unread!.get('odd')).toContain('the type "F4" is not read (F64, F32,');
  });

  test('a model loads a file with positions and truth values that it does not need, and tells of a parameter that cannot be read', async () => {
    await useBackend('cpu');
    const model = new Model<object, object, object>(bag(() => ({ kind: 'sgd', rate: 1 })));
    const { tensors, metadata } = readSafetensors(await model.save());
    const from = (...others: [string, { dtype: string; shape: number[]; data: number[] }][]): Uint8Array =>
      withTensors(tensors, metadata, others);
    const ids = { dtype: 'I64', shape: [2], data: bytesOf(BigInt64Array.of(0n, 2n ** 60n)) };
    await model.load(
      from(
        ['embeddings.position_ids', ids],
        ['mask', { dtype: 'BOOL', shape: [2], data: [1, 0] }],
        ['odd', { dtype: 'F4', shape: [2], data: [7] }],
      ),
    );
    await model.load(from(['b', { dtype: 'F16', shape: [3], data: bytesOf(Uint16Array.of(0x3c00, 0, 0xc000)) }]));
    expect(Array.from((await model.weights.read('b')).data)).toEqual([1, 0, -2]);
    await expect(model.load(from(['b', { dtype: 'F4', shape: [3], data: [1, 2] }]))).rejects.toThrow(
      '`b` cannot be read: the type "F4" is not read',
    );
    await expect(model.load(from(['c', { dtype: 'F16', shape: [1], data: [0, 0] }]))).rejects.toThrow(
      '`c` is not a parameter of this model',
    );
    model.dispose();
  });
});

/** A file with these float32 tensors, some of them replaced or joined by others. */
function withTensors(
  tensors: ReadonlyMap<string, { data: Float32Array; shape: readonly number[] }>,
  metadata: ReadonlyMap<string, string>,
  others: [string, { dtype: string; shape: number[]; data: number[] }][],
): Uint8Array {
  const all = new Map([
    ...[...tensors].map(([name, { data, shape }]): [string, { dtype: string; shape: readonly number[]; data: number[] }] => [
      name,
      { dtype: 'F32', shape, data: bytesOf(data) },
    ]),
    ...others,
  ]);
  const header: Record<string, unknown> = { __metadata__: Object.fromEntries(metadata) };
  const bytes: number[] = [];
  for (const [name, { dtype, shape, data }] of all) {
    header[name] = { dtype, shape, data_offsets: [bytes.length, bytes.length + data.length] };
    bytes.push(...data);
  }
  const whole = raw(JSON.stringify(header), bytes.length);
  whole.set(bytes, whole.length - bytes.length);
  return whole;
}

describe('files', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attnc-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('a file is replaced whole, with nothing left beside it', async () => {
    const path = join(folder, 'run', 'last.safetensors');
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    await writeFileAtomically(path, Uint8Array.of(4));
    expect(Array.from(await readCheckpointFile(path))).toEqual([4]);
    expect(await readdir(join(folder, 'run'))).toEqual(['last.safetensors']);
  });

  test('what cannot be written is an error with the reason, and leaves no part behind', async () => {
    await writeFile(join(folder, 'plain'), 'x');
    await expect(writeFileAtomically(join(folder, 'plain', 'a'), Uint8Array.of(1))).rejects.toThrow(
      /plain\/a could not be written: .*what was there before is unchanged/,
    );
    await mkdir(join(folder, 'taken'));
    await expect(writeFileAtomically(join(folder, 'taken'), Uint8Array.of(1))).rejects.toThrow(CheckpointError);
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
    expect(await readFile(join(folder, 'plain'), 'utf8')).toBe('x');
  });

  test('a full disk is named, and the old file stays', { skip: process.platform !== 'linux' }, async () => {
    const path = join(folder, 'full.safetensors');
    await writeFileAtomically(path, Uint8Array.of(1));
    // The temporary file leads to a device that refuses every byte as a full disk does.
    await symlink('/dev/full', `${path}.${process.pid}.part`);
    await expect(writeFileAtomically(path, Uint8Array.of(2))).rejects.toThrow(
      'could not be written: the disk is full (ENOSPC); what was there before is unchanged',
    );
    expect(Array.from(await readCheckpointFile(path))).toEqual([1]);
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('a missing file is an error, a missing checkpoint of a run is not', async () => {
    await expect(readCheckpointFile(join(folder, 'none'))).rejects.toThrow('could not be read: there is no such file (ENOENT)');
    const store = folderStore(join(folder, 'new'));
    expect(await store.load('last')).toBeNull();
    await store.save('last', Uint8Array.of(7));
    expect(Array.from((await store.load('last'))!)).toEqual([7]);
  });

  test('what is read is a Uint8Array whose slices are copies', async () => {
    const path = join(folder, 'plain.safetensors');
    await writeFileAtomically(path, Uint8Array.of(1, 2, 3));
    const store = folderStore(join(folder, 'slices'));
    await store.save('last', Uint8Array.of(1, 2, 3));
    for (const bytes of [await readCheckpointFile(path), (await store.load('last'))!]) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      bytes.slice()[0] = 9;
      expect(bytes[0]).toBe(1);
    }
  });

  test('a link to a file stays a link', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeFileAtomically(join(folder, 'link'), Uint8Array.of(5));
    expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
    expect(Array.from(await readFile(join(folder, 'real')))).toEqual([5]);
  });

  test.each(['a b', 'line\nbreak', '-dash', 'ünï✓', '\u001b[31mred'])('a file may be called %j', async (name) => {
    const path = join(folder, `${name}.safetensors`);
    await writeFileAtomically(path, Uint8Array.of(5));
    expect(Array.from(await readCheckpointFile(path))).toEqual([5]);
  });

  test('folders that no file system makes are an error at once', { skip: process.platform !== 'linux' }, async () => {
    await expect(writeFileAtomically('/proc/attnc/deep/a', Uint8Array.of(1))).rejects.toThrow('could not be written');
  });
});

describe('one training for each folder', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const lock = (holder: object): string => JSON.stringify({ pid: process.pid, host: hostname(), began: null, since: 'then', ...holder });
  const fresh = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'attnc-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return folder;
  };

  test('a second claim is refused until the first ends', async () => {
    const folder = await fresh({});
    const release = await folderStore(folder).claim!();
    await expect(folderStore(folder).claim!()).rejects.toThrow(`is in use: process ${process.pid} has trained into it since`);
    await expect(folderStore(folder).claim!()).rejects.toThrow(CheckpointError);
    await release();
    expect(await readdir(folder)).toEqual([]);
    await (await folderStore(folder).claim!())();
  });

  test.each([
    ['of a process that is gone', lock({ pid: gone })],
    ['of a process whose number another one has now', lock({ began: '1' })],
    ['cut short', '{"pid":'],
    ['of no training', '3'],
  ])('a lock %s is taken away, and so is what it did not finish', { skip: process.platform !== 'linux' }, async (_what, text) => {
    const mine = `mine.${process.pid}.part`;
    const folder = await fresh({
      'training.lock': text,
      [`last.safetensors.${gone}.part`]: 'half',
      [`run.json.${gone}.0123abcd.part`]: 'half',
      'my.part': 'whole',
      [mine]: 'at work',
    });
    const release = await folderStore(folder).claim!();
    expect((await readdir(folder)).sort()).toEqual([mine, 'my.part', 'training.lock']);
    await release();
  });

  test('of another machine nobody can tell', async () => {
    const folder = await fresh({ 'training.lock': lock({ pid: gone, host: 'elsewhere' }) });
    await expect(folderStore(folder).claim!()).rejects.toThrow(/process \d+ on elsewhere .* delete .*training\.lock/);
  });

  test('fit claims it, and gives it back after an error', async () => {
    await useBackend('cpu');
    const folder = await fresh({});
    const model = new Model<object, BagInput, BagTarget>(bag(() => ({ kind: 'sgd', rate: 1 })));
    const train = { train: [{ tokens: [1], label: 0 }] };
    const run = (): Promise<unknown> => fit(model, train, { batchSize: 1, steps: 1, checkpoints: { store: folderStore(folder) } });
    const release = await folderStore(folder).claim!();
    await expect(run()).rejects.toThrow('is in use');
    await release();
    await run();
    expect(await readdir(folder)).toEqual(['last.safetensors']);
  });
});
