import { describe, expect, it } from 'vitest';
import { size } from '../../compiler/analyze/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { printGraph } from '../../compiler/graph/print.ts';
import { reachable } from '../../compiler/graph/walk.ts';
import { simplify } from '../../compiler/passes/simplify.ts';
import { axis, floats } from '../graph/support.ts';
import { gruScan } from './graphs.ts';

const [a, c] = [axis('a', 3), axis('c', 2)];

/** The operations that are left, leaves aside. */
function left(make: (b: Builder, x: Node, y: Node) => Node): readonly string[] {
  const b = new Builder();
  const roots = simplify(new Map([['value', make(b, b.input('x', floats(a)), b.input('y', floats(a, c)))]]));
  return reachable([...roots.values()]).filter(({ inputs }) => inputs.length > 0).map(({ op }) => (op.kind === 'unary' || op.kind === 'binary' || op.kind === 'reduce' ? op.fn : op.kind));
}

describe('simplify', () => {
  it.each<[string, (b: Builder, x: Node, y: Node) => Node, readonly string[]]>([
    ['x + 0', (b, x) => b.binary('add', x, b.constant(0)), []],
    ['1 * x', (b, x) => b.binary('mul', b.constant(1), x), []],
    ['-(-x)', (b, x) => b.unary('neg', b.unary('neg', x)), []],
    ['x + -x', (b, x) => b.binary('add', x, b.unary('neg', x)), ['sub']],
    ['a size that is known', (b, x) => b.binary('mul', x, b.unary('float', b.size(size.sub(size.int(4), size.int(3))))), []],
    ['select of a constant', (b, x) => b.select(b.constant(1, 'bool'), x, b.unary('tanh', x)), []],
    ['x repeated and summed', (b, x) => b.reduce('sum', b.broadcast(x, [a, c]), ['c']), ['mul']],
    ['x repeated for what has the axis anyway', (b, x, y) => b.binary('add', b.broadcast(x, [a, c]), y), ['add']],
    ['a sum of sums', (b, _x, y) => b.reduce('sum', b.reduce('sum', y, ['a']), ['c']), ['sum']],
    ['a product that is summed', (b, x, y) => b.reduce('sum', b.binary('mul', x, y), ['a']), ['contract']],
    ['the same twice', (b, x) => b.binary('mul', b.unary('tanh', x), b.unary('tanh', x)), ['tanh', 'mul']],
    ['renamed and renamed back', (b, x) => b.rename(b.rename(x, 'a', { ...a, id: 'z' }), 'z', a), []],
  ])('%s', (_, make, expected) => {
    expect(left(make)).toEqual(expected);
  });

  it('drops states and sequences of a loop that nothing reads', () => {
    const b = new Builder();
    const { all } = gruScan(b, 'cell', b.input('x', floats(a, axis('embed', 2))), a, axis('embed', 2), false);
    const unread = b.argument(floats(c));
    const again = b.scan({ axis: a, position: b.step(a), xs: [], states: [{ arg: unread, init: b.broadcast(b.constant(0), [c]), next: b.binary('add', unread, b.constant(1)) }], emits: [b.constant(2)] });
    const text = printGraph([...simplify(new Map([['value', b.binary('mul', b.reduce('sum', all, ['hidden']), b.result(again, 1))]])).values()]);
    expect(text.match(/scan/g)).toHaveLength(1);
  });
});
