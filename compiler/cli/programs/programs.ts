/** From a file to its programs, without emission, for commands that only inspect them. */
import { renderAll } from '../../diagnostics/render.ts';
import type { Program } from '../../graph/graph.ts';
import { checkFile } from '../../index.ts';
import { CliError, type Io } from '../io/io.ts';
import { librarian, requireProgram } from '../io/sources.ts';
import { requireSettable, type Settings } from './settings.ts';

/** Null if there are errors, which are shown. */
export function compilePrograms(file: string, set: Settings, command: string, io: Io): readonly Program[] | null {
  requireProgram(file, command, io);
  const { library, path } = librarian({ stdin: null }, file, io);
  requireSettable(set, file, path, library);
  const { checked, diagnostics, programs, sources } = checkFile(path, library, { set });
  if (diagnostics.length > 0) io.err(renderAll(diagnostics, sources, io.style).trimEnd());
  if (checked === null) return null;
  if (programs.length === 0) throw new CliError(`${file} declares no model`, 'give a file with `model …`');
  return programs;
}
