/** The runtime in a browser: bundled for one, and run where nothing of Node is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { KERNELS } from '../../runtime/backend/browser/build.mjs';
import { useBackend } from '../../runtime/index.ts';
import { OP_CASES } from '../backend/op-cases.ts';
import { installed, root, scratch } from '../cli/support.ts';
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

interface Report {
  readonly name: string;
  readonly usable: boolean;
  readonly detail: string;
  readonly remedy?: string;
}
interface Result {
  readonly name: string;
  readonly steps: number;
  readonly written: number[];
  readonly reports: readonly Report[];
}

let script = '';
beforeAll(async () => {
  const folder = installed({ 'model.ts': await emitted(program), 'page.ts': page });
  const { metafile, outputFiles } = await build({
    entryPoints: [join(folder, 'page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    metafile: true,
    outdir: scratch(),
    logLevel: 'silent',
  });
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  script = outputFiles[0]!.text;
});

/** Runs the page where there is what is given, and nothing of Node. */
async function run(given: object): Promise<Result & { readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const world = createContext({
    performance,
    TextEncoder,
    TextDecoder,
    setTimeout,
    document: {},
    console: { warn: (text: string) => warnings.push(text), log: () => undefined, error: () => undefined },
    ...given,
  });
  runInContext(`globalThis.window = globalThis; ${script}`, world);
  return { ...(await (world as { result: Promise<Result> }).result), warnings };
}

test('an emitted module is bundled for the browser without a built-in of Node', () => {
  expect(script).not.toContain('node:');
});

test('wasm is found without a file beside the page', async () => {
  const { reports, warnings, ...result } = await run({ atob, Blob, DecompressionStream, fetch, Response, URL });
  expect(result).toMatchObject({ name: 'wasm', steps: 3 });
  expect(result.written.length).toBeGreaterThan(0);
  expect(reports.filter(({ usable }) => usable).map(({ name }) => name)).toEqual(['wasm', 'cpu']);
  expect(warnings).toEqual([expect.stringMatching(/^attnc: the backend 'webgpu' cannot be used: this browser has no WebGPU\n {2}fix: /)]);
});

test('a backend that does not start is not called usable, and `auto` says why it is passed over', async () => {
  for (const [given, reason] of [
    [{}, 'this browser cannot unpack its binary'],
    [
      {
        atob,
        Blob,
        DecompressionStream,
        fetch,
        Response,
        URL,
        WebAssembly: { validate: () => true, compile: () => Promise.reject(new Error('blocked by CSP')) },
      },
      'this page cannot compile its binary: blocked by CSP',
    ],
    [{ atob, Blob, DecompressionStream, Response, URL, fetch: () => Promise.reject(new Error('blocked')) }, 'it does not start'],
  ] as const) {
    const { reports, warnings, ...result } = await run(given);
    expect(result).toMatchObject({ name: 'cpu', steps: 3 });
    expect(result.written.length).toBeGreaterThan(0);
    expect(reports.filter(({ usable }) => usable).map(({ name }) => name)).toEqual(['cpu']);
    expect(warnings.join('\n')).toContain(`attnc: the backend 'wasm' cannot be used: ${reason}`);
    for (const { name, remedy } of reports.filter(({ usable }) => !usable)) expect(remedy, name).not.toMatch(/Vulkan|install/);
  }
});

test('a page that only runs a model has what it uses, with the binary of wasm, in 850 kB', async () => {
  const runs =
    "import { useBackend } from 'attnc/runtime'; import { Translator } from './model.ts';\nawait useBackend('auto'); console.log(await new Translator().generate([{ tokens: [1] }]));";
  const folder = installed({ 'model.ts': readFileSync(join(root, 'models/bahdanau/model.ts'), 'utf8'), 'page.ts': runs });
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page.ts')],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    minify: true,
    write: false,
    outdir: scratch(),
    logLevel: 'silent',
  });
  expect(outputFiles[0]!.contents.length).toBeLessThan(850_000);
});

test('the kernels of a page are all that a backend is asked for', async () => {
  // `linspace` is among the cases, and nothing emits it; what ends so is not a kernel.
  const kernels = new Set(KERNELS);
  await useBackend('cpu');
  for (const { name, run } of OP_CASES) {
    const { kernelNames } = await tf.profile(() => tf.tidy(() => run()) as tf.Tensor);
    expect(
      kernelNames.filter((kernel) => !kernels.has(kernel) && kernel !== 'LinSpace' && !kernel.endsWith('__op')),
      name,
    ).toEqual([]);
  }
});
