/** Positions in `.attn` files, for comments and names. */
import type { Origin } from '../../graph/graph.ts';
import { declarationsIn, type Declaration } from './declarations.ts';
import { comment } from './names.ts';

const LONGEST = 110;
/** In a comment, of the line that it tells. */
const LONGEST_LINE = 90;

export class Sources {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #declarations: ReadonlyMap<string, Declaration>;
  /** By file: where its lines begin. */
  readonly #lines = new Map<string, readonly number[]>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
    this.#declarations = declarationsIn(texts);
  }

  /** `bahdanau.attn:23`, or nothing for what no text stands for. */
  place(origin: Origin): string {
    const text = this.#texts.get(origin.file);
    if (text === undefined) return '';
    return `${comment(baseName(origin.file))}:${this.#number(origin, text)}`;
  }

  /** What is the same for all that one line of the text stands for; '' for what no text stands for. */
  equationKey(origin: Origin): string {
    const text = this.#texts.get(origin.file);
    return text === undefined ? '' : `${origin.file}:${this.#number(origin, text)}`;
  }

  /** How many lines begin up to the position. */
  #number({ file, start }: Origin, text: string): number {
    let begins = this.#lines.get(file);
    if (begins === undefined) {
      begins = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
      this.#lines.set(file, begins);
    }
    let [low, high] = [0, begins.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (begins[middle]! <= start) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** `bahdanau.attn:23  s' = GRU(context, s)`. */
  line(origin: Origin): string {
    const line = this.#text(origin);
    if (line === null) return '';
    const short = comment(line.replace(/\s\/\/.*$/, ''));
    return `${this.place(origin)}  ${short.length > LONGEST_LINE ? `${short.slice(0, LONGEST_LINE - 1)}…` : short}`;
  }

  /** "`a * b` (model.attn:4)". */
  expression(origin: Origin): string {
    const text = this.#texts.get(origin.file)?.slice(origin.start, origin.end).replace(/\s+/g, ' ') ?? '';
    return `\`${text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text}\` (${this.place(origin)})`;
  }

  /** The name on the left of the equation that the position stands in, if its line has just one. */
  equation(origin: Origin): string | null {
    const line = this.#text(origin);
    const match = line === null ? null : /^\s*([\p{ID_Start}_][\p{ID_Continue}]*'?)\s*=(?!=)/u.exec(line);
    return match?.[1] ?? null;
  }

  /** What a block is declared as; null: none alone is called so. */
  declaration(name: string): Declaration | null {
    return this.#declarations.get(name) ?? null;
  }

  /** What the text says of a block above its declaration; null: nothing. */
  docOf(file: string, block: string): string | null {
    const lines = this.#texts.get(file)?.split(/\r?\n/) ?? [];
    const at = lines.findIndex((line) => /^\p{Ll}+ ([\p{ID_Continue}]+)/u.exec(line)?.[1] === block);
    const above = lines.slice(0, Math.max(at, 0));
    const doc = above
      .slice(above.findLastIndex((line) => !line.startsWith('///')) + 1)
      .map((line) => comment(line.slice('///'.length)))
      .join('\n');
    return doc === '' ? null : doc;
  }

  #text({ file, start }: Origin): string | null {
    const text = this.#texts.get(file);
    if (text === undefined) return null;
    const begin = text.lastIndexOf('\n', start - 1) + 1;
    const end = text.indexOf('\n', start);
    return text.slice(begin, end < 0 ? undefined : end);
  }
}

/** Comments name the file, and no folder but that of the standard library: the same text wherever the program lies. */
function baseName(file: string): string {
  const [folder, name] = file.split(/[\\/]/).slice(-2);
  return name === undefined ? folder! : folder === 'std' ? `std/${name}` : name;
}
