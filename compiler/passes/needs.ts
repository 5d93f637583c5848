/**
 * Where the value of each node is read ('batched'): not where a choice takes the other operand, be it an `if`, or the select
 * of what something skips. A need is known as conditions that are nodes of the graph; where they are many or cannot be said
 * for the operand's own axes, the value counts as read everywhere.
 */
import type { Axis, Node } from '../graph/graph.ts';
import { typeOf } from '../graph/infer.ts';
import { axisOf, hasAxis } from '../graph/spaces.ts';
import { reachable } from '../graph/walk.ts';
import { idsOf } from './maker.ts';
import type { Facts } from './rebuild.ts';

/** That a bool node is true, or false; its axes under other names where the value's were renamed on the way. */
export interface Condition {
  readonly node: Node;
  readonly holds: boolean;
  readonly renamed: readonly { readonly from: string; readonly to: Axis }[];
  readonly axes: readonly string[];
  readonly key: string;
}

/** All of these together. */
type Case = readonly Condition[];
/** In any of these cases; null: everywhere. */
export type Need = readonly Case[] | null;

/** More are not worth telling apart. */
const MOST_CASES = 3;

export function needsOf(facts: Facts, roots: Iterable<Node>): ReadonlyMap<Node, Need> {
  const needs = new Map<Node, Need>();
  const isBefore = conditionsFirst(facts.nodes);
  const add = (node: Node, need: Need): void => {
    const own = within(need, node, facts, isBefore);
    needs.set(node, needs.has(node) ? either(needs.get(node)!, own) : own);
  };
  for (const root of roots) add(root, null);
  for (const node of facts.nodes) {
    if (node.op.kind === 'scan') for (const each of [...node.op.region.nexts, ...node.op.region.emits]) add(each, null);
  }
  // Inputs have smaller ids: whoever reads a node comes before it.
  for (const node of facts.nodes.toReversed()) {
    const need = needs.get(node) ?? null;
    node.inputs.forEach((input, k) => add(input, ofOperand(node, k, need)));
  }
  return needs;
}

/**
 * In what order nodes can be made so that most conditions are there before what they are needed for. A condition that comes
 * later may itself be made of the value.
 */
function conditionsFirst(nodes: readonly Node[]): (condition: Node, node: Node) => boolean {
  const chosen = nodes.flatMap(({ op, inputs }) => (op.kind === 'select' ? [inputs[0]] : []));
  const order = new Map(reachable([...chosen, ...nodes]).map((node, k) => [node, k]));
  return (condition, node) => order.get(condition)! < order.get(node)!;
}

function ofOperand(node: Node, k: number, need: Need): Need {
  const { op, inputs } = node;
  switch (op.kind) {
    case 'select':
      return k === 0 ? need : both(need, conditions(inputs[0], k === 1));
    case 'unary': case 'binary': case 'broadcast': case 'reduce': case 'contract':
      return need;
    case 'softmax': case 'cumsum': case 'cumprod':
      return lacking(need, op.axis);
    case 'rename':
      return renamed(need, op.to.id, axisOf(typeOf(inputs[0]), op.from));
    default:
      return null;
  }
}

/** Of `a and b` each, and of `not a` that a is false. */
function conditions(node: Node, holds: boolean): Case {
  const { op, inputs } = node;
  if (op.kind === 'unary' && op.fn === 'not') return conditions(inputs[0], !holds);
  if (op.kind === 'binary' && op.fn === (holds ? 'and' : 'or')) return inputs.flatMap((each) => conditions(each, holds));
  return [{ node, holds, renamed: [], axes: idsOf(node), key: `${holds ? '' : 'not '}${node.id}` }];
}

function both(need: Need, more: Case): Need {
  return simplest((need ?? [[]]).map((each) => [...each, ...more.filter(({ key }) => !each.some((other) => other.key === key))]));
}

function either(a: Need, b: Need): Need {
  return a === null || b === null ? null : simplest([...a, ...b]);
}

/** Without cases that another includes; everywhere, if a case asks for nothing, or two of them are opposites. */
function simplest(cases: readonly Case[]): Need {
  if (cases.some((each) => each.length === 0)) return null;
  const includes = (less: Case, more: Case): boolean => less.every(({ key }) => more.some((other) => other.key === key));
  const left = cases.filter((each, k) => !cases.some((other, j) => j !== k && includes(other, each) && (j < k || !includes(each, other))));
  const isOpposite = (a: Case, b: Case): boolean => a.length === 1 && b.length === 1 && a[0]!.node === b[0]!.node && a[0]!.holds !== b[0]!.holds;
  return left.length > MOST_CASES || left.some((a) => left.some((b) => isOpposite(a, b))) ? null : left;
}

function kept(need: Need, keep: (condition: Condition) => boolean): Need {
  return need === null ? null : simplest(need.map((each) => each.filter(keep)));
}

/** What can be said of the node: its own axes, loops that it stands in, and what is not made of it. */
function within(need: Need, node: Node, facts: Facts, isBefore: (condition: Node, node: Node) => boolean): Need {
  if (need === null) return null;
  const { axes } = typeOf(node);
  const loops = facts.loopsOf(node);
  return kept(need, (condition) => isBefore(condition.node, node) && condition.axes.every((id) => hasAxis(axes, id)) && [...facts.loopsOf(condition.node)].every((loop) => loops.has(loop)));
}

function lacking(need: Need, axis: string): Need {
  return kept(need, ({ axes }) => !axes.includes(axis));
}

function renamed(need: Need, from: string, to: Axis): Need {
  return need === null ? null : need.map((each) => each.map((condition) => (!condition.axes.includes(from) ? condition : {
    ...condition, renamed: [...condition.renamed, { from, to }], axes: condition.axes.map((id) => (id === from ? to.id : id)), key: `${condition.key} ${from}>${to.id}`,
  })));
}
