/** A model's objectives in its definition. Those that differ in nothing but names are written once, by a function of the names. */
import type { CodeBlockWriter as Writer } from 'ts-morph';
import type { ObjectiveGraph, UpdateGraph } from '../../../graph/graph.ts';
import { Names, property, quoted } from '../../naming/names.ts';
import { CodeBlockWriter } from '../../ts-morph.ts';
import { unbracketed } from '../text/host.ts';
import type { ModelContext } from './context.ts';
import { SpecWriter } from './specs.ts';

/** What the functions of an update are called. */
export interface UpdateNames {
  readonly loss: string;
  readonly gradients: string;
}

export interface WrittenObjectives {
  /** Functions that the objectives are made by. */
  readonly functions: readonly { readonly name: string; readonly write: (writer: Writer) => void }[];
  /** Each as it stands in the list. */
  readonly items: readonly string[];
}

/** @param names by objective, those of its updates; @param nameOf how the function of an update is referred to */
export function writtenObjectives(
  context: ModelContext,
  names: readonly (readonly UpdateNames[])[],
  nameOf: (update: string) => string,
): WrittenObjectives {
  const texts = context.model.objectives.map(({ objective }, k): Text => {
    const writer = new CodeBlockWriter({ indentNumberOfSpaces: 2 });
    new ObjectiveWriter(writer, context, nameOf).write(objective, names[k]!);
    return { text: writer.toString(), names: [objective.name, ...objective.given.map(({ name }) => name)] };
  });
  const groups = new Map<string, Text[]>();
  for (const each of texts) groups.set(formOf(each), [...(groups.get(formOf(each)) ?? []), each]);
  const made = new Map<Text, string>();
  const functions = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return [];
    const open = first.names.map((_, k) => k).filter((k) => k === 0 || group.some((each) => each.names[k] !== first.names[k]));
    const name = context.module.take(`${context.names.prefix}Objective`);
    for (const each of group) made.set(each, `${name}(${open.map((k) => quoted(each.names[k]!)).join(', ')})`);
    return [{ name, write: writeFunction(name, first, open, `keyof ${context.names.type('Batch')}['inputs']`) }];
  });
  return { functions, items: texts.map((each) => made.get(each) ?? each.text) };
}

interface Text {
  readonly text: string;
  /** What it says that another of its form may say otherwise: its own name, those of its inputs. */
  readonly names: readonly string[];
}

const LITERAL = /'[^'\n]*'|"(?:[^"\\\n]|\\.)*"/g;

function formOf({ text, names }: Text): string {
  const places = new Map(names.map((name, k) => [quoted(name), k]));
  return text.replace(LITERAL, (own) => (places.has(own) ? `#${places.get(own)!}` : own));
}

/** @param open the places of the names that it is handed; @param keys the type of the inputs' names */
function writeFunction(name: string, { text, names }: Text, open: readonly number[], keys: string): (writer: Writer) => void {
  const taken = new Names(text.match(/[\p{ID_Continue}]+/gu)?.filter((word) => word !== 'name' && !names.includes(word)) ?? []);
  const handed = new Map(open.map((k) => [quoted(names[k]!), taken.take(k === 0 ? 'name' : names[k]!)]));
  const list = [...handed.values()].map((each, k) => `${each}: ${k === 0 ? 'string' : keys}`).join(', ');
  const body = text.replace(LITERAL, (own) => handed.get(own) ?? own).replace(/\bname: name\b/, 'name');
  return (writer) => writer.newLine().write(`const ${name} = (${list}): rt.ObjectiveDefinition => (${body});`).newLine();
}

/** Of a line that is not broken. */
const LINE = 140;

class ObjectiveWriter extends SpecWriter {
  readonly #nameOf: (update: string) => string;

  constructor(writer: Writer, context: ModelContext, nameOf: (update: string) => string) {
    super(writer, context);
    this.#nameOf = nameOf;
  }

  write(objective: ObjectiveGraph, names: readonly UpdateNames[]): void {
    const { output } = this.context;
    this.writer.inlineBlock(() => {
      this.line(`name: ${quoted(objective.name)},`);
      // Examples have the generated sequence once; the runtime makes the previous outputs from it.
      const given = objective.given.filter(({ name }) => name !== output || !objective.given.some((other) => other.name === `${output}'`));
      this.inputs(
        'given',
        given.map((input) => (output !== null && input.name === `${output}'` ? { ...input, name: output } : input)),
      );
      this.#updates(objective.updates.map((update, at) => this.#update(update, names[at]!)));
    });
  }

  #updates(updates: readonly (readonly string[])[]): void {
    const line = `updates: [${updates.map((fields) => `{ ${fields.join(', ')} }`).join(', ')}],`;
    if (line.length <= LINE) {
      this.line(line);
      return;
    }
    this.line('updates: [');
    this.writer.indent(() => {
      for (const fields of updates) {
        this.line('{');
        this.writer.indent(() => fields.forEach((field) => this.line(`${field},`)));
        this.line('},');
      }
    });
    this.line('],');
  }

  #update(update: UpdateGraph, names: UpdateNames): readonly string[] {
    const { name, trains, clip } = update;
    return [
      ...(name === null ? [] : [`name: ${quoted(name)}`]),
      ...(trains === null ? [] : [`trains: [${trains.map(quoted).join(', ')}]`]),
      `loss: ${this.#nameOf(names.loss)}`,
      `gradients: ${this.#nameOf(names.gradients)}`,
      this.#optimizer(update),
      `clip: ${clip === null ? 'null' : `{ kind: ${quoted(clip.kind)}, limit: ${clip.limit} }`}`,
    ];
  }

  #optimizer({ optimizer }: UpdateGraph): string {
    const { options } = optimizer;
    const read = new Set<string>();
    const fields = [...options].map(([name, value]) => `${property(name)}: ${unbracketed(this.host(value, read))}`);
    const wanted = (['n', 'step', 'epoch'] as const).map((name) => ({ name, used: read.has(name) }));
    const last = wanted.map(({ used }) => used).lastIndexOf(true);
    const parameters = wanted
      .slice(0, last + 1)
      .map(({ name, used }) => `${used ? '' : '_'}${name}${name === 'n' ? `: ${this.context.names.type('Sizes')}` : ': number'}`);
    return `optimizer: (${parameters.join(', ')}) => ({ ${[`kind: ${quoted(optimizer.kind)}`, ...fields].join(', ')} })`;
  }
}
