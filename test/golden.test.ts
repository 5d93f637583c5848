/**
 * Whole programs through the compiler, each a folder under `test/golden/<area>/<case>`:
 *
 *   input.attn      the program; other .attn files beside it are what it imports
 *   _config.json    optional, see `Config`
 *   _expected/      what comes out: diagnostics.txt (absent where there are none), module.ts and graph.txt where asked for
 *
 * With `product` in _config.json the emitted TypeScript is a file of the repository instead of module.ts.
 *
 * UPDATE_GOLDEN=1 npx vitest run test/golden.test.ts   writes the expected files anew: look at the difference.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFile, compileFile, renderAll, type Diagnostic } from '../compiler/index.ts';
import { nodeLibrary } from '../compiler/cli/io/library.ts';
import { catalogue } from '../compiler/diagnostics/catalogue.ts';
import { firstGraphs, listed } from '../compiler/emit/listing/listing.ts';

interface Config {
  /** A program elsewhere in the repository instead of input.attn. */
  readonly source?: string;
  /** Compare the emitted TypeScript. */
  readonly emit?: boolean;
  /** The emitted TypeScript, elsewhere in the repository: it is there to be used, and must be what its program gives. */
  readonly product?: string;
  /** Compare the graph before the passes. */
  readonly graph?: boolean;
  readonly set?: Readonly<Record<string, string | number>>;
  /** Under diagnostics/: why the code that the folder is called after is not reported yet. */
  readonly pending?: string;
}

interface Case {
  readonly name: string;
  readonly folder: string;
  readonly config: Config;
}

/** Codes without a program of their own here. */
const WITHOUT_PROGRAM: Readonly<Record<string, string>> = {
  E0999: 'a fault of the compiler itself: no program is known that causes one',
};

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const root = join(repository, 'test', 'golden');
const updating = process.env.UPDATE_GOLDEN === '1';

function casesUnder(folder: string): Case[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = entries.map(({ name }) => name);
  const isCase = ['input.attn', '_config.json', '_expected'].some((name) => names.includes(name));
  if (!isCase) return entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => casesUnder(join(folder, name)));
  const config = names.includes('_config.json') ? (JSON.parse(readFileSync(join(folder, '_config.json'), 'utf8')) as Config) : {};
  return [{ name: relative(root, folder).replaceAll('\\', '/'), folder, config }];
}

const cases = casesUnder(root);

interface Outcome {
  readonly codes: readonly string[];
  readonly code: string | null;
  readonly files: ReadonlyMap<string, string>;
}

async function outcomeOf({ folder, config }: Case): Promise<Outcome> {
  const library = nodeLibrary(config.source === undefined ? folder : repository);
  const path = config.source ?? 'input.attn';
  const options = {
    set: new Map(Object.entries(config.set ?? {})),
    ...(config.product === undefined
      ? {}
      : {
          sourceName: relative(dirname(config.product), path).replaceAll('\\', '/'),
          graphs: `${basename(config.product, '.ts')}.graphs.json`,
        }),
  };
  const compiles = config.emit === true || config.graph === true || config.product !== undefined;
  const compiled = compiles ? await compileFile(path, library, { ...options, verify: true }) : null;
  const { diagnostics, sources } = checkFile(path, library, { ...options, verify: compiled === null });
  if (compiled !== null) expect(compiled.diagnostics, 'compiling says what checking says').toEqual(diagnostics);
  const files = new Map<string, string>();
  if (diagnostics.length > 0) files.set('diagnostics.txt', withSources(diagnostics, sources, path));
  if (config.emit === true && compiled?.code != null) files.set('module.ts', compiled.code);
  if (config.graph === true && compiled !== null) {
    files.set('graph.txt', listed(compiled.programs.flatMap(firstGraphs)));
  }
  return { codes: diagnostics.map(({ code }) => code), code: compiled?.code ?? null, files };
}

/** The program and what is said of it, to be read together. */
function withSources(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>, path: string): string {
  // The standard library is left out: a change there is no change of what is said here.
  const shown = [...new Set([path, ...diagnostics.map(({ place }) => place.file)])].filter(
    (file) => sources.has(file) && !file.startsWith('std/'),
  );
  const texts = shown.map((file) => `---- ${file}\n${(sources.get(file) ?? '').trimEnd()}\n`);
  return `${texts.join('\n')}\n---- diagnostics\n${renderAll(diagnostics, sources, { color: false, width: 100 })}`;
}

function expectedFiles(folder: string): Map<string, string> {
  const expected = join(folder, '_expected');
  if (!existsSync(expected)) return new Map();
  return new Map(
    readdirSync(expected)
      .sort()
      .map((name): [string, string] => [name, readFileSync(join(expected, name), 'utf8')]),
  );
}

function update(folder: string, files: ReadonlyMap<string, string>): void {
  const expected = join(folder, '_expected');
  rmSync(expected, { recursive: true, force: true });
  if (files.size > 0) mkdirSync(expected, { recursive: true });
  for (const [name, text] of files) writeFileSync(join(expected, name), text);
}

function typeCheck(project: string): { readonly status: number | null; readonly stdout: string } {
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: repository, encoding: 'utf8' });
  return { status, stdout };
}

describe('golden programs', () => {
  it.each(cases)('$name', async (each) => {
    const { folder, config, name } = each;
    expect(
      existsSync(config.source === undefined ? join(folder, 'input.attn') : join(repository, config.source)),
      'the program of an expected outcome is gone',
    ).toBe(true);
    const { codes, code: emitted, files } = await outcomeOf(each);
    if (updating) update(folder, files);
    // A map that every step of a loop reads transposed is transposed before the loop, by a line of its own.
    expect(emitted ?? '', 'a parameter lies as it is read').not.toMatch(/^(?! {2}const \w+ = tf\.transpose).*tf\.transpose\(p[.[]/mu);
    if (config.product !== undefined) {
      const product = join(repository, config.product);
      if (updating && emitted !== null) writeFileSync(product, emitted);
      expect(emitted, config.product).toBe(readFileSync(product, 'utf8'));
    }
    const expected = expectedFiles(folder);
    expect([...files.keys()].sort(), 'the set of files').toEqual([...expected.keys()]);
    for (const [file, text] of files) expect(text, file).toBe(expected.get(file));
    if (!name.startsWith('diagnostics/')) return;
    const code = name.split('/')[1]!.slice(0, 5);
    if (config.pending === undefined) expect(codes, 'the code that the folder is called after').toContain(code);
    else expect(codes, 'the code is reported now: take `pending` away').not.toContain(code);
  });

  it.each(cases.filter(({ name }) => /^diagnostics\/E0[2-9]/.test(name)))(
    '$name: every error says what to write instead',
    async ({ folder, config }) => {
      const { diagnostics } = checkFile('input.attn', nodeLibrary(folder), { set: new Map(Object.entries(config.set ?? {})) });
      expect(
        diagnostics
          .filter(({ severity, fix }) => severity === 'error' && fix === undefined)
          .map(({ code, message }) => `${code} ${message}`),
      ).toEqual([]);
    },
  );

  it('cover every code that attnc has, or say why not', () => {
    const covered = new Set(cases.filter(({ name }) => name.startsWith('diagnostics/')).map(({ name }) => name.split('/')[1]!.slice(0, 5)));
    const missing = Object.keys(catalogue).filter((code) => !covered.has(code) && WITHOUT_PROGRAM[code] === undefined);
    expect(missing).toEqual([]);
    expect(Object.keys(WITHOUT_PROGRAM).filter((code) => covered.has(code))).toEqual([]);
  });

  it('emit modules that TypeScript takes under strict and noUnused*', () => {
    expect(cases.filter(({ folder }) => existsSync(join(folder, '_expected', 'module.ts'))).length).toBeGreaterThan(0);
    expect(typeCheck('tsconfig.golden.json')).toEqual({ status: 0, stdout: '' });
  });

  it('emit types so exact that TypeScript refuses a size, an input or a length that a call does not have', () => {
    const folder = join(repository, 'test', 'models', 'out', `exact-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    const module = readFileSync(join(root, 'emit', 'first-place', '_expected', 'module.ts'), 'utf8');
    const wrong = module.replace('} = batch.n;', ', now } = batch.n;\n  void [now, batch.inputs.z, batch.lengths.source];');
    writeFileSync(join(folder, 'module.ts'), wrong);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../../tsconfig.json',
        compilerOptions: { rootDir: '../../../..' },
        include: ['module.ts'],
        exclude: [],
      }),
    );
    const { stdout } = typeCheck(join(folder, 'tsconfig.json'));
    expect([...stdout.matchAll(/Property '(\w+)' does not exist/g)].map(([, name]) => name)).toEqual(['now', 'z', 'source']);
    rmSync(folder, { recursive: true });
  });
});
