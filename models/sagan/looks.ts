/** Made pictures as text, and where the generator looked while it made one. */
import type { Sketch, Value } from 'attnc/runtime';

export function sketch(pixels: ArrayLike<number>, width: number): string {
  const shade = (value: number): string => ' ░▒▓█'[Math.min(4, Math.max(0, Math.floor((value + 1) * 2.5)))]!.repeat(2);
  const row = (y: number): string => Array.from({ length: width }, (_, x) => shade(pixels[y * width + x]!)).join('');
  return `\n${Array.from({ length: pixels.length / width }, (_, y) => row(y)).join('\n')}`;
}

/** The picture, and what five positions look at: those of most ink that lie apart. */
export function looks(pixels: ArrayLike<number>, width: number, { data, axes }: Value): Sketch[] {
  const places = Math.sqrt(data.length);
  // Pixels of a side of a position, and positions of a row.
  const scale = Math.sqrt(pixels.length / places);
  const columns = width / scale;
  const rows = places / columns;
  const at = (place: number): readonly [number, number] => [Math.floor(place / columns), place % columns];
  const inkAt = (place: number): number => {
    const [row, column] = at(place);
    return pixels[Math.floor((row + 0.5) * scale) * width + Math.floor((column + 0.5) * scale)]!;
  };
  const chosen: number[] = [];
  for (const place of Array.from({ length: places }, (_, k) => k).sort((a, b) => inkAt(b) - inkAt(a))) {
    const [row, column] = at(place);
    const apart = chosen.every((other) => Math.abs(at(other)[0] - row) + Math.abs(at(other)[1] - column) > rows / 3);
    if (apart && chosen.length < 5) chosen.push(place);
  }
  const asks = axes.indexOf('here');
  return [
    { pixels, width },
    ...chosen.map(
      (place): Sketch => ({
        pixels,
        width,
        from: [(at(place)[0] + 0.5) / rows, (at(place)[1] + 0.5) / columns],
        weights: Array.from({ length: places }, (_, k) => (asks === 0 ? data[place * places + k]! : data[k * places + place]!)),
      }),
    ),
  ];
}
