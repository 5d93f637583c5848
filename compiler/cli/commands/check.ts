import { checkFile } from '../../index.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnosticsJson, renderAll } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { STATUS, type Io } from '../io.ts';
import { missingFile, nodeLibrary } from '../library.ts';
import { requireSettable } from '../settings.ts';

export async function check(given: Given, io: Io): Promise<number> {
  const set = given.pairs('set');
  const sources = new Map<string, string>();
  // Files share imports: what is wrong there is said once.
  const found = new Map<string, Diagnostic>();
  for (const file of given.operands) {
    const library = nodeLibrary(io.cwd);
    const path = library.nameOf(file);
    if (library.read(path) === null) throw missingFile(file, io.cwd);
    requireSettable(set, file, path, library);
    const result = checkFile(path, library, { set });
    for (const [name, text] of result.sources) sources.set(name, text);
    for (const diagnostic of result.diagnostics) found.set(JSON.stringify([diagnostic.code, diagnostic.place]), diagnostic);
  }
  const diagnostics = [...found.values()];
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  if (given.has('json')) io.write(diagnosticsJson(diagnostics, sources));
  else if (diagnostics.length > 0) io.err(renderAll(diagnostics, sources, io.style).trimEnd());
  else io.out(`${given.operands.length === 1 ? given.operands[0]! : `${given.operands.length} files`}: no problems`);
  return failed ? STATUS.failed : STATUS.fine;
}
