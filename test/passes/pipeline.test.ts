import { describe, expect, it } from 'vitest';
import type { Axis, Input, Node, Program } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { finiteDifference, interpret } from '../../compiler/oracle/interpret.ts';
import { derive } from '../../compiler/passes/pipeline.ts';
import { floats, index } from '../graph/support.ts';
import { bahdanau, hidden, SIZES, source, target, words } from './graphs.ts';
import { data, expectSame, leaves, randomFrom } from './support.ts';

function program(): Program {
  const { b, roots, encode, step } = bahdanau();
  const [previous, position, s] = [b.argument(index(words)), b.argument(index(target)), b.argument(floats(hidden))];
  const one = step(b, previous, s, encode);
  const input = (name: string, over: Axis): Input => ({ name, type: index(words, over), doc: null });
  const loss = roots.get('loss')!;
  const metrics = new Map<string, Node>([['certain', b.reduce('mean', b.reduce('max', roots.get('weights')!, ['source']), ['target'])]]);
  const outputs = new Map([...roots].filter(([name]) => name !== 'loss'));
  return {
    name: 'Translator',
    doc: null,
    file: 'model.attn',
    hyperparameters: [],
    fixed: [],
    ragged: [source, target].flatMap(({ space }) => (space.kind === 'dim' ? [space.dim] : [])),
    parameters: [...leaves(roots).parameters, { path: 'idle', axes: [hidden], outs: 1, init: { kind: 'zeros' }, origin: loss.origin }],
    inputs: [input('x', source), input('y', target)],
    outputs,
    decoder: {
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
      end: 1,
      rank: null,
      atMost: null,
    },
    running: [],
    causal: null,
    objectives: [
      {
        name: 'likelihood',
        given: [input("y'", target)],
        updates: [
          {
            name: null,
            trains: null,
            loss,
            metrics,
            training: { loss, metrics, running: new Map() },
            optimizer: { kind: 'adam', options: new Map() },
            clip: null,
          },
        ],
      },
    ],
    requirements: [],
  };
}

describe('derive', () => {
  const whole = program();
  const passes: string[] = [];
  const { model, unreached } = derive(whole, { verify: true, trace: (pass) => passes.push(pass) });
  const given = data(
    new Map([...whole.outputs, ['loss', whole.objectives[0]!.updates[0]!.loss]]),
    SIZES,
    { source: [3, 1, 4], target: [2, 3, 1] },
    randomFrom(9),
  );

  it('verifies the graph after every pass and reports each', () => {
    expect(passes.slice(0, 9)).toEqual([
      'forward: inline',
      'forward: tapes',
      'forward: batch',
      'forward: circulant',
      'forward: simplify',
      'forward: gates',
      'forward: vectorise',
      'forward: simplify',
      'forward: layout',
    ]);
    expect(passes.at(-1)).toBe('fixed step: layout');
  });

  it('gives outputs with the batch in front, equal to the oracle', () => {
    expectSame(whole.outputs, model.forward, given);
    for (const [name, node] of model.forward) {
      expect(typeOf(node).axes.map(({ id }) => id)).toEqual(['batch', ...typeOf(whole.outputs.get(name)!).axes.map(({ id }) => id)]);
    }
  });

  it('gives means over the batch, and gradients of the loss in the order of the parameters', () => {
    const objective = whole.objectives[0]!.updates[0]!;
    const { loss, gradients } = model.objectives[0]!.updates[0]!;
    const mean = (node: Node): number =>
      given.examples.reduce((sum, example) => sum + interpret([node], example)[0]!.data[0]! / given.examples.length, 0);
    for (const roots of [loss, gradients]) {
      const [value, metric] = interpret([roots.get('loss')!, roots.get('metric.certain')!], given.batch);
      expect(value!.data[0]).toBeCloseTo(mean(objective.loss), 12);
      expect(metric!.data[0]).toBeCloseTo(mean(objective.metrics.get('certain')!), 12);
    }
    for (const { path, axes } of leaves(new Map([['loss', objective.loss]])).parameters) {
      const gradient = gradients.get(`gradient.${path}`)!;
      expect(typeOf(gradient).axes.map(({ id }) => id)).toEqual(axes.map(({ id }) => id));
      const expected = given.examples.reduce(
        (sum, example) => sum + finiteDifference(objective.loss, example, path, [0])[0]! / given.examples.length,
        0,
      );
      expect(interpret([gradient], given.batch)[0]!.data[0]).toBeCloseTo(expected, 8);
    }
  });

  it('names the parameters that no loss reaches', () => {
    expect(unreached).toEqual(['idle']);
  });

  it('divides the decoder into what is computed once and the step', () => {
    expect([...model.decoder!.prepare.keys()].filter((name) => name.startsWith('state.'))).toEqual(['state.s']);
    expect([...model.decoder!.step.keys()]).toEqual(['logits', 'state.s', 'tap.weights']);
    expect(typeOf(model.decoder!.step.get('tap.weights')!).axes.map(({ id }) => id)).toEqual(['batch', 'beam', 'source']);
  });
});
