/** Checks `--set NAME=VALUE` against the program: a wrong one is an error of the command line, not of the file. */
import { loadModules, sharedBy, type Library, type LoadedModule, type Shared } from '../../analyze/modules/modules.ts';
import type { DimSpec, OptionItem } from '../../../grammar/ast.ts';
import { Problems } from '../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { misuse } from '../io/io.ts';

export type Settings = ReadonlyMap<string, string | number>;

interface Settable {
  readonly name: string;
  readonly what: 'dim' | 'option';
  /** Null: it takes no value, since its size comes from elsewhere. */
  readonly takes: string | null;
  /** Part of the standard library: can be set, but is not listed. */
  readonly standard: boolean;
  accepts(value: string | number): boolean;
}

/**
 * @param path as the library names `file`
 * @throws CliError (misuse) that lists the dims and options, or says what the one named takes
 */
export function requireSettable(set: Settings, file: string, path: string, library: Library): void {
  if (set.size === 0) return;
  const modules = loadModules(path, library, new Problems());
  // A syntax error may hide the name that is meant: it is reported first.
  if (modules === null || [...modules.modules.values()].some(({ broken, damaged }) => broken || damaged.size > 0)) return;
  const known = [...sharedBy(modules).map(settableOf), ...[...modules.modules.values()].flatMap(localsOf)];
  for (const [name, value] of set) {
    const named = known.filter((each) => each.name === name);
    if (named.some((each) => each.accepts(value))) continue;
    const said = `--set ${name}=${value}: `;
    const [one] = named;
    if (one === undefined) {
      const near = didYouMean(
        name,
        known.map((each) => each.name),
      );
      throw misuse(
        `${said}${file} has no dim or option ${name}; ${listed(known)}`,
        near === null ? undefined : `did you mean --set ${near}=${value}?`,
      );
    }
    if (one.takes === null)
      throw misuse(`${said}the size of ${name} comes from the input, or from its range: it cannot be set`, listed(known));
    throw misuse(`${said}the ${one.what} ${name} takes ${one.takes}`);
  }
}

function settableOf({ name, exported, module: { standard } }: Shared): Settable {
  return exported.kind === 'dim' ? dimOf(name, exported.spec, standard) : { ...optionOf(exported, standard), name };
}

/** The options declared in bodies. */
function localsOf({ module, standard }: LoadedModule): Settable[] {
  return module.items.flatMap((item) =>
    item.kind !== 'declaration'
      ? []
      : item.body.statements.flatMap((statement) => (statement.kind === 'option' ? [optionOf(statement, standard)] : [])),
  );
}

function dimOf(name: string, { value: { kind } }: DimSpec, standard: boolean): Settable {
  return {
    name,
    what: 'dim',
    takes: kind === 'size' ? 'a whole number from 1' : null,
    standard,
    accepts: (value) => kind === 'size' && Number.isSafeInteger(value) && Number(value) >= 1,
  };
}

function optionOf({ name, value: written }: Pick<OptionItem, 'name' | 'value'>, standard: boolean): Settable {
  if (written.kind === 'value')
    return { name: name.text, what: 'option', takes: 'a number', standard, accepts: (value) => typeof value === 'number' };
  const choices = written.choices.map(({ text }) => text);
  return { name: name.text, what: 'option', takes: choices.join(' or '), standard, accepts: (value) => choices.includes(String(value)) };
}

function listed(known: readonly Settable[]): string {
  const own = known.filter(({ takes, standard }) => takes !== null && !standard);
  const dims = own.filter(({ what }) => what === 'dim').map(({ name }) => name);
  const options = own.filter(({ what }) => what === 'option').map(({ name, takes }) => `${name} (${takes})`);
  const parts = [
    ...(dims.length === 0 ? [] : [`the dims ${[...new Set(dims)].join(', ')}`]),
    ...(options.length === 0 ? [] : [`the options ${[...new Set(options)].join(', ')}`]),
  ];
  return parts.length === 0 ? 'it has none' : `it has ${parts.join(' and ')}`;
}
