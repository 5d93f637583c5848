/** Lists along the first axes of values: one element per step of a loop, per round of a `repeat`. */
import type { Node, Origin } from '../../../graph/graph.ts';
import { mayBeEmpty } from '../../../passes/absence/absence.ts';
import { isOfRounds } from '../../../passes/core/axes.ts';
import { axesOf } from '../../../passes/layout/limits.ts';
import { listOf, reading, type Value } from '../value.ts';
import { roundsIn, sourceName } from './nodes.ts';
import { at, isMask, nameOf, shape } from './pieces.ts';
import { BY_ROUND, Values } from './values.ts';

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
    const unstack = mayBeEmpty(axesOf(node)[0]!.space) ? 'rt.unstack(' : 'tf.unstack(';
    const hint = `${isMask(value) ? nameOf(value) : sourceName(node, this.origin)} steps`;
    const code = [unstack, this.tensorOf(node), `)${'.map((each) => rt.apart(each)'.repeat(depth - 1)}${')'.repeat(depth - 1)}`];
    return this.shared('list', code, value.dtype, origin, hint, { type: typeOfLists(depth) });
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
