/** Files for the compiler: the user's, named relative to the working folder, and the standard library's, named `std/…`. */
import { readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Library } from '../../analyze/modules/modules.ts';
import { CliError } from './io.ts';
import { codeOf, reasonOf } from './reasons.ts';

/** The folder with this package's package.json: two folders up in the sources, three in the built program. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (packageName(folder) === 'attnc') return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new CliError('the package of attnc is incomplete: its package.json is missing', 'install attnc anew');
    folder = parent;
  }
}

export function packageVersion(): string {
  return String(manifest(packageRoot())?.version);
}

function packageName(folder: string): unknown {
  return manifest(folder)?.name;
}

function manifest(folder: string): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

export interface NodeLibrary extends Library {
  /** The compiler's name for the user's file. */
  nameOf(file: string): string;
  /** What has been read so far, by absolute path; null where there was no file. */
  readonly touched: ReadonlyMap<string, string | null>;
}

/**
 * @param cwd relative to which files are named
 * @param given texts that are not files, by name
 */
export function nodeLibrary(cwd: string = process.cwd(), given: ReadonlyMap<string, string> = new Map()): NodeLibrary {
  const standardFolder = join(packageRoot(), 'models', 'std');
  const standard = readdirSync(standardFolder)
    .filter((file) => file.endsWith('.attn'))
    .sort()
    .map((file) => `std/${file}`);
  const isStandard = new Set(standard);
  const touched = new Map<string, string | null>();
  const readFile = (path: string): string | null => {
    const file = isStandard.has(path) ? join(standardFolder, path.slice('std/'.length)) : resolve(cwd, path);
    // Read once: a pipe, such as `<(…)` of a shell, gives its text only once, and a file may change in between.
    const before = touched.get(file);
    if (before !== undefined) return before;
    const text = readText(file, path);
    touched.set(file, text);
    return text;
  };
  return {
    standard,
    parsed: new Map(),
    touched,
    read(path) {
      return given.get(path) ?? readFile(path);
    },
    nameOf(file) {
      if (given.has(file)) return file;
      const absolute = resolve(cwd, file);
      const name = relative(cwd, absolute).split(sep).join('/');
      if (!isStandard.has(name)) return name;
      // A user's own folder `std` is not the standard library.
      return samePlace(absolute, join(standardFolder, name.slice('std/'.length))) ? name : `./${name}`;
    },
  };
}

function samePlace(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** Null where there is no such file. */
export function readText(file: string, shown: string): string | null {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(codeOf(error))) return null;
    throw new CliError(`${shown} could not be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError(`${shown} is not UTF-8 text`, 'save it as UTF-8', { cause: error });
  }
}

/** Undefined if there is nothing, or the path cannot be examined: a name that is too long, circular links. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Why `file` could not be read as a program. */
export function missingFile(file: string, cwd: string): CliError {
  const stat = statOf(resolve(cwd, file));
  if (stat?.isDirectory() === true) return new CliError(`${file} is a folder`, `give a file: ${file.replace(/\/+$/u, '')}/model.attn`);
  const other = file.endsWith('.attn') ? undefined : `${file}.attn`;
  return new CliError(
    `there is no file ${file}`,
    other !== undefined && statOf(resolve(cwd, other)) !== undefined ? `did you mean ${other}?` : undefined,
  );
}
