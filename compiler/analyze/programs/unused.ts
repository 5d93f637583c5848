/** W0201 and W0401, by syntax alone: names that nothing reads. */
import type { Body, Declaration, Item, Module, Name, Objective, Statement } from '../../../grammar/ast.ts';
import { entryItems, exportsOf, importsOf, nameOf, type LoadedModule, type ModuleSet } from '../modules/modules.ts';
import { isJoint } from './joint.ts';
import type { Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { warnFormals } from '../decoders/signature.ts';

/** Names that the language itself reads. */
const read = new Set(['logits', 'probability', 'weights', 'loss']);

export function warnUnused(file: LoadedModule, modules: ModuleSet, here: Site): void {
  const { module } = file;
  // Also used: a model that the entry file imports, which is emitted; one that an objective trains; a dim or an option, which can
  // be set.
  const emitted = new Set(
    file !== modules.entry
      ? []
      : importsOf(file, modules).flatMap(({ local, exported, module: from }) =>
          exported?.kind === 'declaration' && exported.what !== 'model'
            ? []
            : exported?.kind === 'objective' && !trains(exported, from!, modules)
              ? []
              : [local],
        ),
  );
  const counts = new Map<Item, Map<string, number>>(module.items.map((item) => [item, countUses(item)]));
  const files = [...modules.modules.values()].filter(({ standard }) => !standard);
  const imported = new Set(
    files.flatMap((other) =>
      importsOf(other, modules).flatMap(({ exported, module: from }) => (from === file && exported !== null ? [nameOf(exported)] : [])),
    ),
  );
  // A file with nothing but dims is there for others.
  const isShared = (name: string): boolean => imported.has(name) || module.items.every(({ kind }) => kind === 'dim' || kind === 'option');
  // A declaration does not read from the file what it defines itself.
  const own = new Map(module.items.map((item) => [item, ownNames(item)]));
  const everywhere = (name: string): boolean => [...counts].some(([item, uses]) => uses.has(name) && !own.get(item)!.has(name));
  const objectives = files
    .flatMap((other) => other.module.items.filter(({ kind }) => kind === 'objective'))
    .map((item) => counts.get(item) ?? countUses(item));
  const inObjectives = (name: string): boolean => objectives.some((uses) => uses.has(name));
  const warn = (name: Name, what: string): void => {
    report(here, 'W0201', name.span, `the ${what} \`${name.text}\` is read by nothing`, {
      severity: 'warning',
      fix: 'remove it, or use it',
    });
  };
  for (const item of module.items) {
    if (item.kind === 'dim') for (const { name } of item.dims) if (!everywhere(name.text) && !isShared(name.text)) warn(name, 'dim');
    if (item.kind === 'option' && !everywhere(item.name.text) && !isShared(item.name.text)) warn(item.name, 'option');
    if (item.kind === 'import')
      for (const { name, as } of item.names) if (!everywhere((as ?? name).text) && !emitted.has(as ?? name)) warn(as ?? name, 'import');
    if (item.kind !== 'declaration' && item.kind !== 'objective') continue;
    const uses = counts.get(item)!;
    if (item.kind === 'objective' && isJoint(item))
      for (const each of item.models) if (!uses.has((each.name ?? each.model).text)) warn(each.name ?? each.model, 'model');
    if (item.kind === 'declaration') for (const { name } of item.statics) if (!uses.has(name.text)) warn(name, 'bracket parameter');
    const visible = item.kind === 'declaration' && (item.what === 'decoder' || item.what === 'model');
    for (const { name, what } of definitions(item.body)) {
      if (!uses.has(name.text) && !read.has(name.text) && !(visible && inObjectives(name.text))) warn(name, what);
    }
    if (item.kind === 'declaration' && item.what !== 'model' && item.what !== 'encoder' && item.what !== 'decoder')
      warnFormals(item, (name) => uses.get(name)!, here);
  }
}

/**
 * Is a model of the objective in the entry file? A decoder by itself is emitted because its objective is, and so are models that
 * one calls.
 */
function trains(objective: Objective, file: LoadedModule, modules: ModuleSet): boolean {
  if (isJoint(objective)) return true;
  const seen = [...importsOf(file, modules).map(({ local, exported }) => [local.text, exported] as const), ...exportsOf(file.module.items)];
  const models = new Set(entryItems('declaration', modules).map(({ item }) => item));
  return objective.models.some(({ model }) =>
    seen.some(
      ([name, exported]) =>
        name === model.text && exported?.kind === 'declaration' && (models.has(exported) || exported.what === 'decoder'),
    ),
  );
}

/** Names that mean something of the item's own throughout. */
function ownNames(item: Item): ReadonlySet<string> {
  if (item.kind === 'objective') return new Set([...item.given, ...definitions(item.body)].map(({ name }) => name.text));
  return new Set(
    item.kind === 'declaration' ? [...item.statics, ...item.params, ...definitions(item.body)].map(({ name }) => name.text) : [],
  );
}

/** What a body defines and something should read; a primed name belongs to the state. */
function definitions(body: Body): { name: Name; what: string }[] {
  return body.statements.flatMap((statement: Statement): { name: Name; what: string }[] => {
    switch (statement.kind) {
      case 'dim':
        return statement.dims.map(({ name }) => ({ name, what: 'dim' }));
      case 'option':
        return [{ name: statement.name, what: 'option' }];
      case 'param':
        return statement.groups.flatMap((group) => group.names.map((name) => ({ name, what: 'parameter' })));
      case 'let':
        return [{ name: statement.name, what: 'instance' }, ...nested(statement.value)];
      case 'equation':
        return [...statement.targets.flatMap(({ name, prime }) => (prime ? [] : [{ name, what: 'value' }])), ...nested(statement.value)];
      case 'match':
        return statement.arms.flatMap((arm) => definitions(arm.body));
      default:
        return nested(statement);
    }
  });
}

/** Definitions in the bodies inside an expression: scans, repeats, branches. */
function nested(part: unknown): { name: Name; what: string }[] {
  if (typeof part !== 'object' || part === null) return [];
  if (isBody(part)) return definitions(part);
  return Object.values(part).flatMap(nested);
}

function isBody(part: object): part is Body {
  return 'statements' in part && Array.isArray(part.statements);
}

/** How often each name is read in a part of the tree: in expressions, types and brackets, but not where it is defined. */
function countUses(item: Item): Map<string, number> {
  const uses = new Map<string, number>();
  const settings = new Set<object>();
  const count = (name: string): void => {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  };
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      part.forEach(visit);
      return;
    }
    for (const setting of settingsOf(part)) settings.add(setting);
    if ('kind' in part && part.kind === 'name' && 'name' in part && typeof part.name === 'string') count(part.name);
    for (const [key, inner] of Object.entries(part)) {
      if (isName(inner)) {
        if (!isDefinition(part, key) && !settings.has(part)) count(inner.text);
      } else if (Array.isArray(inner) && inner.every(isName)) {
        if (!['names', 'models', 'choices'].includes(key)) inner.forEach(({ text }) => count(text));
      } else if (!['models', 'comments', 'labels'].includes(key)) visit(inner);
    }
  };
  visit(item);
  return uses;
}

/** `p = 0.3` in the brackets of a block refers to a name of the block, and reads none here. */
function settingsOf(part: object): readonly object[] {
  if (!('kind' in part)) return [];
  const { kind } = part;
  let callee: unknown = kind === 'call' && 'callee' in part ? part.callee : kind === 'let' && 'value' in part ? part.value : null;
  if (isNode(callee) && callee.kind === 'per' && 'callee' in callee) callee = callee.callee;
  return isNode(callee) && callee.kind === 'bracket' && 'args' in callee && Array.isArray(callee.args)
    ? callee.args.filter((arg: unknown) => isNode(arg) && arg.kind === 'named')
    : [];
}

function isNode(part: unknown): part is { readonly kind: unknown } {
  return typeof part === 'object' && part !== null && 'kind' in part;
}

function isName(part: unknown): part is Name {
  return (
    typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string' && 'span' in part && !('kind' in part)
  );
}

/** Does `key` of this node hold the name that it defines? */
function isDefinition(part: object, key: string): boolean {
  if (key === 'field') return true;
  if (key === 'name' || key === 'as') return !('kind' in part && part.kind === 'named');
  return false;
}

/** Alternatives of every option in these modules: further values that `match` may take. */
export function optionChoices(modules: Iterable<Module>): { name: Name; choices: readonly string[]; file: string }[] {
  const found: { name: Name; choices: readonly string[]; file: string }[] = [];
  for (const module of modules) {
    const add = (item: Item | Statement): void => {
      if (item.kind === 'option' && item.value.kind === 'choice')
        found.push({ name: item.name, choices: item.value.choices.map(({ text }) => text), file: module.file.path });
    };
    for (const item of module.items) {
      add(item);
      if (item.kind === 'declaration') item.body.statements.forEach(add);
    }
  }
  return found;
}

/** Names of options declared in bodies: `--set` reaches them too. */
export function localOptions(declarations: readonly Declaration[]): string[] {
  return declarations.flatMap(({ body }) =>
    body.statements.flatMap((statement) => (statement.kind === 'option' ? [statement.name.text] : [])),
  );
}
