/**
 * What operations cost in a plain graph of native TensorFlow and in one that XLA compiles: the figures of runtime/graphs/costs.ts.
 * `npx tsx bench/ways.ts [--rounds 9]`
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../runtime/backend/index.ts';
import type { GraphFunction, Instruction } from '../runtime/graphs/format.ts';
import { activeSessions } from '../runtime/graphs/sessions.ts';
import { median } from './suite/statistics.ts';

interface Loop {
  readonly title: string;
  readonly steps: number;
  /** Of the state, and of the map that it is multiplied with. */
  readonly shape: readonly [number, number];
  /** Of a step, the first from the state. */
  readonly operations: readonly ('tanh' | 'product')[];
  /** What the time is divided by. */
  readonly count: number;
}

const many = <T>(item: T, count: number): readonly T[] => Array.from({ length: count }, () => item);
const [SMALL, LARGE] = [
  [16, 20],
  [512, 512],
] as const;
const LOOPS: readonly Loop[] = [
  { title: 'an operation', steps: 400, shape: SMALL, operations: many('tanh', 20), count: 400 * 20 },
  { title: 'a million numbers', steps: 20, shape: LARGE, operations: many('tanh', 5), count: (20 * 5 * 512 * 512) / 1e6 },
  {
    title: 'a billion multiplications, 32 rows',
    steps: 100,
    shape: [32, 256],
    operations: ['product'],
    count: (100 * 32 * 256 * 256) / 1e9,
  },
  {
    title: 'a billion multiplications, 1,024 rows',
    steps: 10,
    shape: [1024, 256],
    operations: ['product'],
    count: (10 * 1024 * 256 * 256) / 1e9,
  },
];

function functionOf({ steps, operations }: Loop): GraphFunction {
  // 0 to 2: what is given, and the map; then the arguments of the loop, and its body.
  const [given, map, position, state] = [0, 1, 2, 3];
  let last = state;
  const body = operations.map((each): Instruction => {
    const from = last;
    last = last === state ? 4 : last + 1;
    const base = { id: last, type: 'float' } as const;
    if (each === 'tanh') return { ...base, op: 'unary', fn: 'tanh', in: [from] };
    return { ...base, op: 'matmul', transposeA: false, transposeB: false, in: [from, map] };
  });
  const scan: Instruction = {
    id: last + 1,
    type: 'float',
    op: 'scan',
    count: steps,
    rounds: false,
    reversed: false,
    first: 0,
    position,
    xs: [],
    states: [{ id: state }],
    nexts: [last],
    emits: [],
    body,
    in: [given],
  };
  const input = (id: number, of: string): Instruction => ({ id, type: 'float', op: 'input', of });
  return {
    body: [input(given, 'x'), input(map, 'map'), scan, { id: last + 2, type: 'float', op: 'result', index: 0, in: [last + 1] }],
    results: [{ name: 'y', id: last + 2, type: 'float' }],
    work: { operations: 0, elements: 0, multiplications: 0 },
  };
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
await useBackend('tensorflow', { execution: 'graph' });
const sessions = activeSessions()!;
for (const loop of LOOPS) {
  const [rows, columns] = loop.shape;
  const given: Readonly<Record<string, tf.Tensor>> = {
    x: tf.randomNormal([rows, columns]),
    map: tf.randomNormal([columns, columns], 0, 0.01),
  };
  const ways = (['graph', 'xla'] as const).map((way) => {
    const graph = sessions.build(functionOf(loop), { n: {}, roundsOf: () => [], xla: way === 'xla' });
    const session = sessions.load({ bytes: graph.bytes, inputs: [...graph.inputs.keys()], outputs: graph.named });
    const inputs = [...graph.inputs.values()].map((fed) =>
      fed.kind === 'input' ? given[fed.of]! : sessions.hold(fed.kind === 'shape' ? (fed.shape as number[]) : [], 'int', []),
    );
    return { way, times: [] as number[], run: () => session.run(inputs) };
  });
  for (let round = -1; round < Number(values.rounds); round++)
    for (const { times, run } of ways) {
      const begin = performance.now();
      const outputs = run();
      await outputs[0]!.data();
      if (round >= 0) times.push(performance.now() - begin);
      for (const output of outputs) output.dispose();
    }
  const [plain, compiled] = ways.map(({ times }) => median(times) / loop.count) as [number, number];
  console.log(
    `${loop.title}: graph ${plain.toPrecision(3)} ms, xla ${compiled.toPrecision(3)} ms, saved ${(plain - compiled).toPrecision(3)} ms`,
  );
}
