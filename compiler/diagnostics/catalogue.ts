/**
 * The one table of everything that attnc can say. A code is never given a second meaning; numbers of withdrawn codes stay unused.
 *
 *   E01xx syntax   E02xx names   E03xx axes and sizes   E04xx binding   E05xx absence   E06xx recurrence   E07xx causality
 *   E08xx training   E09xx the compiler   W0xxx warnings, numbered by the same phases
 */
import { absence } from './catalogue/absence.ts';
import { axes } from './catalogue/axes.ts';
import { binding } from './catalogue/binding.ts';
import type { Entry } from './catalogue/entry.ts';
import { names } from './catalogue/names.ts';
import { recurrence } from './catalogue/recurrence.ts';
import { syntax } from './catalogue/syntax.ts';
import { training } from './catalogue/training.ts';

export type { Entry };

/** One table per family, in the order of the reference. A code in two of them is a bug that the tests find. */
export const families = [syntax, names, axes, binding, absence, recurrence, training] as const;

export const catalogue = { ...syntax, ...names, ...axes, ...binding, ...absence, ...recurrence, ...training } as const;

export type Code = keyof typeof catalogue;

export function isCode(text: string): text is Code {
  return Object.hasOwn(catalogue, text);
}

/** The explanation in Markdown, with an incorrect and a correct example. */
export function explanation(entry: Entry): string {
  return `${entry.text}\n\nWrong:\n\n${fenced(entry.wrong)}\n\nRight:\n\n${fenced(entry.right)}`;
}

const fenced = (text: string): string => `\`\`\`attn\n${text}\n\`\`\``;
