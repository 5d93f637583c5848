/** Diagnostics as data. `render.ts` is the only place that turns them into text. */
import type { Code } from './catalogue.ts';

export type { Code };

/** Half-open range of UTF-16 offsets into the text of `file`. */
export interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** The place of an error in a `--set` rather than in a file: there is no text to underline. */
export function settingPlace(name: string, value: string | number): Place {
  return { file: `--set ${name}=${value}`, start: 0, end: 0 };
}

export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  /** One sentence, plain words. */
  readonly message: string;
  readonly expected?: string;
  readonly given?: string;
  /** Why the two had to agree. */
  readonly why?: string;
  readonly related?: readonly { readonly place: Place; readonly message: string }[];
  /** A replacement text or an instruction. */
  readonly fix?: string;
}

/** Collects the diagnostics of one compilation; nothing is thrown, so that one run reports many errors. */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();
  #errors = 0;

  /** A second report of the same code at the same position is dropped: the first is closest to the cause. */
  report(d: Diagnostic): void {
    const key = JSON.stringify([d.code, d.place.file, d.place.start, d.place.end]);
    if (this.#found.has(key)) return;
    this.#found.set(key, d);
    if (d.severity === 'error') this.#errors++;
  }

  get errors(): number {
    return this.#errors;
  }

  /** By file, position, code. */
  sorted(): readonly Diagnostic[] {
    return [...this.#found.values()].sort(
      (a, b) =>
        compareText(a.place.file, b.place.file) ||
        a.place.start - b.place.start ||
        a.place.end - b.place.end ||
        compareText(a.code, b.code),
    );
  }
}

/** By code units: the order must not depend on a locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
