/**
 * Pictures of what a model looks at in an image while it writes, as in figure 3 of Xu et al., "Show, Attend and Tell"
 * (2015): the image, and for each word the image lit where the weight lies.
 */

import { card, ink1, padding, sheetColour, svg, titleSize } from './frame.ts';
import { pngUri, type PixelImage } from './image.ts';
import { createInk, round, textWidth, wrapped } from './text.ts';

export interface AttendedPicture {
  readonly title?: string;
  readonly image: PixelImage;
  /** For each word the weights of a grid laid over the image. */
  readonly looks: readonly { readonly word: string; readonly weights: readonly (readonly number[])[] }[];
}

const shown = 132;
const gap = 14;
const wordSize = 15;
const perRow = 6;

/** Draws the image and its looks, row by row. Throws a RangeError where the pixels or the weights do not fit. */
export function attendedSvg({ title, image, looks }: AttendedPicture): string {
  if (looks.length === 0) throw new RangeError('attendedSvg: expected at least one word, given none.');
  if (image.planes.length !== image.width * image.height * 3)
    throw new RangeError(`attendedSvg: expected ${image.width * image.height * 3} values of pixels, given ${image.planes.length}.`);
  const tall = (shown * image.height) / image.width;
  const ink = createInk();
  const tiles = [{ word: '', picture: image }, ...looks.map(({ word, weights }) => ({ word, picture: lit(image, weights) }))];
  const columns = Math.min(perRow, tiles.length);
  const inner = columns * (shown + gap) - gap;
  const parts: string[] = [];
  let top = padding;
  for (const line of wrapped(title ?? '', titleSize, inner)) {
    parts.push(ink.text(line, padding, top + titleSize * 0.8, { size: titleSize, fill: ink1, bold: true }));
    top += titleSize * 1.4;
  }
  if (top > padding) top += 6;
  const pitch = tall + wordSize + 22;
  tiles.forEach(({ word, picture }, k) => {
    const [x, y] = [padding + (k % columns) * (shown + gap), top + Math.floor(k / columns) * pitch];
    const size = Math.min(wordSize, (wordSize * shown) / Math.max(1, textWidth(word, wordSize)));
    parts.push(
      `<rect x="${round(x - 1)}" y="${round(y - 1)}" width="${shown + 2}" height="${round(tall + 2)}" rx="3" fill="${sheetColour}"/>`,
    );
    parts.push(
      `<image x="${round(x)}" y="${round(y)}" width="${shown}" height="${round(tall)}" style="image-rendering:pixelated" image-rendering="optimizeSpeed" preserveAspectRatio="none" href="${pngUri(picture)}"/>`,
    );
    if (word !== '') parts.push(ink.text(word, x + shown / 2, y + tall + wordSize + 3, { size, fill: ink1, anchor: 'middle' }));
  });
  const [width, height] = [inner + 2 * padding, top + Math.ceil(tiles.length / columns) * pitch - 8 + padding / 2];
  return svg(
    width,
    height,
    `${title === undefined ? '' : `${title}. `}What was looked at for each of the words ${looks.map(({ word }) => word).join(' ')}.`,
    ink,
    card(width, height) + parts.join(''),
  );
}

/** The image, dark where there is no weight and as it is where there is most. Between the middles of the grid weights change evenly. */
function lit(image: PixelImage, weights: readonly (readonly number[])[]): PixelImage {
  const [rows, columns] = [weights.length, weights[0]?.length ?? 0];
  const largest = Math.max(...weights.flat());
  if (rows === 0 || columns === 0 || weights.some((row) => row.length !== columns) || !(largest >= 0 && Number.isFinite(largest)))
    throw new RangeError('attendedSvg: expected weights of a whole grid.');
  const at = (row: number, column: number): number =>
    weights[Math.min(rows - 1, Math.max(0, row))]![Math.min(columns - 1, Math.max(0, column))]!;
  const size = image.width * image.height;
  const planes = new Float32Array(3 * size);
  for (let y = 0; y < image.height; y++) {
    const v = ((y + 0.5) / image.height) * rows - 0.5;
    for (let x = 0; x < image.width; x++) {
      const u = ((x + 0.5) / image.width) * columns - 0.5;
      const [row, column] = [Math.floor(v), Math.floor(u)];
      const [down, right] = [v - row, u - column];
      const weight =
        (1 - down) * ((1 - right) * at(row, column) + right * at(row, column + 1)) +
        down * ((1 - right) * at(row + 1, column) + right * at(row + 1, column + 1));
      const light = largest === 0 ? 0 : weight / largest;
      // A darkened copy in grey, and what is looked at in its colours.
      const place = y * image.width + x;
      const grey = 0.3 * image.planes[place]! + 0.59 * image.planes[size + place]! + 0.11 * image.planes[2 * size + place]!;
      for (let c = 0; c < 3; c++)
        planes[c * size + place] = light * Math.min(1, 1.05 * image.planes[c * size + place]! + 0.06) + (1 - light) * 0.3 * grey;
    }
  }
  return { width: image.width, height: image.height, planes };
}
