/**
 * TypeScript modules of the user, loaded into this process. `attnc/runtime` and tfjs in them are the ones that run here,
 * whatever is installed beside them: a second copy would have backends and classes of its own.
 */
import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { CliError } from '../io.ts';
import { codeOf, messageOf, packageRoot } from '../library.ts';

/** Read as ES modules, also in a folder whose package.json does not say so, or that has none. */
const TYPESCRIPT = /^file:.*\.ts(?:\?|$)/u;

/** Found from here instead of from the module that imports it. */
const OURS = /^@tensorflow\/tfjs-(?:core|backend-[a-z]+)(?:\/|$)/u;

/** The address of the one copy of attnc. */
function ownAddresses(): ReadonlyMap<string, string> {
  const built = join(packageRoot(), 'dist');
  return new Map([['attnc', 'compiler'], ['attnc/runtime', 'runtime']].map(([name, folder]): [string, string] => [name!, pathToFileURL(join(built, folder!, 'index.js')).href]));
}

/** Takes the form of hooks without a thread of their own where Node has it, the older one elsewhere. */
function redirect(): void {
  const own = ownAddresses();
  const { registerHooks, register } = nodeModule as Partial<typeof nodeModule> & { readonly registerHooks?: RegisterHooks };
  if (registerHooks !== undefined) {
    registerHooks({
      resolve(specifier, context, next) {
        const url = own.get(specifier);
        if (url !== undefined) return { url, shortCircuit: true };
        const resolved = next(specifier, OURS.test(specifier) ? { ...context, parentURL: import.meta.url } : context);
        return TYPESCRIPT.test(resolved.url) ? { ...resolved, format: 'module' } : resolved;
      },
    });
    return;
  }
  // The same as a module, since it runs in a thread of its own.
  const source = `
    const own = new Map(${JSON.stringify([...own])}), ours = ${String(OURS)}, typescript = ${String(TYPESCRIPT)};
    export async function resolve(specifier, context, next) {
      const url = own.get(specifier);
      if (url !== undefined) return { url, shortCircuit: true };
      const resolved = await next(specifier, ours.test(specifier) ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context);
      return typescript.test(resolved.url) ? { ...resolved, format: 'module' } : resolved;
    }`;
  register?.(`data:text/javascript,${encodeURIComponent(source)}`);
}

type Resolved = { readonly url: string; readonly format?: string | null | undefined; readonly shortCircuit?: boolean };
type RegisterHooks = (hooks: { resolve(specifier: string, context: object, next: (specifier: string, context: object) => Resolved): Resolved }) => void;

export type ImportModule = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/** Once per process: prepares it for TypeScript modules. */
export async function moduleImporter(): Promise<ImportModule> {
  const { register } = await import('tsx/esm/api');
  // The nearest tsconfig.json may send `attnc/runtime` elsewhere: it is not asked.
  register({ tsconfig: false });
  redirect();
  return async (file) => {
    try {
      return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw loadError(file, error);
    }
  };
}

function loadError(file: string, error: unknown): CliError {
  const first = messageOf(error).split('\n').filter((line) => line.trim() !== '').slice(0, 2).join(' ');
  const missing = ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(codeOf(error));
  return new CliError(`${file} could not be loaded: ${first}`, missing ? 'install what it imports (npm install), or correct the import' : 'ATTNC_DEBUG=1 shows where it happened', { cause: error });
}
