/** What a definition says of axes, sizes and inputs, as text. */
import type { CodeBlockWriter } from 'ts-morph';
import { atomOf, atomsOf, type Size } from '../../../size/size.ts';
import type { Axis, Dim, HostExpr, Input, Space } from '../../../graph/graph.ts';
import { isRagged, originOf, sizeOf, startsAtZero } from '../../../graph/spaces.ts';
import { labelOf, withinAxis } from '../../naming/axes.ts';
import { unbracketed } from '../text/host.ts';
import { literal } from '../lowering/pieces.ts';
import { access, quoted } from '../../naming/names.ts';
import { atomsIn, sizeText } from '../../naming/sizes.ts';
import type { ModelContext } from './context.ts';

export class SpecWriter {
  protected readonly writer: CodeBlockWriter;
  protected readonly context: ModelContext;

  constructor(writer: CodeBlockWriter, context: ModelContext) {
    this.writer = writer;
    this.context = context;
  }

  protected line(text: string): void {
    this.writer.writeLine(text);
  }

  protected size(size: Size, tight = false): string {
    const { text, prec } = sizeText(size, (atom) => `n${access(this.context.atomName(atom))}`);
    return tight && prec !== 'atom' ? `(${text})` : text;
  }

  protected fixedAxis(axis: Axis): string {
    return `{ label: ${quoted(axis.label)}, size: ${this.size(sizeOf(axis.space))} }`;
  }

  /** An axis that the data size names its dim; every other one has a size. */
  protected axis(axis: Axis, among: readonly Axis[]): string {
    const { space } = axis;
    if (this.follows(space)) return this.madeAxis(axis.label, space, among);
    if (space.kind !== 'dim' || !isGiven(space.dim)) return this.fixedAxis(axis);
    return `{ label: ${quoted(axis.label)}, dim: ${quoted(this.context.dimName(space.dim))}${withinOf(space, among)} }`;
  }

  private madeAxis(label: string, space: Space, among: readonly Axis[]): string {
    return `{ label: ${quoted(label)}, ${this.length(space)}${withinOf(space, among)} }`;
  }

  /** Is the axis made of dims that the data size? */
  protected follows(space: Space): boolean {
    const { ragged } = this.context.model.program;
    return (
      !(space.kind === 'dim' && ragged.some(({ id }) => id === space.dim.id)) &&
      ragged.some(({ size }) => [...atomsOf(size)].every((atom) => atomsOf(sizeOf(space)).has(atom)))
    );
  }

  /** How many positions an example has of an axis that is made of ragged dims. */
  protected length(space: Space): string {
    return `length: (n) => ${sizeText(sizeOf(space), (atom) => `n${access(this.context.atomName(atom))}!`).text}`;
  }

  /** What a size decides, in one line where it is one thing. */
  protected method(name: string, read: readonly Size[], items: readonly string[]): void {
    const reads = read.some((size) => atomsIn(size).length > 0);
    this.writer.write(`${name}: (${reads ? `n: ${this.context.names.type('Sizes')}` : ''}) => `);
    if (items.length <= 1) this.writer.write(`[${items.join('')}],`).newLine();
    else {
      this.writer.write('[').newLine();
      this.writer.indent(() => items.forEach((item) => this.line(`${item},`)));
      this.line('],');
    }
  }

  protected inputs(name: string, inputs: readonly Input[]): void {
    const spec = ({ name: input, type, otherwise }: Input): { text: string; sizes: readonly Size[] } => {
      const { elem } = type;
      const indexed: Axis | null = elem.kind === 'index' ? { id: '', label: labelOf(elem.space) ?? input, space: elem.space } : null;
      const many = indexed !== null && isMade(indexed.space);
      const read = [...type.axes, ...(indexed === null || many ? [] : [indexed])]
        .filter(({ space }) => !(space.kind === 'dim' && isGiven(space.dim)) && !this.follows(space))
        .map((axis) => sizeOf(axis.space));
      const first = indexed === null || startsAtZero(indexed.space) ? '' : `, first: ${this.size(originOf(indexed.space))}`;
      return {
        text: `{ name: ${quoted(input)}, elem: ${quoted(elem.kind)}, axes: [${type.axes.map((axis) => this.axis(axis, type.axes)).join(', ')}], indexes: ${indexed === null ? 'null' : many ? this.madeAxis(indexed.label, indexed.space, type.axes) : this.axis(indexed, type.axes)}${first}${otherwise === undefined ? '' : `, otherwise: ${otherwise}`} }`,
        sizes: indexed === null ? read : [...read, originOf(indexed.space)],
      };
    };
    const specs = inputs.map(spec);
    this.method(
      name,
      specs.flatMap((each) => each.sizes),
      specs.map((each) => each.text),
    );
  }

  protected host(expression: HostExpr, read: Set<string>): string {
    switch (expression.kind) {
      case 'number':
        return literal(expression.value);
      case 'name':
        read.add(expression.name);
        return expression.name;
      case 'size':
        if (atomsIn(expression.size).length > 0) read.add('n');
        return this.size(expression.size, true);
      case 'call': {
        const args = expression.args.map((arg) => this.host(arg, read));
        const infix = { add: '+', sub: '-', mul: '*', div: '/', pow: '**' } as const;
        if (expression.fn in infix) return `(${args.join(` ${infix[expression.fn as keyof typeof infix]} `)})`;
        return expression.fn === 'neg' ? `(-${args.join()})` : `Math.${expression.fn}(${args.map(unbracketed).join(', ')})`;
      }
    }
  }
}

export function withinOf(space: Space, among: readonly Axis[]): string {
  const k = withinAxis(space, among);
  return k === null ? '' : `, within: ${k}`;
}

/** Do the data say how many positions it has? */
function isGiven(dim: Dim): boolean {
  return dim.ragged || dim.ofCall === true;
}

/** Is the length of the axis more than that of one ragged dim? */
export function isMade(space: Space): boolean {
  if (!isRagged(space)) return false;
  return space.kind !== 'dim' || atomOf(space.dim.size) === null;
}
