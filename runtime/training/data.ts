/**
 * The order of training examples, as a function of the seed and the step alone: a resumed run only needs to know how many steps
 * are done.
 */
import { TrainingError } from '../errors.ts';
import { fold, hashOf, permutation, seedKey, stream, type Key } from '../random.ts';
import { requirePositiveInteger, show } from '../values.ts';

/** All examples of an epoch, or a function that draws one; `random` returns numbers in [0, 1). */
export type ExampleSource<Example> = readonly Example[] | ((random: () => number) => Example);

/** Examples that the current model generates for its next step, as policy gradients need them. */
export interface Rollouts<Example, M> {
  /**
   * The examples of one step.
   *
   * @param model as it is before the step
   * @param random numbers in [0, 1) that follow from the seed and the step; a run can be resumed where all chance comes
   *   from them
   * @param size the batch size that the run was given; another number of examples is as good
   * @param step counts from 1
   */
  rollout(model: M, random: () => number, size: number, step: number): Promise<readonly Example[]>;
}

export function isRollouts<Example, M>(source: ExampleSource<Example> | Rollouts<Example, M>): source is Rollouts<Example, M> {
  return typeof source === 'object' && source !== null && 'rollout' in source && typeof source.rollout === 'function';
}

export interface OrderOptions<Example> {
  readonly batchSize: number;
  /**
   * Sorts the examples of this many batches by length before splitting them, so that batches have little padding (Bahdanau et al.
   * 2015 use 20). Default 1: in the order they come.
   */
  readonly window?: number;
  readonly lengthOf?: (example: Example) => number;
  /** How many examples drawn by a function or from rollouts count as one epoch. Default 10,000. */
  readonly epochSize?: number;
}

export interface TrainingBatch<Example> {
  readonly examples: readonly Example[];
  /** The same number whenever the same example is used, or the number of the draw: dropout depends on it. */
  readonly ids: readonly number[];
  /** Epochs completed before this batch. */
  readonly epoch: number;
}

/** What must be equal for a run to continue as it began. */
export interface OrderIdentity {
  readonly seed: number;
  readonly batchSize: number;
  readonly window: number;
  readonly examples: number | 'drawn';
  readonly epochSize: number;
}

/** The batch of every step, whatever its source. */
export interface Batches<Example> {
  readonly identity: OrderIdentity;
  /** The epoch of a step counted from 1, as a real number: 0 at the beginning of the first epoch. */
  epochAt(step: number): number;
  /** The batch of a step counted from 1. */
  batch(step: number): TrainingBatch<Example> | Promise<TrainingBatch<Example>>;
}

/** How many examples of an endless source count as one epoch, by default. */
const drawnEpoch = 10_000;

/** Batches that a model generates itself. */
export class RolloutOrder<Example, M> implements Batches<Example> {
  readonly identity: OrderIdentity;
  private readonly source: Rollouts<Example, M>;
  private readonly model: M;
  private readonly key: Key;

  constructor(source: Rollouts<Example, M>, model: M, options: OrderOptions<Example>, seed: number) {
    requirePositiveInteger('batchSize', options.batchSize);
    requirePositiveInteger('epochSize', options.epochSize ?? 1);
    if ((options.window ?? 1) !== 1)
      throw new TrainingError(
        `\`window\`: a rollout gives the examples of one step, so there are no batches to sort together: leave it out (given ${options.window})`,
      );
    this.source = source;
    this.model = model;
    this.key = fold(seedKey(seed), 0, hashOf('rollouts'));
    this.identity = { seed, batchSize: options.batchSize, window: 1, examples: 'drawn', epochSize: options.epochSize ?? drawnEpoch };
  }

  epochAt(step: number): number {
    return ((step - 1) * this.identity.batchSize) / this.identity.epochSize;
  }

  async batch(step: number): Promise<TrainingBatch<Example>> {
    const { batchSize } = this.identity;
    const random = stream(fold(this.key, step, Math.floor(step / 2 ** 32)));
    const examples: unknown = await this.source.rollout(this.model, random, batchSize, step);
    if (!Array.isArray(examples)) throw new TrainingError(`\`rollout\` must give an array of examples, given ${show(examples)}`);
    if (examples.length === 0) throw new TrainingError(`\`rollout\` gave no examples for step ${step}: a step needs at least one`);
    const ids = examples.map((_, row) => ((step - 1) * batchSize + row) % 2 ** 32);
    return { examples: examples as readonly Example[], ids, epoch: this.epochAt(step) };
  }
}

export class BatchOrder<Example> implements Batches<Example> {
  readonly identity: OrderIdentity;
  private readonly source: ExampleSource<Example>;
  private readonly lengthOf: (example: Example) => number;
  private readonly key: Key;
  private shuffled: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  private drawn:
    | { readonly window: number; readonly batches: readonly (readonly number[])[]; readonly examples: ReadonlyMap<number, Example> }
    | undefined;

  constructor(source: ExampleSource<Example>, options: OrderOptions<Example>, seed: number) {
    requirePositiveInteger('batchSize', options.batchSize);
    requirePositiveInteger('window', options.window ?? 1);
    requirePositiveInteger('epochSize', options.epochSize ?? 1);
    if (typeof source !== 'function' && source.length === 0) throw new TrainingError('there is nothing to train on: `train` is empty');
    this.source = source;
    this.lengthOf = options.lengthOf ?? (() => 0);
    this.key = fold(seedKey(seed), 0, hashOf('order of examples'));
    this.identity = {
      seed,
      batchSize: options.batchSize,
      window: options.window ?? 1,
      examples: typeof source === 'function' ? 'drawn' : source.length,
      epochSize: typeof source === 'function' ? (options.epochSize ?? drawnEpoch) : source.length,
    };
  }

  epochAt(step: number): number {
    const { batchSize, epochSize } = this.identity;
    return (step - 1) / (typeof this.source === 'function' ? epochSize / batchSize : Math.ceil(epochSize / batchSize));
  }

  /** The batch of a step counted from 1. The last batch of an epoch over an array may be smaller. */
  batch(step: number): TrainingBatch<Example> {
    const epoch = this.epochAt(step);
    const { source } = this;
    if (typeof source === 'function') {
      const { batches, examples } = this.drawnWindow(step - 1, source);
      const ids = batches[(step - 1) % this.identity.window]!;
      return { ids: ids.map((id) => id % 2 ** 32), examples: ids.map((id) => examples.get(id)!), epoch };
    }
    const perEpoch = Math.ceil(source.length / this.identity.batchSize);
    const ids = this.batchOf(source, Math.floor((step - 1) / perEpoch), (step - 1) % perEpoch);
    return { ids, examples: ids.map((id) => source[id]!), epoch };
  }

  private batchOf(source: readonly Example[], epoch: number, index: number): readonly number[] {
    if (this.shuffled?.epoch !== epoch) {
      this.shuffled = { epoch, order: permutation(source.length, fold(this.key, 1, epoch)) };
      this.drawn = undefined;
    }
    const { batchSize, window } = this.identity;
    const number = Math.floor(index / window);
    if (this.drawn?.window !== number) {
      const ids = Array.from(this.shuffled.order.subarray(number * window * batchSize, (number + 1) * window * batchSize));
      const batches = this.cutApart(ids, (id) => source[id]!, fold(fold(this.key, 2, epoch), 0, number));
      this.drawn = { window: number, batches, examples: new Map() };
    }
    return this.drawn.batches[index % window]!;
  }

  private drawnWindow(index: number, draw: (random: () => number) => Example): NonNullable<BatchOrder<Example>['drawn']> {
    const { batchSize, window } = this.identity;
    const number = Math.floor(index / window);
    if (this.drawn?.window !== number) {
      const ids = Array.from({ length: window * batchSize }, (_, at) => number * window * batchSize + at);
      const below = fold(this.key, 3, 0);
      const examples = new Map(ids.map((id) => [id, draw(stream(fold(below, id >>> 0, Math.floor(id / 2 ** 32))))]));
      this.drawn = { window: number, examples, batches: this.cutApart(ids, (id) => examples.get(id)!, fold(this.key, 4, number)) };
    }
    return this.drawn;
  }

  /** Batches of similar lengths, in random order so that length and time are not correlated. */
  private cutApart(ids: readonly number[], exampleOf: (id: number) => Example, key: Key): readonly (readonly number[])[] {
    const { batchSize, window } = this.identity;
    const lengths = new Map(ids.map((id) => [id, window === 1 ? 0 : this.lengthOf(exampleOf(id))]));
    const sorted = [...ids].sort((a, b) => lengths.get(a)! - lengths.get(b)!);
    const batches: number[][] = [];
    for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
    return Array.from(permutation(batches.length, key), (index) => batches[index]!);
  }
}
