/**
 * Writes `glyphs.ts`: the outlines that pictures draw text with, taken from the Noto fonts (SIL Open Font License,
 * see OFL.txt). Fonts are needed only here, so they are not a dependency of the package; install them somewhere else:
 *
 *     cd FOLDER && npm install fontkit @fontsource/noto-sans @fontsource/noto-sans-{arabic,armenian,...}
 *     node runtime/pictures/build-glyphs.mjs FOLDER
 *
 * `families` below lists them all. The characters are those of models/dates/vocabulary.json and the usual letters,
 * digits, punctuation and arrows.
 */

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

// Earlier families win: one shape per character is enough for a label, Han characters have their Japanese one.
const families = [
  'noto-sans',
  'noto-sans-hebrew',
  'noto-sans-arabic',
  'noto-sans-armenian',
  'noto-sans-georgian',
  'noto-sans-devanagari',
  'noto-sans-bengali',
  'noto-sans-gujarati',
  'noto-sans-gurmukhi',
  'noto-sans-tamil',
  'noto-sans-telugu',
  'noto-sans-kannada',
  'noto-sans-malayalam',
  'noto-sans-thai',
  'noto-sans-lao',
  'noto-sans-khmer',
  'noto-sans-myanmar',
  'noto-sans-ethiopic',
  'noto-sans-jp',
  'noto-sans-sc',
  'noto-sans-tc',
  'noto-sans-kr',
  'noto-sans-math',
  'noto-sans-symbols',
  'noto-sans-symbols-2',
];

const ranges = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0x17f],
  [0x218, 0x21b],
  [0x386, 0x3ce],
  [0x400, 0x45f],
  [0x490, 0x491],
  [0x5d0, 0x5ea],
  [0x60c, 0x60c],
  [0x61f, 0x61f],
  [0x621, 0x64a],
  [0x660, 0x669],
  [0x6f0, 0x6f9],
  [0x1ea0, 0x1ef9],
  [0x2010, 0x2015],
  [0x2018, 0x201e],
  [0x2020, 0x2022],
  [0x2026, 0x2026],
  [0x2030, 0x2030],
  [0x2032, 0x2033],
  [0x2039, 0x203a],
  [0x20ac, 0x20ac],
  [0x2116, 0x2116],
  [0x2190, 0x2195],
  [0x2202, 0x2202],
  [0x2207, 0x2208],
  [0x2211, 0x2212],
  [0x221a, 0x221a],
  [0x221e, 0x221e],
  [0x2248, 0x2248],
  [0x2260, 0x2265],
  [0x25cc, 0x25cc],
  [0x2713, 0x2713],
  [0x2717, 0x2717],
  [0x27e8, 0x27e9],
  [0x3001, 0x3002],
  [0x300c, 0x300f],
  [0x3041, 0x3096],
  [0x30a1, 0x30fc],
  [0xfffd, 0xfffd],
];

const folder = process.argv[2];
if (folder === undefined) {
  console.error(
    `Usage: node build-glyphs.mjs FOLDER, where\n  npm install fontkit ${families.map((f) => `@fontsource/${f}`).join(' ')}\nwas run.`,
  );
  process.exit(2);
}

const fontkit = createRequire(join(resolve(folder), 'package.json'))('fontkit');
const opened = new Map();

/** The regular weight of a family is cut into several files by Unicode range. */
function filesOf(family) {
  if (!opened.has(family)) {
    const files = join(folder, 'node_modules/@fontsource', family, 'files');
    const fonts = readdirSync(files)
      .filter((name) => name.endsWith('-400-normal.woff2'))
      .sort()
      .map((name) => fontkit.create(readFileSync(join(files, name))));
    opened.set(
      family,
      fonts.map((font) => ({ font, has: new Set(font.characterSet) })),
    );
  }
  return opened.get(family);
}

function fontWith(...codePoints) {
  for (const family of families) {
    const found = filesOf(family).find(({ has }) => codePoints.every((code) => has.has(code)));
    if (found !== undefined) return found.font;
  }
  return undefined;
}

/** Advance and outline in thousandths of the em, y downwards from the baseline. */
function outlineOf(code) {
  const character = String.fromCodePoint(code);
  // A mark alone has nothing to sit on; the fonts know how to position it on a dotted circle.
  const mark = /\p{M}/u.test(character);
  const font = (mark ? fontWith(0x25cc, code) : undefined) ?? fontWith(code);
  if (font === undefined) return undefined;
  const run = font.layout(mark && font.hasGlyphForCodePoint(0x25cc) ? `\u25cc${character}` : character);
  const scale = 1000 / font.unitsPerEm;
  let pen = 0;
  let path = '';
  run.glyphs.forEach((glyph, i) => {
    const { xAdvance, xOffset, yOffset } = run.positions[i];
    path += svgPath(glyph.path.commands, scale, pen + xOffset, yOffset);
    pen += xAdvance;
  });
  return `${Math.round(pen * scale)} ${path}`;
}

const letters = { moveTo: 'm', lineTo: 'l', quadraticCurveTo: 'q', bezierCurveTo: 'c', closePath: 'z' };

/** Relative commands, a third shorter than absolute ones; rounding is of absolute points, so errors do not add up. */
function svgPath(commands, scale, dx, dy) {
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let text = '';
  for (const { command, args } of commands) {
    const points = args.map((v, i) => (i % 2 === 0 ? Math.round((v + dx) * scale) : -Math.round((v + dy) * scale)));
    let letter = command === 'moveTo' && text === '' ? 'M' : letters[command];
    let numbers = points.map((v, i) => v - (i % 2 === 0 ? x : y));
    if (command === 'closePath') [x, y] = [startX, startY];
    else [x, y] = points.slice(-2);
    if (command === 'moveTo') [startX, startY] = [x, y];
    if (letter === 'l' && numbers[0] === 0) [letter, numbers] = ['v', [numbers[1]]];
    else if (letter === 'l' && numbers[1] === 0) [letter, numbers] = ['h', [numbers[0]]];
    text += letter + numbers.map((v) => (Object.is(v, -0) ? 0 : v)).join(' ');
  }
  return text.replaceAll(' -', '-');
}

const vocabulary = JSON.parse(readFileSync(new URL('../../models/dates/vocabulary.json', import.meta.url), 'utf8'));
const codes = new Set();
for (const [first, last] of ranges) for (let code = first; code <= last; code++) codes.add(code);
for (const { characters } of Object.values(vocabulary.locales)) for (const c of characters) codes.add(c.codePointAt(0));

const missing = [];
const lines = [];
for (const code of [...codes].sort((a, b) => a - b)) {
  // Spaces and format characters are drawn by name, unassigned code points not at all.
  if (/[\p{Z}\p{C}]/u.test(String.fromCodePoint(code))) continue;
  const hex = code.toString(16).toUpperCase().padStart(4, '0');
  const outline = outlineOf(code);
  if (outline === undefined) missing.push(hex);
  else lines.push(`  '${hex}': '${outline}',`);
}

writeFileSync(
  new URL('glyphs.ts', import.meta.url),
  `// Written by build-glyphs.mjs; do not edit. Outlines of the Noto fonts, under the SIL Open Font License (OFL.txt).

/**
 * Outlines by code point (hexadecimal, at least four digits): the advance, a space and an SVG path, in thousandths of
 * the em, y downwards from the baseline. Combining marks sit on a dotted circle.
 */
export const glyphs: Readonly<Record<string, string>> = Object.freeze({
${lines.join('\n')}
});
`,
);
console.log(`${lines.length} outlines; no font has: ${missing.join(' ') || 'none'}`);
