/**
 * What single operations cost on each backend that is usable here, and what attnc's own WebAssembly kernels gain.
 *
 *   npx tsx bench/backend-ops.ts [--rounds 11] [--backends tensorflow,wasm,cpu] [--match matMul]
 *
 * Every round measures every operation once on every backend, in turn, so that other load on the machine hits all of them
 * alike; the table holds medians in milliseconds, and for the small operations microseconds per operation.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { BACKEND_NAMES, reportBackends, useBackend } from '../runtime/backend/index.ts';
import type { BackendName } from '../runtime/backend/index.ts';
import { median } from './suite/statistics.ts';

interface Bench {
  readonly name: string;
  /** Operations in one run; above 1 the table holds microseconds per operation. */
  readonly repeats?: number;
  readonly inputs: () => tf.Tensor[];
  readonly run: (inputs: readonly tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

const random = (...shape: number[]) => tf.randomUniform(shape, -1, 1, 'float32', 7);
const at = (inputs: readonly tf.Tensor[], i: number): tf.Tensor => {
  const tensor = inputs[i];
  if (tensor === undefined) throw new Error(`input ${i} is missing`);
  return tensor;
};
const one = (
  name: string,
  inputs: () => tf.Tensor[],
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor | tf.Tensor[],
  repeats?: number,
): Bench => ({
  name,
  inputs,
  run: (tensors) => run(at(tensors, 0), at(tensors, Math.min(1, tensors.length - 1))),
  ...(repeats === undefined ? {} : { repeats }),
});

const small = () => [random(4), random(4)];
const wide = () => [random(960, 256)];
const square = () => [random(512, 512), random(512, 512)];
const heads = () => [random(64, 64, 32), random(64, 64, 32)];

const BENCHES: readonly Bench[] = [
  one('add [4]', small, (a, b) => tf.add(a, b), 500),
  one('sigmoid [4]', small, (a) => tf.sigmoid(a), 500),
  one('reshape [4]', small, (a) => tf.reshape(a, [2, 2]), 500),
  one('slice [4]', small, (a) => tf.slice(a, [1], [2]), 500),
  one('concat [4],[4]', small, (a, b) => tf.concat([a, b], 0), 500),
  one('sum [4]', small, (a) => tf.sum(a), 500),
  one(
    'matMul [2,2]',
    () => [random(2, 2), random(2, 2)],
    (a, b) => tf.matMul(a, b),
    500,
  ),
  one('matMul 512', square, (a, b) => tf.matMul(a, b)),
  one('matMul 512 transposeA', square, (a, b) => tf.matMul(a, b, true, false)),
  one('matMul 512 transposeB', square, (a, b) => tf.matMul(a, b, false, true)),
  one('transpose, then matMul 512', square, (a, b) => {
    const t = tf.transpose(a);
    const product = tf.matMul(t, b);
    t.dispose();
    return product;
  }),
  one(
    'matMul [8,64,512]x[512,512]',
    () => [random(8, 64, 512), random(512, 512)],
    (a, b) => tf.matMul(a, b),
  ),
  one(
    'the same, flattened',
    () => [random(8, 64, 512), random(512, 512)],
    (a, b) => {
      const flat = tf.reshape(a, [512, 512]);
      const product = tf.matMul(flat, b);
      const shaped = tf.reshape(product, [8, 64, 512]);
      tf.dispose([flat, product]);
      return shaped;
    },
  ),
  one('q.k^T [64,64,32]', heads, (a, b) => tf.matMul(a, b, false, true)),
  one(
    'q.k^T [8,1,32]x[8,64,32]',
    () => [random(8, 1, 32), random(8, 64, 32)],
    (a, b) => tf.matMul(a, b, false, true),
  ),
  one(
    'matMul [1,256]x[256,256]',
    () => [random(1, 256), random(256, 256)],
    (a, b) => tf.matMul(a, b),
  ),
  one(
    'add [960,256]',
    () => [random(960, 256), random(960, 256)],
    (a, b) => tf.add(a, b),
  ),
  one(
    'add [960,256]+[256]',
    () => [random(960, 256), random(256)],
    (a, b) => tf.add(a, b),
  ),
  one('tanh [960,256]', wide, (a) => tf.tanh(a)),
  one('sigmoid [960,256]', wide, (a) => tf.sigmoid(a)),
  one('exp [960,256]', wide, (a) => tf.exp(a)),
  one('relu [960,256]', wide, (a) => tf.relu(a)),
  one(
    'where(bool, a, scalar)',
    () => [random(960, 256)],
    (a) => {
      const [mask, low] = [tf.greater(a, 0), tf.scalar(-1e9)];
      const chosen = tf.where(mask, a, low);
      tf.dispose([mask, low]);
      return chosen;
    },
  ),
  one(
    'broadcastTo [960,1] to [960,256]',
    () => [random(960, 1)],
    (a) => tf.broadcastTo(a, [960, 256]),
  ),
  one('softmax [512,512]', square, (a) => tf.softmax(a)),
  one('sum [960,256] axis 0', wide, (a) => tf.sum(a, 0)),
  one('sum [960,256] axis 1', wide, (a) => tf.sum(a, 1)),
  one('cumsum [960,256] axis 1', wide, (a) => tf.cumsum(a, 1)),
  one(
    'transpose [32,50,8,64] 0213',
    () => [random(32, 50, 8, 64)],
    (a) => tf.transpose(a, [0, 2, 1, 3]),
  ),
  one(
    'slice [32,50,1024] one step',
    () => [random(32, 50, 1024)],
    (a) => tf.slice(a, [0, 7, 0], [32, 1, 1024]),
  ),
  one(
    'unstack [32,50,1024] axis 1',
    () => [random(32, 50, 1024)],
    (a) => tf.unstack(a, 1),
  ),
  one(
    'split [960,768] in 3',
    () => [random(960, 768)],
    (a) => tf.split(a, 3, 1),
  ),
  one(
    'concat 2 x [960,256] axis 1',
    () => [random(960, 256), random(960, 256)],
    (a, b) => tf.concat([a, b], 1),
  ),
  one(
    'gather 960 rows of [5000,256]',
    () => [random(5000, 256), tf.randomUniform([960], 0, 5000, 'int32', 7)],
    (a, b) => tf.gather(a, b),
  ),
  one(
    'segment sum of 960 rows to 5000',
    () => [random(960, 256), tf.randomUniform([960], 0, 5000, 'int32', 7)],
    (a, b) => tf.unsortedSegmentSum(a, b as tf.Tensor1D, 5000),
  ),
  one(
    'oneHot 960 of 5000',
    () => [tf.randomUniform([960], 0, 5000, 'int32', 7)],
    (a) => tf.oneHot(a, 5000),
  ),
];

type Variant = BackendName | 'wasm, stock kernels';

/** Kernels to exchange when changing between the stock wasm backend and ours. */
interface WasmKernels {
  readonly stock: ReadonlyMap<string, tf.KernelFunc>;
  readonly own: ReadonlyMap<string, tf.KernelFunc>;
}

async function wasmKernels(): Promise<WasmKernels> {
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const read = () => new Map(tf.getKernelsForBackend('wasm').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]));
  const stock = read();
  await useBackend('wasm');
  const own = read();
  const differs = (name: string) => own.get(name) !== stock.get(name);
  return {
    stock: new Map([...stock].filter(([name]) => differs(name))),
    own: new Map([...own].filter(([name]) => differs(name))),
  };
}

async function select(variant: Variant, wasm: WasmKernels | undefined): Promise<void> {
  if (variant !== 'wasm' && variant !== 'wasm, stock kernels') {
    await tf.setBackend(variant);
    return;
  }
  await tf.setBackend('wasm');
  for (const kernelName of wasm?.own.keys() ?? []) {
    const kernelFunc = (variant === 'wasm' ? wasm?.own : wasm?.stock)?.get(kernelName);
    if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
    if (kernelFunc !== undefined) tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
  }
}

/** Milliseconds of one run, up to its last value being readable. */
async function time(bench: Bench, inputs: readonly tf.Tensor[]): Promise<number> {
  const start = performance.now();
  let last: tf.Tensor | tf.Tensor[] | undefined;
  for (let i = 0; i < (bench.repeats ?? 1); i++) {
    if (last !== undefined) tf.dispose(last);
    last = bench.run(inputs);
  }
  // A GPU only has the work queued by now; the others have done it.
  if (last !== undefined && tf.getBackend() === 'webgpu') await (Array.isArray(last) ? last.at(-1) : last)?.data();
  const elapsed = performance.now() - start;
  if (last !== undefined) tf.dispose(last);
  return elapsed;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '11' }, backends: { type: 'string' }, match: { type: 'string', default: '' } },
  });
  const asked = values.backends?.split(',');
  const usable = (await reportBackends()).filter(({ name, auto }) => (asked === undefined ? auto : asked.includes(name)));
  const variants: Variant[] = usable.flatMap(({ name }): Variant[] => (name === 'wasm' ? ['wasm', 'wasm, stock kernels'] : [name]));
  const wasm = variants.includes('wasm') ? await wasmKernels() : undefined;
  for (const name of BACKEND_NAMES)
    if (usable.some((backend) => backend.name === name)) console.error(`${name}: ${(await useBackend(name)).detail}`);

  console.log(`| operation | unit | ${variants.join(' | ')} |\n|---|---|${variants.map(() => '---:|').join('')}`);
  for (const bench of BENCHES.filter(({ name }) => name.includes(values.match))) {
    const prepared = new Map<Variant, tf.Tensor[]>();
    const times = new Map<Variant, number[]>(variants.map((variant) => [variant, []]));
    const failed = new Set<Variant>();
    // Round 0 and 1 warm up and are not counted.
    for (let round = 0; round < Number(values.rounds) + 2; round++) {
      // The order changes: the threads of TensorFlow still spin for a while after its turn.
      for (const [turn] of variants.entries()) {
        const variant = variants[(turn + round) % variants.length];
        if (failed.has(variant!)) continue;
        await select(variant!, wasm);
        try {
          const inputs = prepared.get(variant!) ?? bench.inputs();
          prepared.set(variant!, inputs);
          const elapsed = await time(bench, inputs);
          if (round > 1) times.get(variant!)?.push(elapsed);
        } catch {
          failed.add(variant!);
        }
      }
    }
    for (const [variant, inputs] of prepared) {
      await select(variant, wasm);
      tf.dispose(inputs);
    }
    const scale = bench.repeats === undefined ? 1 : 1000 / bench.repeats;
    const cells = variants.map((variant) => (failed.has(variant) ? 'none' : (median(times.get(variant) ?? []) * scale).toPrecision(3)));
    console.log(`| ${bench.name} | ${bench.repeats === undefined ? 'ms' : 'us/op'} | ${cells.join(' | ')} |`);
  }
}

await main();
