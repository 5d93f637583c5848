import { catalogue } from '../../diagnostics/catalogue.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { explain } from '../../diagnostics/render.ts';
import type { Given } from '../arguments.ts';
import { topics } from '../topics.ts';
import { misuse, STATUS, type Io } from '../io/io.ts';

export async function explainCode(given: Given, io: Io): Promise<number> {
  const asked = given.operands[0];
  if (asked === undefined) {
    let phase = '';
    for (const [each, entry] of Object.entries(catalogue)) {
      if (entry.phase !== phase) io.out(`${phase === '' ? '' : '\n'}${entry.phase}`);
      phase = entry.phase;
      io.out(`  ${each}  ${entry.title}`);
    }
    io.out(`\nwords\n  ${topics().names.join(', ')}`);
    return STATUS.fine;
  }
  // A bare number means an error; leading zeros may be omitted.
  const [, letter, digits] = /^([EW]?)(\d{1,4})$/iu.exec(asked.trim()) ?? [];
  const code = digits === undefined ? asked : `${letter === '' ? 'E' : letter!.toUpperCase()}${digits.padStart(4, '0')}`;
  const words = topics();
  const text = explain(code) ?? (digits === undefined ? words.find(asked) : null);
  if (text === null) {
    // Nobody means an internal error of the compiler.
    const meant = Object.entries(catalogue)
      .filter(([, { phase }]) => phase !== 'the compiler')
      .map(([each]) => each);
    const near = didYouMean(code.toUpperCase(), meant) ?? (digits === undefined ? didYouMean(asked, words.names) : null);
    throw misuse(
      `attnc explain: there is no code ${asked}${digits === undefined ? ', and the reference has no such word' : ''}`,
      near === null ? 'attnc explain lists the codes and words' : `did you mean ${near}?`,
    );
  }
  io.write(text);
  return STATUS.fine;
}
