/** Places in `.attn` files, for comments and names. */
import type { Origin } from '../graph/graph.ts';
import { comment } from './names.ts';

const LONGEST = 110;

export class Sources {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /** `bahdanau.attn:23`, or nothing for what no text stands for. */
  place(origin: Origin): string {
    const text = this.#texts.get(origin.file);
    if (text === undefined) return '';
    return `${comment(baseName(origin.file))}:${text.slice(0, origin.start).split('\n').length}`;
  }

  /** `bahdanau.attn:23  s' = GRU(context, s)`. */
  line(origin: Origin): string {
    const line = this.#text(origin);
    if (line === null) return '';
    const short = comment(line.replace(/\s\/\/.*$/, ''));
    return `${this.place(origin)}  ${short.length > LONGEST ? `${short.slice(0, LONGEST - 1)}…` : short}`;
  }

  /** The name on the left of the equation that the place stands in, if its line has just one. */
  equation(origin: Origin): string | null {
    const line = this.#text(origin);
    const match = line === null ? null : /^\s*([\p{ID_Start}_][\p{ID_Continue}]*'?)\s*=(?!=)/u.exec(line);
    return match?.[1] ?? null;
  }

  #text({ file, start }: Origin): string | null {
    const text = this.#texts.get(file);
    if (text === undefined) return null;
    const begin = text.lastIndexOf('\n', start - 1) + 1;
    const end = text.indexOf('\n', start);
    return text.slice(begin, end < 0 ? undefined : end);
  }
}

/** Comments name the file, not the folder: the same text wherever the program lies. */
function baseName(file: string): string {
  return file.split(/[\\/]/).at(-1) ?? file;
}
