/** What was tried, and what did not hold: plain data, so that it can be sent between processes. */

export type Counts = Record<string, number>;

export class Tally {
  readonly counts: Counts;

  constructor(counts: Counts = {}) {
    this.counts = counts;
  }

  readonly count = (what: string, by = 1): void => {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  };

  add(other: Counts): void {
    for (const [what, by] of Object.entries(other)) this.count(what, by);
  }

  of(what: string): number {
    return this.counts[what] ?? 0;
  }

  /** Of those that begin so: what follows, and how many, most first. */
  under(front: string): readonly (readonly [string, number])[] {
    return Object.entries(this.counts).flatMap(([what, n]): [string, number][] => (what.startsWith(front) ? [[what.slice(front.length), n]] : [])).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
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
