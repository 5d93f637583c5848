/**
 * What must survive: killed writers, hostile checkpoints, hostile names, full and read-only disks, readers that go away.
 * Whoever calls it decides how much; all chance follows from the seed, but for the moments of the kills.
 */
import { rm } from 'node:fs/promises';
import { Chance } from './chance.ts';
import { hostileCheckpoints } from './crash-checkpoints.ts';
import { fullAndReadOnlyDisks } from './crash-disks.ts';
import { killedTrainings, killedWriters } from './crash-kills.ts';
import { hostileNames } from './crash-names.ts';
import { closedPipes } from './crash-pipes.ts';
import { scratchFolder, type Trial } from './crash-trial.ts';

export interface CrashOptions {
  readonly seed: number;
  /** How many writers are killed; hostile files are thirty times as many. */
  readonly kills: number;
  log(line: string): void;
}

export interface CrashResult {
  /** How many of what were tried. */
  readonly tried: Record<string, number>;
  /** What did not hold, each in one line. */
  readonly failures: string[];
}

/** Of so many killed writers one is a whole training, which takes seconds. */
const WRITERS_PER_TRAINING = 100;
const FILES_PER_KILL = 30;

export async function crashes({ seed, kills, log }: CrashOptions): Promise<CrashResult> {
  const tried: Record<string, number> = {};
  const failures: string[] = [];
  const folder = await scratchFolder();
  const trial: Trial = {
    folder,
    chance: new Chance(seed),
    count: (what, by = 1) => (tried[what] = (tried[what] ?? 0) + by),
    fail: (line) => {
      failures.push(line);
      log(`FAILED: ${line}`);
    },
    log,
  };
  const parts: readonly (readonly [string, () => Promise<void>])[] = [
    ['killed writers', () => killedWriters(trial, kills)],
    ['killed trainings', () => killedTrainings(trial, Math.ceil(kills / WRITERS_PER_TRAINING))],
    ['hostile checkpoints', () => hostileCheckpoints(trial, kills * FILES_PER_KILL)],
    ['hostile names', () => hostileNames(trial)],
    ['disks', () => fullAndReadOnlyDisks(trial)],
    ['pipes', () => closedPipes(trial)],
  ];
  try {
    for (const [name, part] of parts) {
      const begun = Date.now();
      try {
        await part();
        log(`${name}: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
      } catch (error) {
        trial.fail(`${name}: the attack itself ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { tried, failures };
}
