/** The parts of the attack: what each tries by number, and how much of it there should be of each hour. */
import { attackMutant, type Mutants } from './mutants.ts';
import { attackGenerated, type ProgramsOptions } from './programs.ts';
import type { CounterExample } from './tally.ts';

export type PartName = 'programs' | 'mutants';

export interface Options extends ProgramsOptions {
  readonly mutants: Mutants;
}

/** Some numbers of a part, for one process. */
export interface Task {
  readonly part: PartName;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** Milliseconds for making a failure smaller; not where there are enough of its kind. */
  readonly patience: number;
  readonly known: readonly string[];
}

export interface Part {
  attack(seed: number, at: number, options: Options): Promise<CounterExample | null>;
  /** Numbers of a task; a task that lasts longer than `seconds` hangs. */
  readonly chunk: number;
  readonly seconds: number;
  /** How many an hour should have tried; with `limit` there are no more. */
  readonly hourly: number;
  readonly limit?: number;
}

export const PARTS: Readonly<Record<PartName, Part>> = {
  programs: { attack: attackGenerated, chunk: 20, seconds: 120, hourly: 50_000 },
  mutants: { attack: attackMutant, chunk: 500, seconds: 300, hourly: 300_000 },
};
