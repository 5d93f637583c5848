/** The part `mutants`: texts with one token spoilt. Whatever it is, there are few errors, soon, and the first is where the fault is. */
import { check } from '../../compiler/analyze/programs/program.ts';
import { loadModules } from '../../compiler/analyze/modules/modules.ts';
import { Problems, type Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { checkFile, format, type Library } from '../../compiler/index.ts';
import { compileText, type Texts } from './build.ts';
import { Chance } from './chance.ts';
import { corpus, type Source } from './corpus.ts';
import type { CounterExample, Tally } from './tally.ts';

const TOKEN = /\/\/[^\n]*|"[^"\n]*"|[\p{L}_][\p{L}\p{N}_]*'*|\d+(?:\.\d+)?(?:e-?\d+)?|<-|->|<=|>=|==|!=|\.\.|\s+|./gu;
/** Seconds of the processor, whatever else the machine does. */
const PATIENCE = 5;
/** One in so many that check is compiled, too. */
const COMPILED = 10;

interface Token {
  readonly text: string;
  readonly start: number;
}

interface Spoilable extends Source {
  /** All but white space and comments. */
  readonly tokens: readonly Token[];
  readonly names: readonly string[];
  readonly weight: number;
  /** Has it no error as it is? Null: not known yet. */
  sound: boolean | null;
}

const classOf = (text: string): 'name' | 'number' | 'sign' => (/^[\p{L}_]/u.test(text) ? 'name' : /^\d/.test(text) ? 'number' : 'sign');

export interface Mutant {
  readonly source: Source;
  readonly kind: string;
  readonly text: string;
  /** The tokens that were changed, in the new text. */
  readonly places: readonly { readonly start: number; readonly end: number }[];
  /** What stood there, and what stands there now. */
  readonly spoilt: readonly string[];
}

interface Change {
  /** Which of the tokens become what. */
  readonly at: readonly number[];
  readonly by: (token: string, k: number) => string;
}

type Kind = (source: Spoilable, chance: Chance, pool: readonly string[]) => Change | null;

function alike(kind: 'name' | 'number' | 'sign', other: (source: Spoilable, chance: Chance, token: string) => string): Kind {
  return (source, chance) => {
    const found = [...source.tokens.keys()].filter((k) => classOf(source.tokens[k]!.text) === kind);
    return found.length === 0 ? null : { at: [chance.pick(found)], by: (token) => other(source, chance, token) };
  };
}

const KINDS: Readonly<Record<string, Kind>> = {
  delete: ({ tokens }, chance) => ({ at: [chance.below(tokens.length)], by: () => '' }),
  double: ({ tokens }, chance) => ({ at: [chance.below(tokens.length)], by: (token) => `${token} ${token}` }),
  swap: ({ tokens }, chance) => {
    const at = chance.below(tokens.length - 1);
    return { at: [at, at + 1], by: (_, k) => tokens[k === 0 ? at + 1 : at]!.text };
  },
  'another of the file': ({ tokens }, chance) => ({ at: [chance.below(tokens.length)], by: () => chance.pick(tokens).text }),
  'another of any file': ({ tokens }, chance, pool) => ({ at: [chance.below(tokens.length)], by: () => chance.pick(pool) }),
  'another name': alike('name', ({ names }, chance) => chance.pick(names)),
  'a misspelt name': alike('name', (_, chance, token) => {
    const at = chance.below(token.length);
    return chance.pick([
      `${token.slice(0, at)}${token.slice(at + 1)}q`,
      `${token.slice(0, at)}${token[at]!}${token.slice(at)}`,
      `${token}x`,
    ]);
  }),
  'another number': alike('number', (_, chance) => chance.pick(['0', '1', '2', '3', '7', '1.5', '1e30', '99999999999', '0.0'])),
  'another sign': alike('sign', ({ tokens }, chance) => chance.pick(tokens.filter(({ text }) => classOf(text) === 'sign')).text),
};

/** All texts that are spoilt, with their tokens; each worker makes them once. */
export class Mutants {
  readonly #sources: readonly Spoilable[];
  readonly #pool: readonly string[];

  constructor() {
    this.#sources = corpus()
      .map((source): Spoilable => {
        const tokens = [...source.text.matchAll(TOKEN)]
          .map((match): Token => ({ text: match[0], start: match.index }))
          .filter(({ text }) => text.trim() !== '' && !text.startsWith('//'));
        // Large files take long: each is there, and small ones more often.
        return {
          ...source,
          tokens,
          names: [...new Set(tokens.map(({ text }) => text).filter((text) => classOf(text) === 'name'))],
          weight: Math.min(1, 300 / source.text.length),
          sound: null,
        };
      })
      .filter(({ tokens }) => tokens.length > 3);
    this.#pool = [...new Set(this.#sources.flatMap(({ tokens }) => tokens.map(({ text }) => text)))];
  }

  mutant(seed: number, at: number): Mutant & { readonly original: Spoilable } {
    const chance = new Chance(seed, at, 7);
    const original = chance.weighted(this.#sources);
    const kind = Object.keys(KINDS)[at % Object.keys(KINDS).length]!;
    const change = KINDS[kind]!(original, chance, this.#pool) ?? KINDS.delete!(original, chance, this.#pool)!;
    let text = '';
    let from = 0;
    const places: { start: number; end: number }[] = [];
    const spoilt: string[] = [];
    change.at.forEach((k, index) => {
      const token = original.tokens[k]!;
      text += original.text.slice(from, token.start);
      const by = change.by(token.text, index);
      places.push({ start: text.length, end: text.length + by.length });
      text += by;
      spoilt.push(token.text, by);
      from = token.start + token.text.length;
    });
    return { source: original, original, kind, text: text + original.text.slice(from), places, spoilt };
  }
}

function diagnosed(path: string, library: Library): readonly Diagnostic[] {
  const problems = new Problems();
  const modules = loadModules(path, library, problems);
  if (modules !== null) check(modules, {}, problems);
  return problems.sorted();
}

const errorsOf = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => diagnostics.filter(({ severity }) => severity === 'error');
const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

export async function attackMutant(
  seed: number,
  at: number,
  { texts, tally, mutants }: { readonly texts: Texts; readonly tally: Tally; readonly mutants: Mutants },
): Promise<CounterExample | null> {
  const mutant = mutants.mutant(seed, at);
  const { source, original, kind, text, places, spoilt } = mutant;
  const library = texts.with({ ...source.files, [source.path]: text });
  original.sound ??= errorsOf(diagnosed(source.path, texts.with({ ...source.files, [source.path]: source.text }))).length === 0;
  tally.count('mutants');
  const failed = (what: string, message: string): CounterExample => ({
    part: 'mutants',
    kind: what,
    message: `${message}\n${source.name}, ${kind}`,
    test: `it('${what}', () => {\n  expect(codesOf(${JSON.stringify(text)})).toEqual([]);\n});`,
    again: `npm run attack -- --only mutants --seed ${seed} --from ${at} --count 1`,
  });
  let seconds = 0;
  const timed = async <T>(what: () => T): Promise<Awaited<T>> => {
    const before = process.cpuUsage();
    const result = await what();
    const { user, system } = process.cpuUsage(before);
    seconds = Math.max(seconds, (user + system) / 1e6);
    return result;
  };
  let diagnostics: readonly Diagnostic[];
  try {
    diagnostics = await timed(() => diagnosed(source.path, library));
    if (errorsOf(diagnostics).length === 0 && at % COMPILED === 0) {
      tally.count('mutants compiled');
      const whole = await timed(() => checkFile(source.path, library));
      diagnostics = whole.diagnostics;
      const compiled = await timed(() => compileText(texts, text, {}, source.path, source.files));
      if (compiled.diagnostics.map(({ code }) => code).join() !== diagnostics.map(({ code }) => code).join())
        return failed(
          'check is compile',
          `check: ${diagnostics.map(({ code }) => code).join()}; compile: ${compiled.diagnostics.map(({ code }) => code).join()}`,
        );
    }
    if (at % COMPILED === 1) {
      tally.count('mutants formatted');
      const once = await timed(() => format(text));
      if (format(once.text).text !== once.text) return failed('formatted text is formatted', once.text);
    }
  } catch (error) {
    return failed('an exception', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  if (seconds > PATIENCE) {
    // Of a machine that does much else, a processor's second holds less.
    seconds = 0;
    await timed(() => compileText(texts, text, {}, source.path, source.files));
    if (seconds > PATIENCE) return failed('hangs', `${seconds.toFixed(1)} s`);
  }
  const errors = errorsOf(diagnostics);
  const fault = errors.find(({ code }) => code === 'E0999');
  if (fault !== undefined) return failed('an internal error', fault.message);
  if (!original.sound || errors.length === 0) return null;
  tally.count(`mutants with errors`);
  tally.count(`mutant errors ${errors.length}`);
  const first = errors[0]!;
  const [from, to] = [lineOf(text, places[0]!.start), lineOf(text, places.at(-1)!.end)];
  const line = first.place.file === source.path ? lineOf(text, first.place.start) : -1;
  const isThere = ({ file, start, end }: Diagnostic['place']): boolean =>
    file === source.path && lineOf(text, start) <= to && lineOf(text, end) >= from;
  tally.count(`mutants of ${kind}`);
  // A name that is a slip of another is shown beside it, and either may be the slip.
  if ([first.place, ...(first.related ?? []).map(({ place }) => place)].some(isThere)) tally.count(`mutants on the line ${kind}`);
  // A misspelt definition is right where it stands: only what uses the name can be told.
  else if (first.place.file === source.path && names(first, text).some((name) => spoilt.includes(name)))
    tally.count(`mutants at a use ${kind}`);
  else {
    tally.count(`mutants elsewhere ${kind} ${first.code}`);
    tally.note(
      `elsewhere ${kind} ${first.code}`,
      `${source.name}:${from}: ${text.split('\n')[from - 1]!.trim()}\n  → ${line}: ${first.message}`,
    );
  }
  if (errors.length > 3)
    tally.note(
      'cascades',
      `${errors.length} errors, ${source.name}:${from} (${kind}): ${text.split('\n')[from - 1]!.trim()}\n  ${errors
        .slice(0, 4)
        .map(({ code, message }) => `${code} ${message}`)
        .join('\n  ')}`,
    );
  return null;
}

/** The names that an error speaks of. */
const names = ({ place, message }: Diagnostic, text: string): readonly string[] => [
  text.slice(place.start, place.end),
  ...[...message.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
];

/** What must hold of all mutants together. */
export function judgeMutants(tally: Tally): readonly CounterExample[] {
  const total = tally.of('mutants with errors');
  if (total < 1_000) return [];
  const found: CounterExample[] = [];
  const add = (kind: string, message: string): void => {
    found.push({ part: 'mutants', kind, message, test: '', again: 'npm run attack -- --only mutants' });
  };
  const most = percentile(tally, 0.95);
  if (most > 3) add('cascades', `at the 95th percentile ${most} errors`);
  const on = onTheLine(tally);
  if (on.line < 0.95 * total)
    add('the first error is elsewhere', `${((100 * on.line) / total).toFixed(1)} % on the line, or shown with what stands there`);
  return found;
}

/** How many first errors are on the spoilt line; and how many there, or at a use of the spoilt name. */
export function onTheLine(tally: Tally): { readonly line: number; readonly either: number } {
  const sum = (front: string): number => tally.under(front).reduce((all, [, n]) => all + n, 0);
  const line = sum('mutants on the line ');
  return { line, either: line + sum('mutants at a use ') };
}

export function percentile(tally: Tally, share: number): number {
  const counts = tally
    .under('mutant errors ')
    .map(([errors, n]) => [Number(errors), n] as const)
    .sort(([a], [b]) => a - b);
  let left = share * tally.of('mutants with errors');
  for (const [errors, n] of counts) if ((left -= n) <= 0) return errors;
  return counts.at(-1)?.[0] ?? 0;
}
