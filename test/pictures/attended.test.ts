import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { alignmentSvg, attendedSvg, pngUri } from '../../runtime/index.ts';
import { svgToPng } from '../../runtime/node.ts';

/** The pixels of a PNG without filters, and the names of its parts; every part's checksum is verified. */
function decoded(uri: string): { readonly width: number; readonly height: number; readonly rows: number[][]; readonly parts: string[] } {
  const bytes = Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64');
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const parts: string[] = [];
  let [width, height, rows] = [0, 0, [] as number[][]];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc(bytes.subarray(at + 4, at + 8 + length)));
    parts.push(name);
    if (name === 'IHDR') [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
    // Inflating verifies the sum of zlib.
    if (name === 'IDAT')
      rows = Array.from({ length: height }, (_, y) => [...inflateSync(data).subarray(y * (1 + 3 * width), (y + 1) * (1 + 3 * width))]);
    at += 12 + length;
  }
  return { width, height, rows, parts };
}

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes)
    for (let k = 0, bits = byte; k < 8; k++, bits >>>= 1) value = ((value ^ bits) & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return (value ^ 0xffffffff) >>> 0;
}

describe('pngUri', () => {
  it('holds the pixels, cut off where they leave the range', () => {
    expect(decoded(pngUri({ width: 2, height: 1, planes: [1, 0, 0.5, 2, -1, 1] }))).toEqual({
      width: 2,
      height: 1,
      rows: [[0, 255, 128, 0, 0, 255, 255]],
      parts: ['IHDR', 'IDAT', 'IEND'],
    });
  });

  it('holds images of more than one block', () => {
    const [width, height] = [200, 150];
    const { rows } = decoded(pngUri({ width, height, planes: Array.from({ length: 3 * width * height }, (_, k) => (k % 256) / 255) }));
    expect(rows[149]!.slice(1, 4)).toEqual([0, 1, 2].map((c) => ((c * height + 149) * width) % 256));
  });
});

describe('attendedSvg', () => {
  const image = { width: 4, height: 4, planes: new Float32Array(48).fill(0.5) };

  it('lights the position that is looked at, and darkens the others', async () => {
    const svg = attendedSvg({
      title: 'two',
      image,
      looks: [
        {
          word: 'one',
          weights: [
            [1, 0],
            [0, 0],
          ],
        },
      ],
    });
    const [whole, look] = [...svg.matchAll(/href="(data:[^"]*)"/g)].map(([, uri]) => decoded(uri!));
    expect(whole!.rows[0]!.slice(1, 4)).toEqual([128, 128, 128]);
    expect(look!.rows[0]![1]).toBeGreaterThan(128);
    expect(look!.rows[3]!.at(-1)).toBeLessThan(64);
    expect((await svgToPng(svg)).subarray(1, 4)).toEqual(new Uint8Array([80, 78, 71]));
  });

  it('refuses what does not fit', () => {
    expect(() => attendedSvg({ image, looks: [] })).toThrow(/at least one word/);
    expect(() => attendedSvg({ image: { ...image, width: 5 }, looks: [{ word: 'a', weights: [[1]] }] })).toThrow(/expected 60 values/);
    expect(() => attendedSvg({ image, looks: [{ word: 'a', weights: [[1, 0], [0]] }] })).toThrow(/whole grid/);
  });
});

it('alignmentSvg draws a ring for each mark, at the border where it lies outside, and wants one for each row', () => {
  const picture = {
    rows: ['a', 'b'],
    columns: ['x', 'y', 'z'],
    weights: [
      [1, 0, 0],
      [0, 0, 1],
    ],
  };
  const xs = (marks: number[]): number[] =>
    [...alignmentSvg({ ...picture, marks }).matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  const [first, third] = xs([0, 2]) as [number, number];
  expect(xs([1, 7])[0]).toBeCloseTo((first + third) / 2, 3);
  expect(xs([1, 7])[1]).toBeCloseTo(third + (third - first) / 4, 3);
  expect(() => alignmentSvg({ ...picture, marks: [1] })).toThrow(/a number for each of 2 rows/);
});
