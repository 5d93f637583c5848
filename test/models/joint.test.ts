/** Objectives over several models, and models that call models; what a user can do with the emitted module alone. */
import { beforeAll, describe, expect, it, test } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { compileFile, renderAll, type Program } from '../../compiler/index.ts';
import { finiteDifference, interpret, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import {
  BatchOrder,
  checkpointInfo,
  fit,
  memoryStore,
  Optimizer,
  readSafetensors,
  stream,
  seedKey,
  useBackend,
  type Joint,
  type Model,
  type Value,
  type Values,
} from '../../runtime/index.ts';
import { load } from '../emit/support.ts';
import { drawsOf } from './chance.ts';
import { library, parametersOf, relative, usableBackends } from './support.ts';
import { liveTensors } from '../runtime/definitions.ts';

const gan = `dim latent = 2, hidden = 6, classes = 2, plane = 2

/// A point of a class, out of noise.
model Generator(z: [latent], label: index(classes)) -> point: [plane] {
  param centre: [classes, plane] = zeros
  h = tanh(Linear[hidden](z))
  point = centre[label] + Linear[plane](h)
}

/// How real a point of that class looks.
model Discriminator(point: [plane], label: index(classes)) -> score: [] {
  h = relu(Linear[hidden](concat(point, onehot[classes](label))))
  score = Linear[](h)
}

objective Hinge for G: Generator, D: Discriminator given point: [plane], label: index(classes) {
  fake = G(sample normal[latent](), label)
  update D {
    loss = relu(1 - D(point, label)) + relu(1 + D(stop(fake), label))
    metric real = D(point, label)
    optimizer adam(rate = 2e-2, beta1 = 0, beta2 = 0.9)
  }
  update G {
    loss = -D(fake, label)
    optimizer adam(rate = 5e-3, beta1 = 0, beta2 = 0.9)
  }
}`;

interface Noise {
  readonly z: readonly number[];
  readonly label: number;
}
interface Example {
  readonly point: readonly number[];
  readonly label: number;
}
type Generator = Model<Record<string, number>, Noise, object, { readonly point: Value }>;
type Discriminator = Model<Record<string, number>, Example, object, { readonly score: Value }>;
interface Models {
  readonly G: Generator;
  readonly D: Discriminator;
}
type Hinge = Joint<Models, Example>;
interface Options {
  readonly dims?: Readonly<Record<string, number>>;
  readonly seed?: number;
}
interface Emitted {
  readonly Generator: new (options?: Options) => Generator;
  readonly Discriminator: new (options?: Options) => Discriminator;
  readonly Hinge: new (models: Models, options?: { readonly seed?: number }) => Hinge;
}

async function emitted(text: string): Promise<{ readonly module: unknown; readonly programs: readonly Program[] }> {
  const files = library();
  const { code, programs, diagnostics, sources } = await compileFile(
    'program.attn',
    { ...files, read: (path) => (path === 'program.attn' ? text : files.read(path)) },
    { verify: true },
  );
  if (code === null) throw new Error(renderAll(diagnostics, sources, { color: false, width: 100 }));
  return { module: load(code), programs };
}

const { module, programs } = await emitted(gan);
const { Generator, Discriminator, Hinge } = module as Emitted;
const newHinge = (seed = 1): Hinge => new Hinge({ G: new Generator({ seed }), D: new Discriminator({ seed: seed + 1 }) }, { seed });

/** Two clouds, one for each class. */
function drawPoint(random: () => number): Example {
  const label = random() < 0.5 ? 0 : 1;
  const [x, y] = [random() + random() - 1, random() + random() - 1];
  return { point: label === 0 ? [2 + 0.2 * x, 0.2 * y] : [-1 + 0.2 * x, 1 + 0.2 * y], label };
}

const points: readonly Example[] = [
  { point: [1.5, 0.2], label: 0 },
  { point: [-0.8, 1.1], label: 1 },
  { point: [0.3, -0.4], label: 0 },
];
const parameters = async (model: Hinge): Promise<Record<string, Value>> =>
  Object.fromEntries(await Promise.all(model.parameters.map(async ({ path }) => [path, await model.weights.read(path)] as const)));

describe.each(await usableBackends())('an objective over two models, on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it('has the losses of the oracle, and each update the gradients of its own model by finite differences', async () => {
    const program = programs.find(({ name }) => name === 'Hinge')!;
    expect(program.parts).toEqual([
      { name: 'G', model: 'Generator', file: 'program.attn' },
      { name: 'D', model: 'Discriminator', file: 'program.attn' },
    ]);
    const hinge = newHinge();
    const values = await parametersOf(hinge);
    const sizes = new Map(Object.entries(hinge.sizes));
    const bound = points.map(
      ({ point, label }, k): Bindings => ({
        sizes,
        parameters: values,
        inputs: new Map<string, Nested>([
          ['point', point],
          ['label', label],
        ]),
        random: drawsOf(7, 3, k, sizes),
      }),
    );
    for (const update of program.objectives[0]!.updates) {
      const { loss, gradients } = await hinge.gradients(points, { update: update.name!, step: 3, seed: 7 });
      const mean = (of: (each: Bindings) => number): number => bound.reduce((sum, each) => sum + of(each), 0) / bound.length;
      expect(loss).toBeCloseTo(
        mean((each) => interpret([update.training.loss], each)[0]!.data[0]!),
        5,
      );
      expect(Object.keys(gradients)).toEqual(hinge.parameters.flatMap(({ path }) => (path.startsWith(`${update.name!}.`) ? [path] : [])));
      for (const [path, { data }] of Object.entries(gradients)) {
        const entries = Array.from(data, (_, k) => k);
        const slopes = entries.map((entry) => mean((each) => finiteDifference(update.training.loss, each, path, [entry])[0]!));
        expect(relative(data, slopes), `${update.name!}: ${path}`).toBeLessThan(1e-3);
      }
    }
  });
});

describe('several models', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('learn together: what the objective trains, the models have learnt', async () => {
    const hinge = newHinge();
    const before = liveTensors(hinge);
    const result = await fit(hinge, { train: drawPoint }, { batchSize: 32, steps: 400 });
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.keys(result.last!.metrics)).toEqual(['D.loss', 'D.real', 'G.loss']);
    const random = stream(seedKey(3));
    const noise = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
    for (const [label, centre] of [
      [2, 0],
      [-1, 1],
    ].entries()) {
      const made = await hinge.models.G.forward(Array.from({ length: 100 }, () => ({ z: [noise(), noise()], label })));
      for (const k of [0, 1])
        expect(made.reduce((sum, { point }) => sum + point.data[k]!, 0) / 100, `class ${label}, coordinate ${k}`).toBeCloseTo(
          centre[k]!,
          0,
        );
    }
  });

  it('have one checkpoint, which goes on bit for bit and which each of them can be made from', async () => {
    const whole = newHinge();
    const data = { train: drawPoint };
    const options = { batchSize: 4, seed: 5 };
    await fit(whole, data, { ...options, steps: 9 });
    const store = memoryStore();
    await fit(newHinge(), data, { ...options, steps: 4, checkpoints: { store } });
    const resumed = newHinge(8);
    await fit(resumed, data, { ...options, steps: 9, checkpoints: { store, resume: true } });
    expect(await parameters(resumed)).toEqual(await parameters(whole));
    const bytes = (await store.load('last'))!;
    expect(checkpointInfo(bytes)).toMatchObject({
      definition: 'Hinge',
      parts: { G: 'Generator', D: 'Discriminator' },
      dims: { latent: 2, hidden: 6, classes: 2, plane: 2 },
    });
    expect(
      [...readSafetensors(bytes).tensors.keys()]
        .filter((name) => name.startsWith('optimizer:'))
        .every((name) => /^optimizer:(D\/(mean|square)\/D\.|G\/(mean|square)\/G\.)/.test(name)),
    ).toBe(true);
    const alone = new Discriminator({ seed: 77 });
    await alone.load(bytes);
    expect(await alone.forward(points)).toEqual(await resumed.models.D.forward(points));
    const other = newHinge(50);
    await other.load(await whole.save());
    expect(await parameters(other)).toEqual(await parameters(whole));
    await expect(alone.load(await new Generator().save())).rejects.toThrow(
      'the checkpoint is of `Generator`, the model is `Discriminator`; nothing was changed',
    );
  });

  it('must be those of the program, with one size for a dim that they share', () => {
    const models = (given: object): Models => given as Models;
    expect(() => new Hinge({ G: new Generator({ dims: { plane: 3 } }), D: new Discriminator() })).toThrow(
      '`Hinge`: the dim `plane` is 2 in `D`, 3 in `G`',
    );
    expect(() => new Hinge(models({ G: new Generator() }))).toThrow('`Hinge`: expected a `Discriminator` as `D`, given undefined');
    expect(() => new Hinge(models({ G: new Discriminator(), D: new Discriminator() }))).toThrow(
      'expected a `Generator` as `G`, given a `Discriminator`',
    );
    expect(() => new Hinge({ G: new Generator(), D: new Discriminator() }, { seed: -1 })).toThrow('`seed`');
  });

  it('of one program are told apart by their names', async () => {
    const { module: twins } = await emitted(`dim d = 2
model M(x: [d]) -> y: [d] { Linear[d](x) }
objective Agree for A: M, B: M given x: [d] {
  apart = sum[d]((A(x) - B(x)) ^ 2)
  update A, B { loss = apart;  optimizer sgd(rate = 0.1) }
}`);
    type M = Model<Record<string, number>, { readonly x: readonly number[] }, object, { readonly y: Value }>;
    const { M, Agree } = twins as {
      readonly M: new (options?: Options) => M;
      readonly Agree: new (models: {
        readonly A: M;
        readonly B: M;
      }) => Joint<{ readonly A: M; readonly B: M }, { readonly x: readonly number[] }>;
    };
    const agree = new Agree({ A: new M({ seed: 1 }), B: new M({ seed: 2 }) });
    const random = (next: () => number): { x: number[] } => ({ x: [next() - 0.5, next() - 0.5] });
    const { last } = await fit(agree, { train: random }, { batchSize: 8, steps: 400 });
    expect(last!.metrics['A+B.loss']).toBeLessThan(1e-3);
    const bytes = await agree.save();
    await expect(new M().load(bytes)).rejects.toThrow('the checkpoint holds several `M`: say which, `A` or `B`');
    const loaded = new M();
    await loaded.load(bytes, 'B');
    expect(await loaded.forward([{ x: [1, 2] }])).toEqual(await agree.models.B.forward([{ x: [1, 2] }]));
  });
});

describe('training written by hand, from the emitted module and attnc/runtime alone', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  test('alternating updates are those of `fit`', async () => {
    const fitted = newHinge();
    await fit(fitted, { train: drawPoint }, { batchSize: 8, steps: 12, seed: 5 });

    const hinge = newHinge();
    const before = liveTensors(hinge);
    const learners = (['D', 'G'] as const).map((update) => ({
      update,
      rate: update === 'D' ? 2e-2 : 5e-3,
      optimizer: new Optimizer(hinge.weights, (path) => path.startsWith(`${update}.`)),
    }));
    const order = new BatchOrder(drawPoint, { batchSize: 8 }, 5);
    for (let step = 1; step <= 12; step++) {
      const { examples, ids } = order.batch(step);
      for (const { update, rate, optimizer } of learners) {
        const { gradients } = await hinge.gradients(examples, { update, step, seed: 5, ids });
        optimizer.apply(gradients, { kind: 'adam', rate, beta1: 0, beta2: 0.9 }, step);
      }
    }
    for (const { optimizer } of learners) optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(await parameters(hinge)).toEqual(await parameters(fitted));
  });

  test('a gradient of what the optimizer does not change is an error', async () => {
    const { D } = newHinge().models;
    const optimizer = new Optimizer(D.weights);
    const { gradients } = await newHinge().gradients(points, { update: 'D' });
    expect(() => optimizer.apply(gradients, { kind: 'sgd', rate: 1 }, 1)).toThrow(
      'the gradient of `D.h.Linear.W` is of no parameter that this optimizer changes',
    );
    optimizer.dispose();
  });

  test('policy gradients: actions drawn by the model, its own log-probabilities, a critic of its own (Williams 1992)', async () => {
    const { module: policies } = await emitted(`dim state = 3, actions = 3, hidden = 8
model Policy(s: [state]) -> { action: index(actions), logp: [actions] } {
  logp = log_softmax[actions](Linear[actions](tanh(Linear[hidden](s))))
  { action = sample categorical[actions](exp(logp)), logp = logp }
}
model Critic(s: [state]) -> value: [] { Linear[](s) }
objective Reinforce for P: Policy, V: Critic given s: [state], taken: index(actions), reward: [] {
  expected = V(s)
  update V { loss = (reward - expected) ^ 2;  optimizer sgd(rate = 0.1) }
  update P { loss = -stop(reward - expected) * P(s).logp[taken];  optimizer adam(rate = 0.02) }
}`);
    interface State {
      readonly s: readonly number[];
    }
    interface Step extends State {
      readonly taken: number;
      readonly reward: number;
    }
    type Policy = Model<Record<string, number>, State, object, { readonly action: Value; readonly logp: Value }>;
    type Critic = Model<Record<string, number>, State, object, { readonly value: Value }>;
    const { Policy, Critic, Reinforce } = policies as {
      readonly Policy: new (options?: Options) => Policy;
      readonly Critic: new (options?: Options) => Critic;
      readonly Reinforce: new (models: {
        readonly P: Policy;
        readonly V: Critic;
      }) => Joint<{ readonly P: Policy; readonly V: Critic }, Step>;
    };
    const [policy, critic] = [new Policy({ seed: 1 }), new Critic({ seed: 2 })];
    const both = new Reinforce({ P: policy, V: critic });
    const random = stream(seedKey(1));
    /** The right action is the one after the state. */
    const play = async (seed: number): Promise<Step[]> => {
      const states = Array.from({ length: 32 }, () => Math.floor(3 * random()));
      const given = states.map((at) => ({ s: [0, 1, 2].map((k) => (k === at ? 1 : 0)) }));
      const outputs = await policy.forward(given, { seed });
      return given.map(({ s }, row) => {
        const taken = outputs[row]!.action.data[0]!;
        return { s, taken, reward: taken === (states[row]! + 1) % 3 ? 1 : 0 };
      });
    };
    const mean = (steps: readonly Step[]): number => steps.reduce((sum, { reward }) => sum + reward, 0) / steps.length;
    const first = mean(await play(0));
    const optimizers = (['V', 'P'] as const).map((update) => ({
      update,
      optimizer: new Optimizer(both.weights, (path) => path.startsWith(`${update}.`)),
    }));
    for (let step = 1; step <= 150; step++) {
      const played = await play(step);
      for (const { update, optimizer } of optimizers) {
        const { gradients } = await both.gradients(played, { update, step });
        optimizer.apply(gradients, update === 'V' ? { kind: 'sgd', rate: 0.1 } : { kind: 'adam', rate: 0.02 }, step);
      }
    }
    expect(first).toBeLessThan(0.6);
    expect(mean(await play(1000))).toBeGreaterThan(0.9);
  });
});

describe('a model called by a model', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  it('is a block with parameters of that call, also lifted', async () => {
    const { module: nested, programs: found } = await emitted(`dim source: ragged, d = 2
model Inner(x: [d]) -> y: [d] { tanh(Linear[d](x)) }
model Outer(xs: [source, d]) -> sum: [d] {
  let shared = Inner
  inner = Inner(xs)
  sum[source](shared(shared(inner)))
}`);
    type Outer = Model<Record<string, number>, { readonly xs: readonly (readonly number[])[] }, object, Values>;
    const outer = new (nested as { readonly Outer: new (options: Options) => Outer }).Outer({ seed: 4 });
    expect(outer.parameters.map(({ path }) => path)).toEqual([
      'inner.Inner.Linear.W',
      'inner.Inner.Linear.b',
      'shared.Linear.W',
      'shared.Linear.b',
    ]);
    const values = await parametersOf(outer);
    const program = found.find(({ name }) => name === 'Outer')!;
    const examples = [
      {
        xs: [
          [0.1, -0.4],
          [0.9, 0.3],
        ],
      },
      { xs: [[-0.7, 0.2]] },
    ];
    const results = await outer.forward(examples);
    for (const [k, { xs }] of examples.entries()) {
      const sizes = new Map([...Object.entries(outer.sizes), ['source', xs.length]] as [string, number][]);
      const expected = interpret([program.outputs.get('sum')!], { sizes, parameters: values, inputs: new Map([['xs', xs]]) })[0]!;
      expect(relative(results[k]!.sum!.data, expected.data)).toBeLessThan(1e-5);
    }
  });
});
