/** What a command is given to read programs from: files, folders, standard input. */
import { readdirSync, type Dirent } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { CliError, misuse, type Io } from './io.ts';
import { missingFile, nodeLibrary, statOf, type NodeLibrary } from './library.ts';
import { reasonOf } from './reasons.ts';

/** The name of standard input in diagnostics and in the compiler. */
export const STDIN = '<stdin>';

export interface SourceFile {
  readonly file: string;
  /** Found below a folder: it may contain only blocks. */
  readonly found: boolean;
}

export interface Sources {
  readonly files: readonly SourceFile[];
  /** The text of standard input, where it was asked for with `-`. */
  readonly stdin: string | null;
}

/**
 * The files of operands: all .attn files below a folder, the text of standard input for `-`.
 *
 * @throws CliError for a folder without programs, and for a file that is not a program
 */
export async function sourcesOf(operands: readonly string[], command: string, io: Io): Promise<Sources> {
  const files = new Map<string, SourceFile>();
  const add = (file: string, found: boolean): void => void files.set(file, { file, found: found && files.get(file)?.found !== false });
  let stdin: string | null = null;
  for (const operand of operands) {
    if (operand === '-') {
      if (stdin !== null) throw misuse(`attnc ${command}: standard input is given twice`);
      stdin = await textOf(io);
      add(STDIN, false);
    } else if (isFolder(operand, io)) {
      const below = programsBelow(resolve(io.cwd, operand)).map((file) => join(operand, file));
      if (below.length === 0)
        throw new CliError(`there is no .attn file in ${operand} or below`, 'give a file, or `attnc init` for a first one');
      for (const file of below) add(file, true);
    } else {
      requireProgram(operand, command, io);
      add(operand, false);
    }
  }
  return { files: [...files.values()], stdin };
}

/** The library that reads these, and its name for the file. */
export function librarian(
  { stdin }: Pick<Sources, 'stdin'>,
  file: string,
  io: Io,
): { readonly library: NodeLibrary; readonly path: string } {
  const library = nodeLibrary(io.cwd, stdin === null ? new Map() : new Map([[STDIN, stdin]]));
  const path = library.nameOf(file);
  if (library.read(path) === null) throw missingFile(file, io.cwd);
  return { library, path };
}

/** @throws CliError for an existing file whose name says that it is something else: one sentence instead of syntax errors */
export function requireProgram(file: string, command: string, io: Io): void {
  const stat = statOf(resolve(io.cwd, file));
  const ending = extname(file);
  if (stat === undefined || !stat.isFile() || ending === '' || ending === '.attn') return;
  const beside = entriesOf(dirname(resolve(io.cwd, file)))
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.attn'));
  const near = [`${basename(file, ending)}.attn`, 'model.attn', ...beside].find((name) => beside.includes(name));
  throw misuse(
    `attnc ${command}: ${file} is no .attn program`,
    near === undefined ? 'give a file that ends in .attn' : `did you mean ${join(dirname(file), near)}?`,
  );
}

function isFolder(file: string, io: Io): boolean {
  return statOf(resolve(io.cwd, file))?.isDirectory() === true;
}

/** In order; skips installed packages, hidden files and links. */
export function programsBelow(folder: string, read: (folder: string) => Dirent[] = entriesOf): string[] {
  const entries = read(folder).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (isForeign(entry)) return [];
    if (entry.isDirectory()) return programsBelow(join(folder, entry.name), read).map((file) => join(entry.name, file));
    return entry.name.endsWith('.attn') && !entry.isDirectory() ? [entry.name] : [];
  });
}

/** Hidden files and installed packages are nobody's own. */
export const isForeign = ({ name }: Dirent): boolean => name.startsWith('.') || name === 'node_modules';

/** What is in a folder; nothing where it cannot be read. */
export function entriesIfReadable(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new CliError(`${folder} could not be read: ${reasonOf(error)}`, undefined, { cause: error });
  }
}

async function textOf(io: Io): Promise<string> {
  const bytes = await (io.stdin ?? processInput)();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError('standard input is not UTF-8 text', undefined, { cause: error });
  }
}

async function processInput(): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
