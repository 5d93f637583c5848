/** Text to a loaded module: the compiler's own functions, then types stripped and the runtime handed in, in some ten milliseconds. */
import * as tf from '@tensorflow/tfjs-core';
import { transformSync } from 'esbuild';
import { compileFile, type CompileResult, type Diagnostic, type Library, type Program } from '../../compiler/index.ts';
import { graphs } from '../../compiler/emit/graphs/graphs.ts';
import type { CompiledModel } from '../../compiler/passes/core/compiled.ts';
import * as runtime from '../../runtime/index.ts';
import { CausalModel, GenerativeModel, Joint, Model, type Definition, type Learner } from '../../runtime/index.ts';
import { library as models } from '../models/support.ts';

export type Example = Readonly<Record<string, unknown>>;
export type AnyModel = Model<Record<string, number>, Example, object>;

export const FILE = 'program.attn';

/** The standard library, read and parsed once; a caller's texts before its files. */
export class Texts {
  readonly #files: Library = models();
  readonly #read = new Map<string, string | null>();
  readonly #parsed: NonNullable<Library['parsed']> = new Map();

  with(texts: Readonly<Record<string, string>>): Library {
    return {
      standard: this.#files.standard,
      parsed: this.#parsed,
      read: (path) => {
        const own = texts[path];
        if (own !== undefined) return own;
        if (!this.#read.has(path)) this.#read.set(path, this.#files.read(path));
        return this.#read.get(path) ?? null;
      },
    };
  }
}

/** One program of a module. */
export interface Built {
  readonly text: string;
  readonly program: Program;
  readonly compiled: CompiledModel;
  readonly definition: Definition;
  readonly code: string;
  /** Sizes that replace the program's defaults. */
  readonly dims?: Readonly<Record<string, number>>;
}

export interface Refused {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

export type Settings = Readonly<Record<string, string | number>>;

export async function compileText(
  texts: Texts,
  text: string,
  set: Settings = {},
  path = FILE,
  files: Readonly<Record<string, string>> = {},
): Promise<CompileResult> {
  return compileFile(path, texts.with({ ...files, [path]: text }), { set: new Map(Object.entries(set)) });
}

/** Every program of the module, or why there is none. */
export async function build(
  texts: Texts,
  text: string,
  set: Settings = {},
  path = FILE,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly Built[] | Refused> {
  const { code, programs, models: compiled, diagnostics, sources } = await compileText(texts, text, set, path, files);
  if (code === null) return { text, diagnostics };
  const definitions = definitionsOf(code);
  const data = process.env.ATTNC_EXECUTION === undefined ? null : graphs.emit(compiled, { sources, header: '' });
  return programs.map(
    (program, k): Built => ({
      text,
      program,
      compiled: compiled[k]!,
      definition: {
        ...definitions.find(({ name }) => name === program.name)!,
        ...(data === null ? {} : { graphs: { file: new URL(`data:,${encodeURIComponent(data)}`), model: k } }),
      },
      code,
    }),
  );
}

export const isRefused = (built: readonly Built[] | Refused): built is Refused => 'diagnostics' in built;

/** The definitions that an emitted module hands to the runtime. */
export function definitionsOf(code: string): readonly Definition[] {
  const names = [...code.matchAll(/const (\S+): rt\.Definition/g)].map((match) => match[1]!);
  const { code: script } = transformSync(`${code}\nexport const definitions = [${names.join()}];`, {
    loader: 'ts',
    format: 'cjs',
    target: 'es2023',
  });
  const module = { exports: {} as { definitions?: readonly Definition[] } };
  const require = (name: string): unknown => {
    if (name === '@tensorflow/tfjs-core') return tf;
    if (name === 'attnc/runtime') return runtime;
    throw new Error(`an emitted module imports ${name}`);
  };
  new Function('module', 'exports', 'require', script)(module, module.exports, require);
  return module.exports.definitions!;
}

/** A model on the active backend; of an objective over several models, with those. */
export function instance({ program, definition, dims = {} }: Built, others: readonly Built[], seed: number): AnyModel | Learner<Example> {
  if (definition.parts !== undefined) {
    const parts = Object.entries(definition.parts).map(
      ([name, model]) => [name, instance(others.find((other) => other.program.name === model)!, others, seed)] as const,
    );
    return new Joint(definition, Object.fromEntries(parts), { seed });
  }
  if (program.decoder !== null) return new GenerativeModel(definition, { seed, dims });
  return program.causal === null ? new Model(definition, { seed, dims }) : new CausalModel(definition, { seed, dims });
}
