/**
 * Node hooks for the user's TypeScript modules: types are stripped by the TypeScript that writes emitted modules, so no other
 * tool is needed. `attnc/runtime` and tfjs resolve to the copies that are running, whatever else is installed: a second copy
 * would have its own backends and classes.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ts as Typescript } from 'ts-morph';

/** Read as ES modules, even in a folder whose package.json does not say so, or without one. */
const TYPESCRIPT = /^file:.*\.m?ts(?:\?|$)/u;

/** Resolved from here instead of from the importing module. */
const OURS = /^@tensorflow\/tfjs-(?:core|backend-[a-z]+)(?:\/|$)/u;

export interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean;
}
export interface Loaded {
  readonly format: string;
  readonly source?: string | ArrayBuffer | object | undefined;
  readonly shortCircuit?: boolean;
}
type Next<T> = (given: string, context: object) => T;

/** @param own addresses of attnc's modules, by import specifier */
export function hooks(own: ReadonlyMap<string, string>) {
  return {
    resolve(specifier: string, context: object, next: Next<Resolved>): Resolved {
      let first: unknown;
      for (const each of spellings(specifier, own)) {
        try {
          return asModule(next(each, contextOf(specifier, context)));
        } catch (error) {
          first ??= error;
        }
      }
      throw first;
    },
    load: (url: string, context: object, next: Next<Loaded>): Loaded => loaded(url) ?? next(url, context),
  };
}

/** The same for Node versions that run hooks in a separate thread, where `next` returns promises. */
export function hooksInThread(own: ReadonlyMap<string, string>) {
  return {
    async resolve(specifier: string, context: object, next: Next<Promise<Resolved>>): Promise<Resolved> {
      let first: unknown;
      for (const each of spellings(specifier, own)) {
        try {
          return asModule(await next(each, contextOf(specifier, context)));
        } catch (error) {
          first ??= error;
        }
      }
      throw first;
    },
    load: async (url: string, context: object, next: Next<Promise<Loaded>>): Promise<Loaded> => loaded(url) ?? next(url, context),
  };
}

/** A file may be imported with its extension, with that of its output, or with none. The first error names it as written. */
function spellings(specifier: string, own: ReadonlyMap<string, string>): readonly string[] {
  if (/^(?:\.|file:)/u.test(specifier))
    return [specifier, specifier.replace(/\.(m?)js$/u, '.$1ts'), `${specifier}.ts`, `${specifier}/index.ts`];
  return [own.get(specifier) ?? specifier];
}

function contextOf(specifier: string, context: object): object {
  return OURS.test(specifier) ? { ...context, parentURL: import.meta.url } : context;
}

function asModule(resolved: Resolved): Resolved {
  return TYPESCRIPT.test(resolved.url) ? { ...resolved, format: 'module' } : resolved;
}

/** Undefined if it is not TypeScript. */
function loaded(url: string): Loaded | undefined {
  return TYPESCRIPT.test(url) ? { format: 'module', source: withoutTypes(url), shortCircuit: true } : undefined;
}

function withoutTypes(url: string): string {
  const path = fileURLToPath(url.replace(/\?.*$/u, ''));
  const { ts } = createRequire(import.meta.url)('ts-morph') as typeof import('ts-morph');
  const { outputText, diagnostics = [] } = ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, inlineSourceMap: true, inlineSources: true },
  });
  // A diagnostic without a location is about the options, which are ours.
  const wrong = diagnostics.find((each): each is Typescript.DiagnosticWithLocation => each.file !== undefined);
  if (wrong === undefined) return outputText;
  const { line, character } = wrong.file.getLineAndCharacterOfPosition(wrong.start);
  throw new SyntaxError(`${path}:${line + 1}:${character + 1}: ${ts.flattenDiagnosticMessageText(wrong.messageText, ' ')}`);
}
