/**
 * Text drawn with glyph outlines, so that a picture looks the same everywhere and needs no font: neither a machine
 * without fonts nor a viewer without the right ones leaves a letter out.
 *
 * Text is drawn one code point after another in logical order, without shaping: what an alignment needs, where each
 * code point is a symbol of its own. Combining marks sit on a dotted circle.
 */

import { glyphs } from './glyphs.ts';

/** How text is placed. Lengths are in user units of the SVG. */
export interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise, about the given point. */
  readonly rotate?: number;
  readonly bold?: boolean;
  /** Draws spaces as ␣ instead of leaving a gap. */
  readonly visibleSpaces?: boolean;
}

/** Collects the outlines that the texts of one SVG use, each defined once. */
export interface Ink {
  /** SVG for a text whose baseline starts, centres or ends at (x, y). */
  text(content: string, x: number, y: number, style: TextStyle): string;
  /** The content of `<defs>`: every outline used so far. */
  defs(): string;
}

/** Thousandths of the em. */
const spaceAdvance = 260;
const boxGap = 60;
const boxRow = 420;

/** Characters that have no shape of their own, by the names people know them by, in one or two rows. */
const names: Readonly<Record<string, readonly string[]>> = Object.freeze({
  '0009': ['TAB'],
  '000A': ['LF'],
  '000D': ['CR'],
  '00A0': ['NB', 'SP'],
  '00AD': ['SHY'],
  '061C': ['ALM'],
  '2009': ['TH', 'SP'],
  '200B': ['ZW', 'SP'],
  '200C': ['ZW', 'NJ'],
  '200D': ['ZW', 'J'],
  '200E': ['LRM'],
  '200F': ['RLM'],
  '202A': ['LRE'],
  '202B': ['RLE'],
  '202C': ['PDF'],
  '202D': ['LRO'],
  '202E': ['RLO'],
  '202F': ['NN', 'BSP'],
  '2060': ['WJ'],
  '2066': ['LRI'],
  '2067': ['RLI'],
  '2068': ['FSI'],
  '2069': ['PDI'],
  '3000': ['ID', 'SP'],
  FEFF: ['BOM'],
});

type Piece =
  | { readonly kind: 'outline'; readonly advance: number; readonly id: string; readonly path: string }
  | { readonly kind: 'gap'; readonly advance: number }
  /** A frame with a name (dashed: a character without a shape) or a code point (solid: no outline is known). */
  | { readonly kind: 'frame'; readonly advance: number; readonly rows: readonly string[]; readonly dashed: boolean };

/** Whether a code point is drawn as itself or, having no shape, by its name; otherwise as a frame with its number. */
export function hasGlyph(character: string): boolean {
  const hex = hexOf(character);
  return character === ' ' || Object.hasOwn(glyphs, hex) || Object.hasOwn(names, hex);
}

/** Width of a text in user units. */
export function textWidth(content: string, size: number, visibleSpaces = false): number {
  return piecesOf(content, visibleSpaces).reduce((sum, piece) => sum + piece.advance, 0) * (size / 1000);
}

/** Lines of at most the given width, broken at spaces and, where a word is too long, inside it. */
export function wrapped(content: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const fits = (text: string): boolean => textWidth(text, size) <= width;
  for (const word of content.split(/\s+/u).filter((part) => part !== '')) {
    if (line !== '' && fits(`${line} ${word}`)) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (line !== '' && !fits(line + character)) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return line === '' ? lines : [...lines, line];
}

export function createInk(): Ink {
  const used = new Map<string, string>();

  const glyphRun = (pieces: readonly Piece[]): string => {
    let pen = 0;
    let body = '';
    for (const piece of pieces) {
      if (piece.kind === 'outline') {
        used.set(piece.id, piece.path);
        body += `<use href="#${piece.id}" x="${pen}"/>`;
      } else if (piece.kind === 'frame') {
        body += frame(piece, pen);
      }
      pen += piece.advance;
    }
    return body;
  };

  const frame = (piece: Extract<Piece, { kind: 'frame' }>, left: number): string => {
    const width = piece.advance - 2 * boxGap;
    const dash = piece.dashed ? ' stroke-dasharray="80 50"' : '';
    const rows = piece.rows.map((row, i) => {
      const letters = piecesOf(row, false);
      const wide = letters.reduce((sum, letter) => sum + letter.advance, 0) * (boxRow / 1000);
      const x = left + (piece.advance - wide) / 2;
      const y = -320 + (i - (piece.rows.length - 1) / 2) * 410 + 150;
      return `<g transform="translate(${round(x)} ${round(y)}) scale(${boxRow / 1000})">${glyphRun(letters)}</g>`;
    });
    return (
      `<rect x="${left + boxGap}" y="-800" width="${round(width)}" height="960" rx="90" fill="none" ` +
      `stroke="currentColor" stroke-width="44"${dash}/>${rows.join('')}`
    );
  };

  return {
    text(content, x, y, { size, fill, anchor = 'start', rotate = 0, bold = false, visibleSpaces = false }) {
      const pieces = piecesOf(content, visibleSpaces);
      const width = pieces.reduce((sum, piece) => sum + piece.advance, 0) * (size / 1000);
      const shift = anchor === 'start' ? 0 : anchor === 'middle' ? -width / 2 : -width;
      const turn = rotate === 0 ? '' : ` rotate(${round(rotate)})`;
      const slide = shift === 0 ? '' : ` translate(${round(shift)} 0)`;
      const stroke = bold ? ' stroke="currentColor" stroke-width="36"' : '';
      const place = `translate(${round(x)} ${round(y)})${turn}${slide} scale(${round(size / 1000, 5)})`;
      return `<g transform="${place}" color="${fill}" fill="${fill}"${stroke}>${glyphRun(pieces)}</g>`;
    },
    defs() {
      const sorted = [...used].sort(([a], [b]) => (a < b ? -1 : 1));
      return sorted.map(([id, path]) => `<path id="${id}" d="${path}"/>`).join('');
    },
  };
}

/** A number for an attribute, with at most `digits` decimals. */
export function round(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)) + 0);
}

/**
 * A text for an element or attribute of XML: markup is escaped, what XML 1.0 forbids (section 2.2, `Char`) becomes
 * U+FFFD, and bidirectional controls, which would reorder what follows, are written out.
 */
export function xmlText(content: string): string {
  return content
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (c) => `⟨${names[hexOf(c)]!.join('')}⟩`)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r]/gu, (c) => `&#${c.codePointAt(0)!};`);
}

function piecesOf(content: string, visibleSpaces: boolean): Piece[] {
  return [...content].map((character) => pieceOf(character, visibleSpaces));
}

function pieceOf(character: string, visibleSpaces: boolean): Piece {
  const hex = hexOf(character);
  if (character === ' ') {
    if (!visibleSpaces) return { kind: 'gap', advance: spaceAdvance };
    return { kind: 'outline', advance: 560, id: 'glyph-0020', path: 'M60-160h70v170h300v-170h70v240h-440z' };
  }
  const outline = Object.hasOwn(glyphs, hex) ? glyphs[hex] : undefined;
  if (outline !== undefined) {
    const cut = outline.indexOf(' ');
    return { kind: 'outline', advance: Number(outline.slice(0, cut)), id: `glyph-${hex}`, path: outline.slice(cut + 1) };
  }
  const name = Object.hasOwn(names, hex) ? names[hex] : undefined;
  const half = Math.ceil(hex.length / 2);
  const rows = name ?? [hex.slice(0, half), hex.slice(half)];
  const widest = Math.max(...rows.map((row) => piecesOf(row, false).reduce((sum, piece) => sum + piece.advance, 0)));
  return { kind: 'frame', advance: Math.round(widest * (boxRow / 1000)) + 160 + 2 * boxGap, rows, dashed: name !== undefined };
}

function hexOf(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
}
