/** attnc's own subject. `prepare.ts` bundles it with what was compiled for a row. */
import {
  BACKEND_NAMES,
  DeviceBatch,
  EXECUTIONS,
  dispose,
  fit,
  seedKey,
  StepRandom,
  stream,
  useBackend,
  type GenerativeModel,
  type Learner,
  type ModelOptions,
  type ObjectiveDefinition,
  type OpenTask,
  type Task,
} from 'attnc/runtime';
import { examplesOf } from './examples.ts';
import type { Job } from './protocol.ts';
import { isModelRow, rowNamed, type ModelRow } from './rows.ts';
import { readTensors, type Subject } from './serve.ts';

type Dims = Readonly<Record<string, number>>;
type AnyLearner = Learner<object>;
type Decoder = GenerativeModel<Dims, object, object>;
export type Emitted = Readonly<Record<string, unknown>>;
export type AnyTask = Task<object, object, unknown, AnyLearner, unknown>;

interface Opened {
  readonly model: AnyLearner;
  readonly examples: readonly object[];
}

export async function attnc(job: Job, emitted: Emitted, task: AnyTask | null): Promise<Subject> {
  const backend = BACKEND_NAMES.find((name) => name === job.backend);
  if (backend === undefined) throw new RangeError(`there is no backend ${job.backend}`);
  const execution = EXECUTIONS.find((way) => way === job.execution);
  if (execution === undefined) throw new RangeError(`attnc's subject does not know how to run \`${job.execution}\``);
  // Not to measure silently another way.
  console.warn = (line: string): void => {
    throw new Error(line);
  };
  const { detail } = await useBackend(backend, { execution });
  const row = rowNamed(job.row);
  const { model, examples } = isModelRow(row)
    ? openRow(row, job, emitted)
    : await openTask(task!, emitted, job.sizes.quick === 1 ? 'quick' : row.configuration);
  const versions = { attnc: detail };
  const parameters = model.parameterCount;
  if (job.works.includes('greedy')) return { versions, parameters, works: decoding(model as unknown as Decoder, job.sizes) };
  return { versions, parameters, ...training(model, examples) };
}

export function modelOf(row: ModelRow, sizes: Dims, emitted: Emitted): AnyLearner {
  const Model = emitted[row.model] as new (options: ModelOptions<Dims>) => AnyLearner;
  return new Model({ dims: Object.fromEntries(row.dims.map((dim) => [dim, sizes[dim]!])), seed: 1 });
}

function openRow(row: ModelRow, job: Job, emitted: Emitted): Opened {
  const model = modelOf(row, job.sizes, emitted);
  const tensors = readTensors(job.tensors!);
  model.weights.restore(new Map([...tensors].filter(([name]) => !name.startsWith('input:'))));
  return { model, examples: examplesOf(row, job.sizes, (name) => tensors.get(`input:${name}`)!.data) };
}

async function openTask(task: AnyTask, emitted: Emitted, name: string): Promise<Opened> {
  const configuration = task.configurations[name]!;
  const open = await task.open(configuration);
  const model = task.create(emitted, { dims: { ...configuration.dims, ...open.dims }, seed: configuration.seed });
  return { model, examples: await batchOf(open, model, configuration.batchSize) };
}

/** As many examples as a batch has, of about the median length. */
async function batchOf(open: OpenTask<object, object, unknown, AnyLearner>, model: AnyLearner, size: number): Promise<object[]> {
  const random = stream(seedKey(1));
  const { train } = open;
  const whole = ({ input, target }: { readonly input: object; readonly target: object }): object => ({ ...input, ...target });
  if (typeof train === 'object' && 'rollout' in train) return (await train.rollout(model, random, size, 1)).map(whole);
  const drawn = Array.from({ length: size * 5 }, (_, k) => whole(typeof train === 'function' ? train(random) : train[k % train.length]!));
  const lengthOf = open.training?.lengthOf;
  if (lengthOf !== undefined) drawn.sort((a, b) => lengthOf(a) - lengthOf(b));
  return drawn.slice(size * 2, size * 3);
}

function decoding(model: Decoder, { places, width }: Dims): Subject['works'] {
  const atMost = places!;
  const logProbability = async (options: Parameters<Decoder['generate']>[1]): Promise<number> =>
    (await model.generate([{}], { ...options, atMost }))[0]!.logProbability;
  return { greedy: () => logProbability({}), beam: () => logProbability({ method: 'beam', width: width! }) };
}

function training(model: AnyLearner, examples: readonly object[]): Pick<Subject, 'works' | 'losses'> {
  const objective = model.objective();
  const batch = new DeviceBatch(model.collateFor(objective, examples));
  const random = new StepRandom(
    1,
    1,
    examples.map((_, k) => k),
  );
  const losses: number[] = [];
  return {
    works: {
      forward: () => forward(model, objective, batch, random),
      gradients: () => gradients(model, objective, batch, random),
      step: stepper(model, examples, losses),
    },
    losses: () => losses,
  };
}

async function forward(model: AnyLearner, { updates }: ObjectiveDefinition, batch: DeviceBatch, random: StepRandom): Promise<undefined> {
  for (const update of updates) {
    const { loss, metrics } = update.loss(model.weights.tree, batch, random);
    await loss.data();
    dispose(loss, ...Object.values(metrics));
  }
}

async function gradients(model: AnyLearner, { updates }: ObjectiveDefinition, batch: DeviceBatch, random: StepRandom): Promise<undefined> {
  for (const update of updates) {
    const made = update.gradients(model.weights.tree, batch, random);
    await made.loss.data();
    dispose(made.loss, ...Object.values({ ...made.metrics, ...made.gradients, ...made.running }));
  }
}

/** `fit` itself, a step of which runs with every call: it asks for the examples of the next one when it is done with one. */
function stepper(model: AnyLearner, examples: readonly object[], losses: number[]): () => Promise<undefined> {
  let asked: () => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const next = (): Promise<void> =>
    new Promise((resolve, reject) => {
      asked = resolve;
      failed = reject;
    });
  let proceed: () => void = () => {};
  const rollout = (): Promise<readonly object[]> =>
    new Promise((resolve) => {
      proceed = () => resolve(examples);
      asked();
    });
  const start = async (): Promise<void> => {
    const arrived = next();
    fit(
      model,
      { train: { rollout } },
      {
        batchSize: examples.length,
        steps: Number.MAX_SAFE_INTEGER,
        reportEvery: 1,
        onEvent: (event) => {
          if (event.kind === 'progress') losses.push(event.loss);
        },
      },
    ).catch((error: unknown) => failed(error));
    await arrived;
  };
  let started = false;
  return async () => {
    if (!started) await start();
    started = true;
    const done = next();
    proceed();
    await done;
  };
}
