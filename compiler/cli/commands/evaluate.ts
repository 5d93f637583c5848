import type { Given } from '../arguments.ts';
import { CliError, STATUS, type Io } from '../io.ts';
import { openTrained } from '../task/trained.ts';
import { evaluateOn } from './train.ts';

export async function evaluate(given: Given, io: Io): Promise<number> {
  const limit = given.whole('limit', 1);
  const trained = await openTrained(given, io);
  const { test } = trained.open;
  if (test.length === 0) throw new CliError('the task has no test set', 'give it `test` examples');
  await evaluateOn(trained, limit === undefined ? test : test.slice(0, limit), 'test', io);
  return STATUS.fine;
}
