/** Signatures called by Python's TensorFlow. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { python } from '../../bench/suite/peers.ts';
import type { Fed, Feeds } from './support.ts';

export interface PythonCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly signature: string;
  readonly feeds: Feeds;
}

/** Outputs by name, or why the call was refused. */
export type PythonAnswer = { readonly outputs: Readonly<Record<string, Fed>> } | { readonly refused: string };

type Stored = Omit<Fed, 'data'> & { readonly file: string };

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** @param folder for the files that go to and fro */
export async function calledByPython(folder: string, cases: readonly PythonCase[]): Promise<readonly PythonAnswer[]> {
  const described = cases.map(({ name, bytes, signature, feeds }) => {
    const model = join(folder, name);
    mkdirSync(model);
    writeFileSync(join(model, 'saved_model.pb'), bytes);
    const inputs = Object.entries(feeds).map(([input, { data, shape, dtype }], k): [string, Stored] => {
      const file = `${name}.${k}.in`;
      writeFileSync(join(folder, file), data);
      return [input, { file, shape, dtype }];
    });
    return { name, model, signature, inputs: Object.fromEntries(inputs) };
  });
  const file = join(folder, 'cases.json');
  writeFileSync(file, JSON.stringify(described));
  const script = fileURLToPath(new URL('./call.py', import.meta.url));
  await promisify(execFile)(python(), [script, file], { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' } });
  type Told = { readonly outputs: Readonly<Record<string, Stored>> } | { readonly refused: string };
  const answers = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as readonly Told[];
  return answers.map((answer) => {
    if ('refused' in answer) return answer;
    const outputs = Object.entries(answer.outputs).map(([name, { file: own, shape, dtype }]): [string, Fed] => {
      const bytes = Uint8Array.from(readFileSync(join(folder, own)));
      return [name, { data: new ARRAYS[dtype](bytes.buffer), shape, dtype }];
    });
    return { outputs: Object.fromEntries(outputs) };
  });
}
