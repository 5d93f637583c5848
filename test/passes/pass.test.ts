/** What is rebuilt, and what is not a graph that passes work on. */
import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { interpret, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { mergeHypotheses } from '../../compiler/passes/decoder/hypotheses.ts';
import { GraphBuilder } from '../../compiler/passes/core/graph-builder.ts';
import { BATCH, BEAM } from '../../compiler/passes/core/axes.ts';
import { analyse, Pass } from '../../compiler/passes/core/pass.ts';
import { algebra } from '../../compiler/passes/core/algebra.ts';
import { axis, floats } from '../graph/support.ts';
import { checked, expectEqual } from './support.ts';

const [a, c] = [axis('a', 3), axis('c', 2)];
const b = new Builder();
const x = b.input('x', floats(a));
const one = b.constant(1);

function loop(): { readonly scan: Node; readonly state: Node } {
  const state = b.argument(floats());
  const next = b.binary('add', state, b.constant(1));
  return {
    scan: b.scan({ axis: a, position: b.step(a), xs: [], states: [{ arg: state, init: b.constant(0), next }], emits: [next] }),
    state,
  };
}

const rebuilt = (root: Node, known: readonly Node[] = [root]): Node => new Pass(new GraphBuilder(), analyse(known)).get(root);

describe('a rebuild takes', () => {
  const { scan, state } = loop();
  it.each<[string, () => Node, string]>([
    ['an argument of no region', () => rebuilt(state), 'stands outside its region'],
    ['a loop by itself', () => rebuilt(scan), 'the scan %\\d+ is used without `result`'],
    [
      'a call by itself',
      () => rebuilt(b.call('F', { args: [], results: [one] }, { args: [], extras: [], results: [[]] }, [])),
      'the call %\\d+ is used without `result`',
    ],
    ['a clock by itself', () => rebuilt(b.clock(a, [], [x])), 'the clock %\\d+ is used without `result`'],
    [
      'a result of a call',
      () => rebuilt(b.result(b.call('F', { args: [], results: [one] }, { args: [], extras: [], results: [[]] }, []), 0)),
      '%\\d+ is not a scan',
    ],
    ['a result that nothing asked for', () => rebuilt(b.result(scan, 1), [b.result(scan, 0)]), 'result 1 of %\\d+ was not expected'],
  ])('not %s', (_, make, message) => {
    expect(make).toThrow(new RegExp(message));
  });
});

describe('a loop', () => {
  it('reads sequences along its own axis', () => {
    const m = new GraphBuilder();
    expect(() => m.scan(c, false, [], (made) => ({ nexts: [], emits: [made.scanned(x)] }))).toThrow('a scanned sequence lacks axis c');
  });

  it('has its own positions for a sequence of positions', () => {
    const m = new GraphBuilder(algebra);
    const {
      emits: [doubled],
    } = m.scan(a, false, [], ({ scanned, position }) => {
      const place = scanned(m.position(a));
      expect(place).toBe(position);
      return { nexts: [], emits: [m.add(place, place)] };
    });
    expect([...interpret([doubled!], { sizes: new Map(), inputs: new Map(), parameters: new Map() })[0]!.data]).toEqual([0, 2, 4]);
    const other = m.scan(a, false, [], ({ scanned }) => ({
      nexts: [],
      emits: [m.add(scanned(m.broadcast(m.position(c), [a, c])), m.constant(1, 'int'))],
    })).emits[0];
    expect([...interpret([other!], { sizes: new Map(), inputs: new Map(), parameters: new Map() })[0]!.data]).toEqual([1, 2, 1, 2, 1, 2]);
  });

  it('gives a state the axes that it begins with', () => {
    const m = new GraphBuilder();
    const {
      finals: [last],
    } = m.scan(a, false, [m.broadcast(m.constant(2), [c])], () => ({ nexts: [m.constant(5)], emits: [] }));
    expect(interpret([last!], { sizes: new Map(), inputs: new Map(), parameters: new Map() })[0]).toMatchObject({
      axes: [{ id: 'c', size: 2 }],
      data: Float64Array.of(5, 5),
    });
  });
});

describe('a loss', () => {
  it('is a root, and one number', () => {
    expect(() => differentiate(new Map([['y', x]]), 'loss', [])).toThrow('no root loss to differentiate');
    expect(() => differentiate(new Map([['loss', x]]), 'loss', [])).toThrow('the loss loss must have no axes');
  });
});

describe('hypotheses', () => {
  const given: Bindings = {
    sizes: new Map([
      ['batch', 2],
      ['beam', 3],
    ]),
    inputs: new Map<string, Nested>([
      ['h', [0, 1].map((k) => [0, 1, 2].map((j) => [k + j, k - j, k * j]))],
      [
        'm',
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    ]),
    parameters: new Map([
      ['w', Float64Array.of(1, 2)],
      ['W', Float64Array.of(1, 2, 3, 4, 5, 6)],
    ]),
  };
  const h = b.input('h', floats(BATCH, BEAM, a));
  const flat = { ...axis('flat', 6), space: { kind: 'merge', parts: [a.space, c.space] } } as const;
  const table = b.merge(b.broadcast(b.parameter('w', [c]), [a, c]), ['a', 'c'], flat);
  const products = b.merge(b.binary('mul', h, b.parameter('w', [c])), ['a', 'c'], flat);

  it.each<[string, Node, number]>([
    ['a product with a map', b.contract(h, b.parameter('W', [a, c]), ['a']), 1],
    ['with a table that is repeated', b.binary('add', products, table), 1],
    ['beside a value of each example', b.binary('mul', h, b.input('m', floats(BATCH, a))), 0],
  ])('lie along one axis: %s', (_, node, splits) => {
    const roots = new Map([['y', node]]);
    const merged = checked('batched', mergeHypotheses(roots));
    expectEqual(roots, merged, given);
    const kinds = analyse(merged.values()).nodes.map(({ op }) => op.kind);
    expect(kinds.filter((kind) => kind === 'split')).toHaveLength(splits);
  });

  it('stay apart where a loop stands in the step', () => {
    const { scan } = loop();
    const roots = new Map([['y', b.binary('add', h, b.result(scan, 0))]]);
    expect(mergeHypotheses(roots)).toBe(roots);
  });
});
