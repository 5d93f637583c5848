/** Whatever axes operands have and lack: the last pass keeps within the limits of every backend, and computes the same. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { interpret, type Bindings, type Nested } from '../../compiler/oracle/interpret.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { verify } from '../../compiler/graph/verify.ts';
import { layout } from '../../compiler/passes/layout/layout.ts';
import { axis, bool, dim, float, numbers } from '../emit/support.ts';

const MOST = 10;
const axes = Array.from({ length: MOST }, (_, k) => axis(dim(`a${k}`)));

/** Some of the axes, in some order. */
const some = fc.shuffledSubarray(axes, { minLength: 0 });
const wide = fc.shuffledSubarray(axes, { minLength: 6 });

function nested(values: readonly number[], rank: number): Nested {
  if (rank === 0) return values[0]!;
  const half = values.length / 2;
  return [nested(values.slice(0, half), rank - 1), nested(values.slice(half), rank - 1)];
}

/** Every axis has two positions. */
function bound(inputs: Readonly<Record<string, readonly Axis[]>>): Bindings {
  const values = Object.entries(inputs).map(([name, own], k): [string, Nested] => {
    const given = numbers(2 ** own.length, k + 2);
    return [name, nested(name === 'c' ? given.map((x) => (x > 0 ? 1 : 0)) : given, own.length)];
  });
  return { sizes: new Map(axes.map(({ id }) => [id, 2])), inputs: new Map(values), parameters: new Map() };
}

function holds(build: (b: Builder) => Node, inputs: Readonly<Record<string, readonly Axis[]>>): void {
  const root = build(new Builder());
  const laid = layout(new Map([['root', root]])).get('root')!;
  verify([laid], { dialect: 'laid-out' });
  const [before, after] = [root, laid].map((each) => interpret([each], bound(inputs))[0]!);
  expect(laid.types[0]!.axes.map(({ id }) => id)).toEqual(root.types[0]!.axes.map(({ id }) => id));
  for (const [k, value] of before!.data.entries()) expect(after!.data[k]).toBeCloseTo(value, 9);
}

it('of elementwise operations', () => {
  fc.assert(
    fc.property(some, some, wide, (x, y, c) => {
      holds(
        (b) => {
          const [p, q] = [b.input('x', tensor(float, x)), b.input('y', tensor(float, y))];
          return b.select(b.input('c', tensor(bool, c)), b.binary('mul', p, q), b.binary('sub', q, p));
        },
        { x, y, c },
      );
    }),
    { numRuns: 60, seed: 1 },
  );
});

it('of what is repeated: by one operation along up to four axes', () => {
  const repeated = (count: number): Node => {
    const b = new Builder();
    const root = b.broadcast(b.input('x', tensor(float, axes.slice(1, 3))), axes.slice(0, count));
    return layout(new Map([['root', root]])).get('root')!;
  };
  expect([4, 5].map((count) => repeated(count).op.kind)).toEqual(['broadcast', 'reshape']);
});

it('of axes in another order, reduced, and searched', () => {
  fc.assert(
    fc.property(wide, fc.shuffledSubarray(axes, { minLength: 1 }), fc.constantFrom('sum', 'max', 'mean', 'prod'), (x, gone, fn) => {
      const over = gone.filter((each) => x.includes(each)).map(({ id }) => id);
      holds(
        (b) => {
          const given = b.unary('tanh', b.input('x', tensor(float, x)));
          const order = [...x].sort((p, q) => (p.id < q.id ? -1 : 1));
          const turned = b.binary('add', b.broadcast(given, order), b.unary('float', b.argmax(given, x[0]!.id)));
          return b.reduce(fn as 'sum', turned, over);
        },
        { x },
      );
    }),
    { numRuns: 60, seed: 1 },
  );
});
