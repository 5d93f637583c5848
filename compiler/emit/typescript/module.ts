/** One TypeScript module from compiled models. */
import type { WriterFunction } from 'ts-morph';
import type { CompiledModel } from '../../passes/core/compiled.ts';
import type { EmitOptions, Target } from '../target.ts';
import { modelStatements, type Statement } from './model.ts';
import { ModuleNames } from './module-names.ts';
import { comment } from '../naming/names.ts';
import { Sources } from '../naming/sources.ts';
import { IndentationText, NewLineKind, Project, QuoteKind, StructureKind } from '../ts-morph.ts';

/** A strict TypeScript module: one class per model, with its functions and its definition for the runtime. */
export const typescript: Target = { emit: emitModule };

function emitModule(models: readonly CompiledModel[], options: EmitOptions): string {
  const sources = new Sources(options.sources);
  const names = new ModuleNames(models.map(({ program }) => program));
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { indentationText: IndentationText.TwoSpaces, newLineKind: NewLineKind.LineFeed, quoteKind: QuoteKind.Single },
  });
  const texts: string[] = [];
  const text = (write: WriterFunction, indentation: number): string => {
    const writer = project.createWriter();
    writer.setIndentationLevel(indentation);
    write(writer);
    texts.push(writer.toString().trimEnd());
    return `set${texts.length - 1};`;
  };
  // ts-morph parses what it has printed. What is text already, nine tenths of a module, stays out of that and is set in afterwards.
  const outline = models
    .flatMap((model, k) => modelStatements(model, sources, names, options.graphs === undefined ? null : { file: options.graphs, model: k }))
    .map((statement): Statement => {
      if (typeof statement === 'function') return text(statement, 0);
      if (typeof statement === 'string' || statement.kind !== StructureKind.Function || !Array.isArray(statement.statements))
        return statement;
      return { ...statement, statements: statement.statements.map((inner) => (typeof inner === 'function' ? text(inner, 1) : inner)) };
    });
  const printed = project.createSourceFile('module.ts', { statements: outline }).getFullText();
  // No string of the program holds a line break, so the rest is layout alone.
  const body = printed.replace(/^ *set(\d+);$/gm, (_, k) => texts[Number(k)]!).replace(/\n{3,}/g, '\n\n');
  const imports = [
    "import * as rt from 'attnc/runtime';",
    ...(/(?<![\p{ID_Continue}.])tf\./u.test(body) ? ["import { tf } from 'attnc/runtime';"] : []),
  ];
  const lines = options.header.split(/\r?\n/).map((line) => comment(line));
  return `/**\n${lines.map((line) => (line === '' ? ' *' : ` * ${line}`)).join('\n')}\n */\n${imports.join('\n')}\n\n${body.trim()}\n`;
}
