/** What a model's safetensors file contains besides the numbers. */
import { CheckpointError } from '../errors.ts';
import { show } from '../values.ts';
import { readSafetensors, writeSafetensors, type StoredTensor } from './safetensors.ts';

/** What the caller adds to a checkpoint. */
export interface CheckpointNote {
  readonly task?: string;
  readonly configuration?: string;
  /** The number of training steps done. */
  readonly step?: number;
  /** The best of its run on validation. */
  readonly best?: true;
}

/** Read without building a model; enough to build it. */
export interface CheckpointInfo extends CheckpointNote {
  readonly definition?: string;
  /** For an objective over several models: the prefixes of their parameters' paths, and the models' programs. */
  readonly parts?: Readonly<Record<string, string>>;
  /** The `.attn` file. */
  readonly source?: string;
  readonly dims?: Readonly<Record<string, number>>;
  readonly seed?: number;
}

export interface Checkpoint {
  readonly info: CheckpointInfo;
  readonly parameters: ReadonlyMap<string, StoredTensor>;
  /** Optimiser slots as `slot/path`; empty if only parameters were saved. */
  readonly slots: ReadonlyMap<string, StoredTensor>;
  /** Parameters in the file that could not be read, with the reason. */
  readonly unread: ReadonlyMap<string, string>;
  /** The training loop's state, as JSON. */
  readonly training: string | undefined;
}

interface Identity {
  readonly definition: { readonly name: string; readonly source: string; readonly parts?: Readonly<Record<string, string>> };
  readonly dims: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** No parameter path has a colon. */
const slotPrefix = 'optimizer:';

export function writeCheckpoint(
  model: Identity,
  parameters: ReadonlyMap<string, StoredTensor>,
  note: CheckpointNote,
  training?: { readonly slots: ReadonlyMap<string, StoredTensor>; readonly state: string },
): Uint8Array<ArrayBuffer> {
  const metadata = new Map([
    ['format', 'attnc'],
    ['definition', model.definition.name],
    ['source', model.definition.source],
    ['dims', JSON.stringify(model.dims)],
    ['seed', String(model.seed)],
  ]);
  if (model.definition.parts !== undefined) metadata.set('parts', JSON.stringify(model.definition.parts));
  if (note.task !== undefined) metadata.set('task', note.task);
  if (note.configuration !== undefined) metadata.set('configuration', note.configuration);
  if (note.step !== undefined) metadata.set('step', String(note.step));
  if (note.best === true) metadata.set('best', 'true');
  if (training !== undefined) metadata.set('training', training.state);
  const tensors = new Map(parameters);
  for (const [name, tensor] of training?.slots ?? []) tensors.set(slotPrefix + name, tensor);
  return writeSafetensors({ tensors, metadata });
}

/** @throws CheckpointError for a damaged file */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata, unread = new Map<string, string>() } = readSafetensors(bytes);
  const parameters = new Map<string, StoredTensor>();
  const slots = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(slotPrefix)) slots.set(name.slice(slotPrefix.length), tensor);
    else parameters.set(name, tensor);
  }
  const info: CheckpointInfo = {
    ...given('definition', metadata.get('definition')),
    ...given(
      'parts',
      recordOf('parts', metadata.get('parts'), (value): value is string => typeof value === 'string'),
    ),
    ...given('source', metadata.get('source')),
    ...given(
      'dims',
      recordOf('dims', metadata.get('dims'), (value): value is number => Number.isSafeInteger(value)),
    ),
    ...given('seed', wholeNumber('seed', metadata.get('seed'))),
    ...given('task', metadata.get('task')),
    ...given('configuration', metadata.get('configuration')),
    ...given('step', wholeNumber('step', metadata.get('step'))),
    ...given('best', metadata.get('best') === 'true' ? true : undefined),
  };
  return { info, parameters, slots, unread, training: metadata.get('training') };
}

/** Name, sizes and origin of a checkpoint's model. */
export function checkpointInfo(bytes: Uint8Array): CheckpointInfo {
  return readCheckpoint(bytes).info;
}

function given<Name extends string, T>(name: Name, value: T | undefined): { [key in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: T });
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value))
    throw new CheckpointError(`the checkpoint's ${name} is not a whole number: ${show(text)}`);
  return value;
}

function recordOf<T>(name: string, text: string | undefined, is: (value: unknown) => value is T): Record<string, T> | undefined {
  if (text === undefined) return undefined;
  const fault = (): CheckpointError => new CheckpointError(`the checkpoint's ${name} are damaged: expected a value by each name as JSON`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fault();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fault();
  const entries: [string, unknown][] = Object.entries(value);
  if (!entries.every((entry): entry is [string, T] => is(entry[1]))) throw fault();
  return Object.fromEntries(entries);
}
