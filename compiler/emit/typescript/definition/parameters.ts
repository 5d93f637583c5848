/** The parameters of a model in its definition. Those that several calls of one block have are written once, as a function of their path. */
import type { CodeBlockWriter } from 'ts-morph';
import type { Axis, HostExpr, Initialiser, Parameter } from '../../../graph/graph.ts';
import { sizeOf } from '../../../graph/spaces.ts';
import type { Size } from '../../../size/size.ts';
import { unbracketed } from '../text/host.ts';
import { comment, functionName, Names, quoted } from '../../naming/names.ts';
import type { ModelContext } from './context.ts';
import { SpecWriter } from './specs.ts';

export interface WrittenParameters {
  /** Functions that parameters are made by. */
  readonly functions: readonly ((writer: CodeBlockWriter) => void)[];
  /** Each parameter, or all of a call, as it stands in the list. */
  readonly items: readonly string[];
  /** What the text reads. */
  readonly sizes: readonly Size[];
}

export function writtenParameters(writer: CodeBlockWriter, context: ModelContext): WrittenParameters {
  return new ParameterWriter(writer, context).written();
}

/** Parameters of one call of a block, one after the other. */
interface Run {
  readonly front: string;
  readonly parameters: readonly Parameter[];
}

/** A run as a function writes it. */
interface Form {
  readonly lines: readonly string[];
  /** What it is handed, by the labels of the axes. */
  readonly sizes: ReadonlyMap<string, { readonly name: string; readonly size: Size }>;
}

class ParameterWriter extends SpecWriter {
  written(): WrittenParameters {
    const { program } = this.context.model;
    const all = [...program.parameters, ...program.running];
    const runs = runsOf(all);
    const groups = new Map<string, { readonly form: Form; readonly runs: Run[] }>();
    for (const run of runs.filter(({ parameters }) => parameters.every(isPlain))) {
      const form = this.#form(run.parameters);
      const key = form.lines.join('\n');
      groups.set(key, { form, runs: [...(groups.get(key)?.runs ?? []), run] });
    }
    const calls = new Map<Run, string>();
    const functions = [...groups.values()].flatMap((group) => {
      const [{ lines, sizes }, count] = [group.form, group.runs.length];
      // Around the lines of a function there are three.
      if (count * lines.length <= lines.length + 3 + count) return [];
      const block = group.runs[0]!.front.split('.')
        .at(-1)!
        .replace(/[#[].*$/, '');
      const name = this.context.module.take(`${functionName(block)} Parameters`);
      for (const run of group.runs) {
        const handed = [...this.#form(run.parameters).sizes.values()].map(({ size }) => this.size(size));
        calls.set(run, `...${name}(${[quoted(run.front), ...handed].join(', ')})`);
      }
      const handed = ['path: string', ...[...sizes.values()].map((each) => `${each.name}: number`)].join(', ');
      return [
        (writer: CodeBlockWriter): void => {
          writer.newLine().writeLine(`/** What a call of ${comment(block)} has. */`);
          writer.writeLine(`const ${name} = (${handed}): readonly rt.ParameterSpec[] => [`);
          writer.indent(() => lines.forEach((line) => writer.writeLine(`${line},`)));
          writer.writeLine('];');
        },
      ];
    });
    return {
      functions,
      items: runs.flatMap((run) => calls.get(run) ?? run.parameters.map((each) => this.#item(each))),
      sizes: all.flatMap(({ axes, init }) => [...axes.map((axis) => sizeOf(axis.space)), ...sizesOf(init)]),
    };
  }

  #form(parameters: readonly Parameter[]): Form {
    const names = new Names(['path']);
    const sizes = new Map<string, { readonly name: string; readonly size: Size }>();
    const handed = ({ label, space }: Axis): string => {
      const size = sizeOf(space);
      const known = sizes.get(size.key) ?? { name: names.take(label), size };
      sizes.set(size.key, known);
      return `{ label: ${quoted(label)}, size: ${known.name} }`;
    };
    return { lines: parameters.map((each) => this.#spec(each, `\`\${path}.${each.path.split('.').at(-1)!}\``, handed)), sizes };
  }

  #item(parameter: Parameter): string {
    const rounds = parameter.axes.slice(0, parameter.rounds ?? 0);
    const spec = this.#spec(parameter, quoted(parameter.path), (axis) => this.fixedAxis(axis));
    return rounds.length === 0 ? spec : `...rt.ofRounds([${rounds.map((axis) => this.size(sizeOf(axis.space))).join(', ')}], ${spec})`;
  }

  #spec(parameter: Parameter, path: string, axis: (axis: Axis) => string): string {
    const { model } = this.context;
    const { kind, ...rest } = parameter.init;
    const init = [
      `kind: ${quoted(kind)}`,
      ...Object.entries<number | HostExpr>(rest).map(
        ([key, value]) => `${key}: ${typeof value === 'number' ? value : unbracketed(this.host(value, new Set()))}`,
      ),
    ];
    const stored = model.stored.get(parameter.path);
    const fields = [
      `path: ${path}`,
      `axes: [${parameter.axes
        .slice(parameter.rounds ?? 0)
        .map(axis)
        .join(', ')}]`,
      `outs: ${parameter.outs}`,
      ...(parameter.per === undefined ? [] : [`per: ${parameter.per}`]),
      ...(stored === undefined ? [] : [`stored: [${stored.map((group) => `[${group.join(', ')}]`).join(', ')}]`]),
      `init: { ${init.join(', ')} }`,
      ...(model.program.running.includes(parameter) ? ['running: true'] : []),
    ];
    return `{ ${fields.join(', ')} }`;
  }
}

/** Is there nothing in it that depends on where it stands, but its path and the sizes of its axes? */
function isPlain({ rounds = 0, init, path }: Parameter): boolean {
  return rounds === 0 && sizesOf(init).length === 0 && path.includes('.') && !/[`$\\]/.test(path);
}

function runsOf(parameters: readonly Parameter[]): readonly Run[] {
  const runs: { front: string; parameters: Parameter[] }[] = [];
  for (const parameter of parameters) {
    const front = parameter.path.split('.').slice(0, -1).join('.');
    const last = runs.at(-1);
    if (last?.front === front && isPlain(parameter) === isPlain(last.parameters[0]!)) last.parameters.push(parameter);
    else runs.push({ front, parameters: [parameter] });
  }
  return runs;
}

/** The sizes that an initialiser's spread is made of. */
function sizesOf(init: Initialiser): readonly Size[] {
  const inside = (expression: number | HostExpr): readonly Size[] => {
    if (typeof expression === 'number') return [];
    return expression.kind === 'size' ? [expression.size] : expression.kind === 'call' ? expression.args.flatMap(inside) : [];
  };
  return init.kind === 'uniform' ? inside(init.limit) : init.kind === 'normal' ? inside(init.deviation) : [];
}
