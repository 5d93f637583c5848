import { expect, test } from 'vitest';
import { sheetSvg } from '../../runtime/index.ts';
import { svgToPng } from '../../runtime/node.ts';

const pixels = Float32Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : -1));

test('a sheet has a picture for each sketch, the runs of a shade in one path, and marks on what looked', async () => {
  const svg = sheetSvg('Made', [
    { name: 'Greek', pictures: [{ pixels }, { pixels, weights: [0, 0, 0, 1], from: [0.25, 0.75] }] },
    { name: 'Han', pictures: [{ pixels }] },
  ]);
  expect(svg.match(/<g transform="translate\([\d.]+ [\d.]+\)"><rect width="56"/g)).toHaveLength(3);
  expect(svg.match(/<path d="M0 0h14v14H0zM14 14h14v14H14z/g)).toHaveLength(3);
  expect(svg).toContain('<rect x="28" y="28" width="28" height="28" fill="#d9480f" fill-opacity="0.8"/>');
  expect(svg).toContain('<circle cx="42" cy="14"');
  expect(svg).not.toContain('<text');
  expect((await svgToPng(svg)).length).toBeGreaterThan(1000);
});

test('a picture may be wide, and so may what looked at it', () => {
  const svg = sheetSvg('Wide', [{ name: '', pictures: [{ pixels, width: 8, weights: [0, 0, 0, 1], from: [0.5, 0.5] }] }]);
  expect(svg).toContain('<rect width="224" height="56"');
  expect(svg).toContain('<rect x="168" y="0" width="56" height="56" fill="#d9480f" fill-opacity="0.8"/>');
  expect(svg).toContain('<circle cx="112" cy="28"');
});

test('pixels that make no rectangle are an error', () => {
  for (const sketch of [{ pixels: [1, 2, 3] }, { pixels, width: 5 }, { pixels, weights: [1, 0, 0] }])
    expect(() => sheetSvg('Made', [{ name: 'Greek', pictures: [sketch] }])).toThrow('numbers make no such rectangle');
});
