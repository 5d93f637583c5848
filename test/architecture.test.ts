/** Imports go one way: which folder may use which, and no circle of files. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The ground first: a folder may use those before it. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  compiler: ['size', 'diagnostics', 'graph', 'oracle', 'passes', 'analyze', 'emit', 'index.ts', 'service', 'lsp', 'cli'],
  'compiler/analyze': ['modules', 'scope', 'types', 'expressions', 'parameters', 'calls', 'bodies', 'decoders', 'programs'],
  'compiler/passes': ['core', 'loops', 'absence', 'clock', 'gradient', 'decoder', 'layout', 'pipeline.ts'],
};

/** By file: what it imports, from the root of the repository. */
function importsUnder(folder: string): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`);
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(|^import) ?'(\.[^']+)'/gm)].map(([, specifier]) => specifier!);
      return [file, specifiers.map((specifier) => normalize(join(dirname(file), specifier)).replaceAll('\\', '/'))];
    }),
  );
}

const imports = importsUnder('compiler');

describe('architecture', () => {
  it.each(Object.keys(LAYERS))('%s: a folder uses those below it alone', (folder) => {
    const order = LAYERS[folder]!;
    const layerOf = (file: string): number =>
      file.startsWith(`${folder}/`) ? order.indexOf(file.slice(folder.length + 1).split('/')[0]!) : -1;
    const known = [...imports].filter(([file]) => file.startsWith(`${folder}/`));
    expect(known.filter(([file]) => layerOf(file) < 0).map(([file]) => file)).toEqual([]);
    expect(known.flatMap(([file, uses]) => uses.filter((use) => layerOf(use) > layerOf(file)).map((use) => `${file} uses ${use}`))).toEqual(
      [],
    );
  });

  it('no file imports what imports it', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (file: string, way: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') return void circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      state.set(file, 'open');
      for (const use of imports.get(file) ?? []) visit(use, [...way, file]);
      state.set(file, 'done');
    };
    for (const file of imports.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('no folder has more files than one looks through', () => {
    const counts = new Map<string, number>();
    for (const file of imports.keys()) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 14)).toEqual([]);
  });

  it('the runtime uses nothing of the compiler', () => {
    const uses = [...importsUnder('runtime')].flatMap(([file, all]) =>
      all.filter((use) => use.startsWith('compiler/')).map((use) => `${file} uses ${use}`),
    );
    expect(uses).toEqual([]);
  });
});
