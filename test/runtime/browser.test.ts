/** The runtime in a browser: bundled for one, and run where nothing of Node is. */
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { installed, scratch } from '../cli/support.ts';
import { emitted } from './compiled.ts';

const program = `dim words = 6, d = 4, source: ragged, target: ragged
decoder Write(m: [source, d]) generates y: index(words)[target] start 0 end 1 {
  param table: [words, d]
  state s: [d] = mean[source](m)
  s' = tanh(table[y] + s)
  logits = table @ s'
  at most 4
}
model Writer(x: [source, d]) generates y: index(words)[target] { Write(x) }
objective Fit for Writer { loss = mean[target](cross_entropy[words](logits, y'));  optimizer adam(rate = 0.01) }`;

const page = `import { fit, reportBackends, useBackend } from 'attnc/runtime';
import { Writer } from './model.ts';
async function main() {
  const reports = await reportBackends();
  const { name } = await useBackend('auto');
  const model = new Writer({ seed: 1 });
  const { steps } = await fit(model, { train: [{ x: [[1, 2, 3, 4]], y: [2, 1] }] }, { batchSize: 1, steps: 3 });
  const [written] = await model.generate([{ x: [[1, 2, 3, 4]] }]);
  model.dispose();
  return { name, steps, written: Array.from(written!.ids), reports };
}
Object.assign(globalThis, { result: main() });`;

test('an emitted module is bundled for the browser without a built-in of Node, and trains and generates where there is none', async () => {
  const folder = installed({ 'model.ts': await emitted(program), 'page.ts': page });
  const { metafile, outputFiles } = await build({ entryPoints: [join(folder, 'page.ts')], bundle: true, platform: 'browser', format: 'iife', write: false, metafile: true, outdir: scratch(), logLevel: 'silent' });
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(outputFiles[0]!.text).not.toContain('node:');
  const world = createContext({ performance, TextEncoder, TextDecoder, setTimeout, document: {}, console: { warn: () => undefined } });
  runInContext(`globalThis.window = globalThis; ${outputFiles[0]!.text}`, world);
  const { reports, ...result } = await (world as { result: Promise<{ name: string; steps: number; written: number[]; reports: { name: string; usable: boolean; remedy?: string }[] }> }).result;
  // A page without WebGPU that serves no binaries of wasm.
  expect(result).toMatchObject({ name: 'cpu', steps: 3 });
  expect(result.written.length).toBeGreaterThan(0);
  for (const { name, remedy } of reports.filter(({ usable }) => !usable)) expect(remedy, name).not.toMatch(/Vulkan|install/);
});
