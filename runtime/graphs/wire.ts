/**
 * Protocol buffers, as far as a SavedModel needs them: messages are written, never read. (tfjs-node's own classes would want
 * a package more than the backend has.)
 */

/** From so many bytes on a value is kept as it is until all is joined, and not copied into every message around it. */
const LARGE = 1 << 14;

/** Grows as it is written to. */
export class Writer {
  /** What is finished, before what is being written. */
  readonly #parts: Uint8Array[] = [];
  #bytes = new Uint8Array(64);
  /** Of what is being written, and of all. */
  #used = 0;
  #length = 0;

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#all()) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #all(): readonly Uint8Array[] {
    return [...this.#parts, this.#bytes.subarray(0, this.#used)];
  }

  /** @returns where the bytes begin */
  #take(count: number): number {
    const at = this.#used;
    this.#used += count;
    this.#length += count;
    if (this.#used <= this.#bytes.length) return at;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
    return at;
  }

  #append(part: Uint8Array): void {
    if (part.length < LARGE) {
      const at = this.#take(part.length);
      this.#bytes.set(part, at);
      return;
    }
    if (this.#used > 0) this.#parts.push(this.#bytes.subarray(0, this.#used));
    this.#parts.push(part);
    this.#length += part.length;
    this.#bytes = new Uint8Array(64);
    this.#used = 0;
  }

  /** A whole number of at most 53 bits; a negative one takes ten bytes. */
  #varint(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) {
      const at = this.#take(1);
      this.#bytes[at] = Number(rest & 127n) | 128;
    }
    const last = this.#take(1);
    this.#bytes[last] = Number(rest);
  }

  int(field: number, value: number): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    const at = this.#take(4);
    new DataView(this.#bytes.buffer).setFloat32(at, value, true);
    return this;
  }

  /** Bytes, text, or a message of its own, which is not written to afterwards. */
  message(field: number, value: Uint8Array | string | Writer): this {
    this.#varint((field << 3) | 2);
    const parts = value instanceof Writer ? value.#all() : [typeof value === 'string' ? new TextEncoder().encode(value) : value];
    this.#varint(parts.reduce((sum, { length }) => sum + length, 0));
    for (const part of parts) this.#append(part);
    return this;
  }

  messages(field: number, values: Iterable<Uint8Array | string | Writer>): this {
    for (const value of values) this.message(field, value);
    return this;
  }

  /** A map's entries, by text. */
  entries(field: number, values: Iterable<readonly [key: string, value: Writer | string]>): this {
    for (const [key, value] of values) this.message(field, new Writer().message(1, key).message(2, value));
    return this;
  }
}
