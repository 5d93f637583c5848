import { CheckpointError } from '../errors.ts';
import type { OrderIdentity } from './data.ts';

/** The state of a run: together with the parameters and the optimiser's slots, everything needed to continue. */
export interface RunProgress {
  /** Steps done. */
  readonly step: number;
  /** Training time before the run was resumed. */
  readonly seconds: number;
  readonly best: { readonly step: number; readonly value: number } | undefined;
  /** Validations since the best one. */
  readonly stale: number;
  readonly identity: OrderIdentity;
  readonly objective: string;
}

export function writeProgress(progress: RunProgress): string {
  return JSON.stringify(progress);
}

/** @throws CheckpointError for anything but what `writeProgress` wrote */
export function readProgress(text: string): RunProgress {
  const fault = (what: string): CheckpointError => new CheckpointError(`the checkpoint's state of training is damaged: ${what}`);
  const fields = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
    if (typeof value !== 'object' || value === null) throw fault(`${what} is missing`);
    return value as Readonly<Record<string, unknown>>;
  };
  const number = (from: Readonly<Record<string, unknown>>, name: string): number => {
    const value = from[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) throw fault(`\`${name}\` is not a number`);
    return value;
  };
  const count = (from: Readonly<Record<string, unknown>>, name: string): number => {
    const value = number(from, name);
    if (!Number.isSafeInteger(value) || value < 0) throw fault(`\`${name}\` is ${value}, expected a whole number of at least 0`);
    return value;
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw fault('it is not JSON');
  }
  const all = fields(parsed, 'it');
  const identity = fields(all.identity, 'the order of examples');
  const best = all.best === undefined ? undefined : fields(all.best, 'the best validation');
  const { objective } = all;
  if (typeof objective !== 'string') throw fault('the objective is missing');
  return {
    step: count(all, 'step'),
    seconds: number(all, 'seconds'),
    stale: count(all, 'stale'),
    best: best === undefined ? undefined : { step: count(best, 'step'), value: number(best, 'value') },
    objective,
    identity: {
      seed: number(identity, 'seed'),
      batchSize: number(identity, 'batchSize'),
      window: number(identity, 'window'),
      epochSize: number(identity, 'epochSize'),
      examples: identity.examples === 'drawn' ? 'drawn' : number(identity, 'examples'),
    },
  };
}
