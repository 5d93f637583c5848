/** What every subject of a row starts from: the compiled program, parameters and a batch that all share, the optimiser's settings. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { compileFile } from 'attnc';
import { fold, hashOf, seedKey, stream, useBackend, writeSafetensors, type Learner } from 'attnc/runtime';
import { nodeLibrary } from '../../compiler/cli/io/library.ts';
import { modelOf, type AnyTask, type Emitted } from './attnc.ts';
import type { Adam } from './protocol.ts';
import { drawn, isModelRow, shapeOf, sizesOf, type ModelRow, type Row, type Sizes, type TaskRow } from './rows.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Where files of a run lie, and bundles that use what attnc depends on. */
export const workFolder = join(root, '.attnc', 'bench');

export interface Prepared {
  readonly row: Row;
  /** Of the row, or whether a task is opened with its quick configuration. */
  readonly sizes: Sizes;
  readonly source: string;
  readonly set: ReadonlyMap<string, string | number>;
  /** attnc's subject as plain JavaScript. */
  readonly bundle: string;
  readonly tensors: string | null;
  readonly adam: Adam | null;
}

export async function prepare(row: Row, quick: boolean): Promise<Prepared> {
  const folder = join(workFolder, quick ? `${row.name}-quick` : row.name);
  mkdirSync(folder, { recursive: true });
  const program = isModelRow(row) ? programOf(row, sizesOf(row, quick)) : await programOfTask(row, quick);
  const emitted = join(folder, 'model.ts');
  // The bundle lies beside it.
  const graphs = 'model.graphs.json';
  const { code, graphs: data } = await compileFile(program.source, nodeLibrary(root), { set: program.set, graphs });
  if (code === null) throw new Error(`${program.source} does not compile`);
  writeFileSync(emitted, code);
  writeFileSync(join(folder, graphs), data!);
  const task = isModelRow(row) ? null : join(root, row.folder, 'task.ts');
  const shared = isModelRow(row)
    ? await share(row, sizesOf(row, quick), emitted, join(folder, 'tensors.safetensors'))
    : { sizes: { quick: quick ? 1 : 0 }, tensors: null, adam: null };
  return { row, ...program, bundle: await attncBundle(folder, emitted, task), ...shared };
}

function programOf({ file, set = {}, compiled = [] }: ModelRow, sizes: Sizes): Pick<Prepared, 'source' | 'set'> {
  return { source: file, set: new Map([...Object.entries(set), ...compiled.map((name): [string, number] => [name, sizes[name]!])]) };
}

async function programOfTask({ folder, configuration }: TaskRow, quick: boolean): Promise<Pick<Prepared, 'source' | 'set'>> {
  const { task } = (await import(pathToFileURL(join(root, folder, 'task.ts')).href)) as { readonly task: AnyTask };
  return {
    source: `${folder}/${task.source}`,
    set: new Map(Object.entries(task.configurations[quick ? 'quick' : configuration]!.set ?? {})),
  };
}

/** Writes first parameters and a batch for all subjects. */
async function share(row: ModelRow, sizes: Sizes, emitted: string, file: string): Promise<Pick<Prepared, 'sizes' | 'tensors' | 'adam'>> {
  await useBackend('cpu');
  const model = modelOf(row, sizes, (await import(pathToFileURL(emitted).href)) as Emitted);
  const tensors = new Map(await model.weights.store());
  for (const [name, input] of Object.entries(row.inputs)) {
    const random = stream(fold(seedKey(1), 0, hashOf(name)));
    tensors.set(`input:${name}`, { data: drawn(input, sizes, random), shape: shapeOf(input, sizes) });
  }
  writeFileSync(file, writeSafetensors({ tensors, metadata: new Map() }));
  const adam = adamOf(model);
  model.dispose();
  return { sizes, tensors: file, adam };
}

/** More steps than are compared between subjects; after these nothing depends on the rate. */
const RATES = 8;

function adamOf(model: Learner<object>): Adam {
  const update = model.objective().updates[0]!;
  const settings = Array.from({ length: RATES }, (_, k) => update.optimizer(model.sizes, k + 1, 0));
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings[0]!;
  return {
    rates: settings.map(({ rate }) => rate!),
    beta1: Number(beta1),
    beta2: Number(beta2),
    epsilon: Number(epsilon),
    clip: update.clip?.limit ?? null,
  };
}

function attncBundle(folder: string, emitted: string, task: string | null): Promise<string> {
  const lines = [
    `import * as emitted from ${JSON.stringify(emitted)};`,
    `import { attnc } from ${JSON.stringify(join(root, 'bench', 'suite', 'attnc.ts'))};`,
    `import { serve } from ${JSON.stringify(join(root, 'bench', 'suite', 'serve.ts'))};`,
    task === null ? 'const task = null;' : `import { task } from ${JSON.stringify(task)};`,
    'await serve((job) => attnc(job, emitted, task));',
  ];
  return bundle({ stdin: { contents: lines.join('\n'), resolveDir: root } }, join(folder, 'attnc.mjs'));
}

/** As it is built. */
const runtime = pathToFileURL(join(root, 'dist', 'runtime', 'index.js')).href;

/** As users run it: plain JavaScript, packages beside it, so that no start pays for stripping types. */
export async function bundle(
  entry: { readonly stdin: { readonly contents: string; readonly resolveDir: string } } | { readonly entryPoints: string[] },
  outfile: string,
  within: readonly string[] = [],
): Promise<string> {
  await build({
    ...entry,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    tsconfigRaw: '{}',
    logLevel: 'error',
    plugins: [
      {
        name: 'packages',
        setup({ onLoad, onResolve }) {
          // Also from folders that lie in no package called attnc.
          onResolve({ filter: /^attnc\/runtime$/ }, () => ({ path: runtime, external: true }));
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || within.some((name) => path.startsWith(name)) ? undefined : { path, external: true },
          );
          // Data beside the sources.
          onLoad({ filter: /[\\/]models[\\/].*\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
            loader: 'ts',
          }));
        },
      },
    ],
  });
  return outfile;
}
