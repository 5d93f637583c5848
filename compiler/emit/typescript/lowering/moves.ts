/** Operations that only move numbers: of another shape, in another order, at other positions. */
import { type Size, constantOf } from '../../../size/size.ts';
import type { Axis, Node, OpOf, ReduceFn } from '../../../graph/graph.ts';
import { isUnit, originOf } from '../../../graph/spaces.ts';
import { nativeOrder } from '../../../passes/layout/build.ts';
import { axesOf } from '../../../passes/layout/limits.ts';
import type { Piece, Value } from '../value.ts';
import { at, dtypeOfNode, extent, nameOf, shape } from './pieces.ts';
import { filling } from './nodes.ts';
import { Lists } from './lists.ts';

export const REDUCE: Readonly<Record<ReduceFn, readonly [call: string, hint: string]>> = {
  sum: ['tf.sum', 'total'],
  mean: ['tf.mean', 'mean'],
  max: ['tf.max', 'highest'],
  min: ['tf.min', 'lowest'],
  prod: ['tf.prod', 'product'],
  any: ['tf.any', 'any'],
  all: ['tf.all', 'all'],
};

export class Moves extends Lists {
  /** An index counted from 0. */
  protected index(node: Node, i: Node, axis: Axis): Value {
    return this.moved(node, this.tensorOf(i), originOf(axis.space), 'sub');
  }

  protected moved(node: Node, index: Value, first: Size, fn: 'add' | 'sub'): Value {
    if (constantOf(first) === 0) return index.origin.name === null && node.op.kind === 'argmax' ? this.renamed(node, index) : index;
    const offset = this.part(node, 'int32', 'first', 'tf.scalar(', { size: first, tight: false }, ", 'int32')");
    return this.part(node, 'int32', 'place', `tf.${fn}(`, index, ', ', offset, ')');
  }

  /** The same call under the node's name; the unnamed value is forgotten. */
  protected renamed(node: Node, value: Value): Value {
    return this.origin(node).name === null ? value : this.make(value.kind, value.code, value.dtype, this.origin(node), value.hint);
  }

  protected gather(node: Node, op: OpOf<'gather'>, t: Node, i: Node): Value {
    const axis = axesOf(t)[at(t, op.axis)]!;
    const position = at(t, op.axis);
    const place = this.of(i);
    const first = originOf(axis.space);
    if (place.kind === 'host') {
      const from = this.tensorOf(t);
      const begin = axesOf(t).flatMap((_, k): Piece[] => [
        k === 0 ? '' : ', ',
        ...(k === position ? (constantOf(first) === 0 ? [place] : [place, ' - ', { size: first, tight: true }]) : ['0']),
      ]);
      const part = this.part(
        node,
        from.dtype,
        'place',
        'tf.slice(',
        from,
        ', [',
        ...begin,
        '], ',
        `[${axesOf(t)
          .map((_, k) => (k === position ? 1 : -1))
          .join(', ')}])`,
      );
      return this.call(node, 'picked', 'tf.reshape(', part, ', ', ...shape(axesOf(node)), ')');
    }
    const zip = axesOf(i).filter((each) => each.id !== op.axis && at(t, each.id) >= 0).length;
    const index = this.index(node, i, axis);
    const where = zip === 0 ? (position === 0 ? '' : `, ${position}`) : `, ${zip}, ${zip}`;
    return this.inOrder(node, 'picked', 'tf.gather(', this.tensorOf(t), ', ', index, `${where})`);
  }

  /** In the order of the node's type; what tfjs gives is kept for those who take it as it is. */
  protected inOrder(node: Node, hint: string, ...code: readonly Piece[]): Value {
    const native = nativeOrder(node);
    const order = axesOf(node).map((axis) => axis.id);
    const isSo = native === null || native.every((axis, k) => axis.id === order[k]);
    const value = isSo ? this.call(node, hint, ...code) : this.part(node, dtypeOfNode(node), this.origin(node).name ?? hint, ...code);
    this.native.set(node, value);
    return isSo ? value : this.permuted(node, value, native!, order);
  }

  /** For a parameter, or one round's part of it. */
  protected pathOf(node: Node): string | null {
    return node.op.kind === 'parameter' ? node.op.path : (this.roles.get(node)?.parameter?.path ?? null);
  }

  /** What a value is called before it was reshaped and transposed. */
  protected base(node: Node): string {
    let from = node;
    while (this.origin(from).name === null && (from.op.kind === 'reshape' || from.op.kind === 'permute' || from.op.kind === 'rename'))
      from = from.inputs[0]!;
    return this.pathOf(from) ?? nameOf(this.of(from));
  }

  protected permuted(node: Node, value: Value, axes: readonly Axis[], order: readonly string[]): Value {
    const perm = order.map((id) => axes.findIndex((axis) => axis.id === id));
    return this.call(
      node,
      node.op.kind === 'permute' ? `${this.base(node.inputs[0]!)}T` : value.hint,
      value.dtype === 'bool' && perm.length > 2 ? 'rt.transpose(' : 'tf.transpose(',
      value,
      `, [${perm.join(', ')}])`,
    );
  }

  protected slice(node: Node, op: OpOf<'slice'>, x: Node): Value {
    const from = this.of(x);
    const position = at(x, op.axis);
    if (op.into === null && position === 0 && this.depthOf(x) === 1) {
      return this.shared('given', [from, '[', { size: op.start, tight: false }, ']!'], from.dtype, this.origin(node), 'place');
    }
    const begin = axesOf(x).flatMap((_, k): Piece[] => [k === 0 ? '' : ', ', k === position ? { size: op.start, tight: false } : '0']);
    const count = axesOf(x).flatMap((_, k): Piece[] => [
      k === 0 ? '' : ', ',
      k === position ? (op.into === null ? '1' : extent(op.into)) : '-1',
    ]);
    const code: Piece[] = ['tf.slice(', this.tensorOf(x), ', [', ...begin, '], [', ...count, '])'];
    if (op.into !== null) return this.call(node, 'part', ...code);
    return this.call(node, 'place', 'tf.reshape(', this.part(node, from.dtype, 'part', ...code), ', ', ...shape(axesOf(node)), ')');
  }

  protected broadcast(node: Node, x: Node): Value {
    const value = this.of(x);
    if (value.kind === 'host') {
      const more = value.dtype === 'float32' ? [] : [`, '${value.dtype}'`];
      // tfjs fills truth values with numbers.
      const number: readonly Piece[] =
        value.dtype !== 'bool' ? [value] : x.op.kind === 'constant' ? [x.op.value === 0 ? '0' : '1'] : ['Number(', value, ')'];
      const hint = x.op.kind === 'constant' ? filling(x.op) : 'filled';
      return this.call(node, hint, 'tf.fill(', ...shape(axesOf(node)), ', ', ...number, ...more, ')');
    }
    return this.call(node, `${nameOf(value)}Wide`, 'tf.broadcastTo(', this.tensorOf(x), ', ', ...shape(axesOf(node)), ')');
  }

  /** A reduction whose axes stay as unit axes is one call, where nothing reads it without them. */
  protected keptReduction(node: Node, reduced: Node): Value | null {
    const { op } = reduced;
    if (op.kind !== 'reduce' || (op.fn !== 'mean' && op.fn !== 'sum' && op.fn !== 'max' && op.fn !== 'min') || this.uses.get(reduced) !== 1)
      return null;
    const x = reduced.inputs[0]!;
    const positions = op.axes.map((id) => at(x, id)).sort((a, b) => a - b);
    const axes = axesOf(node);
    const fits =
      axes.length === axesOf(x).length && axes.every((axis, k) => (positions.includes(k) ? isUnit(axis) : axis.id === axesOf(x)[k]!.id));
    if (!fits) return null;
    const [call, hint] = REDUCE[op.fn];
    return this.shared(
      'tensor',
      [`${call}(`, this.tensorOf(x), `, ${positions.length === 1 ? positions[0] : `[${positions.join(', ')}]`}, true)`],
      dtypeOfNode(node),
      this.origin(reduced),
      hint,
    );
  }
}
