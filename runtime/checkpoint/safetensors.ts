/**
 * The safetensors file format, float32: eight bytes with the length of a JSON header (little endian), the header with
 * name, type, shape and byte range of each tensor, then the bytes. No code runs on reading, and every range is checked.
 */
import { CheckpointError } from '../errors.ts';
import { elementCount, show } from '../values.ts';

export interface StoredTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** As in the reference implementation: a longer header is taken for damage. */
const longestHeader = 100_000_000;

export function writeSafetensors(file: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (file.metadata.size > 0) header['__metadata__'] = Object.fromEntries(file.metadata);
  let end = 0;
  for (const [name, { data, shape }] of file.tensors) {
    if (name === '__metadata__') throw new CheckpointError('a tensor cannot be called __metadata__: safetensors uses the name itself');
    if (data.length !== elementCount(shape)) {
      throw new CheckpointError(`tensor ${JSON.stringify(name)}: shape [${shape.join(', ')}] needs ${elementCount(shape)} numbers, given ${data.length}`);
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces up to a multiple of eight, so that the numbers are aligned in the file.
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + end).fill(0x20, 8, start);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  let at = start;
  for (const { data } of file.tensors.values()) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** @throws CheckpointError that says what is damaged */
export function readSafetensors(bytes: Uint8Array): TensorFile {
  const given: unknown = bytes;
  if (!(given instanceof Uint8Array)) {
    const cure = given instanceof ArrayBuffer ? 'an ArrayBuffer: give `new Uint8Array(buffer)`' : show(given);
    throw new CheckpointError(`expected the bytes of a checkpoint as a Uint8Array, given ${cure}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw new CheckpointError(`not a safetensors file: it has ${bytes.length} bytes, and the length of the header alone takes 8`);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(longestHeader)) throw new CheckpointError(`not a safetensors file: its header would have ${length} bytes (at most ${longestHeader})`);
  const start = 8 + Number(length);
  if (start > bytes.length) throw new CheckpointError(`the file is cut short: its header ends at byte ${start}, the file at ${bytes.length}`);
  const header = headerOf(bytes.subarray(8, start));

  const metadata = new Map<string, string>();
  const entries: { name: string; shape: number[]; begin: number; end: number }[] = [];
  for (const [name, entry] of header) {
    if (name === '__metadata__') {
      for (const [key, value] of objectOf(entry, '__metadata__')) {
        if (typeof value !== 'string') throw new CheckpointError(`the metadata ${JSON.stringify(key)} is not text`);
        metadata.set(key, value);
      }
    } else {
      entries.push({ name, ...entryOf(name, entry) });
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin < expected) throw new CheckpointError(`tensor ${JSON.stringify(name)} overlaps another: it begins at byte ${begin}, the one before ends at ${expected}`);
    if (begin > expected) throw new CheckpointError(`there is a hole before tensor ${JSON.stringify(name)}: bytes ${expected} to ${begin} belong to none`);
    expected = end;
  }
  const present = bytes.length - start;
  if (present < expected) throw new CheckpointError(`the file is cut short: its tensors take ${expected} bytes, ${present} are there`);
  if (present > expected) throw new CheckpointError(`${present - expected} bytes follow the last tensor: the file is damaged or was joined with another`);

  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, begin, end } of entries) {
    const data = new Float32Array((end - begin) / 4);
    for (let index = 0; index < data.length; index++) data[index] = view.getFloat32(start + begin + 4 * index, true);
    tensors.set(name, { data, shape });
  }
  return { tensors, metadata };
}

function entryOf(name: string, value: Json): { shape: number[]; begin: number; end: number } {
  const entry = objectOf(value, name);
  const quoted = JSON.stringify(name);
  const dtype = entry.get('dtype');
  if (dtype !== 'F32') throw new CheckpointError(`tensor ${quoted} has the type ${JSON.stringify(dtype ?? null)}: only F32 (float32) is read; convert it first`);
  const shape = naturals(entry.get('shape'), `the shape of tensor ${quoted}`);
  const offsets = naturals(entry.get('data_offsets'), `the data_offsets of tensor ${quoted}`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw new CheckpointError(`the data_offsets of tensor ${quoted} must be two rising numbers, given [${offsets.join(', ')}]`);
  }
  const needed = 4 * elementCount(shape);
  if (end - begin !== needed) {
    throw new CheckpointError(`tensor ${quoted} of shape [${shape.join(', ')}] needs ${needed} bytes, its data_offsets span ${end - begin}`);
  }
  return { shape, begin, end };
}

function naturals(value: Json | undefined, what: string): number[] {
  const whole = (part: Json): part is number => typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;
  if (!Array.isArray(value) || !value.every(whole)) throw new CheckpointError(`${what} must be a list of whole numbers`);
  return value;
}

function objectOf(value: Json, what: string): Map<string, Json> {
  if (value instanceof Map) return value;
  throw new CheckpointError(`the header's entry ${JSON.stringify(what)} is not an object`);
}

type Json = string | number | boolean | null | Json[] | Map<string, Json>;

const deepest = 8;

function headerOf(bytes: Uint8Array): Map<string, Json> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CheckpointError('the header is not UTF-8: this is not a safetensors file, or it is damaged');
  }
  if (!text.startsWith('{')) throw new CheckpointError('the header does not begin with {: this is not a safetensors file, or it is damaged');
  return new HeaderReader(text).read();
}

/** JSON that refuses a key given twice, which `JSON.parse` would pass over in silence. */
class HeaderReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  read(): Map<string, Json> {
    const header = this.object(0);
    this.space();
    if (this.at < this.text.length) throw this.fault('the end of the header');
    return header;
  }

  private value(depth: number): Json {
    this.space();
    const next = this.text[this.at];
    if (next === '{') return this.object(depth);
    if (next === '[') return this.list(depth);
    const scalar = /"(?:[^"\\\u0000-\u001f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
    scalar.lastIndex = this.at;
    const token = scalar.exec(this.text)?.[0];
    if (token === undefined) throw this.fault('a value');
    try {
      const value = JSON.parse(token) as string | number | boolean | null;
      this.at += token.length;
      return value;
    } catch {
      throw this.fault('a value');
    }
  }

  private object(depth: number): Map<string, Json> {
    this.open('{', depth);
    const entries = new Map<string, Json>();
    while (!this.closes('}', entries.size === 0)) {
      this.space();
      if (this.text[this.at] !== '"') throw this.fault('a key in quotation marks');
      const key = String(this.value(depth));
      if (entries.has(key)) throw new CheckpointError(`the header has the key ${JSON.stringify(key)} twice`);
      this.space();
      if (this.text[this.at] !== ':') throw this.fault('a colon');
      this.at++;
      entries.set(key, this.value(depth + 1));
    }
    return entries;
  }

  private list(depth: number): Json[] {
    this.open('[', depth);
    const items: Json[] = [];
    while (!this.closes(']', items.length === 0)) items.push(this.value(depth + 1));
    return items;
  }

  private open(bracket: string, depth: number): void {
    if (this.text[this.at] !== bracket) throw this.fault(bracket);
    if (depth > deepest) throw new CheckpointError(`the header is nested more than ${deepest} deep: this is not a safetensors file`);
    this.at++;
  }

  /** Steps over the closing bracket, or over the comma before a further item. */
  private closes(bracket: string, first: boolean): boolean {
    this.space();
    if (this.text[this.at] === bracket) {
      this.at++;
      return true;
    }
    if (!first) {
      if (this.text[this.at] !== ',') throw this.fault(`a comma or ${bracket}`);
      this.at++;
    }
    return false;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? '-')) this.at++;
  }

  private fault(expected: string): CheckpointError {
    const given = this.at < this.text.length ? JSON.stringify(this.text.slice(this.at, this.at + 12)) : 'its end';
    return new CheckpointError(`the header is not valid JSON at character ${this.at}: expected ${expected}, given ${given}`);
  }
}
