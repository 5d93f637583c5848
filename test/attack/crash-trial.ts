/** What the parts of the crash attack share. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fit, memoryStore, Model, useBackend, type FitOptions } from '../../runtime/index.ts';
import { bag, type BagInput, type BagTarget } from '../runtime/definitions.ts';
import type { Chance } from './chance.ts';

export interface Trial {
  /** To write in; it is gone at the end. */
  readonly folder: string;
  readonly chance: Chance;
  count(what: string, by?: number): void;
  fail(line: string): void;
  log(line: string): void;
}

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bin = join(root, 'compiler', 'cli', 'attnc.mjs');

/** Is there a built program to start? */
export const isBuilt = (): boolean => existsSync(join(root, 'dist', 'compiler', 'cli', 'main.js'));

export async function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'attnc-crash-'));
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The built command line as a process; `during` may kill it or close its pipes. */
export function attnc(cwd: string, words: readonly string[], during: (child: ChildProcess) => void = () => undefined): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '',
      err = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (err += text.toString()));
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, out, err }));
    during(child);
  });
}

type Example = BagInput & BagTarget;
export class Bag extends Model<{ words: number; classes: number }, BagInput, BagTarget> {}

const words = 20_000;
export const newBag = (): Bag =>
  new Bag(
    bag(() => ({ kind: 'adam', rate: 0.01 })),
    { dims: { words }, seed: 1 },
  );

export function draw(random: () => number): Example {
  return { tokens: [Math.floor(words * random()), Math.floor(words * random())], label: Math.floor(3 * random()) };
}

export const training: FitOptions<Example, Bag> = { batchSize: 4, steps: 12, seed: 5 };

/** The checkpoints of a run, one for each step, as a store was given them. */
export async function checkpointsOfARun(): Promise<Uint8Array[]> {
  await useBackend('cpu');
  const saved: Uint8Array[] = [];
  const store = memoryStore();
  const model = newBag();
  await fit(
    model,
    { train: draw },
    {
      ...training,
      checkpoints: {
        every: 1,
        store: {
          ...store,
          save: async (name, bytes) => {
            saved.push(bytes.slice());
            await store.save(name, bytes);
          },
        },
      },
    },
  );
  model.dispose();
  return saved;
}
