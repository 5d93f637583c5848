/** `run.json`: the settings that a run began with, so that resuming, generating and evaluating do not need them again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../io/files.ts';
import { CliError } from '../io/io.ts';
import { codeOf, messageOf } from '../io/reasons.ts';

export interface RunFile {
  readonly task: string;
  readonly configuration: string;
  readonly set: Readonly<Record<string, string | number>>;
  readonly steps: number;
  readonly seed: number;
  /** Where they are not the configuration's. */
  readonly batchSize?: number;
  readonly validateEvery?: number;
  readonly patience?: number;
}

export function writeRunFile(folder: string, run: RunFile): void {
  writeWhole(join(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** Null if there is none. */
export function readRunFile(folder: string): RunFile | null {
  const file = join(folder, 'run.json');
  const fault = (what: string, cause?: unknown): CliError =>
    new CliError(`${file} cannot be used: ${what}`, 'delete it and give its settings as options', { cause });
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw fault(messageOf(error), error);
  }
  if (!isRunFile(value)) throw fault('it was not written by attnc');
  return value;
}

function isRunFile(value: unknown): value is RunFile {
  if (typeof value !== 'object' || value === null) return false;
  const { task, configuration, set, steps, seed, batchSize, validateEvery, patience } = value as Readonly<Record<string, unknown>>;
  return (
    typeof task === 'string' &&
    typeof configuration === 'string' &&
    Number.isSafeInteger(steps) &&
    Number.isSafeInteger(seed) &&
    [batchSize, validateEvery, patience].every((each) => each === undefined || Number.isSafeInteger(each)) &&
    typeof set === 'object' &&
    set !== null &&
    Object.values(set).every((each) => typeof each === 'string' || typeof each === 'number')
  );
}
