/** The parts of the attack: what each tries by number, and how much of it there should be of each hour. */
import { attackBlock } from './blocks.ts';
import { crashes } from './crashes.ts';
import { attackMutant, type Mutants } from './mutants.ts';
import { attackGenerated, type ProgramsOptions } from './programs.ts';
import type { CounterExample } from './tally.ts';
import { attackZoo } from './zoo.ts';

export type PartName = 'programs' | 'mutants' | 'std' | 'zoo' | 'crashes';

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

/** Writers killed by one number. */
const KILLS = 100;

async function attackFiles(seed: number, at: number, { tally }: Options): Promise<CounterExample | null> {
  const { tried, failures } = await crashes({ seed: 1_000 * seed + at, kills: KILLS, log: () => undefined });
  for (const [what, by] of Object.entries(tried)) tally.count(`crash ${what}`, by);
  return failures.length === 0
    ? null
    : {
        part: 'crashes',
        kind: failures[0]!.replace(/[\d.]+/g, '·').slice(0, 60),
        message: failures.join('\n'),
        test: '',
        again: `npm run attack -- --only crashes --seed ${seed} --from ${at} --count 1`,
      };
}

export const PARTS: Readonly<Record<PartName, Part>> = {
  programs: { attack: attackGenerated, chunk: 20, seconds: 120, hourly: 50_000 },
  mutants: { attack: attackMutant, chunk: 500, seconds: 300, hourly: 300_000 },
  std: { attack: attackBlock, chunk: 10, seconds: 240, hourly: 2_000 },
  zoo: { attack: attackZoo, chunk: 1, seconds: 240, hourly: 60 },
  crashes: { attack: attackFiles, chunk: 1, seconds: 1_200, hourly: 6 },
};
