import { catalogue } from '../../diagnostics/catalogue.ts';
import { didYouMean } from '../../diagnostics/names.ts';
import { explain } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { misuse, STATUS, type Io } from '../io.ts';

export async function explainCode(given: Given, io: Io): Promise<number> {
  const code = given.operands[0];
  if (code === undefined) {
    let phase = '';
    for (const [each, entry] of Object.entries(catalogue)) {
      if (entry.phase !== phase) io.out(`${phase === '' ? '' : '\n'}${entry.phase}`);
      phase = entry.phase;
      io.out(`  ${each}  ${entry.title}`);
    }
    return STATUS.fine;
  }
  const text = explain(code);
  if (text === null) {
    const near = didYouMean(code.toUpperCase(), Object.keys(catalogue));
    throw misuse(`attnc explain: there is no code ${code}`, near === null ? 'attnc explain lists the codes' : `did you mean ${near}?`);
  }
  io.write(text);
  return STATUS.fine;
}
