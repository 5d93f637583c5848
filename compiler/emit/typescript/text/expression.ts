/** The text of a value together with its steps: calls within calls as far as a line holds them, names for the rest. */
import { inputsOf, isValue, type Piece, type Value } from '../value.ts';

/** What the text stands in. */
export interface Surroundings {
  /** For a piece that is not a step of this value. */
  readonly text: (piece: Piece) => string;
  readonly name: (step: Value) => string;
  /** How long a line may be. */
  readonly width: number;
}

export interface Expression {
  /** Steps that have a name, in order. */
  readonly steps: readonly { readonly name: string; readonly text: string }[];
  readonly result: string;
}

export function expression(value: Value, parts: readonly Value[], surroundings: Surroundings): Expression {
  return new Writer(parts, surroundings).write(value);
}

class Writer {
  readonly #surroundings: Surroundings;
  readonly #uses = new Map<Value, number>();
  readonly #parts: ReadonlySet<Value>;
  readonly #named = new Map<Value, string>();
  readonly #steps: { name: string; text: string }[] = [];

  constructor(parts: readonly Value[], surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#parts = new Set(parts);
  }

  write(value: Value): Expression {
    for (const each of [...this.#parts, value]) for (const input of inputsOf(each)) this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
    const result = this.#text(value);
    return { steps: this.#steps, result };
  }

  /** Where that is too long, the longest operands get names until it is not. */
  #text(value: Value): string {
    const within = new Map<Value, string>();
    for (const part of inputsOf(value)) {
      if (!this.#parts.has(part) || this.#named.has(part) || within.has(part)) continue;
      within.set(part, this.#text(part));
      if (this.#uses.get(part)! > 1) this.#step(part, within);
    }
    for (;;) {
      const text = value.code.map((piece) => this.#piece(piece, within)).join('');
      const [longest] = [...within.keys()].toSorted((a, b) => within.get(b)!.length - within.get(a)!.length);
      if (text.length <= this.#surroundings.width || longest === undefined) return text;
      this.#step(longest, within);
    }
  }

  #piece(piece: Piece, within: ReadonlyMap<Value, string>): string {
    const own = isValue(piece) ? (this.#named.get(piece) ?? within.get(piece)) : undefined;
    return own ?? this.#surroundings.text(piece);
  }

  #step(part: Value, within: Map<Value, string>): void {
    const name = this.#surroundings.name(part);
    this.#steps.push({ name, text: within.get(part)! });
    this.#named.set(part, name);
    within.delete(part);
  }
}
