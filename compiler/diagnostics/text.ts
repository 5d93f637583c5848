/** Prepares program text for a terminal: nothing in it may act on the terminal or mislead the reader. */

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const COMBINING = /[\p{Mn}\p{Me}]/u;
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/** A control, bidirectional, invisible or broken character as `\u{202E}`; any other as it is. */
export function visible(character: string): string {
  return UNSAFE.test(character) ? `\\u{${character.codePointAt(0)!.toString(16).toUpperCase()}}` : character;
}

/** One line; line ends are escaped as well. */
export function safeLine(text: string): string {
  return Array.from(text, visible).join('');
}

/** Several lines, each safe. */
export function safeLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map(safeLine);
}

/** The number of terminal columns that one safe character takes. */
function characterWidth(character: string): number {
  return COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** One character of a source line as it is shown. */
export interface Cell {
  readonly text: string;
  readonly width: number;
  /** UTF-16 offsets in the file. */
  readonly from: number;
  readonly to: number;
}

const TAB = 4;

/** The cells of one line; `start` is its offset in the file. */
function cellsOf(line: string, start: number): Cell[] {
  const cells: Cell[] = [];
  let offset = start;
  let column = 0;
  for (const character of line) {
    const text = character === '\t' ? ' '.repeat(TAB - (column % TAB)) : visible(character);
    const width = character === '\t' || text !== character ? text.length : characterWidth(character);
    cells.push({ text, width, from: offset, to: offset + character.length });
    offset += character.length;
    column += width;
  }
  return cells;
}

/** A displayed line; `columns`: where each of its cells begins, and where the last one ends. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly columns: readonly number[];
}

export function rowOf(line: string, start: number): Row {
  const cells = cellsOf(line, start);
  const columns = [0];
  for (const { width } of cells) columns.push(columns.at(-1)! + width);
  return { cells, columns };
}

/** The first index below `count` for which `holds`, which then holds for all later ones; `count` if there is none. */
export function firstIndex(count: number, holds: (index: number) => boolean): number {
  let low = 0,
    high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Offset of the first character, and of the line end. */
  readonly start: number;
  readonly end: number;
}

/** Lines end with LF, CRLF or CR; a text that ends with one has an empty last line. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ number: lines.length + 1, start, end: match.index });
    start = match.index + match[0].length;
  }
  lines.push({ number: lines.length + 1, start, end: text.length });
  return lines;
}

/** The line that contains an offset; one inside a CRLF belongs to the line that it ends. */
export function lineAt(lines: readonly Line[], offset: number): Line {
  return lines[Math.max(0, firstIndex(lines.length, (k) => lines[k]!.start > offset) - 1)]!;
}

/** Breaks at spaces; a word longer than the width gets a line of its own. */
export function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let words: string[] = [];
  let taken = 0;
  for (const word of text.split(' ')) {
    const width = displayWidth(word);
    const begun = words.length > 1 || (words[0] ?? '') !== '';
    if (begun && taken + 1 + width <= room) {
      words.push(word);
      taken += 1 + width;
    } else {
      if (begun) lines.push(words.join(' '));
      words = [word];
      taken = width;
    }
  }
  lines.push(words.join(' '));
  return lines;
}

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}
