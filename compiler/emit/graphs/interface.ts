/** The inputs and outputs of a program as data, for exports. */
import type { Axis, Dim, Input, Program, Requirement, Space } from '../../graph/graph.ts';
import { MUST } from '../../graph/requirement.ts';
import { isRagged, originOf, sizeOf } from '../../graph/spaces.ts';
import type { AxisData, DimData, InputData, ModelInterface, RequirementData, TargetData } from '../../../runtime/export/interface.ts';
import type { Expression } from '../../../runtime/graphs/format.ts';
import { atomOf, type Size } from '../../size/size.ts';
import { dimNames } from '../naming/dims.ts';
import { labelOf, withinAxis } from '../naming/axes.ts';
import { atomsIn, sizeText } from '../naming/sizes.ts';
import { sizeExpression } from './expressions.ts';

export function interfaceOf(program: Program): ModelInterface {
  return new Interface(program).whole();
}

class Interface {
  readonly #program: Program;
  readonly #atom: (name: string) => string;
  readonly #dimName: (dim: Dim) => string;

  constructor(program: Program) {
    const { atomName, dimName } = dimNames({ program });
    this.#program = program;
    this.#atom = atomName;
    this.#dimName = dimName;
  }

  whole(): ModelInterface {
    const { ragged, inputs, outputs, objectives, decoder, requirements } = this.#program;
    const targets = decoder === null ? [] : [decoder.output, `${decoder.output}'`];
    return {
      dims: ragged.map((dim) => this.#dim(dim)),
      inputs: inputs.filter(({ name }) => !targets.includes(name)).map((input) => this.#input(input)),
      target: this.#target(),
      outputs: Object.fromEntries([...outputs].map(([name, node]) => [name, this.#axes(node.types[0]!.axes)])),
      objectives: objectives.map(({ name, given, updates }) => ({
        name,
        given: given.map((input) => this.#input(input)),
        updates: updates.map((update) => update.name),
      })),
      requirements: requirements.flatMap((each) => this.#requirement(each)),
    };
  }

  #dim(dim: Dim): DimData {
    return {
      label: this.#dimName(dim),
      mayBeEmpty: dim.mayBeEmpty,
      ofCall: dim.ofCall === true,
      told: this.#program.told?.includes(dim) === true,
      inside: dim.inside === undefined ? null : this.#dimName(dim.inside),
    };
  }

  #target(): TargetData | null {
    const { decoder } = this.#program;
    if (decoder === null) return null;
    const { output, axis, vocabulary, start, end } = decoder;
    const elem = { kind: 'index', space: vocabulary } as const;
    return { input: this.#input({ name: output, type: { elem, axes: [axis], masks: [] }, doc: null }), start, end };
  }

  #input({ name, type: { elem, axes }, otherwise }: Input): InputData {
    return {
      name,
      elem: elem.kind === 'index' ? 'int' : elem.kind,
      axes: this.#axes(axes),
      indexes:
        elem.kind === 'index'
          ? { ...this.#axis(labelOf(elem.space) ?? name, elem.space, axes), first: sizeExpression(originOf(elem.space), this.#atom) }
          : null,
      ...(otherwise === undefined ? {} : { otherwise }),
    };
  }

  #axes(axes: readonly Axis[]): readonly AxisData[] {
    return axes.map(({ label, space }) => this.#axis(label, space, axes));
  }

  #axis(label: string, space: Space, among: readonly Axis[]): AxisData {
    const within = withinAxis(space, among);
    return {
      label,
      size: sizeExpression(sizeOf(space), this.#atom),
      ragged: isRagged(space),
      ...(within === null ? {} : { within }),
    };
  }

  /** Those on what the data size: the others hold for the sizes of a model, or there is none. */
  #requirement({ kind, a, b, why }: Requirement): readonly RequirementData[] {
    const ragged = new Set(this.#program.ragged.map((dim) => atomOf(dim.size)));
    if (![...atomsIn(a), ...atomsIn(b)].some((atom) => ragged.has(atom))) return [];
    const shown = (size: Size): string => `\`${sizeText(size, this.#atom).text}\``;
    const [left, right] = [a, b].map((size) => sizeExpression(size, this.#atom)) as [Expression, Expression];
    return [{ kind, a: left, b: right, message: `${shown(a)} ${MUST[kind]} ${shown(b)}: ${why}` }];
  }
}
