/**
 * Characters of many alphabets, each in many fonts, as small grey pictures: a class is a character, its pictures are the
 * fonts'. Whole alphabets are kept for validation and test. build.mjs makes the files that are read here.
 */
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export type Side = 'train' | 'validation' | 'test';

export interface Glyph {
  readonly alphabet: string;
  readonly character: string;
  /** One for each font that has the character; rows of `size` pixels from the top, 0 for paper and 1 for ink. */
  readonly pictures: readonly Float32Array[];
  /** Of each picture, as `family` or `family:weight`. */
  readonly fonts: readonly string[];
}

export interface Alphabet {
  readonly name: string;
  readonly side: Side;
  readonly glyphs: readonly Glyph[];
}

interface Index {
  readonly size: number;
  readonly levels: number;
  readonly alphabets: readonly {
    readonly side: Side;
    readonly name: string;
    readonly fonts: readonly string[];
    readonly characters: Readonly<Record<string, number>>;
  }[];
}

const index = JSON.parse(readFileSync(new URL('glyphs.json', import.meta.url), 'utf8')) as Index;

/** Pixels of a side of a picture. */
export const size = index.size;

function read(): Alphabet[] {
  const packed = inflateSync(readFileSync(new URL('glyphs.bin', import.meta.url)));
  let at = 0;
  // Four pixels a byte, the first in the lowest bits.
  const picture = (): Float32Array => {
    const pixels = Float32Array.from(
      { length: size * size },
      (_, k) => ((packed[at + (k >> 2)]! >> (2 * (k & 3))) & 3) / (index.levels - 1),
    );
    at += (size * size) / 4;
    return pixels;
  };
  const result = index.alphabets.map(
    ({ side, name, fonts, characters }): Alphabet => ({
      name,
      side,
      glyphs: Object.entries(characters).map(([character, bits]) => {
        // As build.mjs packs them: bit k for font k of the alphabet, pictures in the same order.
        const having = fonts.filter((_, k) => Math.floor(bits / 2 ** k) % 2 === 1);
        return { alphabet: name, character, fonts: having, pictures: having.map(picture) };
      }),
    }),
  );
  if (at !== packed.length) throw new Error(`glyphs.bin has ${packed.length} bytes, glyphs.json tells of ${at}: run build.mjs`);
  return result;
}

const all: readonly Alphabet[] = read();

export function alphabets(): readonly Alphabet[] {
  return all;
}

/** A picture turned to the left by so many right angles. A character that is turned is another class. */
export function turned(picture: Float32Array, quarters: number): Float32Array {
  let result = picture;
  for (let turn = 0; turn < quarters; turn++) {
    const before = result;
    // An episode turns dozens of pictures: `Float32Array.from` takes thirty times as long.
    result = new Float32Array(before.length);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) result[y * size + x] = before[x * size + size - 1 - y]!;
    }
  }
  return result;
}
