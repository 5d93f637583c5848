import { expect, it } from 'vitest';
import { nodeLibrary } from '../../compiler/cli/io/library.ts';
import * as answers from '../../compiler/lsp/answers.ts';
import { renamable } from '../../compiler/lsp/rename.ts';
import { semanticTokens } from '../../compiler/lsp/tokens.ts';
import { Types } from '../../compiler/service/types.ts';
import { Workspace } from '../../compiler/service/workspace.ts';
import { Mutants } from '../attack/mutants.ts';

it('every half-written program has its answers, whatever is spoilt or missing', () => {
  const mutants = new Mutants();
  const library = nodeLibrary();
  let text = '';
  const workspace = new Workspace({ ...library, read: (path) => (path === 'spoilt.attn' ? text : library.read(path)) });
  let answered = 0;
  for (let at = 0; at < 300; at++) {
    const mutant = mutants.mutant(14, at);
    const place = mutant.places[0]!.end;
    // As it would be while it is typed, too.
    for (text of [mutant.text, mutant.text.slice(0, place)]) {
      workspace.changed();
      const bound = workspace.bound('spoilt.attn')!;
      const asked = {
        workspace,
        bound,
        path: 'spoilt.attn',
        types: new Types(),
        uriOf: (file: string) => file,
        all: () => [],
        topic: () => null,
      };
      answered += answers.completion(asked, place).length;
      answers.hover(asked, place);
      answers.definition(asked, place);
      answers.references(asked, place, true);
      answers.signatureHelp(asked, place);
      renamable(asked, place);
      answers.inlayHints(asked, { start: 0, end: text.length });
      answers.symbols(asked);
      answers.folds(asked);
      semanticTokens(bound);
      for (const { span, text: name } of bound.occurrences) expect(text.slice(span.start, span.end)).toBe(name);
    }
  }
  expect(answered).toBeGreaterThan(0);
});
