/** Models compiled from their `.attn` files, as a user would have them, beside the oracle of the same programs. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFile, renderAll, type Library, type Program } from '../../compiler/index.ts';
import { interpret, type Bindings, type Nested, type Value } from '../../compiler/oracle/interpret.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import type { CompiledModel } from '../../compiler/passes/core/compiled.ts';
import { reportBackends, type BackendName, type GenerativeModel, type Ints, type ModelOptions } from '../../runtime/index.ts';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const out = fileURLToPath(new URL('./out/', import.meta.url));

export interface Input {
  readonly tokens: Ints;
}

export interface Target {
  readonly y: Ints;
}

export type Tested = GenerativeModel<Record<string, number>, Input, Target>;

export type Subject = Compiled<Tested>;

export function library(): Library {
  return {
    standard: readdirSync(`${models}std`)
      .sort()
      .map((file) => `std/${file}`),
    read: (path) => {
      try {
        return readFileSync(models + path, 'utf8');
      } catch {
        return null;
      }
    },
  };
}

export interface Compiled<M> {
  readonly program: Program;
  /** What was emitted, as graphs. */
  readonly graphs: CompiledModel;
  create(options: ModelOptions<Record<string, number>>): M;
}

/** Compiles a file of `models/`, or the text given in its place, and loads the emitted module: its first program, or the one of that name. */
export async function compiled<M>(
  path: string,
  set: ReadonlyMap<string, string | number> = new Map(),
  text: string | null = null,
  name: string | null = null,
): Promise<Compiled<M>> {
  const files = library();
  // Test files share what they import: another program is another module.
  const digest = createHash('sha256')
    .update(JSON.stringify([path, text, [...set]]))
    .digest('hex')
    .slice(0, 16);
  const stem = `${path.replaceAll('/', '-').replace('.attn', '')}-${process.pid}-${digest}`;
  const result = await compileFile(path, text === null ? files : { ...files, read: (file) => (file === path ? text : files.read(file)) }, {
    set,
    verify: true,
    graphs: `${stem}.graphs.json`,
  });
  if (result.code === null) throw new Error(renderAll(result.diagnostics, result.sources, { color: false, width: 100 }));
  mkdirSync(out, { recursive: true });
  const file = `${out}${stem}.ts`;
  writeFileSync(`${out}${stem}.graphs.json`, result.graphs!);
  writeFileSync(file, result.code);
  const which = name === null ? 0 : result.programs.findIndex((each) => each.name === name);
  const program = result.programs[which]!;
  const emitted = (await import(/* @vite-ignore */ file)) as Record<string, new (options: ModelOptions<Record<string, number>>) => M>;
  return { program, graphs: result.models[which]!, create: (options) => new emitted[program.name]!(options) };
}

/** Compiles `models/<name>/model.attn`, or the text given. */
export function subject(name: string, set: ReadonlyMap<string, string | number> = new Map(), text: string | null = null): Promise<Subject> {
  return compiled<Tested>(`${name}/model.attn`, set, text);
}

/** Parameters and running values of a model in float64, for the oracle. */
export async function parametersOf(model: Pick<Tested, 'parameters' | 'running' | 'weights'>): Promise<Map<string, Float64Array>> {
  const values = new Map<string, Float64Array>();
  for (const { path } of [...model.parameters, ...model.running])
    values.set(path, Float64Array.from((await model.weights.read(path)).data));
  return values;
}

/** What the oracle needs for one example. */
export function bindings(model: Tested, parameters: ReadonlyMap<string, Float64Array>, { tokens, y }: Input & Target): Bindings {
  const targets = Array.from(y);
  const inputs = new Map<string, Nested>([
    ['tokens', Array.from(tokens)],
    ['y', [model.definition.decoder!.start, ...targets.slice(0, -1)]],
    ["y'", targets],
  ]);
  const sizes = new Map([...Object.entries(model.sizes), ['source', tokens.length], ['target', y.length], ['time', y.length]] as [
    string,
    number,
  ][]);
  return { sizes, inputs, parameters };
}

export function oracle(roots: readonly Node[], bound: Bindings): Value[] {
  return interpret(roots, bound);
}

/** The backends of this machine, or those of them that ATTNC_BACKENDS names; the others are listed by the test launcher. */
export async function usableBackends(): Promise<BackendName[]> {
  const wanted = process.env.ATTNC_BACKENDS;
  return (await reportBackends())
    .filter(({ usable, name }) => usable && (wanted?.split(',').includes(name) ?? true))
    .map(({ name }) => name);
}

/**
 * Of a list of programs, those that are run on a backend: all on the first one, on the others as many as show its kernels.
 * ATTNC_EVERYWHERE=1 runs all on all (`npm run test:everywhere`).
 */
export function runOn<T>(programs: readonly T[], backend: BackendName, backends: readonly BackendName[], shown = 2): readonly T[] {
  return backend === backends[0] || process.env.ATTNC_EVERYWHERE === '1' ? programs : programs.slice(0, shown);
}

/** Largest difference, relative to the largest magnitude expected; infinities must be in the same positions. */
export function relative(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity;
  let worst = 0;
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(expected[i]!) && Object.is(given[i], expected[i])) continue;
    worst = Math.max(worst, Math.abs(given[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return worst / scale;
}
