/**
 * What the benchmark and its subjects say to each other: one line of JSON each, the benchmark on a subject's standard input, the
 * subject on its standard output. A subject is a process of its own that does one row's work in one way; `bench/peers/serve.py`
 * speaks the same.
 */

/** What can be timed. A subject that generates has the last two, others some of the first three. */
export const WORKS = ['forward', 'gradients', 'step', 'greedy', 'beam'] as const;
export type Work = (typeof WORKS)[number];

/** Adam as the row's objective has it. */
export interface Adam {
  /** Of the first steps; the last one from then on. */
  readonly rates: readonly number[];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** The largest norm of all gradients together. */
  readonly clip: number | null;
}

/** The argument of a subject, as JSON. */
export interface Job {
  readonly row: string;
  readonly sizes: Readonly<Record<string, number>>;
  /** The first of them is done once before the subject is ready. */
  readonly works: readonly Work[];
  /** A safetensors file of float32: parameters by attnc's paths, and the batch as `input:NAME`. Null: the subject has its own. */
  readonly tensors: string | null;
  readonly adam: Adam | null;
  readonly backend: string | null;
  /** How the work is run: `eager`, `graph`, `compiled`, … */
  readonly execution: string;
}

export type Request = { readonly go: Work } | { readonly report: true };

/** The first line: the first piece of work is done. */
export interface Ready {
  /** Library to version. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many numbers are trained; null if it does not know. */
  readonly parameters: number | null;
}

export interface Timed {
  readonly milliseconds: number;
}

export interface Report {
  /** Of each training step so far, at most the first four; without steps, of the first forward pass or generation. */
  readonly values: readonly number[];
  /** Bytes that the process held before the first piece of work, and at most since; null where the system does not say. */
  readonly memory: { readonly constructed: number; readonly peak: number } | null;
}

export interface Failed {
  readonly failed: string;
}
