/**
 * The one place through which every line goes. Names of files, texts of checkpoints and data may hold anything; nothing of
 * them may act on the terminal or deceive the eye.
 */
import { visible } from '../../diagnostics/text.ts';
import { OWN_COLORS } from '../../diagnostics/render.ts';
import type { Io } from './io.ts';

const SUSPECT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Line ends, tabs, and what joins letters or tells the direction of one: scripts need it, and it does nothing beyond its neighbours. */
const HARMLESS = new Set(['\n', '\t', '\u200C', '\u200D', '\u200E', '\u200F', '\u061C']);

/** The text with every other control, bidirectional or invisible character as `\u{1B}`. */
export function printable(text: string): string {
  return text.replace(SUSPECT, (character) => (HARMLESS.has(character) ? character : visible(character)));
}

/** As `printable`; the colours of diagnostics stay. */
function colored(text: string): string {
  return text
    .split(OWN_COLORS)
    .map((part, k) => (k % 2 === 0 ? printable(part) : part))
    .join('');
}

/** The same, whose lines are safe. What is written as it is goes to a terminal safe as well, and elsewhere byte for byte. */
export function safeIo(io: Io): Io {
  return {
    ...io,
    out: (line) => io.out(printable(line)),
    err: (line) => io.err(io.style.color ? colored(line) : printable(line)),
    write: (text) => io.write(io.isTTY ? printable(text) : text),
  };
}
