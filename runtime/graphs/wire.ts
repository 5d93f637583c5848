/**
 * Protocol buffers, as far as a SavedModel needs them: messages are written, never read. (tfjs-node's own classes would want
 * a package more than the backend has.)
 */

/** Grows as it is written to. */
export class Writer {
  #bytes = new Uint8Array(1024);
  #length = 0;

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.bytes());
    this.#bytes = larger;
  }

  /** A whole number of at most 53 bits; a negative one takes ten bytes. */
  #varint(value: number): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
    this.#bytes[this.#length++] = Number(rest);
  }

  int(field: number, value: number): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | 5);
    this.#room(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** Bytes, text, or a message of its own. */
  message(field: number, value: Uint8Array | string | Writer): this {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value instanceof Writer ? value.bytes() : value;
    this.#varint((field << 3) | 2);
    this.#varint(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
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
