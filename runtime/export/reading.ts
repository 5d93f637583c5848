/**
 * What one signature reads, as nodes: its inputs as the functions of a module want them. Their sizes are those of what is given;
 * padding becomes what a batch of the runtime has there, whatever was in it; and what the runtime refuses at its boundary is
 * refused by assertions.
 */
import type { Expression } from '../graphs/format.ts';
import type { Graph, SignatureTensor, Tensor } from '../graphs/graph-def.ts';
import { Sizes } from './sizes.ts';
import type { AxisData, DimData, InputData, ModelInterface, RequirementData, TargetData } from './interface.ts';

/** What is read besides the model's own inputs. */
export interface Read {
  readonly inputs: readonly InputData[];
  readonly target: TargetData | null;
}

export class Reading {
  readonly sizes: Sizes;
  /** Those of the signature, by name. */
  readonly inputs = new Map<string, SignatureTensor>();
  /** What stands for a ragged dim in the signature. */
  readonly lengthNames = new Map<string, string>();
  readonly #graph: Graph;
  readonly #front: string;
  readonly #dims: readonly DimData[];
  readonly #read: Read;
  /** By dim: which input's axis tells its size. */
  readonly #places = new Map<string, { readonly input: string; readonly axis: number }>();
  /** int [batch], of inner dims [batch, outer]. */
  readonly #lengths = new Map<string, Tensor>();
  /** As the function reads them. */
  readonly #values = new Map<string, Tensor>();
  readonly #checks: Tensor[] = [];

  /** @param front begins the names of its nodes @param n the sizes of the model */
  constructor(graph: Graph, front: string, n: Readonly<Record<string, number>>, { dims, requirements }: ModelInterface, read: Read) {
    this.#graph = graph;
    this.#front = front;
    this.#dims = dims;
    this.#read = read;
    this.sizes = new Sizes(graph, n, (name) => this.#size(name));
    const all = read.target === null ? read.inputs : [...read.inputs, read.target.input];
    for (const input of all) this.#declare(input);
    for (const dim of this.#ownDims()) if (!dim.ofCall) this.#declareLength(dim, all);
    for (const dim of this.#ownDims()) this.#readLength(dim);
    for (const input of read.inputs) this.#values.set(input.name, this.#value(input));
    if (read.target !== null) this.#readTarget(read.target);
    for (const each of requirements) this.#require(each);
  }

  /** Of the function's input of this name. */
  value(name: string): Tensor {
    return found(this.#values.get(name), name);
  }

  length(dim: string): Tensor {
    return found(this.#lengths.get(dim), dim);
  }

  /** All checks, as one that results wait for. */
  checked(): Tensor {
    return this.#graph.all(this.#checks);
  }

  /** The dims that this signature has, outer ones first. */
  #ownDims(): readonly DimData[] {
    const all = this.#dims.filter(({ label, told }) => told || this.#places.has(label));
    return [...all.filter(({ inside }) => inside === null), ...all.filter(({ inside }) => inside !== null)];
  }

  #declare(input: InputData): void {
    const { name, elem, axes } = input;
    const shape = [-1, ...axes.map(({ size }) => this.sizes.known(size) ?? -1)];
    const tensor = this.#graph.input(`${this.#front}_${name}`, elem, shape);
    this.inputs.set(name, { tensor, shape, axes: ['batch', ...axes.map(({ label }) => label)] });
    for (const [axis, { size }] of axes.entries()) {
      if (typeof size === 'string' && !this.#places.has(size) && this.sizes.known(size) === null)
        this.#places.set(size, { input: name, axis: axis + 1 });
    }
  }

  #declareLength({ label, inside }: DimData, all: readonly InputData[]): void {
    let name = `${label}_length`;
    while (this.inputs.has(name)) name += '_';
    const outer = inside === null ? null : outerOf(label, all);
    const known = outer === null ? null : this.sizes.known(outer.size);
    const shape = outer === null ? [-1] : [-1, known ?? -1];
    const tensor = this.#graph.input(`${this.#front}_${name}`, 'int', shape);
    this.inputs.set(name, { tensor, shape, axes: ['batch', ...(outer === null ? [] : [outer.label])] });
    this.lengthNames.set(label, name);
  }

  /** int []. */
  #size(name: string): Tensor | null {
    const { m } = this.sizes;
    if (name === 'batch') {
      const [first] = this.inputs.values();
      return first === undefined ? null : this.sizes.sizeOf(first.tensor, 0);
    }
    const place = this.#places.get(name);
    if (place !== undefined) return this.sizes.sizeOf(found(this.inputs.get(place.input), place.input).tensor, place.axis);
    const length = this.inputs.get(this.lengthNames.get(name) ?? '');
    if (length === undefined) return null;
    return m.binary('Maximum', m.reduce('Max', length.tensor, [0]), m.constant([1], 'int'));
  }

  #readLength({ label, mayBeEmpty, ofCall, inside }: DimData): void {
    const { m } = this.sizes;
    const size = this.sizes.scalar(label, 'int');
    const one = m.constant([1], 'int');
    const given = this.#places.get(label);
    const checks =
      given === undefined
        ? []
        : [this.#refuse(m.compare('GreaterEqual', size, one), `${given.input}: at least one position of ${label}, even if all is padding`)];
    if (ofCall) {
      this.#lengths.set(label, this.#after(m.fill(this.sizes.shape(['batch']), size), checks));
      return;
    }
    const name = found(this.lengthNames.get(label), label);
    const { tensor } = found(this.inputs.get(name), name);
    const outer = inside === null ? undefined : this.#lengths.get(inside);
    // Lengths in the padding of the outer axis are none.
    const present = inside === null || outer === undefined ? null : this.#before(this.sizes.sizeOf(tensor, 1), m.expand(outer, 1));
    const length = present === null ? tensor : m.select(present, tensor, m.constant([0], 'int'));
    const least = m.constant([mayBeEmpty ? 0 : 1], 'int');
    const inRange = m.logical('LogicalAnd', m.compare('GreaterEqual', length, least), m.compare('LessEqual', length, size));
    const fine = present === null ? inRange : m.logical('LogicalOr', inRange, m.not(present));
    checks.push(
      this.#shapeCheck(name, tensor, ['batch', ...(inside === null ? [] : [this.#outerSize(label)])]),
      this.#refuse(this.#everywhere(fine, inside === null ? 1 : 2), `${name}: from ${mayBeEmpty ? 0 : 1} to the size of ${label}`, tensor),
    );
    this.#lengths.set(label, this.#after(length, checks));
  }

  #outerSize(dim: string): Expression {
    const { inputs, target } = this.#read;
    return outerOf(dim, target === null ? inputs : [...inputs, target.input])!.size;
  }

  /** With what the function expects in the padding. */
  #value(input: InputData, more: (value: Tensor, present: Tensor | null) => readonly Tensor[] = () => []): Tensor {
    const { m } = this.sizes;
    const { name, elem, axes, indexes } = input;
    const { tensor: given } = found(this.inputs.get(name), name);
    const tensor = this.#after(given, [this.#shapeCheck(name, given, ['batch', ...axes.map(({ size }) => size)])]);
    const first = indexes === null ? m.constant([0], elem) : this.sizes.scalar(indexes.first, 'int');
    const present = this.#presentIn(axes);
    const value = present === null ? tensor : m.select(present, tensor, first);
    const checks = [...more(value, present)];
    if (elem === 'float') {
      const finite = m.unary('IsFinite', value, 'y', 'bool');
      checks.push(this.#refuse(this.#everywhere(finite, axes.length + 1), `${name}: a float input must be finite`));
    }
    const bound = indexes === null ? null : this.#own(indexes, axes.length);
    if (indexes !== null && bound !== null) {
      const place = m.binary('Sub', value, first);
      const inside = m.logical('LogicalAnd', m.compare('GreaterEqual', place, m.constant([0], 'int')), m.compare('Less', place, bound));
      const fine = present === null ? inside : m.logical('LogicalOr', inside, m.not(present));
      const range = this.#range(indexes);
      checks.push(this.#refuse(this.#everywhere(fine, axes.length + 1), `${name}: positions on ${indexes.label}${range}`, value));
    }
    return this.#after(value, checks);
  }

  #range({ size, first }: NonNullable<InputData['indexes']>): string {
    const [count, from] = [this.sizes.known(size), this.sizes.known(first)];
    return count === null || from === null ? '' : ` (${from} to ${from + count - 1})`;
  }

  /** The outputs that a decoder is to give, and at each position the one before. */
  #readTarget({ input, start, end }: TargetData): void {
    const { m } = this.sizes;
    const [axis] = input.axes as [AxisData];
    const nothingBehind = (value: Tensor, present: Tensor | null): readonly Tensor[] => {
      if (end === null || present === null) return [];
      const last = m.binary('Sub', this.#own(axis, 1)!, m.constant([1], 'int'));
      const isEarly = this.#before(this.sizes.scalar(axis.size, 'int'), last);
      const isEnd = m.compare('Equal', value, m.constant([end], 'int'));
      const wrong = m.logical('LogicalAnd', isEarly, isEnd);
      return [this.#refuse(this.#everywhere(m.not(wrong), 2), `${input.name}: nothing follows the end, ${end}`, value)];
    };
    const target = this.#value(input, nothingBehind);
    const before = m.slice(target, m.constant([0, 0], 'int', [2]), this.sizes.shape([-1, { fn: 'sub', of: [axis.size, 1] }]));
    const first = m.fill(this.sizes.shape(['batch', 1]), m.constant([start], 'int'));
    this.#values.set(`${input.name}'`, target);
    this.#values.set(input.name, m.concat([first, before], 1));
  }

  /** Beyond their lengths values are 0. */
  blanked(value: Tensor, axes: readonly AxisData[]): Tensor {
    const { m } = this.sizes;
    const present = this.#presentIn(axes);
    return present === null ? value : m.select(present, value, m.constant([0], value.type as InputData['elem']));
  }

  /** Where a value with these axes behind the batch has positions of the examples; null: everywhere. */
  #presentIn(axes: readonly AxisData[]): Tensor | null {
    const { m } = this.sizes;
    return axes.reduce<Tensor | null>((all, axis, k) => {
      if (!axis.ragged) return all;
      const own = found(this.#own(axis, axes.length), axis.label);
      const before = this.#before(this.sizes.scalar(axis.size, 'int'), own, k + 1, axes.length + 1);
      return all === null ? before : m.logical('LogicalAnd', all, before);
    }, null);
  }

  /** Of each example, beside values with so many axes behind the batch; null: a length in it is not known. */
  #own({ size, within }: AxisData, rank: number): Tensor | null {
    return this.sizes.among(size, (name) => {
      const length = this.#lengths.get(name);
      if (length === undefined) return null;
      const isInner = this.#dims.some(({ label, inside }) => label === name && inside !== null);
      return this.#beside(length, isInner ? within! + 1 : null, rank + 1);
    });
  }

  /** [batch] or [batch, outer] as a tensor of this rank, whose axis `at` is the outer one. */
  #beside(length: Tensor, at: number | null, rank: number): Tensor {
    const { m } = this.sizes;
    const shape = Array.from({ length: rank }, (_, k) => (k === 0 || k === at ? null : 1));
    if (at === null) return m.reshape(length, m.constant([-1, ...shape.slice(1).map(() => 1)], 'int', [rank]));
    return m.reshape(
      length,
      m.pack(shape.map((size, k) => (size === null ? this.sizes.sizeOf(length, k === 0 ? 0 : 1) : m.constant([1], 'int')))),
    );
  }

  /** Which of so many positions, along the axis `at`, lie before an end. */
  #before(count: Tensor, end: Tensor, at = 1, rank = 2): Tensor {
    const { m } = this.sizes;
    const [zero, one] = [m.constant([0], 'int'), m.constant([1], 'int')];
    const range = m.scope.node('Range', [zero, count, one], { Tidx: { type: 'int' } }, 'output', 'int');
    const along = Array.from({ length: rank }, (_, k) => (k === at ? -1 : 1));
    return m.compare('Less', m.reshape(range, m.constant(along, 'int', [rank])), m.cast(end, 'int'));
  }

  #everywhere(truths: Tensor, rank: number): Tensor {
    const { m } = this.sizes;
    return m.reduce(
      'All',
      truths,
      Array.from({ length: rank }, (_, k) => k),
    );
  }

  #shapeCheck(name: string, tensor: Tensor, shape: readonly Expression[]): Tensor {
    const { m } = this.sizes;
    const { axes } = found(this.inputs.get(name), name);
    const [given, expected] = [this.sizes.sizesOf(tensor), this.sizes.shape(shape)];
    return this.#refuse(
      this.#everywhere(m.compare('Equal', given, expected), 1),
      `${name} [${axes.join(', ')}]: expected, given`,
      expected,
      given,
    );
  }

  /** Of each example, and of what they are padded to. */
  #require({ kind, a, b, message }: RequirementData): void {
    const { m } = this.sizes;
    const isInner = (name: string): boolean => this.#dims.some(({ label, inside }) => label === name && inside !== null);
    // Of inner lengths the longest of an example.
    const longest = (name: string, length: Tensor): Tensor => (isInner(name) ? m.reduce('Max', length, [1]) : length);
    const own = (name: string): Tensor | null => {
      const length = this.#lengths.get(name);
      return length === undefined ? null : longest(name, length);
    };
    const padded = (name: string): Tensor | null => (this.#lengths.has(name) ? this.sizes.scalar(name, 'int') : null);
    for (const [atom, rank] of [
      [own, 1],
      [padded, 0],
    ] as const) {
      const [left, right] = [a, b].map((size) => this.sizes.among(size, atom)) as [Tensor | null, Tensor | null];
      if (left === null || right === null) return;
      const fine =
        kind === 'divides'
          ? m.compare('Equal', m.binary('FloorMod', right, left), m.constant([0], 'int'))
          : m.compare(kind === 'equal' ? 'Equal' : 'LessEqual', left, right);
      this.#refuse(rank === 0 ? fine : this.#everywhere(fine, rank), message);
    }
  }

  #refuse(fine: Tensor, message: string, ...shown: readonly Tensor[]): Tensor {
    const check = this.#graph.assertion(fine, message, shown);
    this.#checks.push(check);
    return check;
  }

  /** The tensor, once these checks are done. */
  #after(tensor: Tensor, checks: readonly Tensor[]): Tensor {
    return this.#graph.node('Identity', [tensor, ...checks], { T: { type: tensor.type } }, 'output', tensor.type, 'checked');
  }
}

/** The axis that an inner dim is counted along. */
function outerOf(dim: string, all: readonly InputData[]): AxisData | null {
  for (const { axes } of all) {
    const inner = axes.find(({ size, within }) => size === dim && within !== undefined);
    if (inner !== undefined) return axes[inner.within!]!;
  }
  return null;
}

function found<T>(value: T | undefined | null, name: string): T {
  if (value === undefined || value === null) throw new Error(`export: nothing is known of ${name}`);
  return value;
}
