import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, readSafetensors, writeSafetensors } from '../../runtime/index.ts';
import { folderStore, readCheckpointFile, writeFileAtomically } from '../../runtime/node.ts';

const file = {
  tensors: new Map([
    ['encoder.W', { data: Float32Array.of(1, -2.5, 3e-20, 4), shape: [2, 2] }],
    ['bias', { data: Float32Array.of(0.1), shape: [] }],
    ['none', { data: new Float32Array(0), shape: [0, 3] }],
  ]),
  metadata: new Map([['definition', 'Translator "ü"'], ['step', '3']]),
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

  test('the layout is the format\'s: length, JSON padded to eight bytes, numbers little endian', () => {
    const bytes = writeSafetensors({ tensors: new Map([['a', { data: Float32Array.of(1, 2), shape: [2] }]]), metadata: new Map() });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
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
    ['another type', raw('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}', 4), 'tensor "a" has the type "BF16": only F32'],
    ['a negative size', raw('{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', 8), 'the shape of tensor "a" must be a list of whole numbers'],
    ['a shape of another size', raw('{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8), 'needs 12 bytes, its data_offsets span 8'],
    ['falling offsets', raw('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', 8), 'two rising numbers, given [8, 0]'],
    ['a key twice', raw(`{${one},${one}}`, 8), 'has the key "a" twice'],
    ['overlap', raw(`{${one},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), 'tensor "b" overlaps another'],
    ['a hole', raw(`{${one},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16), 'bytes 8 to 12 belong to none'],
    ['cut short', raw(`{${one}}`, 7), 'its tensors take 8 bytes, 7 are there'],
    ['trailing bytes', raw(`{${one}}`, 9), '1 bytes follow the last tensor'],
    ['metadata that is no text', raw('{"__metadata__":{"step":3}}', 0), 'the metadata "step" is not text'],
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
    await expect(writeFileAtomically(join(folder, 'plain', 'a'), Uint8Array.of(1))).rejects.toThrow(/plain\/a could not be written: .*what was there before is unchanged/);
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
    await expect(writeFileAtomically(path, Uint8Array.of(2))).rejects.toThrow('could not be written: the disk is full (ENOSPC); what was there before is unchanged');
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
});
