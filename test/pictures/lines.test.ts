import { expect, test } from 'vitest';
import { linesSvg, type LinesPicture } from '../../runtime/index.ts';
import { svgToPng } from '../../runtime/node.ts';

const picture: LinesPicture = {
  title: 'T',
  value: 'BLEU',
  place: 'words',
  places: ['1 to 5', '6 to 8'],
  lines: [
    {
      name: 'attention',
      values: [
        [30, 20],
        [34, 24],
      ],
    },
    { name: 'one vector', values: [[10, 5]] },
    { name: 'as it is', values: [[20, 22]], yardstick: true },
  ],
  caption: 'c',
};

test('a line goes through the means of its runs, each of which is a dot, and what is measured against has dashes alone', async () => {
  const svg = linesSvg(picture);
  const lines = [...svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" fill="none"/g)].map((found) => found.slice(1).map(Number));
  expect(lines).toHaveLength(3);
  const [first, second] = lines as [number[], number[]];
  const zero = (y: number, value: number, height: number): number => y + (height * value) / 40;
  // 260 units are 40 of the scale: both lines begin at one place, and their heights differ as their values do.
  expect(second[0]).toBe(first[0]);
  expect(zero(first[1]!, 32, 260)).toBeCloseTo(zero(second[1]!, 10, 260), 1);
  expect(svg.match(/<circle/g)).toHaveLength(6);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
  expect(svg).toContain('<title>T. BLEU. attention: 1 to 5 32, 6 to 8 22; one vector: 1 to 5 10, 6 to 8 5;');
  expect(svg).not.toContain('<text');
  expect(svg).toBe(linesSvg(picture));
  expect((await svgToPng(svg)).length).toBeGreaterThan(1000);
});

test('names that would lie on one another move apart', () => {
  const svg = linesSvg({ ...picture, lines: [0, 1, 2].map((k) => ({ name: `l${k}`, values: [[1, 2]] })) });
  const heights = [...svg.matchAll(/translate\(5\d\d(?:\.\d+)? ([\d.]+)\)/g)].map(([, y]) => Number(y));
  expect(heights).toHaveLength(3);
  expect(heights[1]! - heights[0]!).toBeCloseTo(15, 5);
  expect(heights[2]! - heights[1]!).toBeCloseTo(15, 5);
});

test.each<[string, Partial<LinesPicture>, RegExp]>([
  ['no line', { lines: [] }, /at least one line/u],
  ['five lines', { lines: Array.from({ length: 5 }, (_, k) => ({ name: `${k}`, values: [[1, 1]] })) }, /at most 4 lines, given 5/u],
  ['a line without runs', { lines: [{ name: 'a', values: [] }] }, /the line "a" has no run/u],
  ['a value too few', { lines: [{ name: 'a', values: [[1]] }] }, /expected 2 values of "a", given 1/u],
  ['a value below 0', { lines: [{ name: 'a', values: [[1, -1]] }] }, /expected values of 0 or more of "a", given -1/u],
])('refuses %s', (_, wrong, message) => {
  expect(() => linesSvg({ ...picture, ...wrong })).toThrow(message);
});
