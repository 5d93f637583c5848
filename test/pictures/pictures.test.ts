import { describe, expect, test } from 'vitest';
import { vocabularyRecord } from '../../models/dates/vocabulary.ts';
import { weightColour } from '../../runtime/pictures/frame.ts';
import {
  alignmentGridSvg,
  alignmentSvg,
  headsSvg,
  panelsSvg,
  svgToPng,
  type AlignmentPicture,
  type HeadsPicture,
  type PanelsPicture,
} from '../../runtime/pictures/index.ts';
import { createInk, hasGlyph, textWidth, wrapped, xmlText } from '../../runtime/pictures/text.ts';

const small: AlignmentPicture = {
  rows: ['2', '0'],
  columns: ['<de-AT>', '9', '.'],
  weights: [
    [0.1, 0.8, 0.1],
    [1, 0, 0],
  ],
};

const size = (svg: string): [number, number] => {
  const found = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  return [Number(found[1]), Number(found[2])];
};
const count = (text: string, part: string): number => text.split(part).length - 1;
const pngSize = (png: Uint8Array): [number, number] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

/** Checks nesting and attribute quoting, which is all of XML that the pictures use. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([A-Za-z]+)((?: [\w:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*)(\/?)>/gu, (_, close, name, _a, self) => {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (self === '') open.push(name);
    return '';
  });
  expect(open).toEqual([]);
  expect(rest.replace(/&#\d+;/gu, '')).not.toMatch(/[<>&]/u);
}

describe('alignmentSvg', () => {
  test('draws one square for each weight, in the colour of the weight', () => {
    const svg = alignmentSvg(small);
    expectWellFormed(svg);
    expect(count(svg, 'width="24.5"')).toBe(6);
    expect(count(svg, `fill="${weightColour(1)}"`)).toBe(1);
    expect(count(svg, `fill="${weightColour(0)}"`)).toBe(2);
    expect(svg.indexOf(`fill="${weightColour(0.8)}"`)).toBeLessThan(svg.indexOf(`fill="${weightColour(1)}"`));
  });

  test('draws small weights by the largest of them, and says so', () => {
    const faint = {
      rows: ['a', 'b'],
      columns: ['c', 'd'],
      weights: [
        [0.08, 0.04],
        [0, 0.02],
      ],
    };
    for (const svg of [
      alignmentSvg(faint),
      headsSvg({
        ...faint,
        weights: [
          [
            faint.weights,
            [
              [0, 0],
              [0, 0],
            ],
          ],
        ],
      }),
    ]) {
      expectWellFormed(svg);
      expect(count(svg, `fill="${weightColour(1)}"`)).toBe(1);
      expect(count(svg, `fill="${weightColour(0.5)}"`)).toBe(1);
      expect(svg).toContain('The darkest is 0.08, the largest weight.</title>');
    }
    expect(
      alignmentSvg({
        ...faint,
        weights: [
          [0.5, 0.04],
          [0, 0.02],
        ],
      }),
    ).not.toContain('The darkest');
    expect(
      alignmentSvg({
        ...faint,
        weights: [
          [0, 0],
          [0, 0],
        ],
      }),
    ).not.toContain('The darkest');
  });

  test('gives the same text for the same picture', () => {
    expect(alignmentSvg({ ...small, title: 'T' })).toBe(alignmentSvg({ ...small, title: 'T' }));
  });

  test('uses outlines for all text, each of them defined once', () => {
    const svg = alignmentSvg({ ...small, title: 'A title', caption: 'A caption', rowTitle: 'r', columnTitle: 'c' });
    expect(svg).not.toContain('<text');
    const ids = [...svg.matchAll(/ id="([^"]+)"/gu)].map((found) => found[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, used] of svg.matchAll(/(?:href="|url\()#([^")]+)/gu)) expect(ids).toContain(used);
  });

  test('makes room for titles, captions and long symbols', () => {
    const [width, height] = size(alignmentSvg(small));
    const full = size(alignmentSvg({ ...small, title: 'T', columnTitle: 'c', rowTitle: 'r', caption: 'long '.repeat(60) }));
    expect(full[1]).toBeGreaterThan(height + 80);
    expect(full[0]).toBeLessThan(width + 40);
    expect(size(alignmentSvg({ ...small, columns: ['internationalisation', 'b', 'c'] }))[1]).toBeGreaterThan(height + 50);
  });

  test('text cannot break out of the SVG', () => {
    const evil = '"/></title><script>alert(1)</script><!--\u0000\u001b\ud800\u202e]]>&amp;';
    const svg = alignmentSvg({
      title: evil,
      caption: evil,
      rowTitle: evil,
      columnTitle: evil,
      rows: [evil],
      columns: [evil],
      weights: [[0.5]],
    });
    expectWellFormed(svg);
    expect(svg).not.toMatch(/<script|<!--/u);
    expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e\ufffe\uffff]|\p{Cs}/u);
    expect(svg).toContain('⟨RLO⟩');
  });

  test.each<[string, Partial<AlignmentPicture>, RegExp]>([
    ['no rows', { rows: [], weights: [] }, /at least one row and one column, given 0 rows and 3 columns/],
    ['a missing row', { weights: [[0, 0, 0]] }, /expected weights for 2 rows, given 1/],
    ['a short row', { weights: [[0, 0, 0], [1]] }, /expected 3 weights in row 1, given 1/],
    [
      'a weight above 1',
      {
        weights: [
          [0, 0, 0],
          [0, 1.2, 0],
        ],
      },
      /row 1, column 1, given 1.2/,
    ],
    [
      'a weight that is not a number',
      {
        weights: [
          [0, Number.NaN, 0],
          [0, 1, 0],
        ],
      },
      /row 0, column 1, given NaN/,
    ],
  ])('%s is refused', (_, change, message) => {
    expect(() => alignmentSvg({ ...small, ...change })).toThrow(message);
  });
});

describe('colours', () => {
  const lightness = (weight: number): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(weightColour(weight).slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };

  test('darken steadily with the weight', () => {
    for (let weight = 0.02; weight <= 1; weight += 0.02) {
      expect(lightness(weight)).toBeLessThan(lightness(weight - 0.02));
    }
    expect((lightness(0) + 0.05) / (lightness(1) + 0.05)).toBeGreaterThan(10);
  });
});

describe('glyphs', () => {
  test('every character of the dates can be drawn', () => {
    const characters = new Set(Object.values(vocabularyRecord().locales).flatMap((one) => [...one.characters]));
    expect(characters.size).toBeGreaterThan(800);
    expect([...characters].filter((character) => !hasGlyph(character))).toEqual([]);
  });

  test('letters of the usual scripts and signs can be drawn', () => {
    const text = 'AZaz09 ÀÿŁőȘ ΑΩαω ЁяҐ אבת ابي ひらカナ “”‘’–—…€→✓ Việt «»';
    expect([...text].filter((character) => !hasGlyph(character))).toEqual([]);
  });

  test('a character without an outline shows its code point', () => {
    expect(hasGlyph('\u{1F600}')).toBe(false);
    const ink = createInk();
    const drawn = ink.text('\u{1F600}', 0, 0, { size: 15, fill: '#000' });
    expect(drawn).toContain('<rect');
    const digits = [...drawn.matchAll(/#glyph-([0-9A-F]+)/gu)].map((found) => String.fromCodePoint(Number.parseInt(found[1]!, 16)));
    expect(digits.join('')).toBe('1F600');
    expect(drawn).not.toContain('stroke-dasharray');
  });

  test('spaces and bidirectional marks are shown by sign and name', () => {
    const ink = createInk();
    const style = { size: 15, fill: '#000', visibleSpaces: true };
    expect(ink.text(' ', 0, 0, style)).toContain('#glyph-0020');
    const mark = ink.text('\u200f', 0, 0, style);
    const letters = [...mark.matchAll(/#glyph-([0-9A-F]+)/gu)].map((found) => String.fromCodePoint(Number.parseInt(found[1]!, 16)));
    expect(letters.join('')).toBe('RLM');
    expect(mark).toContain('stroke-dasharray');
  });

  test('lines are broken between words, and inside a word only where it must be', () => {
    const lines = wrapped('one two three incomprehensibilities', 12, 60);
    expect(lines.join(' ').replaceAll(' ', '')).toBe('onetwothreeincomprehensibilities');
    expect(lines[0]).toBe('one two');
    for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(60);
    expect(wrapped('', 12, 60)).toEqual([]);
  });

  test('text for XML has no markup, no forbidden characters and no hidden order', () => {
    expect(xmlText('<a b="c">&\'')).toBe('&#60;a b=&#34;c&#34;&#62;&#38;&#39;');
    expect(xmlText('x\u0001\ud800\uffffy')).toBe('x\ufffd\ufffd\ufffdy');
    expect(xmlText('9\u200f/4')).toBe('9⟨RLM⟩/4');
  });
});

describe('alignmentGridSvg', () => {
  test('sets pictures in rows', () => {
    const one = size(alignmentSvg(small));
    const svg = alignmentGridSvg([small, small, small], 2);
    expectWellFormed(svg);
    expect(size(svg)).toEqual([2 * one[0] + 60, 2 * one[1] + 60].map((value) => Number(value.toFixed(2))));
    expect(count(svg, 'width="24.5"')).toBe(18);
    expect(count(svg, '<defs>')).toBe(1);
  });

  test('refuses an empty sheet and odd columns, and says which picture is wrong', () => {
    expect(() => alignmentGridSvg([], 2)).toThrow(/at least one picture/);
    expect(() => alignmentGridSvg([small], 1.5)).toThrow(/whole number of columns, given 1.5/);
    expect(() => alignmentGridSvg([small, { ...small, rows: ['x'] }], 2)).toThrow(/picture 1: expected weights for 1 rows/);
  });
});

describe('panelsSvg', () => {
  const picture: PanelsPicture = {
    title: 'T',
    panels: [
      {
        title: 'reads',
        values: [
          [0, 0.5, 1, 1],
          [0, 0, 0, 0],
        ],
      },
      { title: 'memory', values: [[0.5, 0.5]] },
    ],
    caption: 'c',
  };

  test('draws a ground for each panel, and what differs from it; neighbours of one colour are one', () => {
    const svg = panelsSvg(picture);
    expectWellFormed(svg);
    expect(count(svg, `fill="${weightColour(0)}"`)).toBe(2);
    expect(count(svg, `fill="${weightColour(1)}"`)).toBe(1);
    expect(count(svg, `fill="${weightColour(0.5)}"`)).toBe(2);
    expect(svg).toBe(panelsSvg(picture));
  });

  test('all cells have one size, which the longest panel decides', () => {
    const long = panelsSvg({ panels: [picture.panels[0]!, { title: 'long', values: [Array.from({ length: 240 }, () => 1)] }] });
    expectWellFormed(long);
    const [width] = size(long);
    expect(width).toBeLessThan(1000);
    expect(width).toBeGreaterThan(size(panelsSvg({ panels: [picture.panels[0]!] }))[0]);
  });

  test('text cannot break out of the SVG', () => {
    const odd = '"><script>&\u202e';
    const svg = panelsSvg({ title: odd, panels: [{ title: odd, values: [[1]] }], caption: odd });
    expectWellFormed(svg);
    expect(svg).not.toContain('script>');
    expect(svg).not.toContain('\u202e');
  });

  test.each<[string, PanelsPicture, RegExp]>([
    ['no panel', { panels: [] }, /at least one panel/u],
    ['an empty panel', { panels: [{ title: 'a', values: [[]] }] }, /the panel "a" is empty/u],
    ['rows that differ', { panels: [{ title: 'a', values: [[1], [1, 0]] }] }, /row 1 of "a" has 2 values, expected 1/u],
    ['a value out of range', { panels: [{ title: 'a', values: [[1.5]] }] }, /from 0 to 1 in row 0, column 0 of "a", given 1.5/u],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => panelsSvg(wrong)).toThrow(message);
  });
});

describe('headsSvg', () => {
  const heads: HeadsPicture = {
    rows: ['2', '<end>'],
    columns: ['<de-AT>', '9', '.'],
    weights: [
      [
        [
          [0.1, 0.8, 0.1],
          [1, 0, 0],
        ],
        [
          [0, 0, 1],
          [0, 1, 0],
        ],
      ],
    ],
  };

  test('draws a matrix for each head of each layer, its squares in the colours of the weights', () => {
    const svg = headsSvg({ ...heads, weights: [heads.weights[0]!, heads.weights[0]!] });
    expectWellFormed(svg);
    expect(count(svg, `fill="${weightColour(0)}"`)).toBe(4);
    expect(count(svg, `fill="${weightColour(1)}"`)).toBe(6);
    expect(count(svg, `fill="${weightColour(0.8)}"`)).toBe(2);
    expect(svg).toBe(headsSvg({ ...heads, weights: [heads.weights[0]!, heads.weights[0]!] }));
  });

  test('makes room for layers, heads, titles and captions', () => {
    const [width, height] = size(headsSvg(heads));
    const [wider] = size(headsSvg({ ...heads, weights: [Array.from({ length: 8 }, () => heads.weights[0]![0]!)] }));
    const [, taller] = size(headsSvg({ ...heads, weights: Array.from({ length: 6 }, () => heads.weights[0]!) }));
    const [, full] = size(headsSvg({ ...heads, title: 'T', rowTitle: 'r', columnTitle: 'c', caption: 'long '.repeat(90) }));
    expect(wider).toBeGreaterThan(width + 300);
    expect(taller).toBeGreaterThan(height + 150);
    expect(full).toBeGreaterThan(height + 80);
  });

  test('text cannot break out of the SVG', () => {
    const odd = '"><script>&\u202e';
    const svg = headsSvg({ ...heads, rows: [odd, 'b'], title: odd, caption: odd, rowTitle: odd, columnTitle: odd });
    expectWellFormed(svg);
    expect(svg).not.toContain('script>');
    expect(svg).not.toContain('\u202e');
  });

  test.each<[string, Partial<HeadsPicture>, RegExp]>([
    ['no layer', { weights: [] }, /at least one layer and one head/u],
    ['layers that differ', { weights: [...heads.weights, []] }, /expected 2 heads in layer 1, as in layer 0, given 0/u],
    ['a matrix that does not fit', { rows: ['a'] }, /headsSvg, layer 0, head 0: expected weights for 1 row/u],
    [
      'a weight out of range',
      {
        weights: [
          [
            [
              [0, 2, 0],
              [0, 0, 0],
            ],
          ],
        ],
      },
      /layer 0, head 0: expected a weight from 0 to 1 in row 0, column 1, given 2/u,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => headsSvg({ ...heads, ...change })).toThrow(message);
  });
});

describe('svgToPng', () => {
  test('draws at the given scale', async () => {
    const svg = alignmentSvg({ ...small, title: 'सोमवार' });
    const [width, height] = size(svg);
    const png = await svgToPng(svg, { scale: 3 });
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(Math.abs(pngSize(png)[0] - 3 * width)).toBeLessThanOrEqual(3);
    expect(Math.abs(pngSize(png)[1] - 3 * height)).toBeLessThanOrEqual(3);
  });

  test('shows each character of the dates as ink', async () => {
    // A blank glyph would leave the file as small as that of a text of gaps.
    const draw = async (character: string): Promise<string> => {
      const ink = createInk();
      const body = ink.text(character, 8, 20, { size: 16, fill: '#000' });
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="32"><defs>${ink.defs()}</defs>${body}</svg>`;
      return Buffer.from(await svgToPng(svg, { scale: 1 })).toString('base64');
    };
    const blank = await draw(' ');
    const characters = new Set(Object.values(vocabularyRecord().locales).flatMap((one) => [...one.characters]));
    characters.delete(' ');
    const missing: string[] = [];
    for (const character of characters) if ((await draw(character)) === blank) missing.push(character);
    expect(missing).toEqual([]);
  });

  test('refuses a scale that cannot be drawn, and text that would be left out', async () => {
    await expect(svgToPng(alignmentSvg(small), { scale: 0 })).rejects.toThrow(/positive scale, given 0/);
    await expect(svgToPng(alignmentSvg(small), { scale: 1e4 })).rejects.toThrow(/Give a smaller scale/);
    const text = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>x</text></svg>';
    await expect(svgToPng(text)).rejects.toThrow(/has <text>, which would be left out/);
  });
});
