/** Lists along the first axes of values: one element per step of a loop, per round of a `repeat`. */
import type { Node, Origin } from '../../../graph/graph.ts';
import { mayBeEmpty } from '../../../passes/absence/absence.ts';
import { isOfRounds } from '../../../passes/core/axes.ts';
import { axesOf } from '../../../passes/layout/limits.ts';
import { BINARY } from '../../../graph/operations/binary.ts';
import { sizeOf } from '../../../graph/spaces.ts';
import { size as sizes } from '../../../size/size.ts';
import { listOf, reading, type Piece, type Value } from '../value.ts';
import { roundsIn } from './depths.ts';
import { sourceName } from './nodes.ts';
import { at, dtypeOfNode, extent, isMask, nameOf, separated, shape } from './pieces.ts';
import { BY_ROUND, PER_ROUND, Values } from './values.ts';

export class Lists extends Values {
  /** What has rounds in front as lists along these. */
  inRounds(node: Node): Value {
    return this.lists(node, roundsIn(node), { ...node.origin, name: null });
  }

  /** As lists in each other along its first axes, so many; 0: as one tensor. */
  protected lists(node: Node, depth: number, origin: Origin): Value {
    const value = this.of(node);
    if (depth === 0) return this.tensorOf(node);
    if (depth === this.depthOf(node)) return value;
    const whole = depth === 1 ? (this.#turned(node) ?? this.#byRound(node, origin)) : null;
    if (whole !== null) return whole;
    const hint = `${isMask(value) ? nameOf(value) : sourceName(node, this.origin)} steps`;
    return this.#unstacked(node, depth, origin, hint);
  }

  /** All elements of lists in each other are taken out at once. */
  #unstacked(node: Node, depth: number, origin: Origin, hint: string): Value {
    const tensor = this.tensorOf(node);
    const [outer, rest] = [axesOf(node).slice(0, depth), axesOf(node).slice(depth)];
    const count: Piece = { size: outer.map(({ space }) => sizeOf(space)).reduce((a, b) => sizes.mul(a, b)), tight: false };
    const flat =
      depth === 1
        ? tensor
        : this.part(
            node,
            tensor.dtype,
            `${nameOf(tensor)}Rows`,
            'tf.reshape(',
            tensor,
            ', [',
            ...separated([count, ...rest.map(extent)]),
            '])',
          );
    const inner = outer.slice(1).toReversed();
    const code = [
      `${'rt.grouped('.repeat(depth - 1)}${mayBeEmpty(outer[0]!.space) ? 'rt' : 'tf'}.unstack(`,
      flat,
      ')',
      ...inner.flatMap((axis): Piece[] => [', ', extent(axis), ')']),
    ];
    const list = this.shared('list', code, tensor.dtype, origin, hint, { type: typeOfLists(depth) });
    this.wholes.set(list, tensor);
    return list;
  }

  /** What is computed of lists element by element. */
  protected perRound(node: Node): Value {
    const { op, inputs } = node;
    const { call, hint } = op.kind === 'binary' ? BINARY[op.fn].typescript : { call: 'rt.where', hint: 'chosen' };
    const rank = axesOf(node).length;
    const operands = inputs.map((input) => {
      const axes = axesOf(input);
      if (isOfRounds(input)) return this.lists(input, 1, { ...node.origin, name: null });
      if (axes.length < rank) return this.operand(input);
      return this.part(
        input,
        dtypeOfNode(input),
        this.of(input).hint,
        'tf.reshape(',
        this.tensorOf(input),
        ', ',
        ...shape(axes.slice(1)),
        ')',
      );
    });
    const code = [`${PER_ROUND}${call}, `, ...separated(operands), ')'];
    return this.shared('list', code, dtypeOfNode(node), this.origin(node), hint, { type: typeOfLists(1) });
  }

  /** What steps have made in rounds, by round: of each the steps as one tensor; null: it is no such thing. */
  #byRound({ op, inputs: [from] }: Node, origin: Origin): Value | null {
    if (op.kind !== 'permute' || this.depthOf(from!) !== 2) return null;
    const isSwap = op.order.every((id, k) => at(from!, id) === (k < 2 ? 1 - k : k));
    const list = this.of(from!);
    return isSwap
      ? this.shared('list', [BY_ROUND, list, ')'], list.dtype, { ...origin, name: null }, `${sourceName(from!, this.origin)} steps`)
      : null;
  }

  /** What a loop leaves in another order or shape is turned step by step; null: it is no such thing. */
  #turned(node: Node): Value | null {
    const {
      op,
      inputs: [from],
    } = node;
    const isMove = op.kind === 'permute' || op.kind === 'reshape';
    const list = isMove ? this.done.get(from!) : undefined;
    const emits = list?.kind === 'emitted' ? this.emits.get(this.loops.get(list)!) : undefined;
    const isWhole =
      isOfRounds(node) && this.uses.get(from!) === 1 && this.depthOf(from!) === 1 && axesOf(node)[0]!.id === axesOf(from!)[0]!.id;
    if (!isMove || list === undefined || emits === undefined || !isWhole) return null;
    const { value } = emits.find((emit) => emit.list === list)!;
    const rest = axesOf(node).slice(1);
    const order = rest.map(({ id }) => at(from!, id) - 1).join(', ');
    const turned = this.shared(
      'tensor',
      op.kind === 'permute' ? ['tf.transpose(', value, `, [${order}])`] : ['tf.reshape(', value, ', ', ...shape(rest), ')'],
      value.dtype,
      { ...value.origin, name: null },
      `${nameOf(value)}${op.kind === 'permute' ? 'T' : 'Shaped'}`,
    );
    const made = this.make('emitted', list.code, value.dtype, list.origin, list.hint);
    emits.push({ value: turned, list: made });
    this.loops.set(made, this.loops.get(list)!);
    return made;
  }

  /** What a loop binds or leaves, which may be a list. */
  protected asBound(value: Value, node: Node): Value {
    const depth = this.depthOf(node);
    const list = depth === 0 ? value : { ...value, type: typeOfLists(depth) };
    this.bound(list, node);
    return list;
  }

  /** Of a list of lists: what an element of it is as one tensor. */
  protected bound(list: Value, node: Node): void {
    if (this.depthOf(node) > 1) this.steps.set(list, shape(axesOf(node).slice(1)));
  }
}

/** The type of lists in each other, so many. */
export function typeOfLists(depth: number, element = 'tf.Tensor'): string {
  return depth === 0 ? element : reading(listOf(typeOfLists(depth - 1, element)));
}
