/**
 * Where the value of each node is read ('batched'): not where a select takes its other operand, whether it comes from an `if` or
 * from skipping what is absent, nor what a slice, a shift or a gather leaves out. A need is given by conditions that are nodes of the graph; where there are too many, or they
 * cannot be expressed over the operand's own axes, the value counts as read everywhere.
 */
import type { Axis, Node } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { axisOf, hasAxis } from '../../graph/spaces.ts';
import { isOf, precedence } from '../../graph/walk.ts';
import type { Batched, Ends } from './batch.ts';
import { chosenAlong, indexOf, isChooser, leavesOut, type Chooser } from './chosen.ts';
import { idsOf } from '../core/axes.ts';
import type { Facts } from '../core/pass.ts';

/** That a bool node is true, or false, or that a node chooses the element where its own result is needed. */
type Test =
  | { readonly kind: 'truth'; readonly node: Node; readonly holds: boolean }
  | { readonly kind: 'choice'; readonly node: Chooser; readonly need: Need };

/** A test whose axes are renamed where the value's were on the way. */
export interface Condition {
  readonly test: Test;
  readonly renamed: readonly { readonly from: string; readonly to: Axis }[];
  readonly axes: readonly string[];
  readonly key: string;
}

/** What the condition is made of. */
export function madeOf({ test }: Condition): readonly Node[] {
  if (test.kind === 'truth') return [test.node];
  const index = indexOf(test.node);
  return [...(index === null ? [] : [index]), ...conditionsIn(test.need).flatMap(madeOf)];
}

const conditionsIn = (need: Need): readonly Condition[] => need?.flat() ?? [];

/** All of these together. */
type Case = readonly Condition[];
/** In any of these cases; null: everywhere. */
export type Need = readonly Case[] | null;

/** More are not worth distinguishing. */
const MOST_CASES = 3;

/** A step of a loop beyond the example's end is not read, nor is a position of a sequence that only such a step reads. */
export function needsOf(facts: Facts, roots: Iterable<Node>, ends: Batched['ends']): ReadonlyMap<Node, Need> {
  const needs = new Map<Node, Need>();
  const isBefore = conditionsFirst(facts.nodes, endsOf(ends));
  const add = (node: Node, need: Need): void => {
    const own = within(need, node, facts, isBefore);
    needs.set(node, needs.has(node) ? either(needs.get(node)!, own) : own);
  };
  for (const root of roots) add(root, null);
  // Inputs have smaller ids, so the readers of a node come before it.
  for (const node of facts.nodes.toReversed()) {
    const { op, inputs } = node;
    const need = needs.get(node) ?? null;
    if (isOf(node, 'scan')) {
      const { region } = node.op;
      const end = ends.get(region.position);
      const inside = both(need, known(end?.step));
      region.emits.forEach((each) => add(each, inside));
      // Only the scan's result reads the last step's next state.
      region.nexts.forEach((each, k) => add(each, facts.results.get(node)?.has(k) === true ? inside : both(inside, known(end?.more))));
      // What the steps read of a sequence is known once they have been visited.
      inputs.forEach((input, k) => (k < region.xs.length && input.id < region.xs[k]!.id ? undefined : add(input, null)));
    } else if (op.kind === 'argument') {
      const place = facts.arguments.get(node);
      if (place?.kind === 'x') add(place.scan.inputs[place.index]!, ofSequence(need, ends.get(place.scan.op.region.position)));
    } else {
      inputs.forEach((input, k) => add(input, ofOperand(node, k, need)));
    }
  }
  return needs;
}

/** The nodes that mark the ends. */
export function endsOf(ends: Batched['ends']): readonly Node[] {
  return [...ends.values()].flatMap(({ step, place, more }) => [
    ...(step === null ? [] : [step]),
    ...(place === null ? [] : [place]),
    more,
  ]);
}

function known(end: Node | null | undefined): Case {
  return end === null || end === undefined ? [] : conditions(end, true);
}

/** A step is before the example's end where its position is. */
function ofSequence(need: Need, end: Ends | undefined): Need {
  const [place] = known(end?.place);
  return need === null || place === undefined
    ? need
    : simplest(need.map((each) => each.map((condition) => (isTrue(condition, end?.step) ? place : condition))));
}

const isTrue = ({ test }: Condition, node: Node | null | undefined): boolean => test.kind === 'truth' && test.holds && test.node === node;

/**
 * The order in which nodes can be made so that most conditions precede what they guard. A condition that comes later may itself
 * be computed from the value.
 */
function conditionsFirst(nodes: readonly Node[], ends: readonly Node[]): (condition: Node, node: Node) => boolean {
  const chosen = nodes.flatMap(({ op, inputs }) => (op.kind === 'select' ? [inputs[0]!] : op.kind === 'gather' ? [inputs[1]!] : []));
  return precedence([...ends, ...chosen, ...nodes]);
}

function ofOperand(node: Node, k: number, need: Need): Need {
  const { op, inputs } = node;
  if (op.kind === 'result' && isOf(inputs[0]!, 'scan')) return lacking(need, inputs[0].op.axis.id);
  switch (op.kind) {
    case 'select':
      return k === 0 ? need : both(need, conditions(inputs[0]!, k === 1));
    case 'unary':
    case 'binary':
    case 'broadcast':
    case 'reduce':
    case 'contract':
      return need;
    case 'softmax':
    case 'cumsum':
    case 'cumprod':
      return lacking(need, op.axis);
    case 'rename':
      return renamed(need, op.to.id, axisOf(typeOf(inputs[0]!), op.from));
    case 'slice':
    case 'shift':
    case 'gather':
      return k === 0 && isChooser(node) ? ofChosen(node, need) : null;
    default:
      return null;
  }
}

/** `a and b` means both, `not a` that a is false. */
function conditions(node: Node, holds: boolean): Case {
  const { op, inputs } = node;
  if (op.kind === 'unary' && op.fn === 'not') return conditions(inputs[0]!, !holds);
  if (op.kind === 'binary' && op.fn === (holds ? 'and' : 'or')) return inputs.flatMap((each) => conditions(each, holds));
  return [{ test: { kind: 'truth', node, holds }, renamed: [], axes: idsOf(node), key: `${holds ? '' : 'not '}${node.id}` }];
}

/** Of what is chosen from: what can be said of all of it, and that it is chosen, where what cannot is true. */
function ofChosen(node: Chooser, need: Need): Need {
  const { axis } = node.op;
  const index = indexOf(node);
  const has = (id: string): boolean => index === null || hasAxis(typeOf(index).axes, id);
  const remains = (id: string): boolean => id !== axis && hasAxis(typeOf(node.inputs[0]!).axes, id);
  const within = isOf(node, 'slice') ? null : kept(need, ({ axes }) => axes.every(has) && !axes.every(remains));
  const rest = lacking(need, axis);
  if (within === null && !leavesOut(node)) return rest;
  const axes = chosenAlong(
    node,
    conditionsIn(within).flatMap((each) => each.axes),
  );
  return both(rest, [{ test: { kind: 'choice', node, need: within }, renamed: [], axes, key: `chosen by ${node.id}` }]);
}

function both(need: Need, more: Case): Need {
  return simplest((need ?? [[]]).map((each) => [...each, ...more.filter(({ key }) => !each.some((other) => other.key === key))]));
}

function either(a: Need, b: Need): Need {
  return a === null || b === null ? null : simplest([...a, ...b]);
}

/** Drops cases that include another; everywhere, if a case has no conditions, or two of them are opposites. */
function simplest(cases: readonly Case[]): Need {
  if (cases.some((each) => each.length === 0)) return null;
  const includes = (less: Case, more: Case): boolean => less.every(({ key }) => more.some((other) => other.key === key));
  const left = cases.filter((each, k) => !cases.some((other, j) => j !== k && includes(other, each) && (j < k || !includes(each, other))));
  return left.length > MOST_CASES || left.some((a) => left.some((b) => areOpposite(a, b))) ? null : left;
}

function areOpposite(a: Case, b: Case): boolean {
  if (a.length !== 1 || b.length !== 1) return false;
  const [one, other] = [a[0]!.test, b[0]!.test];
  return one.kind === 'truth' && other.kind === 'truth' && one.node === other.node && one.holds !== other.holds;
}

function kept(need: Need, keep: (condition: Condition) => boolean): Need {
  return need === null ? null : simplest(need.map((each) => each.filter(keep)));
}

/** What can be expressed at the node: over its own axes and within its loops, by conditions that are not computed from it. */
function within(need: Need, node: Node, facts: Facts, isBefore: (condition: Node, node: Node) => boolean): Need {
  if (need === null) return null;
  const loops = facts.loopsOf(node);
  // For a scan, valid for all of its results: the nodes of its body have other axes.
  const has = (id: string): boolean => node.op.kind === 'scan' || hasAxis(typeOf(node).axes, id);
  const isKnown = (from: Node): boolean => isBefore(from, node) && [...facts.loopsOf(from)].every((loop) => loops.has(loop));
  return kept(need, (condition) => condition.axes.every(has) && madeOf(condition).every(isKnown));
}

function lacking(need: Need, axis: string): Need {
  return kept(need, ({ axes }) => !axes.includes(axis));
}

function renamed(need: Need, from: string, to: Axis): Need {
  return need === null
    ? null
    : need.map((each) =>
        each.map((condition) =>
          !condition.axes.includes(from)
            ? condition
            : {
                ...condition,
                renamed: [...condition.renamed, { from, to }],
                axes: condition.axes.map((id) => (id === from ? to.id : id)),
                key: `${condition.key} ${from}>${to.id}`,
              },
        ),
      );
}
