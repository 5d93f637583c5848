/** Parses a command line by the specification of a command. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { didYouMean } from '../../runtime/near.ts';
import { misuse } from './io/io.ts';

export interface OptionSpec {
  /** The name of its value in the help; none: a flag. */
  readonly value?: string;
  readonly many?: boolean;
  readonly short?: string;
  readonly about: string;
}

export interface CommandSpec {
  readonly name: string;
  /** The operands, as in `FILE…`. */
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  readonly about: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  /** More to say, after the options. */
  readonly notes?: string;
}

/** Value names of paths: an empty path would mean the current folder. */
const PATHS = new Set(['DIR', 'FILE']);

const HELP: OptionSpec = { short: 'h', about: 'shows this text' };

/** The given options; asking for an option that the command does not have is a bug in the command. */
export class Given {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;
  readonly #command: string;

  constructor(command: string, operands: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.#command = command;
    this.operands = operands;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** A whole number, `least` or more. */
  whole(name: string, least: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < least)
      throw misuse(`attnc ${this.#command}: --${name} takes a whole number from ${least}, given '${text}'`);
    return value;
  }

  /** A number above 0, and at most `most`. */
  positive(name: string, most = Number.POSITIVE_INFINITY): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value > 0 && value <= most && Number.isFinite(value))) {
      throw misuse(
        `attnc ${this.#command}: --${name} takes a number above 0${Number.isFinite(most) ? ` and at most ${most}` : ''}, given '${text}'`,
      );
    }
    return value;
  }

  /** Repeated `name=value`; values that read as numbers become numbers. */
  pairs(name: string): ReadonlyMap<string, string | number> {
    const pairs = this.list(name).map((text): [string, string | number] => {
      const [, key, value] = /^\s*([^=\s]+)\s*=\s*(.*\S)\s*$/u.exec(text) ?? [];
      if (key === undefined || value === undefined)
        throw misuse(`attnc ${this.#command}: --${name} takes name=value, given '${text}'`, `for example --${name} hidden=64`);
      return [key, /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/iu.test(value) ? Number(value) : value];
    });
    const twice = pairs.find(([key], at) => pairs.findIndex(([other]) => other === key) < at);
    if (twice !== undefined) throw misuse(`attnc ${this.#command}: --${name} ${twice[0]}=… is given twice`);
    return new Map(pairs);
  }
}

/** @returns null if help is requested */
export function read(spec: CommandSpec, args: readonly string[]): Given | null {
  const known: Readonly<Record<string, OptionSpec>> = { ...spec.options, help: HELP };
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { value, short }] of Object.entries(known)) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple: true, ...(short === undefined ? {} : { short }) };
  }
  // Not strict: its errors do not say which option was meant.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (option === undefined) {
      const near = didYouMean(token.name, Object.keys(known));
      throw misuse(
        `attnc ${spec.name}: there is no option ${token.rawName}`,
        near === null ? `attnc ${spec.name} --help lists the options` : `did you mean --${near}?`,
      );
    }
    if (option.value === undefined && token.value !== undefined)
      throw misuse(`attnc ${spec.name}: --${token.name} takes no value, given '${token.value}'`);
    if (option.value !== undefined && (token.value === undefined || (token.value === '' && PATHS.has(option.value))))
      throw misuse(`attnc ${spec.name}: --${token.name} takes a value: --${token.name} ${option.value}`);
    const before = values.get(token.name) ?? [];
    if (option.value !== undefined && before.length > 0 && option.many !== true)
      throw misuse(`attnc ${spec.name}: --${token.name} is given twice`);
    values.set(token.name, [...before, token.value ?? '']);
  }
  if (values.has('help')) return null;
  if (operands.length < spec.least) throw misuse(`attnc ${spec.name}: ${spec.operands} is missing`, usage(spec));
  if (operands.length > spec.most) throw misuse(`attnc ${spec.name}: '${operands[spec.most]}' is one word too many`, usage(spec));
  // Usually an unset shell variable. An empty string is a valid text.
  const empty = operands.indexOf('');
  if (empty >= 0 && !(spec.operands.includes('TEXT') && empty > 0))
    throw misuse(`attnc ${spec.name}: a word of the command line is empty`, usage(spec));
  return new Given(spec.name, operands, values);
}

/** A word quoted so that a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function shown(name: string, { value, short, many }: OptionSpec): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}${many === true ? ' …' : ''}`;
}

function usage(spec: CommandSpec): string {
  return ['usage: attnc', spec.name, Object.keys(spec.options).length > 0 ? '[OPTIONS]' : '', spec.operands]
    .filter((part) => part !== '')
    .join(' ');
}

export function helpOf(spec: CommandSpec): string {
  const rows = Object.entries({ ...spec.options, help: HELP }).map(([name, option]) => [shown(name, option), option.about] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = [`${usage(spec)}\n\n${spec.about}\n\noptions:`, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)];
  if (spec.notes !== undefined) lines.push('', spec.notes);
  lines.push('', 'examples:', ...spec.examples.map((example) => `  ${example}`));
  return lines.join('\n');
}
