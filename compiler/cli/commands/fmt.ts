import { resolve } from 'node:path';
import { format } from '../../../grammar/index.ts';
import { renderAll } from '../../diagnostics/render.ts';
import { syntaxError } from '../../diagnostics/syntax.ts';
import type { Given } from '../arguments.ts';
import { writeWhole } from '../io/files.ts';
import { each, misuse, STATUS, type Io } from '../io/io.ts';
import { missingFile, readText } from '../io/library.ts';
import { sourcesOf, STDIN } from '../io/sources.ts';

export async function fmt(given: Given, io: Io): Promise<number> {
  if (given.has('check') && given.has('stdout')) throw misuse('attnc fmt: --check does not go with --stdout');
  let status: number = STATUS.fine;
  const { files, stdin } = await sourcesOf(given.operands, 'fmt', io);
  const read = await each(files, io, ({ file }) => {
    const path = resolve(io.cwd, file);
    const before = file === STDIN ? stdin : readText(path, file);
    if (before === null) throw missingFile(file, io.cwd);
    const { text, problems } = format(before);
    if (problems.length > 0) {
      io.err(
        renderAll(
          problems.map((problem) => syntaxError(file, problem)),
          new Map([[file, before]]),
          io.style,
        ).trimEnd(),
      );
      io.err(`${file} is left as it is`);
      status = STATUS.failed;
    } else if (given.has('stdout') || (file === STDIN && !given.has('check'))) io.write(text);
    else if (text === before) return;
    else if (given.has('check')) {
      io.out(`${file} is not in its canonical layout`);
      status = STATUS.failed;
    } else {
      writeWhole(path, text);
      io.out(`${file} formatted`);
    }
  });
  return read ? status : STATUS.failed;
}
