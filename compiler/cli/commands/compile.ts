import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { compileFile, type Program } from '../../index.ts';
import { renderAll } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { CliError, each, misuse, STATUS, type Io } from '../io/io.ts';
import { librarian, sourcesOf, STDIN } from '../io/sources.ts';
import { requireSettable, type Settings } from '../programs/settings.ts';
import { currentText, watchFiles, type FilesRead } from '../io/watch.ts';

export interface Target {
  readonly file: string;
  /** Null: standard output. */
  readonly out: string | null;
  readonly set: Settings;
  /** The text, if the file is standard input. */
  readonly stdin?: string | null;
  /** Skip files that declare no model. */
  readonly modelsOnly?: boolean;
}

export interface Compiled {
  readonly fine: boolean;
  readonly touched: FilesRead;
  /** The dims that the models' constructors take. */
  readonly dims: ReadonlySet<string>;
  readonly programs: readonly Program[];
}

export async function compile(given: Given, io: Io): Promise<number> {
  const toStdout = given.has('stdout');
  const folder = given.text('out');
  if (toStdout && (folder !== undefined || given.has('watch')))
    throw misuse(`attnc compile: --stdout does not go with --${folder === undefined ? 'watch' : 'out'}`);
  const { files, stdin } = await sourcesOf(given.operands, 'compile', io);
  if (toStdout && files.length > 1) throw misuse('attnc compile: --stdout takes one file');
  const other = folder !== undefined ? 'out' : 'watch';
  if (stdin !== null && given.has(other)) throw misuse(`attnc compile: standard input goes to standard output, not with --${other}`);
  const set = given.pairs('set');
  const targets = files.map(
    ({ file, found }): Target => ({
      file,
      out: toStdout || file === STDIN ? null : outputOf(file, folder, io.cwd),
      set,
      stdin,
      modelsOnly: found,
    }),
  );
  const first = new Map<string, string>();
  for (const { file, out } of targets) {
    if (out === null) continue;
    const other = first.get(out);
    if (other !== undefined && resolve(io.cwd, other) !== resolve(io.cwd, file))
      throw misuse(
        `attnc compile: ${other} and ${file} would both be written to ${relative(io.cwd, out)}`,
        'compile them into different folders',
      );
    first.set(out, file);
  }
  if (given.has('watch')) return watch(targets, io);
  let fine = true;
  const written = await each(targets, io, async (target) => {
    fine = (await compileTo(target, io)).fine && fine;
  });
  return fine && written ? STATUS.fine : STATUS.failed;
}

function outputOf(file: string, folder: string | undefined, cwd: string): string {
  const name = `${basename(file).replace(/\.attn$/u, '')}.ts`;
  return resolve(cwd, folder ?? dirname(file), name);
}

/** Compiles one file and shows its diagnostics; the output is written only if there are no errors. */
export async function compileTo({ file, out, set, stdin = null, modelsOnly = false }: Target, io: Io, quiet = false): Promise<Compiled> {
  const { library, path } = librarian({ stdin }, file, io);
  requireSettable(set, file, path, library);
  // Relative to the module, so that the text does not depend on where the command runs.
  const source = resolve(io.cwd, file);
  const sourceName =
    file === STDIN
      ? file
      : relative(dirname(out ?? source), source)
          .split(sep)
          .join('/');
  const data = out === null ? null : `${basename(out, '.ts')}.graphs.json`;
  const { diagnostics, sources, code, programs, graphs } = await compileFile(path, library, {
    set,
    sourceName,
    ...(data === null ? {} : { graphs: data }),
  });
  if (diagnostics.length > 0) io.err(renderAll(diagnostics, sources, io.style).trimEnd());
  const { touched } = library;
  const dims = new Set(programs.flatMap((program) => program.hyperparameters.map(({ dim }) => dim.label)));
  if (diagnostics.some(({ severity }) => severity === 'error')) return { fine: false, touched, dims, programs };
  if (code === null) {
    if (modelsOnly) return { fine: true, touched, dims, programs };
    io.err(
      `attnc: ${file} declares no model: there is nothing to compile\n  fix: add \`model …\`, or use \`attnc check\` for a file of blocks`,
    );
    return { fine: false, touched, dims, programs };
  }
  if (out === null) io.write(code);
  else {
    // First what the module refers to.
    if (data !== null && graphs !== null) writeWhole(join(dirname(out), data), graphs);
    writeWhole(out, code);
    if (!quiet) io.out(`${file} -> ${relative(io.cwd, out)}`);
  }
  return { fine: true, touched, dims, programs };
}

/** Compiles again on every change until Ctrl-C; errors do not end it. */
async function watch(targets: readonly Target[], io: Io): Promise<number> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const round = async (): Promise<FilesRead> => {
      const touched = new Map(
        targets.map(({ file }): [string, string | null] => [resolve(io.cwd, file), currentText(resolve(io.cwd, file))]),
      );
      for (const target of targets) {
        try {
          for (const [file, text] of (await compileTo(target, io)).touched) touched.set(file, text);
        } catch (error) {
          // An editor may remove a file for a moment while it saves.
          if (!(error instanceof CliError)) throw error;
          io.err(`attnc: ${error.message}`);
        }
      }
      io.err(`watching ${touched.size} files; Ctrl-C ends`);
      return touched;
    };
    await watchFiles(round, stop.signal);
    return STATUS.fine;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** The folder of a task's modules. */
export function moduleIn(folder: string, source: string): string {
  return join(folder, `${basename(source).replace(/\.attn$/u, '')}.ts`);
}
