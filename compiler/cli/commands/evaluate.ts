import type { Given } from '../arguments.ts';
import { CliError, STATUS, type Io } from '../io/io.ts';
import { openTrained } from '../task/trained.ts';
import { evaluateOn } from './train.ts';

export async function evaluate(given: Given, io: Io): Promise<number> {
  const limit = given.whole('limit', 1);
  const trained = await openTrained(given, io);
  const { test } = trained.open;
  if (test.length === 0) throw new CliError('the task has no test set', 'give it `test` examples');
  await evaluateOn(trained, limit === undefined ? test : spread(test, limit), 'test', io);
  return STATUS.fine;
}

/** `count` of them, evenly spaced: from a test set sorted into groups, this takes some of each. */
export function spread<T>(all: readonly T[], count: number): T[] {
  return count >= all.length ? [...all] : Array.from({ length: count }, (_, k) => all[Math.floor((k * all.length) / count)]!);
}
