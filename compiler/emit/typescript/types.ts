/** The types of one model, and its class. */
import type { CodeBlockWriter as Writer, StatementStructures, WriterFunction } from 'ts-morph';
import type { Clocked, Dim, Elem, Input, TensorType } from '../../graph/graph.ts';
import { without } from '../../graph/spaces.ts';
import type { ModelContext } from './definition/context.ts';
import { comment, property, quoted } from '../naming/names.ts';
import type { StepRecord } from './outline/steps.ts';
import type { ParameterTypes } from './parameters.ts';
import { StructureKind } from '../ts-morph.ts';

/** With its full stop, so that more can follow. */
const sentence = (text: string): string => (/[.!?:;…]$/u.test(text) ? text : `${text}.`);

const doc = (text: string | null): string[] =>
  text === null
    ? []
    : [
        text
          .split(/\r?\n/)
          .map((line) => comment(line))
          .join('\n'),
      ];

export function types(
  { model, names: { ofClass, type }, dimName, output }: ModelContext,
  batchInputs: ReadonlySet<string>,
  parameters: ParameterTypes,
): WriterFunction[] {
  const { program } = model;
  const inputs = new Map(program.inputs.filter(({ name }) => name !== output && name !== `${output}'`).map((input) => [input.name, input]));
  const targets = new Map<string, Input>();
  for (const objective of program.objectives) {
    for (const input of objective.given) {
      const name = output !== null && input.name === `${output}'` ? output : input.name;
      targets.set(name, { ...input, name });
    }
  }
  const sizes = [...[...program.hyperparameters, ...program.fixed].map(({ dim }) => dimName(dim)), 'batch', ...program.ragged.map(dimName)];
  const recordAlias = (
    name: string,
    properties: readonly { name: string; type: string; docs?: string }[],
    text: string,
    exported: boolean,
  ): WriterFunction =>
    alias(`${exported ? 'export ' : ''}type ${name}`, text, (writer) => {
      if (properties.length === 0) writer.write('Record<string, never>');
      else
        writer.inlineBlock(() => {
          for (const each of properties) {
            writeField(writer, `readonly ${property(each.name)}: ${each.type};`, each.docs);
          }
        });
    });
  const example = (name: string, from: Iterable<Input>, text: string, more: readonly Dim[] = []): WriterFunction => {
    const inputs = [...from].map((input) => {
      const optional = input.otherwise === undefined ? '' : '?';
      const docs = [
        ...doc(input.doc),
        `\`${labels(input.type)}\``,
        ...(input.otherwise === undefined ? [] : [`Where it is left out, ${input.otherwise} everywhere.`]),
      ];
      return { field: `readonly ${property(input.name)}${optional}: ${hostType(input.type)};`, docs: docs.join(' ') };
    });
    const counts = more.map((dim) => ({
      field: `readonly ${property(dimName(dim))}: number;`,
      docs: `How many places \`${comment(dimName(dim))}\` has.`,
    }));
    return (writer) => {
      writer
        .newLine()
        .writeLine(`/** ${comment(text)} */`)
        .write(`export interface ${name} `);
      writer.inlineBlock(() => [...inputs, ...counts].forEach(({ field, docs }) => writeField(writer, field, docs))).newLine();
    };
  };
  return [
    recordAlias(
      type('Dims'),
      program.hyperparameters.map(({ dim, value, doc: text }) => ({
        name: dimName(dim),
        type: 'number',
        docs: `${text === null ? '' : `${sentence(comment(text))} `}Default ${value}.`,
      })),
      program.parts === undefined
        ? `Dims of ${ofClass.exported} that its constructor may be given.`
        : `Dims that the models of ${ofClass.exported} share.`,
      program.parts === undefined,
    ),
    ...(program.parts === undefined
      ? [
          example(type('Input'), inputs.values(), `One example of ${ofClass.exported}.`, program.told),
          example(type('Target'), targets.values(), 'What the objectives need besides.'),
        ]
      : [example(type('Example'), targets.values(), `One example of ${ofClass.exported}.`)]),
    ...(program.causal === null
      ? []
      : [
          example(
            type('Place'),
            placeInputs(program.causal, program.inputs),
            `One place of what ${ofClass.exported} reads along \`${program.causal.axis.label}\`.`,
          ),
        ]),
    ...(program.decoder === null && program.parts === undefined
      ? [
          recordAlias(
            type('Output'),
            [...model.forward.keys()].map((name) => ({ name, type: 'rt.Value' })),
            `What ${ofClass.exported} gives for one example.`,
            true,
          ),
        ]
      : []),
    alias(`type ${type('Sizes')}`, 'Every size of a call.', (writer) =>
      writer.write(`Readonly<Record<${sizes.map(quoted).join(' | ')}, number>>`),
    ),
    (writer) => {
      writer.newLine().writeLine(`/** ${program.running.length === 0 ? 'Parameters' : 'Parameters and running values'}. */`);
      for (const { name, text } of parameters.declarations) writer.writeLine(`type ${name} = ${text};`);
    },
    alias(`type ${type('Batch')}`, 'Padded examples on the device.', (writer) =>
      writer.inlineBlock(() => {
        writer.writeLine(`readonly n: ${type('Sizes')};`);
        writer.writeLine(`readonly inputs: ${recordType(batchInputs)};`);
        writer.writeLine(
          `readonly lengths: ${recordType(program.ragged.map(dimName), (name) => (program.ragged.some((dim) => dim.inside !== undefined && dimName(dim) === name) ? 'tf.Tensor2D' : 'tf.Tensor1D'))};`,
        );
      }),
    ),
  ];
}

/** Of a line with what it says of a field. */
const LINE = 120;

function writeField(writer: Writer, field: string, docs = ''): void {
  const text = docs === '' ? '' : `/** ${docs} */`;
  if (text !== '' && text.length + field.length > LINE) writer.writeLine(text).writeLine(field);
  else writer.writeLine(`${text} ${field}`.trim());
}

/** The inputs along the clock, without it. */
function placeInputs({ axis, args }: Clocked, inputs: readonly Input[]): readonly Input[] {
  return inputs
    .filter(({ name }) => args.some((arg) => arg.name === name))
    .map((input) => ({ ...input, type: { ...input.type, axes: without(input.type.axes, [axis.id]) } }));
}

/**
 * A type alias: unlike an interface it is a record to TypeScript, so that a function that takes or gives it fits the runtime's
 * definition. Written by hand: ts-morph would indent its lines once more.
 */
export function alias(head: string, text: string, type: (writer: Writer) => void): WriterFunction {
  return (writer) => {
    writer
      .newLine()
      .writeLine(`/** ${comment(text)} */`)
      .write(`${head} = `);
    type(writer);
    writer.write(';').newLine();
  };
}

/** `{ readonly a: tf.Tensor }`. */
export function recordType(names: Iterable<string>, type: string | ((name: string) => string) = 'tf.Tensor'): string {
  const fields = [...names].map((name) => `readonly ${property(name)}: ${typeof type === 'string' ? type : type(name)}`);
  return fields.length === 0 ? 'Readonly<Record<string, never>>' : `{ ${fields.join('; ')} }`;
}

function hostType({ elem, axes }: TensorType): string {
  const scalar: Record<Elem['kind'], string> = { float: 'number', int: 'number', index: 'number', bool: 'boolean' };
  const row: Record<Elem['kind'], string> = { float: 'rt.Floats', int: 'rt.Ints', index: 'rt.Ints', bool: 'rt.Flags' };
  if (axes.length === 0) return scalar[elem.kind];
  return axes.slice(1).reduce((inner) => `readonly ${inner.startsWith('readonly') ? `(${inner})` : inner}[]`, row[elem.kind]);
}

function labels({ elem, axes }: TensorType): string {
  const list = `[${axes.map((axis) => (axis.space.kind === 'dim' && axis.space.dim.label !== axis.label ? `${axis.label}: ${axis.space.dim.label}` : axis.label)).join(', ')}]`;
  const space = elem.kind === 'index' && elem.space.kind === 'dim' ? `index(${elem.space.dim.label})` : elem.kind;
  return comment(elem.kind === 'float' ? list : `${space}${list}`);
}

export function modelClass({ model, names: { ofClass, type } }: ModelContext, definition: string): StatementStructures {
  const { program } = model;
  const shown = program.decoder !== null ? 'rt.GenerativeModel' : program.causal !== null ? 'rt.CausalModel' : 'rt.Model';
  const output = program.decoder === null ? [type('Output')] : [];
  const places = program.causal === null ? [] : [type('Place')];
  const generic = `${shown}<${[type('Dims'), type('Input'), type('Target'), ...output, ...places].join(', ')}>`;
  return {
    kind: StructureKind.Class,
    name: ofClass.local,
    isExported: ofClass.local === ofClass.exported,
    extends: generic,
    docs: doc(program.doc),
    ctors: [
      {
        parameters: [{ name: 'options', type: `rt.ModelOptions<${type('Dims')}>`, initializer: '{}' }],
        statements: [`super(${definition}, options);`],
      },
    ],
  };
}

/** @param parts the models' names in the objective, and their classes */
export function jointClass(
  { model, names: { ofClass, type } }: ModelContext,
  definition: string,
  parts: readonly (readonly [name: string, type: string])[],
): StatementStructures[] {
  return [
    {
      kind: StructureKind.Interface,
      name: type('Models'),
      isExported: true,
      docs: [`What ${ofClass.exported} trains.`],
      properties: parts.map(([name, type]) => ({ name: property(name), type, isReadonly: true })),
    },
    {
      kind: StructureKind.Class,
      name: ofClass.local,
      isExported: ofClass.local === ofClass.exported,
      extends: `rt.Joint<${type('Models')}, ${type('Example')}>`,
      docs: doc(model.program.doc),
      ctors: [
        {
          parameters: [
            { name: 'models', type: type('Models') },
            { name: 'options', type: 'rt.JointOptions', initializer: '{}' },
          ],
          statements: [`super(${definition}, models, options);`],
        },
      ],
    },
  ];
}

/** What steps keep, as types. */
export function stepTypes(records: readonly StepRecord[]): readonly WriterFunction[] {
  if (records.length === 0) return [];
  return [
    (writer) => {
      writer.newLine().writeLine('/** What a step of a loop keeps for another. */');
      for (const { type, fields, types } of records) {
        const parts = [...new Set(types)].map((each) => ({ each, names: fields.filter((_, k) => types[k] === each).map(quoted) }));
        const front = `type ${type} = Readonly<Record<`;
        const line = `${front}${parts.map(({ each, names }) => `${names.join(' | ')}, ${each}>`).join(' & Record<')}>;`;
        if (line.length <= LINE) writer.writeLine(line);
        else {
          writer.writeLine(front);
          for (const [k, { each, names }] of parts.entries()) {
            writer.indent(() => {
              for (const row of rowsOf(names)) writer.writeLine(row);
            });
            writer.writeLine(`, ${each}>${k === parts.length - 1 ? '>;' : ' & Record<'}`);
          }
        }
      }
    },
  ];
}

/** A union of them in lines. */
function rowsOf(names: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (const name of names) {
    const row = rows.at(-1);
    if (row === undefined || row.length + name.length + 3 > LINE) rows.push(`| ${name}`);
    else rows[rows.length - 1] = `${row} | ${name}`;
  }
  return rows;
}
