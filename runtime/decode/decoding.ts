import * as tf from '../tf.ts';
import type { HostBatch } from '../batch.ts';
import { DeviceBatch } from '../device-batch.ts';
import type { Ahead, AheadGiven, DecoderDefinition, LengthRequirement, Random, Memory, States, Tensors } from '../definition.ts';
import { InputError } from '../errors.ts';
import { emitted } from '../scope.ts';
import {
  axesOf,
  download,
  elementCount,
  isNested,
  requirePositiveInteger,
  show,
  type Ints,
  type NamedAxis,
  type Value,
  type Values,
} from '../values.ts';
import { boundReached } from './length-bounds.ts';
import type { ParameterTree } from '../parameters.ts';
import { mapStates, release, requireUnchanged } from './states.ts';

/** One position, read back. */
export interface DecodingStep {
  /** Shape [batch, beam, vocabulary]; log-odds before the softmax. */
  readonly logits: Value;
  /** By name, each [batch, beam, …] with the batch's padding. */
  readonly taps: Values;
}

/**
 * A decoder running on a batch: the encoder's results and the current states. Write your own search with `step` and `reorder`;
 * `generate` has the usual ones. Dispose of it at the end.
 */
export class Decoding {
  readonly host: HostBatch;
  private readonly definition: DecoderDefinition;
  private readonly weights: ParameterTree;
  private readonly random: Random;
  private readonly requirements: readonly LengthRequirement[];
  private readonly batch: DeviceBatch;
  private readonly memory: Memory;
  private state: States;
  private width = 1;
  private time = 0;
  /** The number of hypotheses of each example that are read; null: all. */
  private read: readonly number[] | null = null;
  private disposed = false;

  /** @param requirements requirements on the length of the decoder's axis */
  constructor(
    definition: DecoderDefinition,
    weights: ParameterTree,
    host: HostBatch,
    random: Random,
    requirements: readonly LengthRequirement[] = [],
  ) {
    this.definition = definition;
    this.random = random;
    this.requirements = requirements;
    this.weights = weights;
    this.host = host;
    this.batch = new DeviceBatch(host);
    try {
      ({ memory: this.memory, state: this.state } = emitted(() => definition.prepare(weights, this.batch, random)));
    } catch (error) {
      this.batch.dispose();
      throw error;
    }
  }

  /** Hypotheses per example: 1 until `reorder` changes it. */
  get beam(): number {
    return this.width;
  }

  /** Positions decoded so far. */
  get places(): number {
    return this.time;
  }

  /** The first previous output of every hypothesis. */
  get start(): Int32Array {
    return new Int32Array(this.host.size * this.width).fill(this.definition.start);
  }

  /**
   * Decodes one position.
   *
   * @param previous the previous output of each hypothesis, [batch, beam] row by row; at first the start symbol
   */
  async step(previous: Ints): Promise<DecodingStep> {
    this.requireAlive();
    const vocabulary = this.definition.vocabulary(this.host.n);
    const expected = this.host.size * this.width;
    const given: unknown = previous;
    if (!isNested(given)) throw new InputError(`expected the previous outputs as an array of ids, given ${show(given)}`);
    if (previous.length !== expected) {
      throw new InputError(
        `expected a previous output for each of ${this.host.size} examples and ${this.width} hypotheses, ${expected} in all, given ${previous.length}`,
      );
    }
    const outside = Array.from(previous).find(
      (id) => id !== this.definition.start && !(Number.isInteger(id) && id >= 0 && id < vocabulary),
    );
    if (outside !== undefined)
      throw new InputError(`a previous output is ${show(outside)}, outside the vocabulary (0 … ${vocabulary - 1})`);
    const { logits, taps } = this.advance(Int32Array.from(previous));
    await this.settle(logits, taps);
    const value = async (tensor: tf.Tensor, axes: readonly string[]): Promise<Value> => {
      const read = { data: await download(tensor), shape: tensor.shape.slice(), axes: ['batch', 'beam', ...axes] };
      tensor.dispose();
      return read;
    };
    const names = Object.keys(taps);
    const [first, ...others] = await Promise.all([
      value(logits, ['vocabulary']),
      ...names.map(async (name) =>
        value(
          taps[name]!,
          this.tapAxes(name).map((axis) => axis.label),
        ),
      ),
    ]);
    return { logits: first, taps: Object.fromEntries(names.map((name, index) => [name, others[index]!])) };
  }

  /**
   * Await it after `advance`, before using its results: it disposes of them and throws if a whole number has left int32.
   *
   * @throws InputError
   */
  async settle(...results: unknown[]): Promise<void> {
    const { read } = this;
    await this.batch.settleRead(read === null ? () => true : (row, slot) => slot < read[row]!, ...results);
  }

  /**
   * Like `step`, but leaves the results on the device: the caller disposes of the logits and of every tap, and awaits `settle`.
   *
   * @param read for each example, how many hypotheses, from the first on, are still read: the others are not checked
   */
  advance(previous: Int32Array, read: readonly number[] | null = null): { readonly logits: tf.Tensor3D; readonly taps: Tensors } {
    this.requireAlive();
    this.read = read;
    this.requireRoom(this.time, read);
    const given = tf.tensor2d(previous, [this.host.size, this.width], 'int32');
    try {
      const { logits, state, taps } = emitted(() =>
        this.definition.step(this.weights, this.batch, this.memory, this.state, given, this.time, this.random),
      );
      release(this.state, state);
      this.state = state;
      this.time++;
      return { logits, taps };
    } finally {
      given.dispose();
    }
  }

  /**
   * Whether there may be a position `time`.
   *
   * @param read as of `advance`
   * @throws InputError
   */
  requireRoom(time: number, read: readonly number[] | null): void {
    const reached = boundReached(this.definition.axis, this.requirements, this.host, (row) => (read?.[row] === 0 ? null : time + 1));
    if (reached !== null) throw new InputError(reached);
  }

  /** Decodes several positions with one call, from the first on; null: this backend, or the way chosen, has nothing for it. */
  ahead(given: Pick<AheadGiven, 'method' | 'most' | 'taps'>): Ahead | null {
    this.requireAlive();
    const { definition, weights: p, batch, memory, state } = this;
    const { end } = definition;
    return definition.ahead?.({ ...given, p, batch, memory, state, end, vocabulary: definition.vocabulary(this.host.n) }) ?? null;
  }

  /**
   * Continues with other hypotheses: slot `s` of example `b` continues slot `parents[b * beam + s]` of the same example.
   *
   * @param beam hypotheses per example from now on
   */
  reorder(parents: Ints, beam: number): void {
    this.requireAlive();
    const { size } = this.host;
    requirePositiveInteger('beam', beam);
    if (!isNested(parents)) throw new InputError(`expected the parents as an array of slots, given ${show(parents)}`);
    if (parents.length !== size * beam) throw new InputError(`expected ${size} * ${beam} parents, given ${parents.length}`);
    const same = beam === this.width && Array.from(parents).every((parent, index) => parent === index % beam);
    if (same) return;
    const outside = Array.from(parents).find((parent) => !(Number.isInteger(parent) && parent >= 0 && parent < this.width));
    if (outside !== undefined)
      throw new InputError(`a parent is ${outside}, but every example has ${this.width} hypotheses (0 … ${this.width - 1})`);
    const rows = Int32Array.from(parents, (parent, index) => Math.floor(index / beam) * this.width + parent);
    const next = emitted(() => {
      const index = tf.tensor1d(rows, 'int32');
      return mapStates(this.state, (tensor) => {
        const rest = tensor.shape.slice(2);
        const flat = tf.reshape(tensor, [size * this.width, elementCount(rest)]);
        return tf.reshape(tf.gather(flat, index), [size, beam, ...rest]);
      });
    });
    release(this.state, next);
    this.state = next;
    this.width = beam;
  }

  /** Axes of a tap after batch and beam; `dim` is the ragged dim that gives an axis its length. */
  tapAxes(name: string): NamedAxis[] {
    const axes = this.definition.taps[name];
    if (axes === undefined) throw new InputError(unknownTap(this.definition, name));
    return axesOf(axes, this.host.lengths);
  }

  private requireAlive(): void {
    if (this.disposed) throw new InputError('this decoding was disposed of: begin another with `encode`');
    requireUnchanged(this.weights, 'encode');
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    release(this.state);
    release(this.memory);
    this.batch.dispose();
  }
}

export function unknownTap(definition: DecoderDefinition, name: string): string {
  const known = Object.keys(definition.taps)
    .map((each) => `\`${each}\``)
    .join(', ');
  return `the decoder \`${definition.name}\` has no alignment \`${name}\`: ${known === '' ? 'it has none' : known}`;
}
