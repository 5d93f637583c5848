/**
 * The safetensors file format: eight bytes with the length of a JSON header (little endian), the header with name, type, shape
 * and byte range of each tensor, then the bytes. Reading runs no code, and every range is checked before it is used. Files are
 * written as float32; other types are read as float32.
 */
import { CheckpointError } from '../errors.ts';
import { elementCount, show } from '../values.ts';
import { elementType, readNumbers, readTypes } from './dtypes.ts';

export interface StoredTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  /** The type in the file, if it is not F32. Numbers with more precision were rounded. */
  readonly dtype?: string;
}

export interface TensorFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Tensors that float32 cannot represent, or with unsupported types, with the reason. Left out if there are none. */
  readonly unread?: ReadonlyMap<string, string>;
}

/** As in the reference implementation: a longer header is taken to be damaged. */
const longestHeader = 100_000_000;

export function writeSafetensors(file: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (file.metadata.size > 0) header.__metadata__ = Object.fromEntries(file.metadata);
  let end = 0;
  for (const [name, { data, shape }] of file.tensors) {
    if (name === '__metadata__') throw new CheckpointError('a tensor cannot be called __metadata__: safetensors uses the name itself');
    if (data.length !== elementCount(shape)) {
      throw new CheckpointError(
        `tensor ${JSON.stringify(name)}: shape [${shape.join(', ')}] needs ${elementCount(shape)} numbers, given ${data.length}`,
      );
    }
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces to a multiple of eight, so that the numbers are aligned in the file.
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
  if (bytes.length < 8)
    throw new CheckpointError(`not a safetensors file: it has ${bytes.length} bytes, and the length of the header alone takes 8`);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(longestHeader))
    throw new CheckpointError(`not a safetensors file: its header would have ${length} bytes (at most ${longestHeader})`);
  const start = 8 + Number(length);
  if (start > bytes.length)
    throw new CheckpointError(`the file is cut short: its header ends at byte ${start}, the file at ${bytes.length}`);
  const header = headerOf(bytes.subarray(8, start));

  const metadata = new Map<string, string>();
  const entries: (Entry & { readonly name: string })[] = [];
  for (const [name, entry] of header) {
    if (name === '__metadata__') {
      for (const [key, value] of objectOf(entry, '__metadata__')) {
        if (typeof value !== 'string') throw new CheckpointError(`the metadata ${quoted(key)} is not text`);
        metadata.set(key, value);
      }
    } else {
      entries.push({ name, ...entryOf(name, entry) });
    }
  }

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of entries) {
    if (begin < expected)
      throw new CheckpointError(`tensor ${quoted(name)} overlaps another: it begins at byte ${begin}, the one before ends at ${expected}`);
    if (begin > expected)
      throw new CheckpointError(`there is a hole before tensor ${quoted(name)}: bytes ${expected} to ${begin} belong to none`);
    expected = end;
  }
  const present = bytes.length - start;
  if (present < expected) throw new CheckpointError(`the file is cut short: its tensors take ${expected} bytes, ${present} are there`);
  if (present > expected)
    throw new CheckpointError(`${present - expected} bytes follow the last tensor: the file is damaged or was joined with another`);

  const tensors = new Map<string, StoredTensor>();
  const unread = new Map<string, string>();
  for (const { name, dtype, shape, begin } of entries) {
    const type = elementType(dtype);
    const data =
      type === undefined
        ? `the type ${quoted(dtype)} is not read (${readTypes.join(', ')} are)`
        : readNumbers(type, view, start + begin, elementCount(shape));
    if (typeof data === 'string') unread.set(name, data);
    else tensors.set(name, { data, shape, ...(dtype === 'F32' ? {} : { dtype }) });
  }
  return { tensors, metadata, ...(unread.size === 0 ? {} : { unread }) };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

function entryOf(name: string, value: Json): Entry {
  const entry = objectOf(value, name);
  const dtype = entry.get('dtype');
  if (typeof dtype !== 'string') throw new CheckpointError(`the dtype of tensor ${quoted(name)} must be text`);
  const shape = naturals(entry.get('shape'), `the shape of tensor ${quoted(name)}`);
  const offsets = naturals(entry.get('data_offsets'), `the data_offsets of tensor ${quoted(name)}`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2 || begin > end) {
    throw new CheckpointError(`the data_offsets of tensor ${quoted(name)} must be two rising numbers, given ${shownList(offsets)}`);
  }
  const type = elementType(dtype);
  const needed = type === undefined ? end - begin : type.bytes * elementCount(shape);
  if (end - begin !== needed) {
    throw new CheckpointError(
      `tensor ${quoted(name)} of shape ${shownList(shape)}${dtype === 'F32' ? '' : ` and type ${dtype}`} needs ${needed} bytes, its data_offsets span ${end - begin}`,
    );
  }
  return { dtype, shape, begin, end };
}

/** Names and lists of a hostile file may be megabytes long. */
const longestShown = 80;

export function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shownList(numbers: readonly number[]): string {
  const most = 8;
  return `[${numbers.slice(0, most).join(', ')}${numbers.length > most ? `, … ${numbers.length} in all` : ''}]`;
}

function naturals(value: Json | undefined, what: string): number[] {
  const whole = (part: Json): part is number => typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;
  if (!Array.isArray(value) || !value.every(whole)) throw new CheckpointError(`${what} must be a list of whole numbers`);
  return value;
}

function objectOf(value: Json, what: string): Map<string, Json> {
  if (value instanceof Map) return value;
  throw new CheckpointError(`the header's entry ${quoted(what)} is not an object`);
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
  if (!text.startsWith('{'))
    throw new CheckpointError('the header does not begin with {: this is not a safetensors file, or it is damaged');
  return new HeaderReader(text).read();
}

/** A JSON reader that rejects duplicate keys, which `JSON.parse` silently accepts. */
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
    const token = next === '"' ? this.text.slice(this.at, this.endOfText()) : this.word();
    try {
      const value = JSON.parse(token) as string | number | boolean | null;
      this.at += token.length;
      return value;
    } catch {
      throw this.fault('a value');
    }
  }

  private word(): string {
    const scalar = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
    scalar.lastIndex = this.at;
    return scalar.exec(this.text)?.[0] ?? '';
  }

  /** The index after the closing quotation mark. By hand: a regular expression overflows its stack on a text of megabytes. */
  private endOfText(): number {
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    return end + 1;
  }

  private object(depth: number): Map<string, Json> {
    this.open('{', depth);
    const entries = new Map<string, Json>();
    while (!this.closes('}', entries.size === 0)) {
      this.space();
      if (this.text[this.at] !== '"') throw this.fault('a key in quotation marks');
      const key = String(this.value(depth));
      if (entries.has(key)) throw new CheckpointError(`the header has the key ${quoted(key)} twice`);
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

  /** Consumes the closing bracket, or the comma before another item. */
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
