import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as tf from '../../runtime/tf.ts';
import { CausalModel, dispose, useBackend, type Value, type Values } from '../../runtime/index.ts';
import { bag, tally, type TallyInput, type TallyPlace } from './definitions.ts';

type Output = Readonly<Record<'seen' | 'before', Value>>;
class Tally extends CausalModel<{ time: number }, TallyInput, object, Output, TallyPlace> {}

afterAll(async () => {
  await useBackend('cpu');
});

const time = 70;
const examples: readonly TallyInput[] = [3, 1].map((source, row) => ({
  keys: Array.from({ length: source }, (_, at) => 100 * at + row),
  marks: Array.from({ length: time }, (_, t) => Array.from({ length: source }, (_, at) => t + at / 4 + row)),
  label: Array.from({ length: time }, (_, t) => (t * t + row) % 10),
}));
const placesAt = (t: number): TallyPlace[] => examples.map(({ marks, label }) => ({ marks: marks[t]!, label: label[t]! }));

/** One position of what `forward` gives. */
function placeAt(values: Values, t: number): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, { data, shape, axes }]) => {
      const size = data.length / shape[0]!;
      return [name, { data: data.slice(t * size, (t + 1) * size), shape: shape.slice(1), axes: axes.slice(1) }];
    }),
  );
}

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test('position by position gives what the whole gives, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const model = new Tally(tally());
    const whole = await model.forward(examples);
    const streaming = model.stream(examples);
    let live = 0;
    for (let t = 0; t < time; t++) {
      expect(await streaming.step(placesAt(t))).toEqual(whole.map((each) => placeAt(each, t)));
      if (t === 10) live = tf.memory().numTensors;
      if (t === 60) expect(tf.memory().numTensors).toBe(live);
    }
    expect(streaming.places).toBe(time);
    streaming.dispose();
    streaming.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('on the device: flat padded numbers and nested ones, cut to each example', () => {
    const model = new Tally(tally());
    const before = tf.memory().numTensors;
    const streaming = model.stream(examples);
    const flat = streaming.advance({ marks: Float32Array.of(1, 2, 3, 4, NaN, NaN), label: Int32Array.of(1, 2) });
    expect(Array.from(flat.seen!.dataSync().slice(0, 4))).toEqual([1, 102, 203, 5]);
    const nested = streaming.advance({ marks: [[1, 1, 1], Float32Array.of(1)], label: [3, 4] });
    expect(Array.from(nested.seen!.dataSync().slice(0, 4))).toEqual([2, 103, 204, 6]);
    expect(Array.from(nested.before!.dataSync())).toEqual([1, 2]);
    const given = (inputs: object) => () => streaming.advance(inputs as Record<string, number[]>);
    expect(given({ marks: Float32Array.of(1, 2), label: [1, 2] })).toThrow(
      'position 2: `marks[batch, source]` must have 2 * 3 = 6 numbers, given 2',
    );
    expect(given({ marks: [[1, 1, 1]], label: [1, 2] })).toThrow(
      'position 2: `marks[batch, source]` must have an element for each of 2 examples, given 1',
    );
    expect(given({ label: [1, 2] })).toThrow(
      'position 2: `marks[batch, source]` must be a typed array or an array with an element for each of 2 examples, given undefined',
    );
    expect(given({ marks: [[1, 1, 1], [1]], label: Int32Array.of(1, 10) })).toThrow(
      'position 2, example 1: `label` is 10, outside `labels` (0 … 9)',
    );
    dispose(...Object.values(flat), ...Object.values(nested));
    streaming.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a kernel that fails leaves nothing behind, and the positions before it stay', async () => {
    const before = tf.memory().numTensors;
    expect(() => new Tally(tally({ fails: 'prepare' })).stream(examples)).toThrow('a kernel failed');
    expect(tf.memory().numTensors).toBe(before);
    const streaming = new Tally(tally({ fails: 'step' })).stream(examples);
    await streaming.step(placesAt(0));
    await streaming.step(placesAt(1));
    const live = tf.memory().numTensors;
    await expect(streaming.step(placesAt(2))).rejects.toThrow('a kernel failed');
    expect([tf.memory().numTensors, streaming.places]).toEqual([live, 2]);
    streaming.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('a position that does not fit is refused in words, and the run goes on', async () => {
  const model = new Tally(tally());
  expect(() => model.stream([{ keys: [] }])).toThrow('example 0: `keys[source]` is empty');
  const streaming = model.stream(examples);
  const [first, second] = placesAt(0);
  await expect(streaming.step([first!])).rejects.toThrow('expected a position of each of 2 examples, given 1');
  await expect(streaming.step([first!, { ...second!, marks: [1, 2] }])).rejects.toThrow(
    'position 0, example 1: `marks[source]` has 2 positions but `keys[source]` has 1: both are on `source`',
  );
  await expect(streaming.step([first!, { ...second!, label: 1.5 }])).rejects.toThrow('position 0, example 1: `label` is 1.5');
  await expect(streaming.step([first!, 3 as unknown as TallyPlace])).rejects.toThrow('position 0, example 1: expected an object');
  expect((await streaming.step(placesAt(0)))[1]!.before.data).toEqual(Int32Array.of(9));
  streaming.dispose();
  await expect(streaming.step(placesAt(1))).rejects.toThrow('was disposed of: begin another with `stream`');
});

test('there are no more positions than the axis has, or than the program allows', async () => {
  const fixed = new Tally(tally({ time: 3 })).stream(examples);
  for (let t = 0; t < 3; t++) await fixed.step(placesAt(t));
  await expect(fixed.step(placesAt(3))).rejects.toThrow('`time` has 3 positions, and all were given');
  // An odd number of positions is fine on the way, though in the end there may not be one.
  const bounded = new Tally(tally({ most: 6 })).stream(examples);
  for (let t = 0; t < 6; t++) await bounded.step(placesAt(t));
  await expect(bounded.step(placesAt(6))).rejects.toThrow('`time` (7) must be at most 6');
  fixed.dispose();
  bounded.dispose();
});

test('lengths that only positions have, and programs that are not causal, are refused', () => {
  const whole = tally();
  const unknown = new Tally({ ...whole, inputs: (n) => whole.inputs(n).filter(({ name }) => name !== 'keys') });
  expect(() => unknown.stream([{ keys: [1] }])).toThrow(
    '`marks[source]`: how long `source` is must be known before the first position, but no input without `time` has it',
  );
  expect(() => new Tally(bag(() => ({ kind: 'sgd', rate: 1 })))).toThrow(
    '`Bag` cannot run position by position: its program does not say `causal`',
  );
});

test('where nothing is there from the beginning, the examples are empty objects', async () => {
  const whole = tally();
  const model = new Tally({
    ...whole,
    inputs: () => [{ name: 'label', elem: 'index', axes: [{ label: 'time', dim: 'time' }], indexes: { label: 'labels', size: 10 } }],
    stream: {
      axis: 'time',
      inputs: ['label'],
      outputs: { before: [] },
      prepare: () => ({ memory: {}, state: {} }),
      step: (_p, _batch, _memory, state, inputs) => ({ outputs: { before: tf.clone(inputs.label!) }, state }),
    },
  }) as unknown as CausalModel<object, { label: number[] }, object, Values, { label: number }>;
  const streaming = model.stream([{}, {}]);
  expect((await streaming.step([{ label: 4 }, { label: 5 }])).map((each) => Array.from(each.before!.data))).toEqual([[4], [5]]);
  expect(() => model.stream([3 as never])).toThrow('example 0: expected an empty object, given 3');
  streaming.dispose();
});
