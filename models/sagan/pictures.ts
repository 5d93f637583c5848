/** The characters of models/glyphs as small pictures for a generator: an alphabet is a class. */
import { alphabets, size as whole } from '../glyphs/glyphs.ts';

export interface Labelled {
  /** `side * side` numbers, row by row from the top: -1 for paper, 1 for ink. */
  readonly pixels: Float32Array;
  /** A position in `names`. */
  readonly label: number;
}

export type Part = 'train' | 'validation' | 'test';

const mine = alphabets().filter(({ side }) => side === 'train');

/** Alphabets by class. */
export const names: readonly string[] = mine.map(({ name }) => name);

/** Whole characters; or one of half the width beside its mirror image, so that far parts must agree. */
export type Kind = 'whole' | 'mirrored';

/** All pictures of a part; of ten pictures eight are for training, one for validation, one for the test. */
export function picturesOf(part: Part, side: number, kind: Kind = 'whole'): Labelled[] {
  return mine.flatMap(({ glyphs }, label) =>
    glyphs
      .flatMap(({ pictures }) => pictures)
      .filter((_, k) => (k % 10 === 3 ? 'validation' : k % 10 === 7 ? 'test' : 'train') === part)
      .map((picture): Labelled => {
        const pixels = smaller(picture, side);
        return { pixels: kind === 'whole' ? pixels : mirrored(pixels, side), label };
      }),
  );
}

/** Squeezed into the left half, with its mirror image in the right. */
function mirrored(pixels: Float32Array, side: number): Float32Array {
  return Float32Array.from(pixels, (_, k) => {
    const [row, x] = [k - (k % side), k % side];
    const column = 2 * Math.min(x, side - 1 - x);
    return (pixels[row + column]! + pixels[row + column + 1]!) / 2;
  });
}

/** The mean difference between each picture's left half and the mirror image of its right. */
export function disagreement(pictures: readonly { readonly pixels: ArrayLike<number> }[], side: number): number {
  let sum = 0;
  for (const { pixels } of pictures)
    for (let k = 0; k < pixels.length; k++) sum += Math.abs(pixels[k]! - pixels[k - 2 * (k % side) + side - 1]!);
  return sum / Math.max(1, pictures.length * side * side);
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
