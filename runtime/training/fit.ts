import { readCheckpoint, writeCheckpoint, type CheckpointNote } from '../checkpoint/checkpoint.ts';
import type { StoredTensor } from '../checkpoint/safetensors.ts';
import { DeviceBatch } from '../device-batch.ts';
import type { Definition, LossTensors, ObjectiveDefinition, OptimizerSettings, UpdateDefinition } from '../definition.ts';
import { CheckpointError, InputError, NumericError, TrainingError } from '../errors.ts';
import { repeating } from '../graphs/sessions.ts';
import { disposeAll, type LossResult, type Model } from '../model.ts';
import { requireOptions } from '../names.ts';
import { StepRandom } from '../random.ts';
import { emitted } from '../scope.ts';
import { combined, trains } from '../updates.ts';
import { isNumber, requirePositiveInteger, requireSeed, show } from '../values.ts';
import { BatchOrder, isRollouts, RolloutOrder, type Batches, type ExampleSource, type Rollouts, type TrainingBatch } from './data.ts';
import type { EndReason, TrainingEvent } from './events.ts';
import { LossReader, NotFinite } from './losses.ts';
import { Optimizer, rateOf } from './optimizer.ts';
import { readProgress, writeProgress, type RunProgress } from './progress-state.ts';
import type { CheckpointStore } from './store.ts';

export interface FitData<Example, M = never> {
  readonly train: ExampleSource<Example> | Rollouts<Example, M>;
  /** Used as `validate` says, which must then be given. */
  readonly validation?: readonly Example[];
}

export interface ValidationOptions<M> {
  /** Steps between validations. */
  readonly every: number;
  /** Default: as in training. */
  readonly batchSize?: number;
  /** Metrics besides the objective's, such as how many outputs are right when generated. */
  readonly metrics?: (model: M) => Promise<Readonly<Record<string, number>>>;
  /** The metric that decides what is best: `loss` (default) or another one. */
  readonly watch?: string;
  /** Default `least`. */
  readonly goal?: 'least' | 'most';
  /** Stops after this many validations in a row without a better one. */
  readonly patience?: number;
}

export interface CheckpointOptions {
  readonly store: CheckpointStore;
  /** Steps between checkpoints; another one is written at the end. */
  readonly every?: number;
  /** Continues from the store's last checkpoint, if there is one, as if the run had not been interrupted. */
  readonly resume?: boolean;
  readonly note?: Pick<CheckpointNote, 'task' | 'configuration'>;
}

export interface FitOptions<Example, M> {
  readonly objective?: string;
  readonly batchSize: number;
  /** Batches sorted by length together; see `OrderOptions.window`. */
  readonly window?: number;
  /** Default: the number of positions of the first ragged axis of the inputs. */
  readonly lengthOf?: (example: Example) => number;
  /** How many examples from a function or from rollouts count as one epoch. */
  readonly epochSize?: number;
  /** The run ends when the first of the given budgets is used up. For a resumed run they count from its very beginning. */
  readonly steps?: number;
  readonly epochs?: number;
  readonly minutes?: number;
  /** Seed of the order of examples and of dropout; default: the model's. */
  readonly seed?: number;
  /** When to validate, and by which metric; required with `validation` examples. */
  readonly validate?: ValidationOptions<M>;
  readonly checkpoints?: CheckpointOptions;
  /** Which parameters the model has at the end. Default `best` if the run validates, else `last`. */
  readonly keep?: 'best' | 'last';
  /** Steps between reports, and between readings of the loss. Default 10. */
  readonly reportEvery?: number;
  /** Ends the run after the current step and a last checkpoint. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainingEvent) => void;
}

export interface FitResult {
  readonly reason: EndReason;
  readonly steps: number;
  readonly epochs: number;
  /** Training time, including that before the run was resumed. */
  readonly seconds: number;
  /** Means over the last group of steps read back. */
  readonly last: LossResult | undefined;
  readonly best: { readonly step: number; readonly value: number } | undefined;
}

/**
 * Trains a model by one of its objectives.
 *
 * A run is a function of the seed: on one backend, the same seed gives the same parameters to the last bit, also when
 * the run was interrupted and resumed.
 *
 * @throws TrainingError when the loss is not finite (the store's checkpoints and, if there is one, the model are then
 *   those before), when a run cannot be resumed with other settings, or for settings that make no sense, such as
 *   `validation` examples without `validate`
 * @throws InputError for examples that do not fit the model
 */
export async function fit<Example extends object, M extends Trainable<Example>>(
  model: M,
  data: FitData<Example, M>,
  options: FitOptions<Example, M>,
): Promise<FitResult> {
  const run = new Run(model, data, options);
  let release: (() => Promise<void>) | undefined;
  try {
    release = await options.checkpoints?.store.claim?.();
    return await run.all();
  } finally {
    run.dispose();
    await release?.();
  }
}

/** What training needs from a model: every `Model` whose input and target together are an `Example`. */
export interface Trainable<Example> {
  readonly definition: Definition;
  readonly seed: number;
  readonly dims: Readonly<Record<string, number>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly parameterCount: number;
  readonly weights: Model<unknown, object, object>['weights'];
  objective(name?: string): ObjectiveDefinition;
  collateFor(objective: ObjectiveDefinition, examples: readonly Example[]): ReturnType<Model<unknown, object, object>['collateFor']>;
  loss(examples: readonly Example[], options: { readonly objective: string; readonly ids: readonly number[] }): Promise<LossResult>;
  whyInfinite(objective: ObjectiveDefinition, examples: readonly Example[]): Promise<string | null>;
}

/** Steps after which a run is expected to repay the second that building its graphs takes. */
const FEW = 10;

/** How long the loop blocks the thread before it yields: otherwise a signal could not arrive. */
const turnMilliseconds = 50;

class Run<Example, M extends Trainable<Example>> {
  private readonly model: M;
  private readonly data: FitData<Example, M>;
  private readonly options: FitOptions<Example, M>;
  private readonly objective: ObjectiveDefinition;
  private readonly order: Batches<Example>;
  /** One for each update of the objective. */
  private readonly optimizers: readonly Optimizer[];
  private readonly losses: LossReader;
  private readonly limit: number;
  private progress: RunProgress;
  private bestParameters: ReadonlyMap<string, StoredTensor> | undefined;
  private last: LossResult | undefined;
  private savedStep = 0;
  private started = performance.now();
  private turn = performance.now();
  private reported = { step: 0, at: performance.now() };

  constructor(model: M, data: FitData<Example, M>, options: FitOptions<Example, M>) {
    checkOptions(data, options);
    this.model = model;
    this.data = data;
    this.options = options;
    this.objective = model.objective(options.objective);
    const seed = options.seed ?? model.seed;
    this.order = isRollouts(data.train)
      ? new RolloutOrder(data.train, model, options, seed)
      : new BatchOrder(data.train, { ...options, lengthOf: options.lengthOf ?? defaultLength(model) }, seed);
    const perEpoch = 1 / this.order.epochAt(2);
    this.limit = Math.min(options.steps ?? Infinity, options.epochs === undefined ? Infinity : Math.ceil(options.epochs * perEpoch));
    this.optimizers = this.objective.updates.map((update) => new Optimizer(model.weights, (path) => trains(update, path)));
    this.losses = new LossReader(options.reportEvery ?? 10);
    this.progress = { step: 0, seconds: 0, best: undefined, stale: 0, identity: this.order.identity, objective: this.objective.name };
  }

  async all(): Promise<FitResult> {
    const { checkpoints, signal, minutes } = this.options;
    if (checkpoints?.resume === true) await this.resume(checkpoints.store);
    this.started = this.turn = performance.now();
    this.reported = { step: this.progress.step, at: this.started };
    this.tell({
      kind: 'start',
      step: this.progress.step,
      steps: Number.isFinite(this.limit) ? this.limit : null,
      seconds: minutes === undefined ? null : 60 * minutes,
      parameterCount: this.model.parameterCount,
    });
    let reason: EndReason | undefined = this.patienceIsOut() ? 'patience' : undefined;
    try {
      while (reason === undefined) {
        if (signal?.aborted === true) reason = 'signal';
        else if (this.progress.step >= this.limit || this.seconds() >= 60 * (minutes ?? Infinity)) reason = 'budget';
        else {
          // By the number of the step, not by the clock: a resumed run goes on with the same bits.
          reason = await repeating(this.progress.step < FEW ? 0 : this.limit, () => this.step());
        }
      }
      this.last = (await this.losses.settle()) ?? this.last;
      if (checkpoints !== undefined && this.savedStep < this.progress.step) await this.checkpoint(checkpoints);
    } catch (error) {
      if (error instanceof TrainingError) throw await this.afterDivergence(await this.explained(error));
      throw error;
    }
    if (this.bestParameters !== undefined && this.options.keep !== 'last') this.model.weights.restore(this.bestParameters);
    const { step, best } = this.progress;
    const seconds = this.seconds();
    this.tell({ kind: 'end', step, reason, seconds });
    return { reason, steps: step, epochs: this.order.epochAt(step + 1), seconds, last: this.last, best };
  }

  dispose(): void {
    this.losses.dispose();
    for (const optimizer of this.optimizers) optimizer.dispose();
  }

  private async step(): Promise<EndReason | undefined> {
    const { validate, checkpoints } = this.options;
    const step = this.progress.step + 1;
    const drawn = await this.order.batch(step);
    try {
      await this.stepOn(drawn, step);
    } catch (error) {
      throw named(error, this.nameOf(drawn.ids, step));
    }
    await this.giveTurn();
    if (validate !== undefined && step % validate.every === 0) await this.validation(validate);
    if (checkpoints?.every !== undefined && step % checkpoints.every === 0 && this.savedStep < step) await this.checkpoint(checkpoints);
    return this.patienceIsOut() ? 'patience' : undefined;
  }

  /** The names of a batch's examples in the caller's data; drawn examples have none. */
  private nameOf(ids: readonly number[], step: number): (row: number) => string {
    return Array.isArray(this.data.train) ? (row) => `\`train[${ids[row]}]\`` : (row) => `step ${step}, example ${row}`;
  }

  private async stepOn({ examples, ids, epoch }: TrainingBatch<Example>, step: number): Promise<void> {
    const settings = this.objective.updates.map((update) => update.optimizer(this.model.sizes, step, epoch));
    const random = new StepRandom(this.order.identity.seed, step, ids);
    const batch = new DeviceBatch(this.model.collateFor(this.objective, examples));
    const results: LossTensors[] = [];
    try {
      for (const [k, update] of this.objective.updates.entries())
        results.push(await this.update(update, this.optimizers[k]!, settings[k]!, batch, random, step));
    } catch (error) {
      for (const { loss, metrics } of results) disposeAll({ ...metrics, '': loss });
      throw error;
    } finally {
      batch.dispose();
    }
    this.progress = { ...this.progress, step };
    const { loss, metrics } = combined(this.objective, results);
    const arrived = await this.losses.push(step, loss, metrics);
    if (arrived !== undefined) this.report(arrived, rateOf(settings[0]!), epoch, examples.length);
  }

  private async update(
    update: UpdateDefinition,
    optimizer: Optimizer,
    settings: OptimizerSettings,
    batch: DeviceBatch,
    random: StepRandom,
    step: number,
  ): Promise<LossTensors> {
    const made = emitted(() => update.gradients(this.model.weights.tree, batch, random));
    await batch.settle(made);
    const { gradients, running = {}, ...losses } = made;
    try {
      optimizer.apply(gradients, settings, step, update.clip);
    } catch (error) {
      disposeAll(running);
      throw error;
    } finally {
      disposeAll(gradients);
    }
    this.model.weights.replace(running);
    return losses;
  }

  private patienceIsOut(): boolean {
    const patience = this.options.validate?.patience;
    return patience !== undefined && this.progress.stale >= patience;
  }

  private report(arrived: LossResult, rate: number, epoch: number, batchSize: number): void {
    this.last = arrived;
    const now = performance.now();
    const { step } = this.progress;
    const stepsPerSecond = (1000 * (step - this.reported.step)) / Math.max(now - this.reported.at, 1e-3);
    this.reported = { step, at: now };
    this.tell({
      kind: 'progress',
      step,
      epoch,
      ...arrived,
      rate,
      seconds: this.seconds(),
      stepsPerSecond,
      examplesPerSecond: stepsPerSecond * batchSize,
    });
  }

  private async validation(settings: ValidationOptions<M>): Promise<void> {
    this.last = (await this.losses.settle()) ?? this.last;
    const examples = this.data.validation ?? [];
    const size = settings.batchSize ?? this.options.batchSize;
    let loss = 0;
    const metrics: Record<string, number> = {};
    for (let at = 0; at < examples.length; at += size) {
      const part = examples.slice(at, at + size);
      const result = await this.lossOf(part, at);
      const share = part.length / examples.length;
      loss += share * result.loss;
      for (const [name, value] of Object.entries(result.metrics)) metrics[name] = (metrics[name] ?? 0) + share * value;
      await this.giveTurn();
    }
    Object.assign(metrics, await this.measured(settings));
    const watch = settings.watch ?? 'loss';
    const value = watch === 'loss' ? loss : metrics[watch];
    if (value === undefined)
      throw new TrainingError(
        `validation watches \`${watch}\`, but there are only ${['loss', ...Object.keys(metrics)].map((name) => `\`${name}\``).join(', ')}`,
      );
    const { step } = this.progress;
    const before = this.progress.best?.value;
    const best = Number.isFinite(value) && (before === undefined || (settings.goal === 'most' ? value > before : value < before));
    this.progress = best ? { ...this.progress, best: { step, value }, stale: 0 } : { ...this.progress, stale: this.progress.stale + 1 };
    this.tell({ kind: 'validation', step, loss, metrics, best });
    if (best) await this.keepBest();
  }

  /** @param at the index of the first of these among the validation examples */
  private async lossOf(part: readonly Example[], at: number): Promise<LossResult> {
    try {
      return await this.model.loss(part, { objective: this.objective.name, ids: part.map((_, row) => at + row) });
    } catch (error) {
      throw named(error, (row) => `\`validation[${at + row}]\``);
    }
  }

  /** The caller's own metrics. */
  private async measured({ metrics }: ValidationOptions<M>): Promise<Readonly<Record<string, number>>> {
    const measured: unknown = (await metrics?.(this.model)) ?? {};
    if (typeof measured !== 'object' || measured === null)
      throw new TrainingError(`\`validate.metrics\`: expected numbers by name, given ${show(measured)}`);
    for (const [name, value] of Object.entries(measured)) {
      if (typeof value !== 'number')
        throw new TrainingError(`\`validate.metrics\`: expected a number as \`${name}\`, given ${show(value)}`);
    }
    return measured as Readonly<Record<string, number>>;
  }

  private async keepBest(): Promise<void> {
    const { checkpoints } = this.options;
    this.bestParameters = await this.model.weights.store();
    requireFinite(this.bestParameters, this.progress.step);
    if (checkpoints === undefined) return;
    const { step } = this.progress;
    await checkpoints.store.save('best', writeCheckpoint(this.model, this.bestParameters, { ...checkpoints.note, step, best: true }));
    this.tell({ kind: 'checkpoint', step, name: 'best' });
    // A run resumed from here must know of the best one.
    await this.checkpoint(checkpoints);
  }

  private async checkpoint({ store, note }: CheckpointOptions): Promise<void> {
    this.last = (await this.losses.settle()) ?? this.last;
    const { step } = this.progress;
    const parameters = await this.model.weights.store();
    requireFinite(parameters, step);
    const state = writeProgress({ ...this.progress, seconds: this.seconds() });
    await store.save('last', writeCheckpoint(this.model, parameters, { ...note, step }, { slots: await this.slots(), state }));
    this.savedStep = step;
    this.tell({ kind: 'checkpoint', step, name: 'last' });
  }

  /** The state of the optimisers, as `slot/path`, or `update/slot/path` if the update has a name. */
  private async slots(): Promise<Map<string, StoredTensor>> {
    const all = new Map<string, StoredTensor>();
    for (const [k, { name }] of this.objective.updates.entries()) {
      for (const [key, slot] of await this.optimizers[k]!.store()) all.set(name === undefined ? key : `${name}/${key}`, slot);
    }
    return all;
  }

  private async resume(store: CheckpointStore): Promise<void> {
    const bytes = await store.load('last');
    if (bytes === null) return;
    const { parameters, slots, training } = readCheckpoint(bytes);
    if (training === undefined) throw new CheckpointError('the last checkpoint holds parameters only: a run cannot go on from it');
    const progress = readProgress(training);
    const now = { ...this.order.identity, objective: this.objective.name };
    const then: Readonly<Record<string, unknown>> = { ...progress.identity, objective: progress.objective };
    const changed = Object.entries(now).filter(([name, value]) => then[name] !== value);
    if (changed.length > 0) {
      const list = changed.map(([name, value]) => `${name} was ${String(then[name])}, is ${String(value)}`).join('; ');
      throw new TrainingError(`the run cannot go on as it began: ${list}. Give the same settings, or start anew in another folder`);
    }
    const best = progress.best === undefined ? null : await store.load('best');
    this.model.weights.restore(parameters);
    for (const [k, { name }] of this.objective.updates.entries()) {
      const front = name === undefined ? '' : `${name}/`;
      const own = [...slots].flatMap(([key, slot]): [string, StoredTensor][] =>
        key.startsWith(front) ? [[key.slice(front.length), slot]] : [],
      );
      this.optimizers[k]!.restore(new Map(own));
    }
    this.progress = progress;
    this.savedStep = progress.step;
    if (best !== null) this.bestParameters = readCheckpoint(best).parameters;
  }

  /** The data may be the reason: a forbidden target. Rollouts are gone by the time their loss arrives. */
  private async explained(error: TrainingError): Promise<TrainingError> {
    if (!(error instanceof NotFinite) || error.loss !== Infinity || isRollouts(this.data.train)) return error;
    const { examples, ids } = await this.order.batch(error.step);
    const why = await this.model.whyInfinite(this.objective, examples);
    if (why === null) return error;
    const front = Array.isArray(this.data.train) ? `step ${error.step}: ` : '';
    return new TrainingError(`${front}${renamed(why, this.nameOf(ids, error.step))}`, { cause: error });
  }

  /** The error to throw; the model gets back the parameters of a good checkpoint, if there is one. */
  private async afterDivergence(error: TrainingError): Promise<TrainingError> {
    const bytes = await this.options.checkpoints?.store.load('last');
    if (bytes === undefined || bytes === null) return error;
    const { info, parameters } = readCheckpoint(bytes);
    this.model.weights.restore(parameters);
    return new TrainingError(`${error.message}. The last good checkpoint, of step ${info.step}, is kept, and the model holds it`, {
      cause: error,
    });
  }

  private seconds(): number {
    return this.progress.seconds + (performance.now() - this.started) / 1000;
  }

  private tell(event: TrainingEvent): void {
    this.options.onEvent?.(event);
  }

  private async giveTurn(): Promise<void> {
    if (performance.now() - this.turn < turnMilliseconds) return;
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
    this.turn = performance.now();
  }
}

/** Replaces the examples' names in a message: indices in a batch mean nothing to the caller. */
function renamed(message: string, nameOf: (row: number) => string): string {
  return message.replace(/\bexample (\d+)(?=:| has )/gu, (_, row: string) => nameOf(Number(row)));
}

function named(error: unknown, nameOf: (row: number) => string): unknown {
  if (error instanceof InputError) return new InputError(renamed(error.message, nameOf), { cause: error });
  return error instanceof NumericError ? new NumericError(renamed(error.message, nameOf), { cause: error }) : error;
}

/** Every option that exists, so that an unknown one is reported. */
const optionNames = {
  data: ['train', 'validation'] satisfies readonly (keyof FitData<unknown>)[],
  fit: [
    'batchSize',
    'steps',
    'epochs',
    'minutes',
    'window',
    'lengthOf',
    'epochSize',
    'objective',
    'seed',
    'validate',
    'checkpoints',
    'keep',
    'reportEvery',
    'signal',
    'onEvent',
  ] satisfies readonly (keyof FitOptions<unknown, unknown>)[],
  validate: ['every', 'batchSize', 'metrics', 'watch', 'goal', 'patience'] satisfies readonly (keyof ValidationOptions<unknown>)[],
  checkpoints: ['store', 'every', 'resume', 'note'] satisfies readonly (keyof CheckpointOptions)[],
};

function checkNames<Example, M>(data: FitData<Example, M>, { validate, checkpoints, ...options }: FitOptions<Example, M>): void {
  const fault = (message: string): Error => new TrainingError(message);
  requireOptions(data, optionNames.data, 'the data of `fit`', fault);
  requireOptions(options, optionNames.fit, '`fit`', fault);
  if (validate !== undefined) requireOptions(validate, optionNames.validate, '`validate`', fault);
  if (checkpoints !== undefined) requireOptions(checkpoints, optionNames.checkpoints, '`checkpoints`', fault);
  if (checkpoints?.note !== undefined) requireOptions(checkpoints.note, ['task', 'configuration'], '`checkpoints.note`', fault);
}

function checkOptions<Example, M>(data: FitData<Example, M>, options: FitOptions<Example, M>): void {
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
  if (!isObject(data) || !(Array.isArray(data.train) || typeof data.train === 'function' || isRollouts(data.train)))
    throw new TrainingError(`expected \`{ train: examples }\`, given ${isObject(data) ? `\`train\`: ${show(data.train)}` : show(data)}`);
  if (!isObject(options))
    throw new TrainingError(`expected options with \`batchSize\`, and \`steps\`, \`epochs\` or \`minutes\`; given ${show(options)}`);
  checkNames(data, options);
  const { steps, epochs, minutes, validate, checkpoints } = options;
  if (steps === undefined && epochs === undefined && minutes === undefined)
    throw new TrainingError('how long to train? Give `steps`, `epochs` or `minutes`');
  for (const [name, value] of Object.entries({ steps, epochs, minutes })) {
    if (value !== undefined && !isNumber(value, (number) => number > 0))
      throw new TrainingError(`\`${name}\`: expected a number above 0, given ${show(value)}`);
  }
  if (options.epochSize !== undefined && Array.isArray(data.train))
    throw new TrainingError('`epochSize` is for examples that are drawn: an array is an epoch of its own');
  if (options.seed !== undefined) requireSeed(options.seed);
  requireCallable('onEvent', options.onEvent);
  requireCallable('lengthOf', options.lengthOf);
  requireCallable('validate.metrics', validate?.metrics);
  if (options.signal !== undefined && typeof (options.signal as { readonly aborted?: unknown } | null)?.aborted !== 'boolean')
    throw new TrainingError(`\`signal\`: expected an AbortSignal, given ${show(options.signal)}`);
  if (data.validation !== undefined && !Array.isArray(data.validation))
    throw new TrainingError(`\`validation\`: expected an array of examples, given ${show(data.validation)}`);
  if (checkpoints !== undefined) requireStore(checkpoints.store);
  requireChoice('keep', options.keep, ['best', 'last']);
  requireChoice('validate.goal', validate?.goal, ['least', 'most']);
  if (options.keep === 'best' && validate === undefined)
    throw new TrainingError("`keep: 'best'` needs `validate`: nothing else tells which parameters are best");
  requirePositiveInteger('reportEvery', options.reportEvery ?? 10);
  requirePositiveInteger('validate.every', validate?.every ?? 1);
  requirePositiveInteger('validate.patience', validate?.patience ?? 1);
  requirePositiveInteger('checkpoints.every', checkpoints?.every ?? 1);
  // How often to validate is a matter of cost, and has no default: an epoch of an endless source is an arbitrary number.
  if (validate === undefined && (data.validation ?? []).length > 0)
    throw new TrainingError(
      'there are `validation` examples, but nothing says when to look at them: give `validate: { every: 100 }` (steps between validations), or leave `validation` out',
    );
  const watchesData = validate !== undefined && (validate.watch ?? 'loss') === 'loss';
  if (watchesData && (data.validation ?? []).length === 0)
    throw new TrainingError('`validate` watches the loss, but there are no `validation` examples');
}

function requireCallable(name: string, given: unknown): void {
  if (given !== undefined && typeof given !== 'function') throw new TrainingError(`\`${name}\`: expected a function, given ${show(given)}`);
}

function requireStore(given: unknown): void {
  const { save, load } = (typeof given === 'object' && given !== null ? given : {}) as { readonly save?: unknown; readonly load?: unknown };
  if (typeof save === 'function' && typeof load === 'function') return;
  throw new TrainingError(
    `\`checkpoints.store\`: expected a store with \`save\` and \`load\`, such as \`folderStore('run')\` of attnc/runtime/node or \`memoryStore()\`, given ${show(given)}`,
  );
}

function requireChoice(name: string, given: unknown, choices: readonly string[]): void {
  if (given === undefined || choices.some((choice) => choice === given)) return;
  throw new TrainingError(`\`${name}\`: expected ${choices.map((choice) => `'${choice}'`).join(' or ')}, given ${show(given)}`);
}

function requireFinite(parameters: ReadonlyMap<string, StoredTensor>, step: number): void {
  for (const [path, { data }] of parameters) {
    if (!data.every((value) => Number.isFinite(value))) {
      throw new TrainingError(
        `the parameter \`${path}\` is not finite after step ${step}: training diverged; a lower rate or \`clip norm 1\` in the objective is the usual cure`,
      );
    }
  }
}

/** Positions of the first input that has a ragged first axis. */
function defaultLength<Example>(model: Trainable<Example>): (example: Example) => number {
  const ragged = model.definition.inputs(model.sizes).find((spec) => spec.axes[0] !== undefined && 'dim' in spec.axes[0]);
  if (ragged === undefined) return () => 0;
  return (example) => {
    const value = (example as Readonly<Record<string, ArrayLike<unknown> | undefined>>)[ragged.name];
    return value?.length ?? 0;
  };
}
