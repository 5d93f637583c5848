/** E01xx. The grammar owns titles and explanations; the examples stand here. */
import { SYNTAX_PROBLEMS, type SyntaxCode } from '../../../grammar/problems.ts';
import { inPhase, type Entry } from './entry.ts';

const EXAMPLES: Readonly<Record<SyntaxCode, { readonly wrong: string; readonly right: string }>> = {
  E0101: { wrong: 'dim hidden 512', right: 'dim hidden = 512' },
  E0102: { wrong: 'h = tanh(W @ )', right: 'h = tanh(W @ x)' },
  E0103: { wrong: 'h = tanh(W @ x\ny = h', right: 'h = tanh(W @ x)\ny = h' },
  E0104: { wrong: 'h = tanh(W @ x))', right: 'h = tanh(W @ x)' },
  E0105: { wrong: 'dim per = 3', right: 'dim every = 3' },
  E0106: { wrong: 'h = W @ x；', right: 'h = W @ x;' },
  E0107: { wrong: 'import GRU from "std/cells', right: 'import GRU from "std/cells"' },
  E0108: { wrong: 'x = 1', right: 'dim x = 1' },
  E0109: { wrong: 'a = x b = y', right: 'a = x; b = y' },
  E0110: { wrong: `y = ${'('.repeat(70)}x${')'.repeat(70)}`, right: 'y = x' },
  E0111: { wrong: 'y = 2x + 1.', right: 'y = 2 * x + 1.0' },
  E0112: { wrong: 'y = (a + b)(c)', right: 'y = (a + b) * c' },
  E0113: { wrong: "h'' = tanh(h')", right: "h' = tanh(h)" },
};

const entry = inPhase('syntax');

export const syntax = Object.fromEntries(
  Object.entries(SYNTAX_PROBLEMS).map(([code, p]): [string, Entry] => {
    const { wrong, right } = EXAMPLES[code as SyntaxCode];
    return [code, entry(p.title, `${p.explanation}\n\n${p.fix}`, wrong, right)];
  }),
) as Readonly<Record<SyntaxCode, Entry>>;
