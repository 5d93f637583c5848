/** Slices of `npm run attack` as tests. */
import { Texts } from './build.ts';
import { Emitted } from './emitted.ts';
import type { ProgramsOptions } from './programs.ts';
import type { CounterExample, Tally } from './tally.ts';

export const options = (tally: Tally): ProgramsOptions => ({
  texts: new Texts(),
  usable: ['cpu', 'wasm'],
  tally,
  patience: 3_000,
  known: [],
  emitted: new Emitted(),
});

/** More of them say no more: `npm run attack` goes on. */
const MOST_SHOWN = 2;

/** What is found among so many numbers of a part. */
export async function all(from: number, count: number, attack: (at: number) => Promise<CounterExample | null>): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = from; at < from + count && found.length < MOST_SHOWN; at++) {
    const example = await attack(at);
    if (example !== null) found.push(`${example.kind}\n${example.message}\n${example.test}`);
  }
  return found;
}
