/** Default fixes for messages that have none of their own: by the code of the error. */
import type { Code, Diagnostic } from '../../diagnostics/diagnostic.ts';

type Detail = Partial<Pick<Diagnostic, 'expected' | 'given'>>;

const REMEDIES: Partial<Record<Code, string | ((detail: Detail) => string | null)>> = {
  E0203: 'give one of them another name',
  E0301: 'rename one of the axes: `x[a as b]`',
  E0303: 'one name is one size: rename an axis, `x[a as b]`, or declare both over one dim',
  E0305: ({ expected = '', given = '' }) => {
    if (/\bbool\b/u.test(expected)) return 'write a comparison: `x > 0`';
    if (/\bbool\b/u.test(given)) return 'make numbers of it: `if c then 1 else 0`';
    return /\bindex\b/u.test(given)
      ? 'take the positions as numbers: `i + 0`'
      : /\bfloat\b/u.test(given)
        ? 'take a whole number: `floor(x)`'
        : null;
  },
  E0306: 'declare both over one dim, or take the positions as plain numbers: `i + 0`',
};

export function remedyFor(code: Code, detail: Detail): { readonly fix?: string } {
  const remedy = REMEDIES[code];
  const fix = typeof remedy === 'function' ? remedy(detail) : (remedy ?? null);
  return fix === null ? {} : { fix };
}
