import { useBackend, DeviceBatch, StepRandom } from 'attnc/runtime';
import { task } from '/work/main/models/bahdanau/task.ts';
import * as emitted from '/work/main/models/bahdanau/model.ts';
import * as tf from '@tensorflow/tfjs-core';
await useBackend(process.argv[2] as any);
const cfg: any = task.configurations[process.argv[3]!]!;
const open = await task.open(cfg);
const model: any = task.create(emitted, { dims: { ...cfg.dims, ...open.dims }, seed: cfg.seed } as any);
let s = 1; const rnd = () => { s = (s * 16807) % 2147483647; return s / 2147483647; };
let ex = Array.from({ length: cfg.batchSize * 20 }, () => { const e = (open.train as any)(rnd); return { ...e.input, ...e.target }; });
ex.sort((a, b) => a.tokens.length - b.tokens.length); ex = ex.slice(cfg.batchSize * 10, cfg.batchSize * 11);
console.log('len', ex[0].tokens.length, ex.at(-1).tokens.length);
const o = model.objective();
const host = model.collateFor(o, ex);
const batch = new DeviceBatch(host);
const f = () => o.gradients(model.weights.tensors, (batch as any).batch ?? batch, new StepRandom(1, 1, ex.map((_: any, i: number) => i)));
f();
const p = await tf.profile(() => { f(); return tf.scalar(0); });
const by = new Map<string, number[]>();
for (const k of p.kernels) { const e = by.get(k.name) ?? [0, 0]; e[0] += 1; e[1] += Number((k as any).kernelTimeMs) || 0; by.set(k.name, e); }
console.log('kernels', p.kernels.length, [...by].sort((a, b) => b[1][0]! - a[1][0]!).slice(0, 25));
const ts = [];
for (let i = 0; i < 10; i++) { const t = performance.now(); const r = f(); await r.loss.data(); ts.push(performance.now() - t); }
console.log(ts.sort((a, b) => a - b)[5]);
