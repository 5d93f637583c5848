/** Lists of small programs, each run on every backend of this machine beside the oracle. */
import { describe, it } from 'vitest';
import type { Nested } from '../../compiler/oracle/interpret.ts';
import type { Program } from '../../compiler/index.ts';
import type { Model } from '../../runtime/index.ts';
import { agrees, exampleOf, Known, lengthsOf, type Options } from '../programs/support.ts';
import { compiled, runOn, usableBackends, type Compiled } from './support.ts';

type Any = Record<string, unknown>;
export type AnyModel = Model<Record<string, number>, Any, Any>;

export interface Source extends Pick<Options, 'set' | 'gradients' | 'tolerance'> {
  readonly text: string;
  /** Lengths of each example, by ragged dim; by default 3, 1 and 2 positions. */
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
}

let made = 0;

export function emit({ text, set = {} }: Source): Promise<Compiled<AnyModel>> {
  return compiled<AnyModel>(`program-${made++}.attn`, new Map(Object.entries(set)), text);
}

/** Reproducible data for the inputs of a program, and what else its objectives are given. */
export function examplesOf(
  program: Program,
  sizes: Readonly<Record<string, number>>,
  { lengths = {} }: Pick<Source, 'lengths'> = {},
  count = 3,
): { readonly sizes: Map<string, number>; readonly values: Record<string, Nested> }[] {
  return Array.from({ length: count }, (_, k) => {
    const own = Object.fromEntries(program.ragged.map(({ id, label }) => [id, lengths[label]?.[k] ?? [3, 1, 2][k % 3]!]));
    const values = exampleOf(program, { ...sizes, ...own }, 7 * k + 1) as Record<string, Nested>;
    return { sizes: new Map([...Object.entries(sizes), ...lengthsOf(program, values).plain]), values };
  });
}

/** Whole batches on every backend give what the oracle gives for each example alone, and so do the slopes. */
export function agreeEverywhere(cases: Readonly<Record<string, Source>>): void {
  const known = new Map(Object.keys(cases).map((title) => [title, new Known()]));
  describe.each(awaited)('on %s', (backend) => {
    it.each(runOn(Object.keys(cases), backend, awaited))('%s', async (title) => {
      const { text, ...source } = cases[title]!;
      await agrees(text, (program) => examplesOf(program, {}, source).map(({ values }) => values), {
        ...source,
        backend,
        known: known.get(title)!,
      });
    });
  });
}

const awaited = await usableBackends();
