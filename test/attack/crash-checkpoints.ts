/** Hostile checkpoints: taken whole, or refused in words with the model as it was; and no file makes more of itself in memory. */
import * as tf from '@tensorflow/tfjs-core';
import {
  CheckpointError,
  checkpointInfo,
  fit,
  InputError,
  memoryStore,
  Model,
  readSafetensors,
  TrainingError,
  useBackend,
} from '../../runtime/index.ts';
import { bag, type BagInput, type BagTarget } from '../runtime/definitions.ts';
import type { Chance } from './chance.ts';
import { hostileTexts } from './crash-names.ts';
import type { Trial } from './crash-trial.ts';

/** Bytes that reading may take for each byte of a file: numbers of one byte become float32, the header text and objects. */
const MOST = 16;
/** And for any file: what the engine takes for itself meanwhile. */
const ALWAYS = 1 << 20;

type Header = Record<string, Record<string, unknown>>;

interface Parts {
  readonly header: Header;
  readonly data: Uint8Array;
}

export async function hostileCheckpoints(trial: Trial, files: number): Promise<void> {
  await useBackend('cpu');
  const definition = bag(() => ({ kind: 'adam', rate: 0.01 }));
  const model = new Model<object, BagInput, BagTarget>(definition, { seed: 1 });
  const store = memoryStore();
  const examples = [{ tokens: [1, 2], label: 1 }];
  await fit(model, { train: examples }, { batchSize: 1, steps: 2, checkpoints: { store } });
  const genuine = (await store.load('last'))!;
  const parts = partsOf(genuine);
  const tensors = tf.memory().numTensors;
  let before = await contents(model);
  for (let k = 0; k < files; k++) {
    const bytes = mutated(genuine, parts, trial.chance);
    trial.count('hostile checkpoints');
    const told = (what: string): void => trial.fail(`${what}: ${JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 600))}`);
    requireBounded(bytes, told);
    let taken = false;
    try {
      await model.load(bytes);
      taken = true;
      trial.count('hostile checkpoints that were taken');
    } catch (error) {
      if (!(error instanceof CheckpointError)) told(`loading ended with ${String(error)}`);
      else if (error.message.length > 4000) told(`the message has ${error.message.length} characters`);
    }
    const now = await contents(model);
    if (!taken && now !== before) told('a refused checkpoint changed the model');
    before = now;
    await requireResumable(bytes, examples, told);
    if (tf.memory().numTensors !== tensors) told(`${tf.memory().numTensors - tensors} tensors are left`);
  }
  model.dispose();
}

function requireBounded(bytes: Uint8Array, told: (what: string) => void): void {
  const before = process.memoryUsage();
  for (const read of [readSafetensors, checkpointInfo]) {
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof CheckpointError)) told(`${read.name} ended with ${String(error)}`);
    }
  }
  const after = process.memoryUsage();
  const taken = after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapTotal - before.heapTotal);
  // The heap grows in steps of its own: only what is beyond them counts.
  if (taken > MOST * bytes.length + 64 * ALWAYS) told(`reading ${bytes.length} bytes took ${taken}`);
}

/** A run that goes on from it does so, or says why it cannot. */
async function requireResumable(
  bytes: Uint8Array,
  examples: readonly (BagInput & BagTarget)[],
  told: (what: string) => void,
): Promise<void> {
  const store = memoryStore();
  await store.save('last', bytes);
  await store.save('best', bytes);
  const model = new Model<object, BagInput, BagTarget>(
    bag(() => ({ kind: 'adam', rate: 0.01 })),
    { seed: 1 },
  );
  try {
    await fit(model, { train: examples }, { batchSize: 1, steps: 3, checkpoints: { store, resume: true } });
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof TrainingError || error instanceof InputError))
      told(`resuming ended with ${String(error)}`);
  } finally {
    model.dispose();
  }
}

async function contents(model: Model<object, BagInput, BagTarget>): Promise<string> {
  return JSON.stringify([...(await model.weights.store())].map(([path, { data }]) => [path, Array.from(data)]));
}

function partsOf(bytes: Uint8Array): Parts {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return { header: JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Header, data: bytes.slice(8 + length) };
}

function joined(header: string, data: Uint8Array, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const numbers: readonly unknown[] = [0, 1, -1, 4, 7, 1e9, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e300, 0.5, '3', null, true, [], {}, [[1]]];
const dtypes: readonly unknown[] = [
  'F32',
  'F64',
  'F16',
  'BF16',
  'F8_E4M3',
  'F8_E5M2',
  'I64',
  'U64',
  'I32',
  'I8',
  'U8',
  'BOOL',
  'F4',
  'C64',
  '',
  '__proto__',
  'constructor',
  3,
  null,
];

function mutated(bytes: Uint8Array, { header, data }: Parts, chance: Chance): Uint8Array {
  switch (chance.below(8)) {
    case 0:
      return bytesChanged(bytes, chance);
    case 1:
      return bytes.slice(0, chance.below(bytes.length));
    case 2:
      return Uint8Array.from([...bytes.subarray(0, chance.below(bytes.length)), ...bytes.subarray(chance.below(bytes.length))]);
    case 3:
      return joined(
        JSON.stringify(header),
        data,
        chance.pick([0n, 1n, 2n ** 63n, 2n ** 64n - 1n, 100_000_001n, 99_999_999n, BigInt(chance.below(2000))]),
      );
    case 4:
      return joined(textChanged(JSON.stringify(header), chance), data);
    case 5:
      return joined(chance.pick(crafted)(chance), data);
    case 6:
      return joined(JSON.stringify(metadataChanged(header, chance)), data);
    default:
      return joined(JSON.stringify(entryChanged(header, chance)), chance.is(0.2) ? new Uint8Array(chance.below(4096)) : data);
  }
}

function bytesChanged(bytes: Uint8Array, chance: Chance): Uint8Array {
  const changed = bytes.slice();
  for (let k = chance.between(1, 4); k > 0; k--) changed[chance.below(changed.length)] = chance.below(256);
  return changed;
}

function textChanged(text: string, chance: Chance): string {
  const at = chance.below(text.length);
  const piece = chance.pick([
    '',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\\u0000',
    '\\ud800',
    'NaN',
    'Infinity',
    '-0',
    '1e999',
    '9'.repeat(400),
    'null',
    '\u0000',
    '\u202e',
    text.slice(at, at + chance.below(200)),
  ]);
  return text.slice(0, at) + piece + text.slice(at + chance.below(6));
}

function clone(header: Header): Header {
  return JSON.parse(JSON.stringify(header)) as Header;
}

function entryChanged(header: Header, chance: Chance): Header {
  const changed = clone(header);
  const name = chance.pick(Object.keys(changed).filter((each) => each !== '__metadata__'));
  const entry = changed[name]!;
  switch (chance.below(6)) {
    case 0:
      entry.dtype = chance.pick(dtypes);
      break;
    case 1:
      entry.shape = chance.is(0.3) ? chance.pick(numbers) : Array.from({ length: chance.below(5) }, () => chance.pick(numbers));
      break;
    case 2:
      entry.data_offsets = chance.is(0.3) ? chance.pick(numbers) : [chance.pick(numbers), chance.pick(numbers)];
      break;
    case 3:
      delete changed[name];
      break;
    case 4:
      Object.defineProperty(changed, chance.pick(hostileTexts), { value: entry, enumerable: true, configurable: true });
      break;
    default:
      delete entry[chance.pick(Object.keys(entry))];
  }
  return changed;
}

function metadataChanged(header: Header, chance: Chance): Header {
  const changed = clone(header);
  const metadata = changed.__metadata__!;
  const key = chance.pick(Object.keys(metadata));
  const old = String(metadata[key]);
  const values: readonly unknown[] = [
    ...hostileTexts,
    ...numbers,
    '{}',
    '[]',
    '[3]',
    '{"words":1e9}',
    '{"words":20000000,"classes":3}',
    '{"__proto__":3}',
    '-1',
    '1e300',
    textChanged(old, chance),
    textChanged(old, chance),
    old.replace(/\d+/u, String(chance.pick(numbers))),
  ];
  Object.defineProperty(metadata, chance.is(0.8) ? key : chance.pick(hostileTexts), {
    value: chance.pick(values),
    enumerable: true,
    configurable: true,
  });
  return changed;
}

const tensor = (name: string, shape: string, from: number, to: number): string =>
  `${JSON.stringify(name)}:{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;

/** Headers that are made by hand to be large, deep or contradictory. */
const crafted: readonly ((chance: Chance) => string)[] = [
  (chance) => `{${tensor('a', '['.repeat(chance.between(1, 5000)), 0, 0)}}`,
  (chance) => '{"a":'.repeat(chance.between(1, 5000)),
  () => `{${tensor('a', '[4294967296,4294967296,4294967296]', 0, 8)}}`,
  () => `{${tensor('a', '[0,9007199254740991]', 0, 0)}}`,
  () => `{${tensor('a', `[${Array.from({ length: 5000 }, () => 1).join()}]`, 0, 4)}}`,
  () => `{${Array.from({ length: 3000 }, (_, k) => tensor(`n${k}`, '[0]', 0, 0)).join()}}`,
  () => `{${tensor('a', '[2]', 0, 8)},${tensor('b', '[2]', 4, 12)}}`,
  () => `{${tensor('a', '[2]', 0, 8)},${tensor('a', '[2]', 0, 8)}}`,
  () => `{${tensor('__proto__', '[2]', 0, 8)},${tensor('constructor', '[1]', 8, 12)}}`,
  () => `{${tensor('n'.repeat(200_000), '[2]', 0, 8)}}`,
  () => `{"${'n'.repeat(1_000_000)}`,
  () => `{"__metadata__":{"dims":${JSON.stringify(`{"words":${'9'.repeat(300)}}`)}}}`,
  () => `{"__metadata__":null,"__metadata__":{}}`,
  () => `${' '.repeat(100_000)}{}`,
  () => `{${' \n'.repeat(100_000)}}`,
];
