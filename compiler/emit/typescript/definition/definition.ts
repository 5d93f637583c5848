/** The object that hands a model to the runtime. */
import type { CodeBlockWriter } from 'ts-morph';
import { atomOf, type Size } from '../../../size/size.ts';
import type { Axis, Input, Requirement, Space } from '../../../graph/graph.ts';
import { MUST } from '../../../graph/requirement.ts';
import { sizeOf } from '../../../graph/spaces.ts';
import { isGrowing } from '../../../passes/core/axes.ts';
import { hostExpression } from '../text/host.ts';
import { access, comment, property, quoted } from '../../naming/names.ts';
import { atomsIn, sizeText } from '../../naming/sizes.ts';
import type { ModelContext } from './context.ts';
import { writtenObjectives, type UpdateNames } from './objectives.ts';
import { writtenParameters, type WrittenParameters } from './parameters.ts';
import { isMade, SpecWriter, withinOf } from './specs.ts';

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

/** @param nameOf how the function of an update is referred to */
export function writeDefinition(
  writer: CodeBlockWriter,
  context: ModelContext,
  names: DefinitionNames,
  nameOf: (update: string) => string,
): void {
  const objectives = writtenObjectives(context, names.objectives, nameOf);
  const parameters = writtenParameters(writer, context);
  for (const write of parameters.functions) write(writer);
  for (const { write } of objectives.functions) write(writer);
  writer.newLine().write(`const ${names.name}: rt.Definition = `);
  new DefinitionWriter(writer, context).write(names, parameters, objectives.items);
  writer.write(';').newLine();
}

class DefinitionWriter extends SpecWriter {
  write(names: DefinitionNames, parameters: WrittenParameters, objectives: readonly string[]): void {
    const { model, dimName } = this.context;
    const { program } = model;
    this.writer.inlineBlock(() => {
      this.line(`name: ${quoted(program.name)},`);
      this.line(`source: ${quoted(program.file.split(/[\\/]/).at(-1)!)},`);
      if (program.parts !== undefined)
        this.line(`parts: { ${program.parts.map((part) => `${property(part.name)}: ${quoted(part.model)}`).join(', ')} },`);
      this.line(
        `hyperparameters: { ${program.hyperparameters.map(({ dim, value }) => `${property(dimName(dim))}: ${value}`).join(', ')} },`,
      );
      this.line(
        `ragged: [${program.ragged.map((dim) => `{ label: ${quoted(dimName(dim))}, mayBeEmpty: ${dim.mayBeEmpty}${dim.ofCall === true ? ', ofCall: true' : ''}${program.told?.includes(dim) === true ? ', told: true' : ''}${dim.inside === undefined ? '' : `, inside: ${quoted(dimName(dim.inside))}`} }`).join(', ')}],`,
      );
      this.#sizes(program.requirements);
      this.method('parameters', parameters.sizes, parameters.items);
      this.inputs('inputs', this.#modelInputs());
      this.#outputs();
      this.line(`forward: ${names.forward},`);
      this.#objectives(objectives);
      this.#decoder(names);
      this.#stream(names);
      const { graphs } = this.context;
      if (graphs !== null) this.line(`graphs: { file: new URL(${quoted(graphs.file)}, import.meta.url), model: ${graphs.model} },`);
    });
  }

  #modelInputs(): readonly Input[] {
    const { model, output } = this.context;
    const targets = output === null ? [] : [output, `${output}'`];
    return model.program.inputs.filter(({ name }) => !targets.includes(name));
  }

  /** Sizes as given, after what could not be decided when the program was compiled. */
  #sizes(requirements: readonly Requirement[]): void {
    const {
      model,
      names: { type },
      dimName,
      atomName,
      sources,
    } = this.context;
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
      this.writer
        .write('requirements: [')
        .newLine()
        .indent(() => {
          for (const each of ofLengths) {
            const dims = atoms(each).flatMap((atom) => (ragged.has(atom) ? [quoted(ragged.get(atom)!)] : []));
            const { fails, message } = check(each);
            this.line(`{ dims: [${dims.join(', ')}], fails: (n: ${type('Sizes')}) => (${fails} ? \`${message}\` : null) },`);
          }
        });
      this.line('],');
    }
    const decidable = requirements.filter((each) => atoms(each).every((atom) => known.has(atom)));
    this.writer
      .write(`sizes(${hyperparameters.length > 0 ? `n: ${type('Dims')}` : ''}) `)
      .inlineBlock(() => {
        for (const each of decidable) {
          const { fails, message } = check(each);
          this.line(`if (${fails}) throw new rt.InputError(\`${message}\`);`);
        }
        const sizes = [
          ...hyperparameters.map(({ dim }) => `${property(dimName(dim))}: n${access(dimName(dim))}`),
          ...fixed.map(({ dim, value }) => `${property(dimName(dim))}: ${value}`),
        ];
        this.line(`return { ${sizes.join(', ')} };`);
      })
      .write(',')
      .newLine();
  }

  #outputs(): void {
    const { model, dimName } = this.context;
    this.writer
      .write('outputs: ')
      .inlineBlock(() => {
        for (const [name, node] of model.forward) {
          const type = (model.program.outputs.get(name) ?? node).types[0]!;
          const shown = type.axes.filter((axis) => axis.id !== 'batch');
          const axes = shown.map((axis) => {
            const made = isMade(axis.space);
            const dim = axis.space.kind === 'dim' && axis.space.dim.ragged && !made ? quoted(dimName(axis.space.dim)) : 'null';
            return `{ label: ${quoted(axis.label)}, dim: ${dim}${made ? `, ${this.length(axis.space)}` : ''}${withinOf(axis.space, shown)} }`;
          });
          this.line(`${property(name)}: { elem: ${quoted(type.elem.kind)}, axes: [${axes.join(', ')}] },`);
        }
      })
      .write(',')
      .newLine();
  }

  #objectives(items: readonly string[]): void {
    if (items.length === 0) {
      this.line('objectives: [],');
      return;
    }
    this.writer
      .write('objectives: [')
      .newLine()
      .indent(() => {
        for (const item of items) this.writer.write(`${item},`).newLine();
      });
    this.line('],');
  }

  #decoder(names: DefinitionNames): void {
    const {
      model,
      names: { type },
      dimName,
    } = this.context;
    if (model.decoder === null || names.decoder === null) {
      this.line('decoder: null,');
      return;
    }
    const { decoder, step } = model.decoder;
    const { prepare, step: stepName } = names.decoder;
    const label = decoder.axis.space.kind === 'dim' ? dimName(decoder.axis.space.dim) : decoder.axis.label;
    const vocabulary = sizeOf(decoder.vocabulary);
    this.writer
      .write('decoder: ')
      .inlineBlock(() => {
        this.line(`name: ${quoted(decoder.name)},`);
        this.line(`axis: ${quoted(label)},`);
        this.line(`output: ${quoted(decoder.output)},`);
        this.line(`vocabulary: (${atomsIn(vocabulary).length > 0 ? `n: ${type('Sizes')}` : ''}) => ${this.size(vocabulary)},`);
        this.line(`start: ${decoder.start},`);
        this.line(`end: ${decoder.end ?? 'null'},`);
        this.line(`prepare: ${prepare},`);
        this.line(`step: ${stepName},`);
        const taps = [...step]
          .filter(([name]) => name.startsWith('tap.'))
          .map(([name, node]) => {
            return `${property(name.slice('tap.'.length))}: [${tapAxes(node.types[0]!.axes.slice(2), dimName, (space) => this.length(space))}]`;
          });
        this.line(taps.length === 0 ? 'taps: {},' : `taps: { ${taps.join(', ')} },`);
        const lengths = new Set(model.program.ragged.map((dim) => atomOf(dim.size)));
        const atom = (name: string): string =>
          lengths.has(name) ? `lengths[${quoted(this.context.atomName(name))}]!` : `n${access(this.context.atomName(name))}!`;
        const score = decoder.rank === null ? 'logp' : hostExpression(decoder.rank, (name) => ({ text: name, host: true }), atom);
        this.line(`rank: (${parametersRead(score, ['logp', 'length', 'n', 'lengths'])}) => ${score},`);
        const most = decoder.atMost === null ? null : hostExpression(decoder.atMost, (name) => ({ text: name, host: true }), atom);
        this.line(`atMost: ${most === null ? 'null' : `(${parametersRead(most, ['n', 'lengths'])}) => ${most}`},`);
      })
      .write(',')
      .newLine();
  }

  #stream(names: DefinitionNames): void {
    const { model, dimName } = this.context;
    if (model.stream === null || names.stream === null) return;
    const { clocked, step } = model.stream;
    const { prepare, step: stepName } = names.stream;
    this.writer
      .write('stream: ')
      .inlineBlock(() => {
        this.line(`axis: ${quoted(clocked.axis.label)},`);
        this.line(`inputs: [${clocked.args.map(({ name }) => quoted(name)).join(', ')}],`);
        const outputs = [...clocked.outputs.keys()].map(
          (name) => `${property(name)}: [${tapAxes(step.get(name)!.types[0]!.axes.slice(1), dimName, (space) => this.length(space))}]`,
        );
        this.line(`outputs: { ${outputs.join(', ')} },`);
        this.line(`prepare: ${prepare},`);
        this.line(`step: ${stepName},`);
      })
      .write(',')
      .newLine();
  }
}

/** The parameters of an arrow as far as its body reads them; one that it passes over has an underscore in front. */
function parametersRead(body: string, names: readonly string[]): string {
  const last = names.findLastIndex((name) => uses(body, name));
  return names
    .slice(0, last + 1)
    .map((name) => (uses(body, name) ? name : `_${name}`))
    .join(', ');
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
