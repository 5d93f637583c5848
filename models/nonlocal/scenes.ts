/** Pictures with a coloured mark at one side and a grey one at the other, which should have its colour. */
import type { Floats } from 'attnc/runtime';

/** Pure colours: red, yellow, green, cyan, blue, magenta. */
export const palette: readonly (readonly [red: number, green: number, blue: number])[] = [
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 1, 1],
  [0, 0, 1],
  [1, 0, 1],
];
export const names = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'] as const;

/** Pixels of a side of a mark. */
const mark = 2;
/** The cue stands in so many columns at the left, the grey mark in as many at the right. */
const margin = 4;

export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface Scene {
  readonly size: number;
  /** `size` rows of `size` pixels of three numbers. */
  readonly image: readonly (readonly Floats[])[];
  /** Of the cue: a position in the palette. */
  readonly colour: number;
  readonly cue: Place;
  /** The top left corner of the grey mark. */
  readonly target: Place;
  /** Which pixels it covers. */
  readonly grey: readonly (readonly boolean[])[];
}

/** @param noise standard deviation of every channel of every pixel */
export function drawScene(random: () => number, size: number, noise = 0.05): Scene {
  const below = (count: number): number => Math.floor(random() * count);
  const place = (from: number): Place => ({ row: below(size - mark + 1), column: from + below(margin - mark + 1) });
  const [colour, cue, target] = [below(palette.length), place(0), place(size - margin)];
  const covers = ({ row, column }: Place, y: number, x: number): boolean => y >= row && y < row + mark && x >= column && x < column + mark;
  const pixels = Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) => {
      const plain = covers(cue, y, x) ? palette[colour]! : covers(target, y, x) ? [0.5, 0.5, 0.5] : [0, 0, 0];
      return Float32Array.from(plain, (value) => value + noise * normal(random));
    }),
  );
  return { size, image: pixels, colour, cue, target, grey: pixels.map((row, y) => row.map((_, x) => covers(target, y, x))) };
}

/** Box & Muller 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
