/** A subject's side of the protocol. */
import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { memory, resetPeak } from '../memory/proc.ts';
import type { Failed, Job, Ready, Report, Request, Timed, Work } from './protocol.ts';

export interface Subject extends Ready {
  /** One piece of each work. What it gives is compared between subjects: a loss, a log-probability; undefined where it is not known yet. */
  readonly works: Partial<Record<Work, () => Promise<number | undefined> | number | undefined>>;
  /** The losses of the training steps, where `step` does not give them. */
  readonly losses?: () => readonly number[];
}

/** Nothing changes from one value to the next but by training. */
const mostValues = (work: Work): number => (work === 'step' ? 4 : 1);

export async function serve(open: (job: Job) => Promise<Subject>): Promise<void> {
  // Standard output belongs to the protocol.
  console.log = console.info = console.error;
  try {
    await answer(JSON.parse(process.argv[2]!) as Job, open);
  } catch (error) {
    say({ failed: error instanceof Error ? error.message : String(error) });
    console.error(error);
    process.exitCode = 1;
  }
}

async function answer(job: Job, open: (job: Job) => Promise<Subject>): Promise<void> {
  const { versions, parameters, works, losses } = await open(job);
  const values: number[] = [];
  const compared = job.works[0]!;
  const work = async (name: Work): Promise<void> => {
    const value = await works[name]!();
    if (name === compared && value !== undefined && values.length < mostValues(name)) values.push(value);
  };
  const linux = process.platform === 'linux';
  const constructed = linux ? memory().now : 0;
  if (linux) resetPeak();
  await work(compared);
  say({ versions, parameters });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    if ('report' in request) {
      const reported = (losses?.() ?? values).slice(0, mostValues(compared));
      say({ values: reported, memory: linux ? { constructed, peak: memory().peak } : null });
      continue;
    }
    const start = performance.now();
    await work(request.go);
    say({ milliseconds: performance.now() - start });
  }
}

function say(message: Ready | Timed | Report | Failed): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The tensors of a safetensors file, all of which are float32. */
export function readTensors(file: string): Map<string, StoredTensor> {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, { shape, data_offsets: offsets }]) => {
        const [from, to] = offsets.map((offset) => bytes.byteOffset + start + offset) as [number, number];
        return [name, { shape, data: new Float32Array(bytes.buffer.slice(from, to)) }];
      }),
  );
}
