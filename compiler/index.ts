/** The whole compiler: text in, diagnostics and TypeScript out. It reads no files itself; a `Library` does. */
import { loadModules, type Library } from './analyze/modules/modules.ts';
import { callerKey, check, type Checked, type LowerOptions } from './analyze/programs/program.ts';
import { Problems, type Diagnostic, type Place } from './diagnostics/diagnostic.ts';
import type { Program } from './graph/graph.ts';
import { BeyondLimits } from './passes/layout/beyond-limits.ts';
import type { CompiledModel } from './passes/core/compiled.ts';
import { NoStep } from './passes/decoder/no-step.ts';
import { arrange, derive, type Derived, type DeriveOptions } from './passes/pipeline.ts';

export type { Library } from './analyze/modules/modules.ts';
export type { Diagnostic, Place } from './diagnostics/diagnostic.ts';
export { diagnosticsJson, explain, renderAll, renderDiagnostic } from './diagnostics/render.ts';
export type { Program } from './graph/graph.ts';
export { format, parse } from '../grammar/index.ts';

export interface CheckOptions extends LowerOptions, DeriveOptions {}

export interface CompileOptions extends CheckOptions {
  /** The path of the source relative to the emitted module; default: as given. */
  readonly sourceName?: string;
  /** What the module calls the file with its functions as data, which native TensorFlow builds graphs from; left out: it has none. */
  readonly graphs?: string;
}

export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[];
  /** File to text, for rendering. */
  readonly sources: ReadonlyMap<string, string>;
  /** Null if there are errors, or no such file. */
  readonly checked: Checked | null;
  readonly programs: readonly Program[];
  /** Ready for emission; empty if there are errors. */
  readonly models: readonly CompiledModel[];
}

export interface CompileResult extends CheckResult {
  /** The emitted module; null if there are errors, or nothing to emit. */
  readonly code: string | null;
  /** The text of that file; null if none is wanted, or there is no module. */
  readonly graphs: string | null;
}

/**
 * text -> ast -> checked -> programs ('calls') -> compiled models ('laid-out'): finds everything that can be wrong with a file,
 * its imports and the standard library, so that no file that passes is refused when it is compiled.
 */
export function checkFile(path: string, library: Library, options: CheckOptions = {}): CheckResult {
  const problems = new Problems();
  const modules = loadModules(path, library, problems);
  if (modules === null) return refused(problems, new Map());
  const sources = new Map([...modules.modules.values()].map((module) => [module.path, module.module.file.text]));
  const checked = check(modules, options, problems);
  if (checked === null) return refused(problems, sources);
  const { programs, alone, callers } = checked;
  const derived = programs.flatMap((program) => derivedOrReported(program, options, problems));
  if (problems.errors === 0) for (const program of alone) derivedOrReported(program, options, problems);
  reportUntrained(derived, callers, problems);
  const fine = problems.errors === 0;
  return {
    diagnostics: problems.sorted(),
    sources,
    checked: fine ? checked : null,
    programs,
    models: fine
      ? arrange(
          derived.map(({ model }) => model),
          options,
        )
      : [],
  };
}

function refused(problems: Problems, sources: CheckResult['sources']): CheckResult {
  return { diagnostics: problems.sorted(), sources, checked: null, programs: [], models: [] };
}

/** ... -> TypeScript. */
export async function compileFile(path: string, library: Library, options: CompileOptions = {}): Promise<CompileResult> {
  const result = checkFile(path, library, options);
  const { models, sources } = result;
  // ts-morph takes most of a second to load: only emission pays for it.
  const code =
    models.length === 0
      ? null
      : (await import('./emit/typescript/module.ts')).typescript.emit(models, {
          sources,
          header: `Compiled by attnc from ${options.sourceName ?? path}. Do not edit: edit the source and compile again.`,
          ...(options.graphs === undefined ? {} : { graphs: options.graphs }),
        });
  const graphs =
    options.graphs === undefined || code === null
      ? null
      : (await import('./emit/graphs/graphs.ts')).graphs.emit(models, { sources, header: '' });
  return { ...result, code, graphs };
}

/** E0704 where a step along a clock cannot be derived, E0901 where a backend cannot compute something. */
function derivedOrReported(program: Program, options: DeriveOptions, problems: Problems): readonly Derived[] {
  try {
    return [derive(program, options)];
  } catch (error) {
    if (!(error instanceof NoStep) && !(error instanceof BeyondLimits)) throw error;
    const { file, start, end } = error.origin;
    const place = { file, start, end };
    problems.report(
      error instanceof NoStep
        ? { code: 'E0704', severity: 'error', place, message: 'no step can be derived for this', why: error.message, fix: error.fix }
        : {
            code: 'E0901',
            severity: 'error',
            place,
            message: 'a backend cannot compute this',
            why: error.message,
            fix: 'merge axes that always go together into one dim, such as `dim both = rows * columns`',
          },
    );
    return [];
  }
}

/** W0801, once for each location in the text: one line may declare the parameters of many instances, and one call bring in several. */
function reportUntrained(derived: readonly Derived[], callers: Checked['callers'], problems: Problems): void {
  const found = new Map<string, { readonly paths: string[]; readonly place: Place }>();
  for (const { model, unreached } of derived) {
    for (const { path, origin } of model.program.parameters) {
      if (!unreached.includes(path)) continue;
      const { file, start, end } = callers.get(callerKey(model.program.name, path)) ?? origin;
      const key = `${file} ${start} ${end}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { paths: [path], place: { file, start, end } });
      else if (!known.paths.includes(path)) known.paths.push(path);
    }
  }
  for (const { paths, place } of found.values()) {
    problems.report({
      code: 'W0801',
      severity: 'warning',
      place,
      message: `no objective trains ${paths.map((path) => `\`${path}\``).join(', ')}`,
      why: 'the gradient of every loss is 0 there: nothing that a loss reads depends on it, or only through `argmax`, a comparison, `floor` or `stop`',
      fix: 'use it in what a loss reads, or remove it',
    });
  }
}
