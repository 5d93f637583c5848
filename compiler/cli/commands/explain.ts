import { catalogue } from '../../diagnostics/catalogue.ts';
import { didYouMean } from '../../diagnostics/names.ts';
import { explain } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { misuse, STATUS, type Io } from '../io.ts';

export async function explainCode(given: Given, io: Io): Promise<number> {
  const asked = given.operands[0];
  if (asked === undefined) {
    let phase = '';
    for (const [each, entry] of Object.entries(catalogue)) {
      if (entry.phase !== phase) io.out(`${phase === '' ? '' : '\n'}${entry.phase}`);
      phase = entry.phase;
      io.out(`  ${each}  ${entry.title}`);
    }
    return STATUS.fine;
  }
  // A bare number is an error's.
  const code = /^\d{1,4}$/u.test(asked) ? `E${asked.padStart(4, '0')}` : asked;
  const text = explain(code);
  if (text === null) {
    // Nobody means a fault of the compiler itself.
    const meant = Object.entries(catalogue).filter(([, { phase }]) => phase !== 'the compiler').map(([each]) => each);
    const near = didYouMean(code.toUpperCase(), meant);
    throw misuse(`attnc explain: there is no code ${asked}`, near === null ? 'attnc explain lists the codes' : `did you mean ${near}?`);
  }
  io.write(text);
  return STATUS.fine;
}
