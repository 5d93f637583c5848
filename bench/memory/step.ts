/** Training steps of the model that memory.ts has compiled; the last line is what was measured, as JSON. */
import { fit, reportBackends, useBackend } from 'attnc/runtime';
import { memory, resetPeak } from './proc.ts';

const dims = { vocab: 4096, places: 128, model: 256, heads: 8, layers: 12 };
const steps = Number(process.argv[2]);

const compiled = './out/model.ts';
const { GPT } = (await import(compiled)) as { readonly GPT: GptClass };
await useBackend('tensorflow');
const model = new GPT({ dims, seed: 1 });
// First values are drawn when they are first read.
const parameters = Object.values(model.weights.tensors).reduce((sum, { size }) => sum + 4 * size, 0);
const words = (random: () => number): number[] => Array.from({ length: 128 }, () => 1 + Math.floor(random() * 4095));
globalThis.gc?.();
const { now } = memory();
resetPeak();
const { last } = await fit(model, { train: (random: () => number) => ({ y: words(random) }) }, { batchSize: 4, steps, reportEvery: 1 });
const { peak } = memory();
const backend = (await reportBackends()).find(({ name }) => name === 'tensorflow')!;
console.log(JSON.stringify({ version: backend.detail, constructed: now, peak: peak - now, loss: last!.loss, parameters }));

type GptClass = new (options: {
  readonly dims: Readonly<Record<string, number>>;
  readonly seed: number;
}) => import('attnc/runtime').GenerativeModel<Record<string, number>, object, object>;
