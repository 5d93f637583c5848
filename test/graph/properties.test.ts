import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { isGiven, typeOf } from '../../compiler/graph/infer.ts';
import { hasAxis } from '../../compiler/graph/spaces.ts';
import { verify } from '../../compiler/graph/verify.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { axis, bindings, floats } from './support.ts';

const OWN = [axis('p', 2), axis('q', 3)];
const LIFT = axis('lift', 3);

/** One more node made of those so far: what it is follows from the numbers. */
type Step = readonly [kind: number, a: number, b: number];

function grow(b: Builder, nodes: readonly Node[], [kind, i, j]: Step): Node {
  const [x, y] = [nodes[i % nodes.length], nodes[j % nodes.length]];
  const { axes } = typeOf(x!);
  const one = axes.length > 0 ? [axes[j % axes.length]!.id] : [];
  const shared = axes.filter(({ id }) => hasAxis(typeOf(y!).axes, id)).map(({ id }) => id);
  switch (kind % 8) {
    case 0:
      return b.unary('tanh', x!);
    case 1:
      return b.binary('add', x!, y!);
    case 2:
      return b.binary('mul', x!, y!);
    case 3:
      return b.reduce((['sum', 'mean', 'max', 'min'] as const)[i % 4]!, x!, one);
    case 4:
      return b.contract(x!, y!, shared.slice(0, 1 + (i % 2)));
    case 5:
      return one.length > 0 ? b.softmax(x!, one[0]!) : b.unary('sigmoid', x!);
    case 6:
      return b.where(x!, b.binary('gt', y!, b.constant(0.3)));
    default:
      return b.otherwise(b.where(x!, b.binary('lt', y!, b.constant(0.4))), b.constant(0.1));
  }
}

const steps = fc.array(fc.tuple(fc.nat(7), fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 10 });
const numbers = (count: number): fc.Arbitrary<readonly number[]> =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: count, maxLength: count });

interface Body {
  readonly args: readonly Node[];
  readonly result: Node;
}

function body(b: Builder, program: readonly Step[], leaf: (k: number, axes: readonly Axis[]) => Node): Body {
  const args = [leaf(0, [OWN[0]!]), leaf(1, OWN)];
  const nodes = [...args];
  for (const step of program) nodes.push(grow(b, nodes, step));
  // Fill what is absent, so that results are compared everywhere.
  return { args, result: b.otherwise(nodes[nodes.length - 1]!, b.constant(-7)) };
}

function value(node: Node, x: readonly number[], y: readonly number[]): readonly number[] {
  const reshape = (values: readonly number[], sizes: readonly number[]): never[] =>
    (sizes.length === 1
      ? values
      : Array.from({ length: sizes[0]! }, (_, k) =>
          reshape(values.slice((k * values.length) / sizes[0]!, ((k + 1) * values.length) / sizes[0]!), sizes.slice(1)),
        )) as never[];
  const inputs = {
    x: x.length === 2 ? reshape(x, [2]) : reshape(x, [3, 2]),
    y: y.length === 6 ? reshape(y, [2, 3]) : reshape(y, [3, 2, 3]),
  };
  const result = interpret([node], bindings({ inputs }))[0]!;
  expect(result.present).toBe(null);
  return [...result.data];
}

/** The same body over another `x`. */
function wider(b: Builder, root: Node, x: Node): Node {
  const made = new Map<Node, Node>();
  for (const node of reachable([root])) {
    const { op } = node;
    const inputs = node.inputs.map((input) => made.get(input)!);
    const isX = op.kind === 'input' && op.name === 'x';
    made.set(node, isX ? x : isGiven(op) ? node : b.node(op, inputs));
  }
  return made.get(root)!;
}

describe('a lifted call', () => {
  it('is the body, element by element', () => {
    fc.assert(
      fc.property(steps, numbers(6), numbers(18), fc.boolean(), (program, x, y, both) => {
        const b = new Builder();
        const { args, result } = body(b, program, (_, axes) => b.argument(floats(...axes)));
        const binding = {
          args: [[{ from: 'p', to: OWN[0]! }], OWN.map((own) => ({ from: own.id, to: own }))],
          extras: [LIFT],
          results: [OWN.map((own) => ({ from: own.id, to: own }))],
        };
        const inputs = [b.input('x', floats(LIFT, OWN[0]!)), b.input('y', floats(...(both ? [LIFT] : []), ...OWN))];
        const lifted = b.result(b.call('Body', { args, results: [result] }, binding, inputs), 0);
        verify([lifted], { dialect: 'calls' });

        const alone = body(b, program, (k, axes) => b.input(k === 0 ? 'x' : 'y', floats(...axes))).result;
        const each = [0, 1, 2].flatMap((e) => value(alone, x.slice(2 * e, 2 * e + 2), both ? y.slice(6 * e, 6 * e + 6) : y.slice(0, 6)));
        expect(value(lifted, x, both ? y : y.slice(0, 6))).toEqual(each);
      }),
      { numRuns: 150 },
    );
  });

  it('is the body with the extra axis broadcast through it', () => {
    fc.assert(
      fc.property(steps, numbers(6), numbers(6), (program, x, y) => {
        const b = new Builder();
        const alone = body(b, program, (k, axes) => b.input(k === 0 ? 'x' : 'y', floats(...axes))).result;
        const own = typeOf(alone).axes;
        const through = b.broadcast(wider(b, alone, b.input('x', floats(LIFT, OWN[0]!))), [LIFT, ...own]);
        verify([through], { dialect: 'calls' });
        const each = [0, 1, 2].flatMap((e) => value(alone, x.slice(2 * e, 2 * e + 2), y));
        const all = value(through, x, y);
        expect(all).toEqual(each.map((one) => expect.closeTo(one, 10)));
      }),
      { numRuns: 150 },
    );
  });
});
