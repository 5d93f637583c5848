/** E0212: names that the emitted module, or the language, reserves. */
import type { Body, Item, Name, Statement } from '../../../grammar/ast.ts';
import type { Problems } from '../../diagnostics/diagnostic.ts';
import type { LoadedModule } from './modules.ts';

/** Members of every JavaScript object: an example, or a record of sizes or parameters, cannot have keys with these names. */
const OF_OBJECTS: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);
/** `sum[batch]` and `mean[lifted]` name no dims of a program. */
const OF_REDUCTIONS: ReadonlySet<string> = new Set(['batch', 'lifted']);

export function refuseNames(module: LoadedModule, problems: Problems): void {
  const refuse = (name: Name, isDim: boolean): void => {
    const reduction = isDim && OF_REDUCTIONS.has(name.text);
    if (!reduction && !OF_OBJECTS.has(name.text)) return;
    problems.report({
      code: 'E0212',
      severity: 'error',
      place: { file: module.path, start: name.span.start, end: name.span.end },
      message: reduction ? `\`${name.text}\` cannot be the name of a dim` : `\`${name.text}\` cannot be used as a name`,
      why: reduction ? `\`sum[${name.text}](…)\` is part of the language` : 'every object of the emitted module has a member of this name',
      fix:
        reduction && name.text === 'batch'
          ? 'leave it away: a program is about one example, and what is emitted takes batches of them'
          : 'choose another name',
    });
  };
  for (const item of module.module.items) for (const { name, isDim } of definedBy(item)) refuse(name, isDim);
}

interface Defined {
  readonly name: Name;
  readonly isDim: boolean;
}

const values = (names: readonly Name[]): Defined[] => names.map((name) => ({ name, isDim: false }));

/** Names that become keys in the emitted module: dims, options, inputs, results, parameters, states, objectives, metrics. */
function definedBy(item: Item): Defined[] {
  switch (item.kind) {
    case 'import':
      return [];
    case 'dim':
      return item.dims.map(({ name }) => ({ name, isDim: true }));
    case 'option':
      return values([item.name]);
    case 'objective':
      return [...values([item.name, ...item.given.map(({ name }) => name)]), ...inBody(item.body)];
    case 'declaration': {
      const { result, generates } = item;
      const results =
        result === null
          ? []
          : result.kind === 'record'
            ? result.fields.map(({ name }) => name)
            : result.kind === 'named'
              ? [result.name]
              : [];
      return [
        ...values([
          item.name,
          ...item.statics.map(({ name }) => name),
          ...item.params.map(({ name }) => name),
          ...results,
          ...(generates === null ? [] : [generates.name]),
        ]),
        ...inBody(item.body),
      ];
    }
  }
}

function inBody(body: Body): Defined[] {
  return body.statements.flatMap((statement: Statement): Defined[] => {
    switch (statement.kind) {
      case 'dim':
        return statement.dims.map(({ name }) => ({ name, isDim: true }));
      case 'option':
        return values([statement.name]);
      case 'param':
      case 'state':
        return values(statement.groups.flatMap(({ names }) => names));
      case 'let':
      case 'metric':
        return values([statement.name]);
      case 'equation':
        return [...values(statement.targets.map(({ name }) => name)), ...inside(statement.value)];
      default:
        return inside(statement);
    }
  });
}

/** Names in the bodies inside an expression: scans, repeats, branches. */
function inside(part: unknown): Defined[] {
  if (typeof part !== 'object' || part === null) return [];
  return isBody(part) ? inBody(part) : Object.values(part).flatMap(inside);
}

function isBody(part: object): part is Body {
  return 'statements' in part && Array.isArray(part.statements);
}
