import { describe, expect, it } from 'vitest';
import type { RecurrentDecoder, Node } from '../../compiler/graph/graph.ts';
import { interpret, type Value } from '../../compiler/oracle/interpret.ts';
import { deriveStep } from '../../compiler/passes/decoder/step.ts';
import { floats, index } from '../graph/support.ts';
import { bahdanau, hidden, SIZES, target, words } from './graphs.ts';
import { at, checked, data, randomFrom } from './support.ts';

describe('step after step equals the teacher-forced scan', () => {
  const { b, roots, encode, step } = bahdanau();
  const previous = b.argument(index(words));
  const position = b.argument(index(target));
  const s = b.argument(floats(hidden));
  const one = step(b, previous, s, encode);
  const decoder: RecurrentDecoder = {
    kind: 'recurrent',
    name: 'decoder',
    output: 'y',
    axis: target,
    vocabulary: words.space,
    previous,
    position,
    states: [{ name: 's', argument: s, init: encode.init, next: one.s }],
    logits: one.logits,
    taps: new Map([['weights', one.weights]]),
    start: 0,
    end: null,
    rank: null,
    atMost: null,
  };
  const { prepare, step: derived } = deriveStep(decoder);
  checked('batched', prepare);
  checked('batched', derived);

  it('hands on what does not change as memory, and needs no input of the model afterwards', () => {
    const names = [...prepare.keys()].sort();
    expect(names).toEqual(['memory.UProduct', 'memory.joined', 'memory.sourceMask', 'state.s']);
  });

  it('for two hypotheses with different histories', () => {
    const lengths = { source: [3, 1, 4], target: [3, 3, 3] };
    const worlds = [5, 6].map((seed) => {
      // The same examples and weights, other previous outputs.
      const given = data(roots, SIZES, lengths, randomFrom(1));
      const random = randomFrom(seed);
      const y = lengths.target.map((n) => Array.from({ length: n }, () => Math.floor(random() * SIZES.words)));
      return { given, y };
    });
    const { batch } = worlds[0]!.given;
    const nodes = (graph: ReadonlyMap<string, Node>): readonly Node[] => [...graph.values()];
    const start = new Map([...prepare.keys()].map((name, k): [string, Value] => [name, interpret(nodes(prepare), batch)[k]!]));
    const memory = [...start].filter(([name]) => name.startsWith('memory.'));
    const first = start.get('state.s')!;
    let state: Value = {
      ...first,
      axes: first.axes.map((axis) => (axis.id === 'beam' ? { id: 'beam', size: 2 } : axis)),
      data: twice(first),
    };
    const beams = { ...batch, sizes: new Map([...batch.sizes, ['beam', 2]]) };
    for (let t = 0; t < 3; t++) {
      const inputs = new Map<string, Value | number | number[][]>([
        ...memory,
        ['state.s', state],
        ['previous', lengths.target.map((_, e) => worlds.map(({ y }) => y[e]![t]!))],
        ['t', t],
      ]);
      const values = interpret(nodes(derived), { ...beams, inputs });
      const named = new Map([...derived.keys()].map((name, k): [string, Value] => [name, values[k]!]));
      worlds.forEach(({ given, y }, beam) =>
        given.examples.forEach((example, e) => {
          const forced = { ...example, inputs: new Map([...example.inputs, ['y', y[e]!]]) };
          const [logits, weights] = interpret([roots.get('logits')!, roots.get('weights')!], forced);
          for (let w = 0; w < SIZES.words; w++)
            expect(at(named.get('logits')!, { batch: e, beam, words: w })).toBeCloseTo(at(logits!, { target: t, words: w }), 11);
          for (let p = 0; p < lengths.source[e]!; p++)
            expect(at(named.get('tap.weights')!, { batch: e, beam, source: p })).toBeCloseTo(at(weights!, { target: t, source: p }), 11);
        }),
      );
      state = named.get('state.s')!;
    }
  });
});

/** [batch, 1, rest] as [batch, 2, rest]. */
function twice({ axes, data }: Value): Float64Array {
  const row = axes.slice(2).reduce((n, { size }) => n * size, 1);
  return Float64Array.from({ length: data.length * 2 }, (_, k) => data[Math.floor(k / (2 * row)) * row + (k % row)]!);
}
