/** Running values, and reductions across examples: what the oracle computes in lockstep, over padded batches, from update to update. */
import { beforeAll, describe, expect, it } from 'vitest';
import { interpretAll } from '../../compiler/oracle/interpret.ts';
import { fit, memoryStore, Model, useBackend } from '../../runtime/index.ts';
import { parametersOf, relative, runOn, usableBackends } from '../models/support.ts';
import { agrees, bound, compileText, exampleOf, Known, type Example, type Tested } from './support.ts';

const backends = await usableBackends();

const picture = (height: number, seed: number): Example => {
  const value = (k: number): number => Math.sin(1.3 * k + seed) + 0.1 * seed;
  return {
    x: Array.from({ length: height }, (_, i) => Array.from({ length: 3 }, (__, j) => [value(7 * i + 2 * j), value(7 * i + 2 * j + 1)])),
    t: [0.1 * seed, -0.2],
  };
};
const pictures = [picture(2, 1), picture(5, 2), picture(1, 3)];

/** Over fixed and ragged axes, in a block that is itself lifted, of what may be absent, and by itself in the objective. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'batch normalisation over height and width': `dim height: ragged, width = 3, c = 2
model M(x: [height, width, c]) -> y: [height, width, c] { BatchNorm(tanh(Linear[c](x))) }
objective O for M given t: [c] { loss = sum[c]((mean[height, width](y ^ 3) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'conditional normalisation': `dim height: ragged, width = 3, c = 2, kinds = 3
model M(x: [height, width, c]) -> y: [height, width, c] { ConditionalNorm(Linear[c](x), argmax[kinds](Linear[kinds](mean[height, width](x)))) }
objective O for M given t: [c] { loss = sum[c]((max[height, width](y) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'inside a block that is lifted': `dim height: ragged, width = 3, c = 2
block Layer(x: [c]) -> [c] { tanh(BatchNorm(Linear[c](x))) }
block Row(x: [width, c]) -> [width, c] { Layer(Layer(x)) + x }
model M(x: [height, width, c]) -> y: [height, width, c] { Row(x) }
objective O for M given t: [c] { loss = sum[c]((mean[height, width](y ^ 2) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'of positions that may be absent': `dim height: ragged, width = 3, c = 2
block Centre(x: [c]) -> [c] {
  running m: [c] = 0.5, low: [c], high: [c], all: [c]
  m' = 0.5 * m + mean[lifted](x);  low' = min[lifted](x);  high' = max[lifted](x);  all' = sum[lifted](x)
  if training then x - mean[lifted](x) else x - m
}
model M(x: [height, width, c]) -> y: [height, c] { sum[width](Centre(Linear[c](x) where position[width] < position[height])) }
objective O for M given t: [c] { loss = sum[c]((sum[height](y ^ 2) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'baselines and means of an objective': `dim height: ragged, width = 3, c = 2
model M(x: [height, width, c]) -> y: [height, c] { Linear[c](x[width = 0]) }
objective O for M given t: [c] {
  running b: [] = 0.25, far: [c]
  R = -sum[c]((mean[height](y) - t) ^ 2)
  b' = 0.9 * b + 0.1 * mean[batch](R)
  far' = max[batch, height](y)
  loss = -stop(R - b) * sum[c](y[height = first]) + mean[batch, height](sum[c](y ^ 2)) * max[batch](R) + b'
  metric spread = max[batch](R) - min[lifted](R)
  metric places = sum[batch, height](y[c = 0] * 0 + 1)
  optimizer sgd(rate = 0.1)
}`,
  'twice in one update': `dim height: ragged, width = 3, c = 2
block Track(x: [c]) -> [c] { running u: [c] = 0.5;  u' = u + mean[lifted](x);  x + 2 * u + 3 * u' }
model M(x: [height, width, c]) -> y: [c] { let f = Track;  mean[height, width](f(2 * f(x)) + f(x)) }
objective O for M given t: [c] { loss = sum[c](y * t);  optimizer sgd(rate = 0.1) }`,
  'in each round of a `repeat`': `dim height: ragged, width = 3, c = 2, layers = 3
block Layer(x: [c]) -> [c] { running n: [] = 0;  n' = n + 1;  x + tanh(BatchNorm(Linear[c](x))) * (0.2 * n') }
model M(x: [height, width, c]) -> y: [height, width, c] { h = x;  repeat layers { h = Layer(h) };  h }
objective O for M given t: [c] { loss = sum[c]((mean[height, width](y ^ 2) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'in rounds in rounds, and per group': `dim height: ragged, width = 3, c = 2, layers = 2, inner = 2, groups = 2
block Track(x: [c]) -> [c] { running u: [c] = 0.5;  u' = u + mean[lifted](x);  x + u + 2 * u' }
block Deep(x: [c]) -> [c] { h = x;  repeat layers { let f = Track;  h = f(tanh(Linear[c](h)));  repeat inner { h = tanh(Track(f(h))) } };  h }
model M(x: [height, width, c]) -> { y: [c], g: [height, groups, c] } {
  z = x[width = 0];  repeat layers { z = sum[groups](Deep per groups (z)) }
  { y = mean[height, width](Deep(x)), g = (Deep per groups (x[width = 1])) + z }
}
objective O for M given t: [c] { loss = sum[c](y * t) + sum[height, groups, c](g ^ 2);  optimizer sgd(rate = 0.1) }`,
  'twice in one update, in a block and in rounds': `dim height: ragged, width = 3, c = 2, layers = 2
block Track(x: [c]) -> [c] { running u: [c] = 0.5;  u' = 0.3 * u + 0.2 * mean[lifted](x);  x + 0.3 * u - 0.2 * u' }
block Two(x: [c]) -> [c] { let f = Track;  f(0.5 * f(x)) }
model M(x: [height, width, c]) -> y: [c] { h = x;  repeat layers { let f = Two;  h = tanh(f(f(h))) };  mean[height, width](h) }
objective O for M given t: [c] { loss = sum[c](y * t);  optimizer sgd(rate = 0.1) }`,
  'shared by the rounds, which are written out': `dim height: ragged, width = 3, c = 2, layers = 3
model M(x: [height, width, c]) -> y: [height, width, c] { let norm = BatchNorm;  h = x;  repeat layers { h = norm(tanh(Linear[c](h))) };  h }
objective O for M given t: [c] { loss = sum[c]((mean[height, width](y ^ 3) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'one for each position of `per`, lifted besides': `dim height: ragged, width = 3, c = 2, groups = 2
block Own(x: [c]) -> [c] { running n: [] = 0;  n' = n + 1;  BatchNorm(tanh(Linear[c](x))) * (2 + n') }
model M(x: [height, width, c]) -> y: [height, width, groups, c] { Own per groups (x) }
objective O for M given t: [c] { loss = sum[c]((mean[height, width, groups](y ^ 3) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'of an argument that has the axis of `per`': `dim height: ragged, width = 3, c = 2
block Own(x: [k]) -> [k] { running m: [k] = 0.5;  m' = 0.5 * m + mean[lifted](x);  if training then x - mean[lifted](x) else x - m }
model M(x: [height, width, c]) -> y: [height, width, c] { Own per width (Linear[c] per width (x)) }
objective O for M given t: [c] { loss = sum[c]((mean[height, width](y ^ 3) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'of `per` in a block called `per`, and of maps': `dim height: ragged, width = 3, c = 2, groups = 2, parts = 2
block Fading(W: [o <- i]) -> [o <- i] { running k: [o] = 1;  k' = 0.5 * k + 0.1;  W * k' }
block Centre(x: [c]) -> [c] { running m: [c] = 0;  m' = mean[lifted](x);  x - m }
block Inner(x: [c]) -> [c] { param W: [c <- c];  Fading(W) @ x + Centre(x) }
block Outer(x: [c]) -> [c] { running k: [c] = 1;  k' = k * 0.5;  sum[parts](Inner per parts (x)) * k + Inner(x) }
model M(x: [height, width, c]) -> y: [height, width, groups, c] { Outer per groups (x) }
objective O for M given t: [c] { loss = sum[c]((mean[height, width, groups](y ^ 2) - t) ^ 2);  optimizer sgd(rate = 0.1) }`,
  'twice in one update, of `per`': `dim height: ragged, width = 3, c = 2, groups = 2
block Track(x: [c]) -> [c] { running u: [c] = 0.5;  u' = u + mean[lifted](x);  x + 2 * u + 3 * u' }
model M(x: [height, width, c]) -> y: [groups, c] { let f = Track;  mean[height, width](f per groups (2 * f per groups (x)) + f per groups (x)) }
objective O for M given t: [c] { loss = sum[groups, c](y ^ 2 * t);  optimizer sgd(rate = 0.1) }`,
  'drawn, in a loop, and the same each step': `dim height: ragged, width = 3, c = 2
block Power(x: [c]) -> [c] { param W: [c, d: c];  running u: [c] = 1;  u' = unit(W @[c] u)[d as c];  stop(u') * x }
model M(x: [height, width, c]) -> y: [c] {
  mean[height](scan height with xt = x { state s: [c] = 0;  s' = s + Power(tanh(mean[width](xt) + 0.1 * sample normal[c]()));  emit s' })
}
objective O for M given t: [c] { loss = sum[c](y * t);  optimizer sgd(rate = 0.1) }`,
};

const known = new Map(Object.keys(PROGRAMS).map((name) => [name, new Known()]));

describe.each(backends)('on %s', (backend) => {
  it.each(runOn(Object.keys(PROGRAMS), backend, backends, 4))(
    "%s: outputs, losses, gradients and next values are the oracle's",
    async (name) => {
      await agrees(PROGRAMS[name]!, pictures, { backend, known: known.get(name)! });
    },
  );
});

async function made(
  text: string,
  seed = 3,
): Promise<{ readonly program: Awaited<ReturnType<typeof compileText>>['program']; readonly model: () => Tested }> {
  const { program, definition } = await compileText(text);
  return { program, model: () => new Model(definition, { seed }) };
}

describe('per', () => {
  it('a mean over all that is lifted is one for each position of `per`', async () => {
    await useBackend('cpu');
    const { model } = await made(`dim height: ragged, width = 3, c = 2
block Own(x: [k]) -> [k] { running m: [k] = 0;  m' = mean[lifted](x);  x - m }
model M(x: [height, width, c]) -> y: [height, width, c] { Own per width (x) }
objective O for M given t: [c] { loss = sum[c](mean[height, width](y) * t);  optimizer sgd(rate = 0.1) }`);
    const { running } = await model().gradients(pictures);
    const rows = pictures.flatMap(({ x }) => x as number[][][]);
    const expected = [0, 1, 2].flatMap((column) => [0, 1].map((k) => rows.reduce((sum, row) => sum + row[column]![k]!, 0) / rows.length));
    expect(Object.keys(running)).toEqual(['Own.m']);
    expected.forEach((value, k) => expect(running['Own.m']!.data[k]).toBeCloseTo(value, 5));
  });
});

describe('from update to update', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const text = `dim height: ragged, width = 3, c = 2
model M(x: [height, width, c]) -> y: [height, width, c] { Linear[c](BatchNorm(x)) }
objective O for M given t: [c] {
  running b: [] = 0
  b' = 0.7 * b + 0.3 * mean[batch](t[c = 0])
  loss = sum[c]((mean[height, width](y) - t) ^ 2) + 0 * b
  optimizer adam(rate = 0.05)
}`;

  it('they are what the oracle computes step by step, whatever the order of the examples', async () => {
    const { program, model: create } = await made(text);
    const model = create();
    const parameters = new Map(await parametersOf(model));
    const { running } = program.objectives[0]!.updates[0]!.training;
    for (let step = 0; step < 4; step++) {
      const nexts = [...running].map(
        ([path, node]) =>
          [
            path,
            interpretAll(
              [node],
              pictures.map((example) => bound(program, model, parameters, example)),
            )[0]![0]!.data,
          ] as const,
      );
      for (const [path, data] of nexts) parameters.set(path, data);
    }
    await fit(model, { train: pictures }, { batchSize: 3, steps: 4, seed: 8 });
    for (const { path } of model.running)
      expect(relative((await model.weights.read(path)).data, parameters.get(path)!), path).toBeLessThan(1e-5);
    expect(model.running.map(({ path }) => path)).toEqual(['BatchNorm.m', 'BatchNorm.v', 'O.b']);
    expect(model.parameters.map(({ path }) => path)).not.toContain('BatchNorm.m');
  });

  it("a loop of one's own keeps them: what gradients gives is written back", async () => {
    const { model: create } = await made(text);
    const [own, fitted] = [create(), create()];
    for (let step = 1; step <= 3; step++) own.weights.write((await own.gradients(pictures, { step })).running);
    await fit(fitted, { train: pictures }, { batchSize: 3, steps: 3, seed: 8 });
    for (const { path } of own.running)
      expect(relative((await own.weights.read(path)).data, (await fitted.weights.read(path)).data), path).toBeLessThan(1e-6);
    expect(() => own.weights.write({ 'BatchNorm.n': { data: Float32Array.of(1, 2), shape: [2], axes: ['channel'] } })).toThrow(
      'there is no parameter and no running value `BatchNorm.n`',
    );
    expect(() => own.weights.write({ 'BatchNorm.m': { data: Float32Array.of(1), shape: [1], axes: ['channel'] } })).toThrow(
      'has 2 elements, given 1',
    );
  });

  it('an interrupted run that goes on equals one that was not, to the last bit, and a checkpoint has them', async () => {
    const { model: create } = await made(text);
    const options = { batchSize: 2, seed: 8, steps: 9, keep: 'last' } as const;
    const whole = create();
    await fit(whole, { train: pictures }, options);
    const store = memoryStore();
    await fit(create(), { train: pictures }, { ...options, steps: 4, checkpoints: { store } });
    const resumed = create();
    await fit(resumed, { train: pictures }, { ...options, checkpoints: { store, resume: true } });
    for (const { path } of [...whole.running, ...whole.parameters])
      expect((await resumed.weights.read(path)).data, path).toEqual((await whole.weights.read(path)).data);
    const loaded = create();
    await loaded.load(await whole.save());
    expect((await loaded.weights.read('BatchNorm.v')).data).toEqual((await whole.weights.read('BatchNorm.v')).data);
    expect(await loaded.forward(pictures)).toEqual(await whole.forward(pictures));
  });

  it('outside training an example has its answer alone and in any company', async () => {
    const { model: create } = await made(text);
    const model = create();
    await fit(model, { train: pictures }, { batchSize: 3, steps: 5, seed: 8 });
    const together = await model.forward(pictures);
    for (const [k, each] of pictures.entries()) {
      const alone = (await model.forward([each]))[0]!;
      expect(relative(alone.y!.data, together[k]!.y!.data)).toBeLessThan(1e-6);
    }
  });

  it('the second evaluation in an update reads what the first one gave', async () => {
    const { program, model: create } = await made(PROGRAMS['twice in one update']!);
    const model = create();
    const [example] = [exampleOf(program, { height: 2 }, 5)];
    const x = (example.x as number[][][]).flat();
    const mean = [0, 1].map((c) => x.reduce((sum, at) => sum + at[c]!, 0) / x.length);
    const { loss, running } = await model.gradients([example]);
    const path = Object.keys(running)[0]!;
    const next = mean.map((each) => 0.5 + each);
    expect(relative(running[path]!.data, next)).toBeLessThan(1e-5);
    // f(x) first: x + 2 u + 3 u'; then, u' being u: 2 f(x) + 5 u', and x + 5 u'.
    const first = mean.map((each, c) => each + 1 + 3 * next[c]!);
    const y = first.map((each, c) => 2 * each + 5 * next[c]! + mean[c]! + 5 * next[c]!);
    const t = example.t as number[];
    expect(loss).toBeCloseTo(y[0]! * t[0]! + y[1]! * t[1]!, 4);
  });
});
