/**
 * Writes `glyphs.bin` and `glyphs.json`: every character of `alphabets.json` in every font named there, as a small grey
 * picture, and `FONTS.md`, the fonts and their licences. Fonts are needed only here, so they are not a dependency of the
 * package; install them somewhere else:
 *
 *     node models/glyphs/build.mjs                # prints the line that installs them
 *     cd FOLDER && npm install fontkit @fontsource/...
 *     node models/glyphs/build.mjs FOLDER
 *
 * A font is written `family`, `family:700` or `family:300-italic`.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { rasterise } from './raster.mjs';

const size = 28;
const margin = 2;
const levels = 4;
const fewest = 8;
/** Two characters are one class if they differ less than this, per pixel of ink, within a font. */
const alike = 0.08;

const here = (name) => new URL(name, import.meta.url);
const sides = JSON.parse(readFileSync(here('alphabets.json'), 'utf8'));
const alphabets = Object.entries(sides).flatMap(([side, named]) =>
  Object.entries(named).map(([name, { characters, fonts }]) => ({ side, name, characters, fonts: fonts.split(' ') })),
);
const families = [...new Set(alphabets.flatMap(({ fonts }) => fonts.map((font) => font.split(':')[0])))].sort();

const folder = process.argv[2];
if (folder === undefined) {
  console.error(
    `Usage: node models/glyphs/build.mjs FOLDER, where\n  npm install fontkit ${families.map((family) => `@fontsource/${family}`).join(' ')}\nwas run.`,
  );
  process.exit(2);
}
// Digits would change places in an object of JSON.
if (alphabets.some(({ characters }) => /\d/.test(characters))) throw new Error('alphabets.json: digits are not characters here');
const packageOf = (family) => join(folder, 'node_modules/@fontsource', family);
const fontkit = createRequire(join(resolve(folder), 'package.json'))('fontkit');

const opened = new Map();

/** A style of a family is cut into several files by Unicode range. */
function filesOf(font) {
  if (!opened.has(font)) {
    const [family, style = '400'] = font.split(':');
    const ending = `-${style.includes('-') ? style : `${style}-normal`}.woff2`;
    const files = join(packageOf(family), 'files');
    const names = readdirSync(files)
      .filter((name) => name.endsWith(ending))
      .sort();
    if (names.length === 0) throw new Error(`${font}: no file ends in ${ending}`);
    opened.set(
      font,
      names.map((name) => fontkit.create(readFileSync(join(files, name)))).map((file) => ({ file, has: new Set(file.characterSet) })),
    );
  }
  return opened.get(font);
}

/** In grey values from 0 to `levels - 1`; nothing where the font lacks the character. */
function pictureOf(font, character) {
  const code = character.codePointAt(0);
  const file = filesOf(font).find(({ has }) => has.has(code))?.file;
  if (file === undefined) return undefined;
  const grey = rasterise(file.glyphForCodePoint(code).path.commands, size, margin);
  return grey && Uint8Array.from(grey, (value) => Math.min(levels - 1, Math.round(value * (levels - 1))));
}

/** How much two pictures differ, in parts of their ink. */
function difference(a, b) {
  let [apart, ink] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    apart += Math.abs(a[k] - b[k]);
    ink += a[k] + b[k];
  }
  return apart / ink;
}

/** The mean over the fonts that both have; infinite where these are fewer than three, or the first three tell them apart. */
function classDifference(a, b) {
  const shared = [...a.pictures.keys()].filter((font) => b.pictures.has(font));
  const mean = (fonts) => fonts.reduce((sum, font) => sum + difference(a.pictures.get(font), b.pictures.get(font)), 0) / fonts.length;
  return shared.length < 3 || mean(shared.slice(0, 3)) > 3 * alike ? Infinity : mean(shared);
}

const classes = [];
for (const { side, name, characters, fonts } of alphabets) {
  for (const character of new Set(characters)) {
    const pictures = new Map();
    for (const font of fonts) {
      const picture = pictureOf(font, character);
      if (picture !== undefined) pictures.set(font, picture);
    }
    const found = { side, alphabet: name, character, pictures };
    const twin = classes.find((other) => classDifference(other, found) < alike);
    if (pictures.size < fewest) console.log(`${name} ${character}: in ${pictures.size} fonts only`);
    else if (twin !== undefined) console.log(`${name} ${character}: looks like ${twin.alphabet} ${twin.character}`);
    else classes.push(found);
  }
}

const nibbles = classes.flatMap(({ pictures }) => [...pictures.values()]);
const packed = Buffer.alloc((nibbles.length * size * size) / 4);
nibbles.forEach((picture, n) => picture.forEach((value, k) => (packed[(n * size * size + k) >> 2] |= value << (2 * (k & 3)))));
writeFileSync(here('glyphs.bin'), deflateSync(packed, { level: 9 }));

const index = {
  size,
  levels,
  alphabets: alphabets.map(({ side, name, fonts }) => ({
    side,
    name,
    fonts,
    // Which of the alphabet's fonts have the character: bit k for font k.
    characters: Object.fromEntries(
      classes
        .filter(({ alphabet }) => alphabet === name)
        .map(({ character, pictures }) => [character, fonts.reduce((bits, font, k) => bits + (pictures.has(font) ? 2 ** k : 0), 0)]),
    ),
  })),
};
writeFileSync(here('glyphs.json'), `${JSON.stringify(index).replaceAll('{"side"', '\n{"side"')}\n`);

const rows = families.map((family) => {
  const { family: title, license } = JSON.parse(readFileSync(join(packageOf(family), 'metadata.json'), 'utf8'));
  return `| ${title} | ${license.type} | ${license.attribution.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()} |`;
});
writeFileSync(
  here('FONTS.md'),
  `# Fonts of the glyphs

Written by build.mjs. \`glyphs.bin\` holds small grey pictures of characters in these fonts, which the npm packages \`@fontsource/…\` ship. The texts of the licences: [OFL-1.1](../../runtime/pictures/OFL.txt), [Apache-2.0](../../LICENSE).

| family | licence | copyright |
|---|---|---|
${rows.join('\n')}
`,
);
for (const { side, name } of alphabets) {
  const mine = classes.filter(({ alphabet }) => alphabet === name);
  console.log(`${side} ${name}: ${mine.length} classes, ${mine.reduce((sum, { pictures }) => sum + pictures.size, 0)} pictures`);
}
console.log(`${classes.length} classes, ${nibbles.length} pictures`);
