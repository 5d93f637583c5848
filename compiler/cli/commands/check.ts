import { checkFile } from '../../index.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { diagnosticsJson, renderAll } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { safeLine } from '../../diagnostics/text.ts';
import { each, STATUS, type Io } from '../io/io.ts';
import { librarian, sourcesOf } from '../io/sources.ts';
import { requireSettable } from '../programs/settings.ts';

export async function check(words: Given, io: Io): Promise<number> {
  const set = words.pairs('set');
  const sources = new Map<string, string>();
  // Files share imports: their errors are reported once.
  const found = new Map<string, Diagnostic>();
  const given = await sourcesOf(words.operands, 'check', io);
  const read = await each(given.files, io, ({ file }) => {
    const { library, path } = librarian(given, file, io);
    requireSettable(set, file, path, library);
    const result = checkFile(path, library, { set });
    for (const [name, text] of result.sources) sources.set(name, text);
    for (const diagnostic of result.diagnostics) found.set(JSON.stringify([diagnostic.code, diagnostic.place]), diagnostic);
  });
  const diagnostics = [...found.values()];
  const failed = !read || diagnostics.some(({ severity }) => severity === 'error');
  if (words.has('json')) io.write(diagnosticsJson(diagnostics, sources));
  else if (diagnostics.length > 0) io.err(renderAll(diagnostics, sources, io.style).trimEnd());
  else if (read) io.out(`${given.files.length === 1 ? safeLine(given.files[0]!.file) : `${given.files.length} files`}: no problems`);
  return failed ? STATUS.failed : STATUS.fine;
}
