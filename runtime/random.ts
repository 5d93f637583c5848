/**
 * Counter-based random numbers: Threefry-2x32-20 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011). A word depends on its key and counter alone, so neither the batch, nor padding, nor the order of evaluation changes a
 * draw.
 */
import * as tf from './tf.ts';
import type { Random } from './definition.ts';
import { elementCount } from './values.ts';

/** A key of two 32-bit words, as int32, which is fast. */
export interface Key {
  readonly low: number;
  readonly high: number;
}

const parity = 0x1bd11bda;

/** Threefry-2x32 with 20 rounds: writes the two words of counter (`c0`, `c1`) under the key into `out`, as int32. */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Int32Array): void {
  const k2 = parity ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 4) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  out[0] = (x + k2) | 0;
  out[1] = (y + k0 + 5) | 0;
}

/** The key of a seed: a whole number below 2^53. */
export function seedKey(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`the seed must be a whole number from 0 to 2^53 - 1, given ${seed}`);
  }
  return { low: seed | 0, high: Math.floor(seed / 2 ** 32) };
}

/** The key derived from `key` by (`a`, `b`). */
export function fold(key: Key, a: number, b: number): Key {
  const words = new Int32Array(2);
  threefry(key.low, key.high, a | 0, b | 0, words);
  return { low: words[0]!, high: words[1]! };
}

/** A 32-bit hash of a name: FNV-1a over UTF-8, then the finaliser of MurmurHash3, so that similar names give different words. */
export function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** An endless sequence of doubles in [0, 1), 53 bits each, under one key. */
export function stream(key: Key): () => number {
  const words = new Int32Array(2);
  let counter = 0;
  return () => {
    threefry(key.low, key.high, counter | 0, Math.floor(counter / 2 ** 32), words);
    counter++;
    return ((words[0]! >>> 5) * 2 ** 26 + (words[1]! >>> 6)) * 2 ** -53;
  };
}

/** The numbers 0 … count-1 in random order (Fisher-Yates). */
export function permutation(count: number, key: Key): Uint32Array {
  const next = stream(key);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

const sites = 65536;

/** The counters of the elements of a shape: ragged coordinates, separate from the element counter over the fixed axes. */
interface Layout {
  readonly perExample: number;
  /** The offset of every element over the fixed axes. */
  readonly fixed: Uint32Array;
  readonly rows: number;
  readonly rowStride: number;
  readonly columns: number;
  readonly columnStride: number;
  /** The positions along ragged axes after the second. */
  readonly deeper: readonly { readonly places: readonly number[]; readonly offset: number }[];
}

function layoutOf(site: string, shape: readonly number[], ragged: readonly boolean[]): Layout {
  if (ragged.length !== shape.length - 1) {
    throw new RangeError(
      `${site}: expected a ragged flag for each of the ${shape.length - 1} axes after the batch, given ${ragged.length}`,
    );
  }
  const sizes = shape.slice(1);
  const strides = sizes.map((_, axis) => elementCount(sizes.slice(axis + 1)));
  const coordinates = sizes.map((_, axis) => axis).filter((axis) => ragged[axis]);
  for (const axis of coordinates) {
    if (sizes[axis]! >= sites)
      throw new RangeError(`${site}: random numbers need ragged axes of fewer than ${sites} positions, given ${sizes[axis]}`);
  }
  let fixed = Uint32Array.of(0);
  for (const [axis, size] of sizes.entries()) {
    if (ragged[axis]) continue;
    const grown = new Uint32Array(fixed.length * size);
    for (let outer = 0; outer < fixed.length; outer++) {
      for (let inner = 0; inner < size; inner++) grown[outer * size + inner] = fixed[outer]! + inner * strides[axis]!;
    }
    fixed = grown;
  }
  const [row, column, ...others] = coordinates;
  const deeper = others.reduce<Layout['deeper']>(
    (known, axis) =>
      known.flatMap(({ places, offset }) =>
        Array.from({ length: sizes[axis]! }, (_, place) => ({ places: [...places, place], offset: offset + place * strides[axis]! })),
      ),
    [{ places: [], offset: 0 }],
  );
  return {
    perExample: elementCount(sizes),
    fixed,
    rows: row === undefined ? 1 : sizes[row]!,
    rowStride: row === undefined ? 0 : strides[row]!,
    columns: column === undefined ? 1 : sizes[column]!,
    columnStride: column === undefined ? 0 : strides[column]!,
    deeper,
  };
}

/** Writes the numbers of one block of two words. */
type Write = (low: number, high: number, out: Float32Array, at: number) => void;

function keeping(rate: number): Write {
  const threshold = Math.round(rate * 65536);
  const kept = 1 / (1 - rate);
  return (low, high, out, at) => {
    out[at] = (low & 0xffff) >= threshold ? kept : 0;
    out[at + 1] = low >>> 16 >= threshold ? kept : 0;
    out[at + 2] = (high & 0xffff) >= threshold ? kept : 0;
    out[at + 3] = high >>> 16 >= threshold ? kept : 0;
  };
}

/** In (0, 1), from all bits of a word. */
const inside = (word: number): number => ((word >>> 0) + 0.5) * 2 ** -32;

const WRITERS: Readonly<Record<Exclude<keyof Random, 'keep'>, Write>> = {
  uniform(low, high, out, at) {
    out[at] = ((low >>> 9) + 0.5) * 2 ** -23;
    out[at + 1] = ((high >>> 9) + 0.5) * 2 ** -23;
  },
  normal(low, high, out, at) {
    const radius = Math.sqrt(-2 * Math.log(inside(low)));
    const angle = 2 * Math.PI * inside(high);
    out[at] = radius * Math.cos(angle);
    out[at + 1] = radius * Math.sin(angle);
  },
  exponential(low, high, out, at) {
    out[at] = -Math.log(inside(low));
    out[at + 1] = -Math.log(inside(high));
  },
};

/** Random numbers of one training step, or of one evaluation (step 0), for the examples of one batch. */
export class StepRandom implements Random {
  private readonly key: Key;
  private readonly step: number;
  private readonly ids: ArrayLike<number>;

  /**
   * @param step counts from 1; 0 outside training
   * @param ids one number below 2^32 per example of the batch, the same wherever the example is used
   */
  constructor(seed: number, step: number, ids: ArrayLike<number>) {
    this.key = seedKey(seed);
    this.step = step;
    this.ids = ids;
  }

  keep(site: string, rate: number, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor {
    return tf.tensor(this.values('keep', site, shape, ragged, steps, rate), [...shape], 'float32');
  }

  /** Uniform in (0, 1), in steps of 2^-23, so that no float32 rounds to 1. */
  uniform(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor {
    return tf.tensor(this.values('uniform', site, shape, ragged, steps), [...shape], 'float32');
  }

  /** Standard normal (Box & Muller 1958). */
  normal(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor {
    return tf.tensor(this.values('normal', site, shape, ragged, steps), [...shape], 'float32');
  }

  /** Exponential of mean 1. */
  exponential(site: string, shape: readonly number[], ragged: readonly boolean[], steps: readonly number[]): tf.Tensor {
    return tf.tensor(this.values('exponential', site, shape, ragged, steps), [...shape], 'float32');
  }

  /** The same numbers on the host, row-major. They are computed in float64 and rounded once, so that they are the same on every backend. */
  values(
    draw: keyof Random,
    site: string,
    shape: readonly number[],
    ragged: readonly boolean[],
    steps: readonly number[],
    rate = 0,
  ): Float32Array {
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`${site}: a dropout rate lies in 0 … 1 without 1, given ${rate}`);
    const write = draw === 'keep' ? keeping(rate) : WRITERS[draw];
    return this.fill(site, shape, ragged, steps, draw === 'keep' ? 4 : 2, (key, coordinates, out, words) => {
      const lanes = draw === 'keep' ? 4 : 2;
      for (let at = 0; at < out.length; at += lanes) {
        threefry(key.low, key.high, coordinates, at / lanes, words);
        write(words[0]!, words[1]!, out, at);
      }
    });
  }

  /** @param draw fills `out`, `lanes` numbers from each block of two words */
  private fill(
    site: string,
    shape: readonly number[],
    ragged: readonly boolean[],
    steps: readonly number[],
    lanes: 2 | 4,
    draw: (key: Key, coordinates: number, out: Float32Array, words: Int32Array) => void,
  ): Float32Array {
    const batch = shape[0] ?? 0;
    if (batch !== this.ids.length) {
      throw new RangeError(`${site}: expected the batch in front, ${this.ids.length} examples, given ${batch}`);
    }
    const { perExample, fixed, rows, rowStride, columns, columnStride, deeper } = layoutOf(site, shape, ragged);
    const result = new Float32Array(batch * perExample);
    const drawn = new Float32Array(Math.ceil(fixed.length / lanes) * lanes);
    const words = new Int32Array(2);
    const inARow = fixed.length === 0 || fixed[fixed.length - 1] === fixed.length - 1;
    const stepKey = fold(this.key, this.step, hashOf(site));
    for (let example = 0; example < batch; example++) {
      let own = fold(stepKey, this.ids[example]!, steps[0] ?? 0);
      for (let loop = 1; loop < steps.length; loop++) own = fold(own, steps[loop]!, loop);
      for (const { places, offset } of deeper) {
        const key = places.reduce((outer, place, k) => fold(outer, place, -1 - k), own);
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            const coordinates = (row + column * sites) | 0;
            draw(key, coordinates, drawn, words);
            const base = example * perExample + offset + row * rowStride + column * columnStride;
            if (inARow) result.set(fixed.length === drawn.length ? drawn : drawn.subarray(0, fixed.length), base);
            else for (let element = 0; element < fixed.length; element++) result[base + fixed[element]!] = drawn[element]!;
          }
        }
      }
    }
    return result;
  }
}
