import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { Dependence, reachable } from '../../compiler/graph/walk.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { differentiate } from '../../compiler/passes/gradient/differentiate.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { BATCH } from '../../compiler/passes/core/axes.ts';
import { pack } from '../../compiler/passes/loops/pack.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, floats } from '../graph/support.ts';
import { bahdanau, embed, hidden, SIZES } from './graphs.ts';
import { averaged, checked, data, expectEqual, leaves, randomFrom } from './support.ts';

/** Products in the bodies of loops. */
function products(roots: Roots): number {
  const dependence = new Dependence();
  return reachable([...roots.values()]).filter((node) => node.op.kind === 'contract' && dependence.of(node).size > 0).length;
}

describe('pack', () => {
  const { roots } = bahdanau();
  const forward = simplify(vectorise(simplify(batch(inline(roots)))));
  const before = simplify(differentiate(averaged(forward), 'loss', leaves(roots).parameters).roots);
  const after = checked('batched', pack(before));

  it('keeps all values and gradients', () => {
    expectEqual(before, after, data(roots, SIZES, { source: [3, 1, 4], target: [2, 3, 1] }, randomFrom(5)).batch, 1e-11);
  });

  it('makes one product of those that a step adds up', () => {
    expect(products(after)).toBe(products(before) - 3);
  });

  it('takes no product with what each example has of its own', () => {
    const b = new Builder();
    const [h, d] = [b.argument(floats(BATCH, hidden)), axis('d', 3)];
    const dot = (name: string): Node => b.contract(h, b.input(name, floats(BATCH, hidden)), ['hidden']);
    const map = (name: string): Node => b.contract(h, b.parameter(name, [hidden, d]), ['hidden']);
    const looped = (emit: Node): Roots => {
      const scan = b.scan({
        axis: embed,
        position: b.step(embed),
        xs: [],
        states: [{ arg: h, init: b.input('h', floats(BATCH, hidden)), next: b.unary('tanh', h) }],
        emits: [emit],
      });
      return new Map([['y', b.result(scan, 1)]]);
    };
    expect(products(pack(looped(b.binary('add', dot('u'), dot('v')))))).toBe(2);
    expect(products(pack(looped(b.binary('add', map('U'), map('V')))))).toBe(1);
    // With one number for each example, and a row of them.
    expect(products(pack(looped(b.binary('add', b.binary('add', map('U'), dot('u')), map('V')))))).toBe(2);
  });

  it('makes one of the most that go together, whichever stand first', () => {
    const sum = (otherFirst: boolean): Roots => {
      const b = new Builder();
      const d = axis('d', 3);
      const [h, g] = [b.argument(floats(BATCH, hidden)), b.argument(floats(d, hidden))];
      const map = (name: string): Node => b.contract(h, b.parameter(name, [hidden, d]), ['hidden']);
      const [maps, other] = [b.binary('add', map('U'), map('V')), b.contract(g, b.input('z', floats(BATCH, hidden)), ['hidden'])];
      const scan = b.scan({
        axis: embed,
        position: b.step(embed),
        xs: [],
        states: [
          { arg: h, init: b.input('h', floats(BATCH, hidden)), next: b.unary('tanh', h) },
          { arg: g, init: b.parameter('g', [d, hidden]), next: b.unary('tanh', g) },
        ],
        emits: [otherFirst ? b.binary('add', other, maps) : b.binary('add', maps, other)],
      });
      return new Map([['y', b.result(scan, 2)]]);
    };
    for (const otherFirst of [false, true]) expect(products(pack(sum(otherFirst)))).toBe(2);
  });

  it('finds nothing more the second time', () => {
    expect(products(pack(after))).toBe(products(after));
  });
});
