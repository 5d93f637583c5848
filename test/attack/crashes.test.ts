import { expect, test } from 'vitest';
import { Chance } from './chance.ts';
import { hostileCheckpoints } from './crash-checkpoints.ts';
import { fullAndReadOnlyDisks } from './crash-disks.ts';
import { killedWriters } from './crash-kills.ts';
import { scratchFolder, type Trial } from './crash-trial.ts';
import { rm } from 'node:fs/promises';

/** A slice of the attack: what takes seconds. */
test('a few kills, hostile checkpoints and disks leave nothing broken', { timeout: 240_000 }, async () => {
  const folder = await scratchFolder();
  const failures: string[] = [];
  const tried: Record<string, number> = {};
  const trial: Trial = {
    folder,
    chance: new Chance(7),
    count: (what, by = 1) => (tried[what] = (tried[what] ?? 0) + by),
    fail: (line) => failures.push(line),
    log: () => undefined,
  };
  try {
    await killedWriters(trial, 4);
    await hostileCheckpoints(trial, 100);
    await fullAndReadOnlyDisks(trial);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect(failures).toEqual([]);
  expect(tried['kills while checkpoints are written']).toBe(4);
});
