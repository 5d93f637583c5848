import { collate, positionsIn, requireExamples, type HostBatch } from '../batch.ts';
import { DeviceBatch } from '../device-batch.ts';
import type {
  AxisSpec,
  Definition,
  InputSpec,
  LengthRequirement,
  Random,
  Sizes,
  Memory,
  States,
  StreamDefinition,
  Tensors,
} from '../definition.ts';
import { InputError } from '../errors.ts';
import { readAll } from '../model.ts';
import { exampleNames, requireNames } from '../names.ts';
import { emitted } from '../scope.ts';
import { axesOf, elementCount, isNested, ownSizes, rowOf, show, type Value } from '../values.ts';
import { boundReached, requirementsOn } from './length-bounds.ts';
import type { ParameterTree } from '../parameters.ts';
import { release, requireUnchanged } from './states.ts';

/** One position of an input for all examples: [batch, …] in one padded row of numbers, or nested by examples. */
export type PlacesInput = Value['data'] | readonly unknown[];

/** A causal program running on a batch, with its memory of the positions given so far. Dispose of it at the end. */
export class Streaming<Place extends object, Output> {
  /** The inputs given at the beginning. */
  readonly host: HostBatch;
  private readonly definition: Definition;
  private readonly stream: StreamDefinition;
  private readonly weights: ParameterTree;
  private readonly random: Random;
  /** The inputs of a step, without the axis of the positions. */
  private readonly specs: readonly InputSpec[];
  /** The axis of the positions as the inputs have it. */
  private readonly axis: AxisSpec | undefined;
  /** The initial inputs that share lengths with a position, and their values: positions are checked against them. */
  private readonly lasting: readonly InputSpec[];
  /** All initial inputs, and whatever else a position may contain. */
  private readonly others: readonly InputSpec[];
  private readonly names: ReadonlySet<string>;
  private readonly examples: readonly object[];
  private readonly requirements: readonly LengthRequirement[];
  private readonly batch: DeviceBatch;
  private readonly memory: Memory;
  private state: States;
  private time = 0;
  private disposed = false;

  constructor(
    definition: Definition,
    stream: StreamDefinition,
    sizes: Sizes,
    weights: ParameterTree,
    examples: readonly object[],
    random: Random,
  ) {
    this.random = random;
    this.definition = definition;
    this.stream = stream;
    this.weights = weights;
    const inputs = definition.inputs(sizes);
    const clocked = inputs.filter((spec) => stream.inputs.includes(spec.name));
    const others = inputs.filter((spec) => !stream.inputs.includes(spec.name));
    this.axis = clocked[0]?.axes.find((axis) => axis.label === stream.axis);
    this.specs = clocked.map((spec) => ({ ...spec, axes: spec.axes.filter((axis) => axis.label !== stream.axis) }));
    const host = collate(sizes, definition.ragged, others, examples, definition.requirements);
    requireKnown(this.specs, host, stream);
    const names = exampleNames(definition, sizes);
    requireNames(examples, names, definition.name);
    this.others = others;
    this.names = new Set([...names].filter((name) => !others.some((spec) => spec.name === name)));
    const clock = this.axis !== undefined && 'dim' in this.axis ? this.axis.dim : undefined;
    this.host = clock === undefined ? host : { ...host, n: { ...host.n, [clock]: 1 } };
    const shared = new Set(this.specs.flatMap(raggedOf));
    this.lasting = others.filter((spec) => spec.axes.some((axis) => 'dim' in axis && shared.has(axis.dim)));
    this.examples = examples.map((example) =>
      Object.fromEntries(Object.entries(example).filter(([name]) => this.lasting.some((spec) => spec.name === name))),
    );
    this.requirements = clock === undefined ? [] : requirementsOn(clock, definition.requirements, host);
    this.batch = new DeviceBatch(this.host);
    try {
      ({ memory: this.memory, state: this.state } = emitted(() => stream.prepare(weights, this.batch, random)));
    } catch (error) {
      this.batch.dispose();
      throw error;
    }
  }

  /** Positions done so far. */
  get places(): number {
    return this.time;
  }

  /**
   * Takes one position of every input along the axis, for each example, and returns one position of every output.
   *
   * @throws InputError for positions that do not fit; the run can continue with others
   */
  async step(places: readonly Place[]): Promise<Output[]> {
    requireExamples(places);
    if (places.length !== this.host.size)
      throw new InputError(`expected a position of each of ${this.host.size} examples, given ${places.length}`);
    const tensors = this.run(places);
    await this.settle(tensors);
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.shape.slice(1)]));
    const data = await readAll(tensors);
    const axes = Object.entries(this.stream.outputs).map(([name, each]) => [name, axesOf(each, this.host.lengths)] as const);
    return places.map(
      (_, row) => Object.fromEntries(axes.map(([name, each]) => [name, rowOf(data[name]!, row, shapes[name]!, each, this.host)])) as Output,
    );
  }

  /**
   * Await it after `advance`, before using its results: it disposes of them and throws if a whole number has left int32.
   *
   * @throws InputError
   */
  async settle(...results: unknown[]): Promise<void> {
    await this.batch.settle(...results);
  }

  /**
   * Like `step`, for the whole batch at once, leaving the results on the device: the caller disposes of every output, [batch, …]
   * with the batch's padding, and awaits `settle`.
   */
  advance(inputs: Readonly<Record<string, PlacesInput>>): Tensors {
    if (typeof inputs !== 'object' || inputs === null)
      throw new InputError(`expected the positions of every input by name, given ${show(inputs)}`);
    requireNames([inputs], new Set(this.specs.map(({ name }) => name)), this.definition.name);
    const columns = this.specs.map((spec) => [spec.name, this.column(spec, inputs)] as const);
    return this.run(Array.from({ length: this.host.size }, (_, row) => Object.fromEntries(columns.map(([name, at]) => [name, at(row)]))));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    release(this.state);
    release(this.memory);
    this.batch.dispose();
  }

  private run(places: readonly object[]): Tensors {
    if (this.disposed) throw new InputError('this run position by position was disposed of: begin another with `stream`');
    requireUnchanged(this.weights, 'stream');
    this.requireRoom();
    const given = new DeviceBatch(this.collate(places));
    try {
      const { outputs, state } = emitted(() =>
        this.stream.step(this.weights, this.batch, this.memory, this.state, given.inputs, this.time, this.random),
      );
      release(this.state, state);
      this.state = state;
      this.time++;
      return outputs;
    } finally {
      given.dispose();
    }
  }

  private collate(places: readonly object[]): HostBatch {
    requireWithout(places, this.others, 'was given when the run began, and stays');
    requireNames(places, this.names, this.definition.name);
    const merged = places.map((place, row) =>
      typeof place === 'object' && place !== null && !isNested(place) ? { ...this.examples[row], ...place } : place,
    );
    try {
      const host = collate(this.host.n, this.definition.ragged, [...this.lasting, ...this.specs], merged);
      return { ...host, lengths: {}, inputs: Object.fromEntries(this.specs.map(({ name }) => [name, host.inputs[name]!])) };
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`position ${this.time}, ${error.message}`, { cause: error });
      throw error;
    }
  }

  /** Whether one more position is allowed. */
  private requireRoom(): void {
    const { axis, time } = this;
    if (axis === undefined || 'length' in axis) return;
    if (!('dim' in axis)) {
      if (time >= axis.size)
        throw new InputError(
          `\`${axis.label}\` has ${axis.size} positions, and all were given: begin another run with \`stream\`, or make the model with a larger \`${axis.label}\``,
        );
      return;
    }
    const reached = boundReached(axis.dim, this.requirements, this.host, () => time + 1);
    if (reached !== null) throw new InputError(reached);
  }

  /** Each example's part of an input, as an offset. */
  private column(spec: InputSpec, inputs: Readonly<Record<string, PlacesInput>>): (row: number) => unknown {
    const given = inputs[spec.name];
    const { size, n, lengths } = this.host;
    const sizes = spec.axes.map((axis) => positionsIn(axis, n));
    const here = `position ${this.time}: \`${spec.name}[${['batch', ...spec.axes.map((axis) => axis.label)].join(', ')}]\``;
    if (!isNested(given))
      throw new InputError(`${here} must be a typed array or an array with an element for each of ${size} examples, given ${show(given)}`);
    if (!ArrayBuffer.isView(given) || spec.axes.length === 0) {
      if (given.length !== size) throw new InputError(`${here} must have an element for each of ${size} examples, given ${given.length}`);
      return (row) => given[row];
    }
    const data = given as Value['data'];
    const total = size * elementCount(sizes);
    if (data.length !== total)
      throw new InputError(`${here} must have ${[size, ...sizes].join(' * ')} = ${total} numbers, given ${data.length}`);
    return (row) => {
      const own = spec.axes.map((axis) => positionsIn(axis, ownSizes(n, lengths, row)));
      const part = (axis: number, from: number): unknown => {
        if (axis === sizes.length - 1) return data.subarray(from, from + own[axis]!);
        const stride = elementCount(sizes.slice(axis + 1));
        return Array.from({ length: own[axis]! }, (_, at) => part(axis + 1, from + at * stride));
      };
      return part(0, row * elementCount(sizes));
    };
  }
}

/** The ragged dims on which an input's lengths or positions depend. */
function raggedOf(spec: InputSpec): string[] {
  const indexed = spec.indexes !== null && 'dim' in spec.indexes ? [spec.indexes.dim] : [];
  return [...spec.axes.flatMap((axis) => ('dim' in axis ? [axis.dim] : [])), ...indexed];
}

/** @throws InputError for an input that has no place among these examples */
function requireWithout(examples: readonly object[], specs: readonly InputSpec[], why: string): void {
  for (const [row, example] of examples.entries()) {
    const found = typeof example === 'object' && example !== null ? specs.find(({ name }) => Object.hasOwn(example, name)) : undefined;
    if (found !== undefined) throw new InputError(`example ${row}: \`${found.name}\` ${why}`);
  }
}

/** States have the lengths of the batch, which must therefore be known before the first position. */
function requireKnown(specs: readonly InputSpec[], host: HostBatch, { axis }: StreamDefinition): void {
  for (const spec of specs) {
    const unknown = spec.axes.find((each) => 'dim' in each && !Object.hasOwn(host.lengths, each.dim));
    if (unknown !== undefined) {
      throw new InputError(
        `\`${spec.name}[${spec.axes.map((each) => each.label).join(', ')}]\`: how long \`${unknown.label}\` is must be known before the first position, ` +
          `but no input without \`${axis}\` has it: give \`${unknown.label}\` a fixed size, or add an input that has it`,
      );
    }
  }
}
