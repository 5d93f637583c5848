export interface Entry {
  readonly title: string;
  /** The part of the language that the code belongs to. */
  readonly phase: string;
  /** Markdown, without the examples. */
  readonly text: string;
  /** A small program text that gets this code. */
  readonly wrong: string;
  /** The same, mended. */
  readonly right: string;
}

export type Entries = Readonly<Record<string, Entry>>;

/** Entries of one phase. */
export function inPhase(phase: string): (title: string, text: string, wrong: string, right: string) => Entry {
  return (title, text, wrong, right) => ({ title, phase, text, wrong, right });
}
