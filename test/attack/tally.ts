/** What was tried, and what did not hold: plain data, so that it can be sent between processes. */

export type Counts = Record<string, number>;

/** Of each sort a few. */
export type Notes = Record<string, string[]>;

const NOTED = 3;

export class Tally {
  readonly counts: Counts = {};
  readonly notes: Notes = {};

  /** An instance to look at. */
  note(what: string, text: string): void {
    const known = (this.notes[what] ??= []);
    if (known.length < NOTED) known.push(text);
  }

  readonly count = (what: string, by = 1): void => {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  };

  add({ counts, notes }: { readonly counts: Counts; readonly notes: Notes }): void {
    for (const [what, by] of Object.entries(counts)) this.count(what, by);
    for (const [what, texts] of Object.entries(notes)) for (const text of texts) this.note(what, text);
  }

  of(what: string): number {
    return this.counts[what] ?? 0;
  }

  /** Of those that begin so: what follows, and how many, most first. */
  under(front: string): readonly (readonly [string, number])[] {
    return Object.entries(this.counts)
      .flatMap(([what, n]): [string, number][] => (what.startsWith(front) ? [[what.slice(front.length), n]] : []))
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}

/** Something that was promised and is not so. */
export interface CounterExample {
  readonly part: string;
  /** Two of one kind are alike: only the first ones are shown. */
  readonly kind: string;
  readonly message: string;
  /** A test that fails, to be pasted. */
  readonly test: string;
  /** How to have just this again. */
  readonly again: string;
}
