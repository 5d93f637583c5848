/** Random small graphs through all passes: masks, loops, products and look-ups in any nesting. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { typeOf } from '../../compiler/graph/infer.ts';
import { hasAxis, tensor } from '../../compiler/graph/spaces.ts';
import { batch } from '../../compiler/passes/absence/batch.ts';
import type { Roots } from '../../compiler/passes/core/compiled.ts';
import { inline } from '../../compiler/passes/clock/inline.ts';
import { simplify } from '../../compiler/passes/core/simplify.ts';
import { vectorise } from '../../compiler/passes/loops/vectorise.ts';
import { axis, BOOL, dim, floats, index } from '../graph/support.ts';
import { averaged, checked, data, expectGradients, expectSame, randomFrom, type Random } from './support.ts';

const a = axis('a');
const c = axis('c');
const s = axis('s', dim('s', { ragged: true }));
const e = axis('e', dim('e', { ragged: true, mayBeEmpty: true }));
const AXES: readonly Axis[] = [a, c, s, e];
const SIZES = { a: 2, c: 3 };

class Grower {
  readonly #b: Builder;
  readonly #random: Random;
  /** In a loop's body nothing has the loop's axis: this step's position has its own name. */
  readonly #axes: readonly Axis[];
  #fresh = 0;

  constructor(b: Builder, random: Random, axes: readonly Axis[] = AXES) {
    this.#b = b;
    this.#random = random;
    this.#axes = axes;
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)]!;
  }

  /** A float of bounded size: loops run beyond an example's end, and finite must stay finite. */
  value(depth: number, pool: readonly Node[]): Node {
    const b = this.#b;
    if (depth === 0) return this.#leaf(pool);
    const x = this.value(depth - 1, pool);
    const { axes } = typeOf(x);
    const over = axes.length === 0 ? null : this.#pick(axes);
    switch (this.#below(12)) {
      case 0:
        return b.unary(this.#pick(['tanh', 'sigmoid', 'sin', 'neg', 'softplus'] as const), x);
      case 1:
        return b.binary(this.#pick(['add', 'sub', 'mul'] as const), x, this.value(depth - 1, pool));
      case 2:
        return over === null ? x : b.reduce(this.#pick(['sum', 'mean', 'max', 'min'] as const), x, [over.id]);
      case 3:
        return over === null ? x : b.softmax(x, over.id);
      case 4: {
        const y = this.value(depth - 1, pool);
        const shared = axes.filter(({ id }) => hasAxis(typeOf(y).axes, id));
        return shared.length === 0 ? b.binary('add', x, y) : b.contract(x, y, [this.#pick(shared).id]);
      }
      case 5:
        return b.otherwise(b.where(x, this.#condition(axes)), this.value(depth - 1, pool));
      case 6:
        return over === null ? x : b.reduce('mean', b.where(x, this.#condition([over])), [over.id]);
      case 7:
        return over === null || hasAxis(axes, 'shifted')
          ? x
          : b.otherwise(
              b.gather(x, b.binary('sub', b.position(over), b.constant(this.#pick([1, 2, -1, 9]), 'int')), over.id),
              b.constant(this.#pick([0, 0.5])),
            );
      case 8:
        return b.binary('div', x, b.binary('add', b.unary('softplus', this.value(depth - 1, pool)), b.constant(0.5)));
      case 9:
        return over === null ? x : this.#loop(x, over, depth - 1, pool);
      case 10:
        return this.#axes === AXES ? this.#across(x) : x;
      default:
        return b.select(this.#condition(axes), x, this.value(depth - 1, pool));
    }
  }

  /** Over all examples, of what is present; what is one for all has no ragged axis. */
  #across(x: Node): Node {
    const { axes } = typeOf(x);
    const over = axes.filter((axis) => axis === s || axis === e || this.#random() < 0.5);
    return this.#b.node({ kind: 'across', fn: this.#pick(['sum', 'mean', 'max', 'min'] as const), axes: over.map(({ id }) => id) }, [
      this.#random() < 0.5 ? x : this.#b.where(x, this.#condition(over)),
    ]);
  }

  #leaf(pool: readonly Node[]): Node {
    const b = this.#b;
    const n = this.#fresh++;
    const axes = this.#axes.filter(() => this.#random() < 0.4);
    switch (this.#below(pool.length > 0 ? 4 : 3)) {
      case 0:
        return b.input(`x${n}`, floats(...axes));
      case 1:
        return b.parameter(
          `p${n}`,
          axes.filter((axis) => axis === a || axis === c),
        );
      case 2:
        return this.#axes.includes(a) && this.#axes.includes(c)
          ? b.gather(
              b.parameter(`t${n}`, [a, c]),
              b.input(`i${n}`, index(a, ...axes.filter((axis) => axis !== a && axis !== c))),
              'a',
              true,
            )
          : b.constant(0.6);
      default:
        return this.#pick(pool);
    }
  }

  #condition(axes: readonly Axis[]): Node {
    return this.#b.input(`b${this.#fresh++}`, tensor(BOOL, axes));
  }

  #loop(x: Node, over: Axis, depth: number, pool: readonly Node[]): Node {
    const b = this.#b;
    const [place, xt] = [b.step(over), b.argument({ ...typeOf(x), axes: typeOf(x).axes.filter(({ id }) => id !== over.id) })];
    const inside = [xt, ...pool.filter((node) => !hasAxis(typeOf(node).axes, over.id))];
    const own = new Grower(
      b,
      this.#random,
      this.#axes.filter((axis) => axis !== over),
    );
    own.#fresh = this.#fresh += 100;
    const state = b.argument(typeOf(xt));
    const grown = own.value(depth, [...inside, state]);
    const next = b.unary('tanh', b.binary('add', xt, b.binary('mul', state, b.constant(0.5))));
    this.#fresh = own.#fresh + 100;
    const scan = b.scan({
      axis: over,
      reversed: this.#random() < 0.5,
      position: place,
      xs: [{ arg: xt, value: x }],
      states: [{ arg: state, init: b.broadcast(b.constant(0.2), typeOf(xt).axes), next }],
      emits: [grown],
    });
    return this.#random() < 0.5 ? b.result(scan, 0) : b.result(scan, 1);
  }
}

function graph(seed: number): Roots {
  const b = new Builder();
  const grown = new Grower(b, randomFrom(seed)).value(4, []);
  const value = b.unary('tanh', grown);
  const loss = typeOf(value).axes.reduce(
    (x, { id }) => b.reduce('sum', x, [id]),
    b.binary('mul', value, b.binary('add', value, b.constant(0.3))),
  );
  return new Map([
    ['value', value],
    ['loss', loss],
  ]);
}

describe('random graphs', () => {
  it('mean the same after every pass, and have the right gradients', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (seed) => {
        const roots = graph(seed);
        const given = data(roots, SIZES, { s: [2, 1, 3], e: [1, 0, 2] }, randomFrom(seed + 1));
        const flat = checked('inlined', inline(roots));
        const batched = checked('batched', batch(flat));
        expectSame(roots, batched, given, 1e-10);
        const simple = checked('batched', simplify(batched));
        const moved = checked('batched', simplify(checked('batched', vectorise(simple))));
        expectSame(roots, moved, given, 1e-10);
        expectGradients(roots, averaged(moved), given, { entries: 2, tolerance: 1e-4 });
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
