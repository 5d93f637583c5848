import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type GenerativeModel } from '../../runtime/index.ts';
import { ts } from 'ts-morph';
import * as runtime from '../../runtime/index.ts';
import * as ops from '../../runtime/ops.ts';
import { writeFileSync } from 'node:fs';
function load(text: string): any {
  const js = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } }).outputText;
  writeFileSync('/tmp/dbg.js', js);
  const exports: any = {};
  const chk = (mod: any) => new Proxy(mod, { get(t, k) { const f = t[k]; if (typeof f !== 'function' || k === 'dispose' || /^[A-Z]/.test(String(k))) return f; return (...a: any[]) => { for (const x of a.flat()) if (x instanceof tf.Tensor && (x.isDisposed || !(tf.engine() as any).state.tensorInfo.has(x.dataId))) { const l = new Error().stack!.split('\n')[2]; console.log('USE AFTER DISPOSE', String(k), a.indexOf(x), x.isDisposed, l); } return f(...a); }; } });
  const tfp = chk({ ...tf }), rtp = { ...runtime, ...chk({ ...ops }) };
  new Function('exports', 'require', js)(exports, (n: string) => n === 'attnc/runtime' ? rtp : tfp);
  return exports;
}
for (const backend of ['cpu', 'wasm'] as const) it('x' + backend, async () => {
  await useBackend(backend);
  const M = load(readFileSync('/tmp/bahdanau.ts', 'utf8').replace(/^(  *)(?:const|let) (\w+)(: tf.Tensor)? = (?!new|tf.unstack)(.*);$/gm, '$&')) as any;
  const m = new M.Translator({ dims: { words: 7, characters: 5, embed: 3, hidden: 4, align: 4, maxout: 3 }, seed: 3 }) as GenerativeModel<any, any, any>;
  const ex = [{ tokens: [1, 2, 3, 4], y: [3, 4, 2] }, { tokens: [5, 6], y: [1, 2] }];
  const origs = new Map();
  const n0 = tf.memory().numTensors;
  for (let i = 0; i < 2; i++) {
    const g = await m.gradients(ex as any, { step: 1 });
    console.log(backend, g.loss, Array.from(g.gradients['Translate.logits.Readout.C']!.data).slice(10, 18), tf.memory().numTensors - n0);
  }
  console.log((await m.loss(ex)).loss);
});
