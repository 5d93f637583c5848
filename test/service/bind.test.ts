import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nodeLibrary } from '../../compiler/cli/io/library.ts';
import { checkFile } from '../../compiler/index.ts';
import { occurrenceAt } from '../../compiler/service/definitions.ts';
import { Workspace } from '../../compiler/service/workspace.ts';

/** Every program of the repository that is there to be run. */
const programs = (): string[] =>
  ['models', 'test/programs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.attn') && !file.startsWith('std'))
      .map((file) => `${folder}/${file}`),
  );

describe('names of the zoo mean what the elaborator takes them for', () => {
  for (const path of programs()) {
    it(path, () => {
      const library = nodeLibrary();
      const workspace = new Workspace(library);
      const wrong = new Set<string>();
      let seen = 0;
      checkFile(path, library, {
        observe: (expr, _, here) => {
          if (expr.kind !== 'name') return;
          // `h'` is the next value of the state `h`: for an editor one name.
          const entry = here.scope.lookup(expr.name);
          if (entry === null || entry.kind === 'group') return;
          const at =
            entry.kind === 'declaration'
              ? { file: entry.module.path, start: entry.declaration.name.span.start }
              : 'span' in entry && entry.span !== null
                ? { file: 'file' in entry ? entry.file : here.module.path, start: entry.span.start }
                : null;
          if (at === null) return;
          seen++;
          const found = occurrenceAt(workspace.bound(here.module.path)!, expr.span.start)?.definition ?? null;
          if (found?.file !== at.file || found.span.start !== at.start)
            wrong.add(
              `${here.module.path}:${expr.span.start} ${expr.name}: ${found?.file ?? '-'}:${found?.span.start ?? '-'} for ${at.file}:${at.start}`,
            );
        },
      });
      expect([...wrong]).toEqual([]);
      expect(seen).toBeGreaterThan(0);
    });
  }
});
