import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, floats } from '../graph/support.ts';
import { bahdanau, SIZES } from './graphs.ts';
import { averaged, checked, data, expectEqual, expectGradients, expectSame, randomFrom } from './support.ts';

/** Operations in the bodies of loops, by kind. */
function inLoops(roots: Roots): Map<string, number> {
  const counts = new Map<string, number>();
  const nodes = reachable([...roots.values()]);
  for (const scan of nodes) {
    if (scan.op.kind !== 'scan') continue;
    const { region } = scan.op;
    const inside = new Set<unknown>([region.position, ...region.xs, ...region.states]);
    for (const node of reachable([...region.nexts, ...region.emits])) {
      if (inside.has(node) || !node.inputs.some((each) => inside.has(each))) continue;
      inside.add(node);
      counts.set(node.op.kind, (counts.get(node.op.kind) ?? 0) + 1);
    }
  }
  return counts;
}

describe('vectorise', () => {
  const { roots } = bahdanau();
  const flat = inline(roots);
  const before = simplify(batch(flat));
  const after = simplify(checked('batched', vectorise(before)));

  it('keeps all values', () => {
    expectSame(roots, after, data(roots, SIZES, { source: [3, 1, 4], target: [2, 3, 1] }, randomFrom(3)));
  });

  it('moves table look-ups and products of what no state reaches out of the loops', () => {
    expect(inLoops(before).get('gather')).toBe(1);
    expect(inLoops(after).get('gather')).toBeUndefined();
    // Left: 3 recurrent products in each of 3 cells, 3 products with the context, the query, v and the weights.
    expect(inLoops(after).get('contract')).toBe(15);
  });

  it('has the right gradients', () => {
    expectGradients(flat, averaged(after), data(roots, SIZES, { source: [3, 1], target: [2, 3] }, randomFrom(4)), { entries: 3 });
  });
});

describe('what no state reaches', () => {
  const b = new Builder();
  const [time, d] = [axis('time', 4), axis('d', 3)];
  const [p, q, x] = [b.parameter('p', [d]), b.parameter('q', [d]), b.input('x', floats(time, d))];
  const given = {
    sizes: new Map<string, number>(),
    inputs: new Map([['x', [0, 1, 2, 3].map((t) => [0.1, 0.2, 0.3].map((v) => v * t - 0.4))]]),
    parameters: new Map([
      ['p', Float64Array.of(1, 2, 3)],
      ['q', Float64Array.of(0.5, 0.25, -1)],
    ]),
  };
  const looped = (
    body: (h: Node, xt: Node) => { readonly next: Node; readonly emits: readonly Node[] },
    read: readonly number[],
  ): Roots => {
    const [h, xt] = [b.argument(floats(d)), b.argument(floats(d))];
    const { next, emits } = body(h, xt);
    const scan = b.scan({
      axis: time,
      position: b.step(time),
      xs: [{ arg: xt, value: x }],
      states: [{ arg: h, init: b.broadcast(b.constant(0), [d]), next }],
      emits,
    });
    return new Map(read.map((k) => [`r${k}`, b.result(scan, k)]));
  };
  const add = (left: Node, right: Node): Node => b.binary('add', left, right);
  const halved = (h: Node): Node => b.binary('mul', b.constant(0.5), h);

  it.each<[string, Roots, number]>([
    // Of each: how many operations of two operands are left in the loop.
    ['terms that are the same in every step are one', looped((h) => ({ next: add(add(halved(h), p), q), emits: [] }), [0]), 2],
    ['beside a position of the sequence', looped((h, xt) => ({ next: add(add(add(halved(h), xt), p), q), emits: [] }), [0]), 3],
    ['one term stays', looped((h, xt) => ({ next: add(halved(h), xt), emits: [] }), [0]), 2],
    [
      'a sum that others read as well stays',
      looped(
        (h) => {
          const sum = add(halved(h), p);
          return { next: add(sum, q), emits: [b.unary('tanh', sum)] };
        },
        [0, 1],
      ),
      3,
    ],
    ['what is emitted and the same in every step is repeated', looped((h) => ({ next: halved(h), emits: [p] }), [0, 1]), 1],
    [
      'what is emitted of the sequence is made behind the loop',
      looped((h, xt) => ({ next: add(halved(h), xt), emits: [b.binary('mul', xt, p), b.binary('mul', h, q)] }), [0, 1, 2]),
      2,
    ],
  ])('%s', (_, roots, left) => {
    const after = checked('batched', vectorise(roots));
    expectEqual(roots, after, given);
    expect(inLoops(after).get('binary') ?? 0).toBe(left);
  });
});
