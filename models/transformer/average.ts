/**
 * The mean of a run's last checkpoints, as in sec. 6.1 of Vaswani et al. 2017, which `attnc train --keep` leaves:
 *
 *     npx tsx models/transformer/average.ts models/transformer/out/translation
 *
 * writes `average.safetensors` beside them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSafetensors, writeSafetensors, type StoredTensor, type TensorFile } from 'attnc/runtime';

/** The mean of each parameter; the optimiser's state is left out, since no run can go on from a mean. */
export function meanOf(files: readonly TensorFile[]): TensorFile {
  const newest = files.at(-1);
  if (newest === undefined) throw new RangeError('expected at least one checkpoint to take the mean of');
  const tensors = [...newest.tensors].filter(([path]) => !path.startsWith('optimizer:'));
  const mean = (path: string, { shape, data }: StoredTensor): StoredTensor => {
    const all = files.map(({ tensors: own }) => own.get(path));
    const odd = all.findIndex((tensor) => tensor?.data.length !== data.length);
    if (odd >= 0)
      throw new RangeError(`expected \`${path}\` of ${data.length} numbers in every checkpoint: number ${odd + 1} has no such tensor`);
    return { shape, data: data.map((_, k) => all.reduce((sum, tensor) => sum + tensor!.data[k]!, 0) / all.length) };
  };
  return {
    tensors: new Map(tensors.map(([path, tensor]) => [path, mean(path, tensor)])),
    metadata: new Map([...newest.metadata].filter(([key]) => key !== 'training' && key !== 'best')),
  };
}

function main(folder: string): void {
  const steps = readdirSync(folder)
    .flatMap((name) => /^step-(\d+)\.safetensors$/u.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const files = steps.map((step) => readSafetensors(readFileSync(join(folder, `step-${step}.safetensors`))));
  writeFileSync(join(folder, 'average.safetensors'), writeSafetensors(meanOf(files)));
  console.log(`${join(folder, 'average.safetensors')}: the mean of the steps ${steps.join(', ')}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv[2] ?? 'models/transformer/out/translation');
