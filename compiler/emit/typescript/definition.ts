/** The object that hands a model to the runtime. */
import type { CodeBlockWriter } from 'ts-morph';
import { atomOf, atomsOf, type Size } from '../../size/size.ts';
import type { Axis, Dim, HostExpr, Initialiser, Input, Requirement, Space, UpdateGraph } from '../../graph/graph.ts';
import { MUST } from '../../graph/requirement.ts';
import { innerDims, isRagged, originOf, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { isGrowing } from '../../passes/core/axes.ts';
import { hostExpression, unbracketed } from './body.ts';
import { literal } from './lower.ts';
import { access, comment, property, quoted } from './names.ts';
import { atomsIn, sizeText } from './sizes.ts';
import type { CompiledModel } from '../../passes/core/compiled.ts';
import type { Sources } from './sources.ts';
import type { ModuleNames, ProgramNames } from './module-names.ts';

/** What the emitter knows of one model while it writes it. */
export interface ModelContext {
  readonly model: CompiledModel;
  readonly sources: Sources;
  /** What the module's declarations for it are called. */
  readonly names: ProgramNames;
  readonly module: ModuleNames;
  readonly atomName: (atom: string) => string;
  /** The name of a dim in `n`. */
  readonly dimName: (dim: Dim) => string;
  /** The generated sequence in examples, e.g. `y`, if the model generates one. */
  readonly output: string | null;
}

export interface StepNames {
  readonly prepare: string;
  readonly step: string;
}

export interface DefinitionNames {
  readonly name: string;
  readonly forward: string;
  /** By objective, its updates. */
  readonly objectives: readonly (readonly UpdateNames[])[];
  readonly decoder: StepNames | null;
  readonly stream: StepNames | null;
}

export interface UpdateNames {
  readonly loss: string;
  readonly gradients: string;
}

/** @param nameOf how the function of an update is referred to */
export function writeDefinition(
  writer: CodeBlockWriter,
  context: ModelContext,
  names: DefinitionNames,
  nameOf: (update: string) => string,
): void {
  new DefinitionWriter(writer, context, nameOf).write(names);
}

/** Of a line that is not broken. */
const LINE = 140;

class DefinitionWriter {
  readonly #writer: CodeBlockWriter;
  readonly #context: ModelContext;
  readonly #nameOf: (update: string) => string;

  constructor(writer: CodeBlockWriter, context: ModelContext, nameOf: (update: string) => string) {
    this.#writer = writer;
    this.#context = context;
    this.#nameOf = nameOf;
  }

  write(names: DefinitionNames): void {
    const { model, dimName } = this.#context;
    const { program } = model;
    this.#writer.inlineBlock(() => {
      this.#line(`name: ${quoted(program.name)},`);
      this.#line(`source: ${quoted(program.file.split(/[\\/]/).at(-1)!)},`);
      if (program.parts !== undefined)
        this.#line(`parts: { ${program.parts.map((part) => `${property(part.name)}: ${quoted(part.model)}`).join(', ')} },`);
      this.#line(
        `hyperparameters: { ${program.hyperparameters.map(({ dim, value }) => `${property(dimName(dim))}: ${value}`).join(', ')} },`,
      );
      this.#line(
        `ragged: [${program.ragged.map((dim) => `{ label: ${quoted(dimName(dim))}, mayBeEmpty: ${dim.mayBeEmpty}${dim.ofCall === true ? ', ofCall: true' : ''}${program.told?.includes(dim) === true ? ', told: true' : ''}${dim.inside === undefined ? '' : `, inside: ${quoted(dimName(dim.inside))}`} }`).join(', ')}],`,
      );
      this.#sizes(program.requirements);
      this.#method(
        'parameters',
        [...program.parameters, ...program.running].flatMap(({ axes, init }) => [
          ...axes.map((axis) => sizeOf(axis.space)),
          ...sizesOf(init),
        ]),
        [...program.parameters, ...program.running].map((parameter) => {
          const { kind, ...rest } = parameter.init;
          const init = [
            `kind: ${quoted(kind)}`,
            ...Object.entries<number | HostExpr>(rest).map(
              ([key, value]) => `${key}: ${typeof value === 'number' ? value : unbracketed(this.#host(value, new Set()))}`,
            ),
          ].join(', ');
          const rounds = parameter.axes.slice(0, parameter.rounds ?? 0);
          const axes = parameter.axes.slice(rounds.length);
          const spec = `{ path: ${quoted(parameter.path)}, axes: [${axes.map((axis) => this.#fixedAxis(axis)).join(', ')}], outs: ${parameter.outs},${parameter.per === undefined ? '' : ` per: ${parameter.per},`}${this.#stored(parameter.path)} init: { ${init} }${program.running.includes(parameter) ? ', running: true' : ''} }`;
          return rounds.length === 0
            ? spec
            : `...rt.ofRounds([${rounds.map((axis) => this.#size(sizeOf(axis.space))).join(', ')}], ${spec})`;
        }),
      );
      this.#inputs('inputs', this.#modelInputs());
      this.#outputs();
      this.#line(`forward: ${names.forward},`);
      this.#objectives(names);
      this.#decoder(names);
      this.#stream(names);
    });
  }

  #stored(path: string): string {
    const stored = this.#context.model.stored.get(path);
    return stored === undefined ? '' : ` stored: [${stored.map((group) => `[${group.join(', ')}]`).join(', ')}],`;
  }

  #line(text: string): void {
    this.#writer.writeLine(text);
  }

  #size(size: Size, tight = false): string {
    const { text, prec } = sizeText(size, (atom) => `n${access(this.#context.atomName(atom))}`);
    return tight && prec !== 'atom' ? `(${text})` : text;
  }

  #fixedAxis(axis: Axis): string {
    return `{ label: ${quoted(axis.label)}, size: ${this.#size(sizeOf(axis.space))} }`;
  }

  /** An axis that the data size names its dim; every other one has a size. */
  #axis(axis: Axis, among: readonly Axis[]): string {
    const { space } = axis;
    if (this.#follows(space)) return `{ label: ${quoted(axis.label)}, ${this.#length(space)} }`;
    if (space.kind !== 'dim' || !isGiven(space.dim)) return this.#fixedAxis(axis);
    return `{ label: ${quoted(axis.label)}, dim: ${quoted(this.#context.dimName(space.dim))}${withinOf(space, among)} }`;
  }

  /** Is the axis made of dims that the data size? */
  #follows(space: Space): boolean {
    const { ragged } = this.#context.model.program;
    return (
      !(space.kind === 'dim' && ragged.some(({ id }) => id === space.dim.id)) &&
      ragged.some(({ size }) => [...atomsOf(size)].every((atom) => atomsOf(sizeOf(space)).has(atom)))
    );
  }

  /** How many positions an example has of an axis that is made of ragged dims. */
  #length(space: Space): string {
    return `length: (n) => ${sizeText(sizeOf(space), (atom) => `n${access(this.#context.atomName(atom))}!`).text}`;
  }

  /** What a size decides, in one line where it is one thing. */
  #method(name: string, read: readonly Size[], items: readonly string[]): void {
    const reads = read.some((size) => atomsIn(size).length > 0);
    this.#writer.write(`${name}: (${reads ? `n: ${this.#context.names.type('Sizes')}` : ''}) => `);
    if (items.length <= 1) this.#writer.write(`[${items.join('')}],`).newLine();
    else {
      this.#writer.write('[').newLine();
      this.#writer.indent(() => items.forEach((item) => this.#line(`${item},`)));
      this.#line('],');
    }
  }

  #modelInputs(): readonly Input[] {
    const { model, output } = this.#context;
    const targets = output === null ? [] : [output, `${output}'`];
    return model.program.inputs.filter(({ name }) => !targets.includes(name));
  }

  #inputs(name: string, inputs: readonly Input[]): void {
    const spec = ({ name: input, type, otherwise }: Input): { text: string; sizes: readonly Size[] } => {
      const { elem } = type;
      const indexed: Axis | null = elem.kind === 'index' ? { id: '', label: labelOf(elem.space) ?? input, space: elem.space } : null;
      const many = indexed !== null && isMade(indexed.space);
      const read = [...type.axes, ...(indexed === null || many ? [] : [indexed])]
        .filter(({ space }) => !(space.kind === 'dim' && isGiven(space.dim)) && !this.#follows(space))
        .map((axis) => sizeOf(axis.space));
      const first = indexed === null || startsAtZero(indexed.space) ? '' : `, first: ${this.#size(originOf(indexed.space))}`;
      return {
        text: `{ name: ${quoted(input)}, elem: ${quoted(elem.kind)}, axes: [${type.axes.map((axis) => this.#axis(axis, type.axes)).join(', ')}], indexes: ${indexed === null ? 'null' : many ? `{ label: ${quoted(indexed.label)}, ${this.#length(indexed.space)} }` : this.#axis(indexed, type.axes)}${first}${otherwise === undefined ? '' : `, otherwise: ${otherwise}`} }`,
        sizes: indexed === null ? read : [...read, originOf(indexed.space)],
      };
    };
    const specs = inputs.map(spec);
    this.#method(
      name,
      specs.flatMap((each) => each.sizes),
      specs.map((each) => each.text),
    );
  }

  /** Sizes as given, after what could not be decided when the program was compiled. */
  #sizes(requirements: readonly Requirement[]): void {
    const {
      model,
      names: { type },
      dimName,
      atomName,
      sources,
    } = this.#context;
    const { hyperparameters, fixed } = model.program;
    const values = new Map(fixed.map(({ dim, value }) => [atomOf(dim.size), `${value}`]));
    const known = new Set([...hyperparameters.map(({ dim }) => atomOf(dim.size)), ...values.keys()]);
    const code = (size: Size): { readonly text: string; readonly tight: string } => {
      const { text, prec } = sizeText(size, (atom) => values.get(atom) ?? `n${access(atomName(atom))}`);
      return { text, tight: prec === 'atom' ? text : `(${text})` };
    };
    const check = ({ kind, a, b, origin, why }: Requirement): { readonly fails: string; readonly message: string } => {
      const [left, right] = [code(a), code(b)];
      const shown = (size: Size, value: string): string => {
        const text = plainTemplate(`\`${comment(sizeText(size, atomName).text)}\``);
        return atomsIn(size).length === 0 ? text : `${text} (\${${value}})`;
      };
      const place = sources.place(origin);
      return {
        fails:
          kind === 'equal'
            ? `${left.text} !== ${right.text}`
            : kind === 'atMost'
              ? `${left.text} > ${right.text}`
              : `${right.tight} % ${left.tight} !== 0`,
        message: `${shown(a, left.text)} ${MUST[kind]} ${shown(b, right.text)}: ${plainTemplate(comment(why))}${place === '' ? '' : ` (${plainTemplate(place)})`}`,
      };
    };
    const ragged = new Map(model.program.ragged.map((dim) => [atomOf(dim.size), dimName(dim)]));
    const atoms = ({ a, b }: Requirement): readonly string[] => [...new Set([...atomsIn(a), ...atomsIn(b)])];
    const ofLengths = requirements.filter(
      (each) => atoms(each).every((atom) => known.has(atom) || ragged.has(atom)) && atoms(each).some((atom) => ragged.has(atom)),
    );
    if (ofLengths.length > 0) {
      this.#writer
        .write('requirements: [')
        .newLine()
        .indent(() => {
          for (const each of ofLengths) {
            const dims = atoms(each).flatMap((atom) => (ragged.has(atom) ? [quoted(ragged.get(atom)!)] : []));
            const { fails, message } = check(each);
            this.#line(`{ dims: [${dims.join(', ')}], fails: (n: ${type('Sizes')}) => (${fails} ? \`${message}\` : null) },`);
          }
        });
      this.#line('],');
    }
    const decidable = requirements.filter((each) => atoms(each).every((atom) => known.has(atom)));
    this.#writer
      .write(`sizes(${hyperparameters.length > 0 ? `n: ${type('Dims')}` : ''}) `)
      .inlineBlock(() => {
        for (const each of decidable) {
          const { fails, message } = check(each);
          this.#line(`if (${fails}) throw new rt.InputError(\`${message}\`);`);
        }
        const sizes = [
          ...hyperparameters.map(({ dim }) => `${property(dimName(dim))}: n${access(dimName(dim))}`),
          ...fixed.map(({ dim, value }) => `${property(dimName(dim))}: ${value}`),
        ];
        this.#line(`return { ${sizes.join(', ')} };`);
      })
      .write(',')
      .newLine();
  }

  #outputs(): void {
    const { model, dimName } = this.#context;
    this.#writer
      .write('outputs: ')
      .inlineBlock(() => {
        for (const [name, node] of model.forward) {
          const type = (model.program.outputs.get(name) ?? node).types[0]!;
          const shown = type.axes.filter((axis) => axis.id !== 'batch');
          const axes = shown.map((axis) => {
            const made = isMade(axis.space);
            const dim = axis.space.kind === 'dim' && axis.space.dim.ragged && !made ? quoted(dimName(axis.space.dim)) : 'null';
            return `{ label: ${quoted(axis.label)}, dim: ${dim}${made ? `, ${this.#length(axis.space)}` : ''}${withinOf(axis.space, shown)} }`;
          });
          this.#line(`${property(name)}: { elem: ${quoted(type.elem.kind)}, axes: [${axes.join(', ')}] },`);
        }
      })
      .write(',')
      .newLine();
  }

  #objectives(names: DefinitionNames): void {
    const { model, output } = this.#context;
    if (model.objectives.length === 0) {
      this.#line('objectives: [],');
      return;
    }
    this.#writer
      .write('objectives: [')
      .newLine()
      .indent(() => {
        for (const [k, { objective }] of model.objectives.entries()) {
          this.#writer
            .inlineBlock(() => {
              this.#line(`name: ${quoted(objective.name)},`);
              // Examples have the generated sequence once; the runtime makes the previous outputs from it.
              const given = objective.given.filter(
                ({ name }) => name !== output || !objective.given.some((other) => other.name === `${output}'`),
              );
              this.#inputs(
                'given',
                given.map((input) => (output !== null && input.name === `${output}'` ? { ...input, name: output } : input)),
              );
              this.#updates(objective.updates.map((update, at) => this.#update(update, names.objectives[k]![at]!)));
            })
            .write(',')
            .newLine();
        }
      });
    this.#line('],');
  }

  #updates(updates: readonly (readonly string[])[]): void {
    const line = `updates: [${updates.map((fields) => `{ ${fields.join(', ')} }`).join(', ')}],`;
    if (line.length <= LINE) {
      this.#line(line);
      return;
    }
    this.#line('updates: [');
    this.#writer.indent(() => {
      for (const fields of updates) {
        this.#line('{');
        this.#writer.indent(() => fields.forEach((field) => this.#line(`${field},`)));
        this.#line('},');
      }
    });
    this.#line('],');
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
    const fields = [...options].map(([name, value]) => `${property(name)}: ${unbracketed(this.#host(value, read))}`);
    const wanted = (['n', 'step', 'epoch'] as const).map((name) => ({ name, used: read.has(name) }));
    const last = wanted.map(({ used }) => used).lastIndexOf(true);
    const parameters = wanted
      .slice(0, last + 1)
      .map(({ name, used }) => `${used ? '' : '_'}${name}${name === 'n' ? `: ${this.#context.names.type('Sizes')}` : ': number'}`);
    return `optimizer: (${parameters.join(', ')}) => ({ ${[`kind: ${quoted(optimizer.kind)}`, ...fields].join(', ')} })`;
  }

  #host(expression: HostExpr, read: Set<string>): string {
    switch (expression.kind) {
      case 'number':
        return literal(expression.value);
      case 'name':
        read.add(expression.name);
        return expression.name;
      case 'size':
        if (atomsIn(expression.size).length > 0) read.add('n');
        return this.#size(expression.size, true);
      case 'call': {
        const args = expression.args.map((arg) => this.#host(arg, read));
        const infix = { add: '+', sub: '-', mul: '*', div: '/', pow: '**' } as const;
        if (expression.fn in infix) return `(${args.join(` ${infix[expression.fn as keyof typeof infix]} `)})`;
        return expression.fn === 'neg' ? `(-${args.join()})` : `Math.${expression.fn}(${args.map(unbracketed).join(', ')})`;
      }
    }
  }

  #decoder(names: DefinitionNames): void {
    const {
      model,
      names: { type },
      dimName,
    } = this.#context;
    if (model.decoder === null || names.decoder === null) {
      this.#line('decoder: null,');
      return;
    }
    const { decoder, step } = model.decoder;
    const { prepare, step: stepName } = names.decoder;
    const label = decoder.axis.space.kind === 'dim' ? dimName(decoder.axis.space.dim) : decoder.axis.label;
    const vocabulary = sizeOf(decoder.vocabulary);
    this.#writer
      .write('decoder: ')
      .inlineBlock(() => {
        this.#line(`name: ${quoted(decoder.name)},`);
        this.#line(`axis: ${quoted(label)},`);
        this.#line(`output: ${quoted(decoder.output)},`);
        this.#line(`vocabulary: (${atomsIn(vocabulary).length > 0 ? `n: ${type('Sizes')}` : ''}) => ${this.#size(vocabulary)},`);
        this.#line(`start: ${decoder.start},`);
        this.#line(`end: ${decoder.end ?? 'null'},`);
        this.#line(`prepare: ${prepare},`);
        this.#line(`step: ${stepName},`);
        const taps = [...step]
          .filter(([name]) => name.startsWith('tap.'))
          .map(([name, node]) => {
            return `${property(name.slice('tap.'.length))}: [${tapAxes(node.types[0]!.axes.slice(2), dimName, (space) => this.#length(space))}]`;
          });
        this.#line(taps.length === 0 ? 'taps: {},' : `taps: { ${taps.join(', ')} },`);
        const lengths = new Set(model.program.ragged.map((dim) => atomOf(dim.size)));
        const atom = (name: string): string =>
          lengths.has(name) ? `lengths[${quoted(this.#context.atomName(name))}]!` : `n${access(this.#context.atomName(name))}!`;
        const score = decoder.rank === null ? 'logp' : hostExpression(decoder.rank, (name) => ({ text: name, host: true }), atom);
        this.#line(`rank: (${parametersRead(score, ['logp', 'length', 'n', 'lengths'])}) => ${score},`);
        const most = decoder.atMost === null ? null : hostExpression(decoder.atMost, (name) => ({ text: name, host: true }), atom);
        this.#line(`atMost: ${most === null ? 'null' : `(${parametersRead(most, ['n', 'lengths'])}) => ${most}`},`);
      })
      .write(',')
      .newLine();
  }

  #stream(names: DefinitionNames): void {
    const { model, dimName } = this.#context;
    if (model.stream === null || names.stream === null) return;
    const { clocked, step } = model.stream;
    const { prepare, step: stepName } = names.stream;
    this.#writer
      .write('stream: ')
      .inlineBlock(() => {
        this.#line(`axis: ${quoted(clocked.axis.label)},`);
        this.#line(`inputs: [${clocked.args.map(({ name }) => quoted(name)).join(', ')}],`);
        const outputs = [...clocked.outputs.keys()].map(
          (name) => `${property(name)}: [${tapAxes(step.get(name)!.types[0]!.axes.slice(1), dimName, (space) => this.#length(space))}]`,
        );
        this.#line(`outputs: { ${outputs.join(', ')} },`);
        this.#line(`prepare: ${prepare},`);
        this.#line(`step: ${stepName},`);
      })
      .write(',')
      .newLine();
  }
}

/** Which of the axes an inner dim is counted along. */
function withinOf(space: Space, among: readonly Axis[]): string {
  const [inner] = innerDims(space);
  const k = among.findIndex((axis) => axis.id === inner?.within.id);
  return k < 0 ? '' : `, within: ${k}`;
}

/** Do the data say how many positions it has? */
function isGiven(dim: Dim): boolean {
  return dim.ragged || dim.ofCall === true;
}

/** The sizes that an initialiser's spread is made of. */
function sizesOf(init: Initialiser): readonly Size[] {
  const inside = (expression: number | HostExpr): readonly Size[] => {
    if (typeof expression === 'number') return [];
    return expression.kind === 'size' ? [expression.size] : expression.kind === 'call' ? expression.args.flatMap(inside) : [];
  };
  return init.kind === 'uniform' ? inside(init.limit) : init.kind === 'normal' ? inside(init.deviation) : [];
}

/** The parameters of an arrow as far as its body reads them; one that it passes over has an underscore in front. */
function parametersRead(body: string, names: readonly string[]): string {
  const last = names.findLastIndex((name) => uses(body, name));
  return names
    .slice(0, last + 1)
    .map((name) => (uses(body, name) ? name : `_${name}`))
    .join(', ');
}

/** `words + oov` of a concatenation. */
function labelOf(space: Space): string | null {
  if (space.kind === 'dim') return space.dim.label;
  const parts = space.kind === 'cat' ? space.parts.map(labelOf) : [];
  return parts.length === 0 || parts.includes(null) ? null : parts.join(' + ');
}

/** Is the length of the axis more than that of one ragged dim? */
function isMade(space: Space): boolean {
  if (!isRagged(space)) return false;
  return space.kind !== 'dim' || atomOf(space.dim.size) === null;
}

/** How an emitted definition calls the axes of a value behind its batch: a ragged dim by name, where the label does not. */
function tapAxes(axes: readonly Axis[], dimName: ModelContext['dimName'], length: (space: Space) => string): string {
  return axes
    .map(({ label, space }) => {
      if (isGrowing({ id: '', label, space })) return `{ label: ${quoted(label)}, dim: null, grows: true }`;
      if (isMade(space)) return `{ label: ${quoted(label)}, dim: null, ${length(space)} }`;
      const dim = space.kind === 'dim' && space.dim.ragged ? dimName(space.dim) : null;
      return dim === null || dim === label ? quoted(label) : `{ label: ${quoted(label)}, dim: ${quoted(dim)} }`;
    })
    .join(', ');
}

function uses(text: string | null, name: string): boolean {
  return text !== null && new RegExp(`(?<![\\p{ID_Continue}.$])${name}(?![\\p{ID_Continue}$])`, 'u').test(text);
}

/** Text of a program inside a template literal. */
function plainTemplate(text: string): string {
  return text.replace(/[\\`]/g, '\\$&').replace(/\$\{/g, '\\${');
}
