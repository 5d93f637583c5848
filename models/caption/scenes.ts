/** Pictures of coloured shapes, drawn here, and what they are told as: `red circle blue ring`, in the order of reading. */

export const side = 48;
const [cells, cell] = [4, 12];
export const colours = ['red', 'green', 'blue', 'yellow', 'violet', 'white'] as const;
export const shapes = ['circle', 'ring', 'square', 'triangle', 'cross', 'diamond'] as const;
export const [fewest, most] = [2, 5];

type Colour = (typeof colours)[number];
type Shape = (typeof shapes)[number];

export interface Thing {
  readonly colour: Colour;
  readonly shape: Shape;
}

/** A thing in its place, in pixels. */
export interface Placed extends Thing {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Scene {
  /** In the order of reading: row by row of a grid of 4 × 4 cells. */
  readonly things: readonly Placed[];
  /** Red, green and blue, row by row, each from 0 to 1: [3, side, side]. */
  readonly pixels: Float32Array;
}

const ink: Readonly<Record<Colour, readonly [number, number, number]>> = {
  red: [0.89, 0.16, 0.18],
  green: [0.17, 0.68, 0.25],
  blue: [0.17, 0.38, 0.92],
  yellow: [0.97, 0.82, 0.17],
  violet: [0.62, 0.24, 0.8],
  white: [0.96, 0.96, 0.96],
};

/** Whether a point is inside, from the middle, in radii; v points down. */
const inside: Readonly<Record<Shape, (u: number, v: number) => boolean>> = {
  circle: (u, v) => u * u + v * v <= 1,
  ring: (u, v) => u * u + v * v <= 1 && u * u + v * v >= 0.3,
  square: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 0.85,
  triangle: (u, v) => v <= 0.8 && Math.abs(u) <= 0.57 * (v + 1),
  cross: (u, v) => Math.min(Math.abs(u), Math.abs(v)) <= 0.32 && Math.max(Math.abs(u), Math.abs(v)) <= 1,
  diamond: (u, v) => Math.abs(u) + Math.abs(v) <= 1,
};

/** Draws these things, or some by chance, at most `upTo`, somewhere on a dark ground with noise. */
export function drawScene(random: () => number, given: readonly Thing[] | null = null, upTo: number = most): Scene {
  const whole = (count: number): number => Math.floor(count * random());
  const among = <T>(items: readonly T[]): T => items[whole(items.length)]!;
  const what = given ?? Array.from({ length: fewest + whole(upTo - fewest + 1) }, () => ({ colour: among(colours), shape: among(shapes) }));
  const free = Array.from({ length: cells * cells }, (_, k) => k);
  const chosen = what.map(() => free.splice(whole(free.length), 1)[0]!).sort((a, b) => a - b);
  const off = (range: number): number => range * (2 * random() - 1);
  const things = what.map(
    (thing, k): Placed => ({
      ...thing,
      x: (chosen[k]! % cells) * cell + cell / 2 + off(1.2),
      y: Math.floor(chosen[k]! / cells) * cell + cell / 2 + off(1.2),
      radius: 4.6 + off(0.6),
    }),
  );
  return { things, pixels: paint(things, random) };
}

function paint(things: readonly Placed[], random: () => number): Float32Array {
  const pixels = new Float32Array(side * side * 3);
  const [top, bottom] = [0, 1].map(() => [0, 1, 2].map(() => 0.05 + 0.2 * random())) as [number[], number[]];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++) pixels[(c * side + y) * side + x] = top[c]! + (bottom[c]! - top[c]!) * (y / side);
  }
  for (const { x, y, radius, colour, shape } of things) {
    for (let row = Math.max(0, Math.floor(y - radius)); row < Math.min(side, y + radius + 1); row++) {
      for (let column = Math.max(0, Math.floor(x - radius)); column < Math.min(side, x + radius + 1); column++) {
        const share = covered(inside[shape], column - x, row - y, radius);
        // Lit from above.
        const light = 1 - 0.22 * ((row + 0.5 - y) / radius);
        for (let c = 0; c < 3; c++) {
          const at = (c * side + row) * side + column;
          pixels[at] = (1 - share) * pixels[at]! + share * ink[colour][c]! * light;
        }
      }
    }
  }
  // About normal, with a deviation of 0.05.
  return pixels.map((value) => Math.min(1, Math.max(0, value + 0.1 * (random() + random() + random() - 1.5))));
}

/** How much of a pixel a shape covers, by 3 × 3 points. */
function covered(within: (u: number, v: number) => boolean, x: number, y: number, radius: number): number {
  let hits = 0;
  for (let i = 0; i < 9; i++) if (within((x + ((i % 3) + 0.5) / 3) / radius, (y + (Math.floor(i / 3) + 0.5) / 3) / radius)) hits += 1;
  return hits / 9;
}

export function captionOf(things: readonly Thing[]): string[] {
  return things.flatMap(({ colour, shape }) => [colour, shape]);
}
