/** The characters of models/glyphs as small pictures for a generator. */
import { alphabets, size as whole, type Glyph } from '../glyphs/glyphs.ts';

export interface Labelled {
  /** Row by row from the top: -1 for paper, 1 for ink. */
  readonly pixels: Float32Array;
  /** A position in the names of its set. */
  readonly label: number;
}

export type Part = 'train' | 'validation' | 'test';

/**
 * `alphabets`: a class is an alphabet. `characters`: a class is a character. `twins`: a character at either end of a wide
 * picture, both the same and in the same tone, so that far parts must agree; there is one class.
 */
export type Kind = 'alphabets' | 'characters' | 'twins';

/** A picture that others are drawn from. */
export interface Source {
  readonly picture: Float32Array;
  readonly label: number;
  /** A position in `characters`. */
  readonly character: number;
}

const mine = alphabets().filter(({ side }) => side === 'train');

/** Pixels between twins: as wide as what the last convolutions of the discriminator see, less one. */
const between = 16;

const wanted: Readonly<Record<string, string>> = { Greek: 'ΓΔΘΛΞΠΣΦΨΩ', Hiragana: 'あきくしすせのまをん' };

/** Twenty that look like no other. */
export const characters: readonly string[] = Object.values(wanted).flatMap((text) => [...text]);

/** The characters of twins, and their tones. */
const [pair, dark, light] = ['ΔΘΞΨ', 1, 0.4];

/** Classes, by label. */
export function namesOf(kind: Kind): readonly string[] {
  if (kind === 'twins') return ['twins'];
  return kind === 'alphabets' ? mine.map(({ name }) => name) : characters;
}

/**
 * All pictures of a part. Of alphabets, of ten pictures eight are for training, one for validation, one for the test; of
 * characters, of five fonts three, one and one.
 */
export function sourcesOf(kind: Kind, part: Part): Source[] {
  if (kind === 'alphabets')
    return mine.flatMap(({ glyphs }, label) =>
      glyphs
        .flatMap(({ pictures }) => pictures)
        .filter((_, k) => (k % 10 === 3 ? 'validation' : k % 10 === 7 ? 'test' : 'train') === part)
        .map((picture): Source => ({ picture, label, character: -1 })),
    );
  return characters.flatMap((name, character) =>
    (kind === 'twins' && !pair.includes(name) ? [] : glyphOf(name).pictures)
      .filter((_, k) => (k % 5 === 2 ? 'test' : k % 5 === 4 ? 'validation' : 'train') === part)
      .map((picture): Source => ({ picture, label: kind === 'twins' ? 0 : character, character })),
  );
}

function glyphOf(name: string): Glyph {
  const alphabet = Object.keys(wanted).find((each) => wanted[each]!.includes(name));
  return mine.find((each) => each.name === alphabet)!.glyphs.find(({ character }) => character === name)!;
}

/** One example of a set; characters are moved, slanted and stretched a little, by chance. */
export function drawn(kind: Kind, { picture, label }: Source, side: number, random: () => number): Labelled {
  if (kind === 'alphabets') return { pixels: smaller(picture, side), label };
  const one = smaller(varied(picture, random), side);
  if (kind === 'characters') return { pixels: one, label };
  const tone = random() < 0.5 ? dark : light;
  const toned = one.map((value) => tone * (value + 1) - 1);
  return { pixels: besideEachOther(toned, toned, side), label };
}

/** Pixels of a row. */
export function widthOf(kind: Kind, side: number): number {
  return kind === 'twins' ? 2 * side + between : side;
}

export function besideEachOther(left: Float32Array, right: Float32Array, side: number): Float32Array {
  const width = widthOf('twins', side);
  const pixels = new Float32Array(side * width).fill(-1);
  for (let row = 0; row < side; row++) {
    pixels.set(left.subarray(row * side, (row + 1) * side), row * width);
    pixels.set(right.subarray(row * side, (row + 1) * side), (row + 1) * width - side);
  }
  return pixels;
}

/** The characters at both ends. */
export function apartFrom(pixels: ArrayLike<number>, side: number): readonly [left: Float32Array, right: Float32Array] {
  const width = widthOf('twins', side);
  const part = (from: number): Float32Array =>
    Float32Array.from({ length: side * side }, (_, k) => pixels[Math.floor(k / side) * width + from + (k % side)]!);
  return [part(0), part(width - side)];
}

/** Up to a pixel and a half each way, a tenth larger or smaller, and slanted by up to 8 degrees. */
function varied(picture: Float32Array, random: () => number): Float32Array {
  const up = (most: number): number => most * (2 * random() - 1);
  const [dx, dy, wider, taller, slant] = [up(1.5), up(1.5), 1 + up(0.1), 1 + up(0.1), up(0.14)];
  const middle = (whole - 1) / 2;
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x >= whole || y >= whole ? 0 : picture[y * whole + x]!);
  return Float32Array.from({ length: whole * whole }, (_, k) => {
    const [fromX, fromY] = [(k % whole) - middle - dx, Math.floor(k / whole) - middle - dy];
    const [x, y] = [middle + (fromX + slant * fromY) * wider, middle + fromY * taller];
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [across, down] = [x - left, y - top];
    return (
      (1 - down) * ((1 - across) * at(left, top) + across * at(left + 1, top)) +
      down * ((1 - across) * at(left, top + 1) + across * at(left + 1, top + 1))
    );
  });
}

/** A mean over what each new pixel covers, as -1 to 1. */
function smaller(picture: Float32Array, side: number): Float32Array {
  const weights = Array.from({ length: side }, (_, at) => overlaps(at * (whole / side), (at + 1) * (whole / side)));
  return Float32Array.from({ length: side * side }, (_, k) => {
    let sum = 0;
    for (const [y, down] of weights[Math.floor(k / side)]!)
      for (const [x, across] of weights[k % side]!) sum += down * across * picture[y * whole + x]!;
    return 2 * sum * (side / whole) ** 2 - 1;
  });
}

/** How much of each old pixel lies between two borders. */
function overlaps(from: number, to: number): (readonly [pixel: number, share: number])[] {
  return Array.from({ length: Math.ceil(to - 1e-9) - Math.floor(from) }, (_, k) => {
    const pixel = Math.floor(from) + k;
    return [pixel, Math.min(to, pixel + 1) - Math.max(from, pixel)] as const;
  });
}
