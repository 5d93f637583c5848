/** One TypeScript module from compiled models. */
import { IndentationText, NewLineKind, Project, QuoteKind } from 'ts-morph';
import type { CompiledModel } from '../passes/compiled.ts';
import { modelStatements, type Statement } from './model.ts';
import { comment, Names } from './names.ts';
import { Sources } from './sources.ts';

/**
 * The text of a strict TypeScript module: one class per model, with its functions and its definition for the runtime.
 * The same models give the same bytes.
 *
 * @param options.sources `.attn` file to text, for the lines that comments show
 * @param options.header first line of the module's comment, e.g. from which file it was compiled
 */
export function emitModule(models: readonly CompiledModel[], options: { readonly sources: ReadonlyMap<string, string>; readonly header: string }): string {
  const sources = new Sources(options.sources);
  const names = new Names();
  const statements: Statement[] = models.flatMap((model) => modelStatements(model, sources, names));
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, newLineKind: NewLineKind.LineFeed, quoteKind: QuoteKind.Single },
  });
  const file = project.createSourceFile('module.ts', { statements });
  // No string of the program holds a line break, so this is layout alone.
  const body = file.getFullText().replace(/\n{3,}/g, '\n\n');
  const imports = [
    ...(/(?<![\p{ID_Continue}.])tf\./u.test(body) ? ["import * as tf from '@tensorflow/tfjs-core';"] : []),
    "import * as rt from 'attnc/runtime';",
  ];
  const lines = options.header.split(/\r?\n/).map((line) => comment(line));
  return `/**\n${lines.map((line) => (line === '' ? ' *' : ` * ${line}`)).join('\n')}\n */\n${imports.join('\n')}\n\n${body.trim()}\n`;
}

