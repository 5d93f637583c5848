/** Functions of objectives that differ in nothing but the inputs that they read are one, which is given what to read. */
import type { CodeBlockWriter } from 'ts-morph';
import { comment, Names, quoted } from '../../naming/names.ts';

/** A function as text. */
export interface WrittenFunction {
  readonly name: string;
  /** `loss`. */
  readonly kind: string;
  /** The objective that it is for; null: it is for none. */
  readonly title: string | null;
  readonly docs: string;
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  readonly returns: string;
  readonly text: string;
}

export interface Alike {
  /** Functions of one text. */
  readonly of: readonly [WrittenFunction, ...WrittenFunction[]];
  /** The places of the inputs that are not the same for all. */
  readonly open: readonly number[];
}

/** In order of the first of each. */
export function alike(functions: readonly WrittenFunction[]): readonly Alike[] {
  const groups = new Map<string, [WrittenFunction, ...WrittenFunction[]]>();
  for (const each of functions) {
    const key = formOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].map((of) => {
    const read = of.map(({ text }) => inputsIn(text));
    return { of, open: [...read[0]!.keys()].filter((k) => read.some((inputs) => inputs[k] !== read[0]![k])) };
  });
}

const INPUT = /\bbatch\.inputs(?:\.[\p{ID_Continue}]+|\[(?:"(?:[^"\\]|\\.)*"|'[^']*')\])/gu;

const COMMENT = /^\s*\/\/.*$/gm;

/** The text without its comments, inputs by their places. */
function formOf({ kind, title, text, parameters, returns, docs, name }: WrittenFunction): string {
  const inputs = inputsIn(text);
  const bare = text.replace(COMMENT, '').replace(INPUT, (input) => `batch.inputs#${inputs.indexOf(keyOf(input))}`);
  return JSON.stringify([title === null ? name : kind, docs, parameters, returns, bare]);
}

function inputsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(INPUT)].map(([input]) => keyOf(input)))];
}

function keyOf(input: string): string {
  const key = input.slice('batch.inputs'.length);
  return key.startsWith('.') ? key.slice(1) : (JSON.parse(`"${key.slice(2, -2)}"`) as string);
}

/** How one of them is read: `mLoss('t0')`. */
export function reference(name: string, { open }: Alike, each: WrittenFunction): string {
  const inputs = inputsIn(each.text);
  return open.length === 0 ? name : `${name}(${open.map((k) => quoted(inputs[k]!)).join(', ')})`;
}

/** @param keys the type of the inputs' names */
export function writeAlike(writer: CodeBlockWriter, name: string, { of, open }: Alike, keys: string): void {
  const [{ docs, parameters, returns, text }] = of;
  const inputs = inputsIn(text);
  const names = new Names(
    text
      .replace(COMMENT, '')
      .replace(INPUT, '')
      .match(/[\p{ID_Continue}]+/gu) ?? [],
  );
  const handed = new Map(open.map((k) => [inputs[k]!, names.take(inputs[k]!)]));
  const list = parameters.map((each) => `${each.name}: ${each.type}`).join(', ');
  const body = text.replace(INPUT, (input) => {
    const argument = handed.get(keyOf(input));
    return argument === undefined ? input : `batch.inputs[${argument}]`;
  });
  const front =
    handed.size === 0
      ? `function ${name}(${list}): ${returns} `
      : `const ${name} = (${[...handed.values()].map((each) => `${each}: ${keys}`).join(', ')}) => (${list}): ${returns} => `;
  writer
    .newLine()
    .writeLine(`/** ${comment(`${titlesOf(of)}${docs}`)} */`)
    .write(front)
    .inlineBlock(() => writer.write(body))
    .write(handed.size === 0 ? '' : ';')
    .newLine();
}

const MOST_TITLES = 3;

/** `A, B, C and 77 more: `. */
function titlesOf(functions: readonly WrittenFunction[]): string {
  const titles = functions.flatMap(({ title }) => title ?? []);
  const rest = titles.length - MOST_TITLES;
  if (titles.length === 0) return '';
  return `${rest <= 1 ? titles.join(', ') : `${titles.slice(0, MOST_TITLES).join(', ')} and ${rest} more`}: `;
}
