/** Loads the user's TypeScript modules into this process. */
import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { CliError } from '../io/io.ts';
import { packageRoot } from '../io/library.ts';
import { codeOf, messageOf } from '../io/reasons.ts';
import { hooks } from './hooks.ts';

/** The addresses of the running copy of attnc. */
function ownAddresses(): ReadonlyMap<string, string> {
  const built = join(packageRoot(), 'dist');
  return new Map(
    [
      ['attnc', 'compiler'],
      ['attnc/runtime', 'runtime'],
    ].map(([name, folder]): [string, string] => [name!, pathToFileURL(join(built, folder!, 'index.js')).href]),
  );
}

/** Uses in-thread hooks if Node has them, and otherwise the older kind. */
function hook(): void {
  const own = ownAddresses();
  const { registerHooks, register } = nodeModule as Partial<typeof nodeModule> & {
    readonly registerHooks?: (each: ReturnType<typeof hooks>) => void;
  };
  if (registerHooks !== undefined) {
    registerHooks(hooks(own));
    return;
  }
  // The hooks' thread reads only JavaScript, however this module was loaded.
  const here = pathToFileURL(join(packageRoot(), 'dist', 'compiler', 'cli', 'task', 'hooks.js')).href;
  const source = `import { hooksInThread } from ${JSON.stringify(here)};
    export const { resolve, load } = hooksInThread(new Map(${JSON.stringify([...own])}));`;
  register?.(`data:text/javascript,${encodeURIComponent(source)}`);
}

export type ImportModule = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/** Prepares the process for TypeScript modules, once. */
export function moduleImporter(): ImportModule {
  hook();
  // Errors in a user's module are shown at their line there.
  process.setSourceMapsEnabled(true);
  return async (file) => {
    try {
      return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw loadError(file, error);
    }
  };
}

function loadError(file: string, error: unknown): CliError {
  const first = messageOf(error)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 2)
    .join(' ');
  const missing = ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'].includes(codeOf(error));
  return new CliError(
    `${file} could not be loaded: ${first}`,
    missing ? 'install what it imports (npm install), or correct the import' : 'ATTNC_DEBUG=1 shows where it happened',
    { cause: error },
  );
}
