/**
 * The one place through which every line goes. File names, texts of checkpoints and data may contain anything; nothing in them
 * may act on the terminal or mislead the reader.
 */
import { visible } from '../../diagnostics/text.ts';
import { OWN_COLORS } from '../../diagnostics/render.ts';
import type { Io } from './io.ts';

const SUSPECT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Line ends, tabs, and characters that join letters or set their direction: scripts need them, and they affect only their neighbours. */
const HARMLESS = new Set(['\n', '\t', '\u200C', '\u200D', '\u200E', '\u200F', '\u061C']);

/** The text with every other control, bidirectional or invisible character as `\u{1B}`. */
export function printable(text: string): string {
  return text.replace(SUSPECT, (character) => (HARMLESS.has(character) ? character : visible(character)));
}

/** Like `printable`, but keeps the colours of diagnostics. */
function colored(text: string): string {
  return text
    .split(OWN_COLORS)
    .map((part, k) => (k % 2 === 0 ? printable(part) : part))
    .join('');
}

/** An `Io` whose lines are safe. Raw text is made safe on a terminal, and written byte for byte elsewhere. */
export function safeIo(io: Io): Io {
  return {
    ...io,
    out: (line) => io.out(printable(line)),
    err: (line) => io.err(io.style.color ? colored(line) : printable(line)),
    write: (text) => io.write(io.isTTY ? printable(text) : text),
  };
}
