/** `repeat` and `match`: decided at compile time. */
import type { RepeatExpr, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, TensorType } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { describeType } from '../scope/describe.ts';
import type { Collected } from '../scope/collected.ts';
import { asTensor, sizesAgree } from '../types/operate.ts';
import { labelled, passOn, roundsAxis, runRound, weightsIn, type Round } from './round.ts';
import { loopRounds } from './rounds.ts';
import { emittedValues } from './scan.ts';
import type { Site } from '../scope/context.ts';
import { type Entry, type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report, uniquePath } from '../scope/report.ts';
import { agree, typeOf } from '../scope/axes.ts';
import { atomsOf, size, type Size } from '../../size/size.ts';
import { fixedNumber, numberNow, numberOfExpr, sizeOfExpr } from '../types/types.ts';

/** Each unrolled round has code of its own. */
const MOST_ROUNDS = 1024;

/** A `repeat` used as a value. */
export function elaborateRepeat(expr: RepeatExpr, here: Site): Value {
  return (
    runRepeat(expr, here) ??
    report(here, 'E0607', expr.span, 'this `repeat` gives no value', {
      why: 'it neither emits one nor defines a name from outside anew',
      fix: 'let each round give one, `emit y`, or give `y` a first value before the `repeat`',
    })
  );
}

/** Runs it as a loop, or unrolled: each round has its own parameters, under `…[i]`. Null: it has no value. */
export function runRepeat(expr: RepeatExpr, here: Site): Value | null {
  const path = uniquePath(`${here.path}.${here.target ?? 'repeat'}`, here);
  const loop = loopOf(expr, path, here);
  if (loop !== null) return loop.value;
  const rounds = roundsOf(expr, here);
  if (rounds === null) return ERROR;
  if ('terms' in rounds) return symbolicRounds(expr, rounds, path, here);
  const emitted: Collected['emits'][number][] = [];
  const taps: Node[] = [];
  const alignments = new Map<string, Node[]>();
  const carried = new Map<string, Value>();
  for (const [i, value] of rounds.entries()) {
    const number = here.ctx.builder.at(origin(here, expr.span)).constant(value, Number.isInteger(value) ? 'int' : 'float');
    const round = writtenOut(expr, `${path}[${i}]`, { kind: 'value', value: tensor(number), span: expr.as?.span ?? null }, here);
    if (round === null) return ERROR;
    for (const [name, next] of round.carried) {
      carried.set(name, next);
      here.scope.define(name, { kind: 'value', value: next, span: null });
    }
    if (round.found.emits[0] !== undefined) emitted.push(round.found.emits[0]);
    if (round.taps.length === 1) taps.push(round.taps[0]!.node);
    for (const [name, weights] of weightsIn(round)) alignments.set(name, [...(alignments.get(name) ?? []), weights]);
  }
  for (const [name, nodes] of alignments) {
    // A carried name has the last round's alignment; the others are available only stacked.
    if (nodes.length === rounds.length && hasOneType(nodes)) here.alignments.set(name, stack(nodes, expr, here));
  }
  if (taps.length === rounds.length && taps.length > 0 && hasOneType(taps))
    here.taps.push({ name: 'weights', node: stack(taps, expr, here) });
  const [emit] = emitted;
  if (emit === undefined) return [...carried.values()].at(-1) ?? null;
  if (emitted.length === rounds.length) return stackRounds(emitted, expr, here);
  return report(here, 'E0607', emit.span, 'not every round emits', {
    given: `${emitted.length} of ${rounds.length} rounds`,
    fix: 'let each branch of a `match` emit, or none',
  });
}

/** One unrolled round. */
function writtenOut(expr: RepeatExpr, path: string, as: Entry, here: Site): Round | null {
  const round = runRound(expr, path, as, here);
  if (round !== null) passOn(round.states, path, here);
  return round;
}

/** Null: its rounds differ in type, or their number is unknown; errors in them are reported round by round. */
function loopOf(expr: RepeatExpr, path: string, here: Site): { readonly value: Value | null } | null {
  const { ctx } = here;
  if (ctx.unrolled.has(path)) return null;
  if (expr.count === null) {
    ctx.unrolled.set(path, { reason: 'it goes over literal numbers', tried: false });
    return null;
  }
  const count = sizeOfExpr(expr.count, here);
  if (count === null) return null;
  const number = numberNow(count, here);
  if (number === null || number < 1 || number > MOST_ROUNDS) return null;
  const looped = loopRounds(expr, count, path, here);
  if ('value' in looped) return looped;
  ctx.unrolled.set(path, looped);
  return null;
}

/**
 * A `repeat` in a block that is checked by itself, where a formal gives the number of rounds (semantics 5.6): the body must hold
 * for any round, and an axis that it carries may grow by the same size in each; after n rounds it is larger by n times that. The
 * first round decides which axes there are: later ones keep them.
 */
function symbolicRounds(expr: RepeatExpr, count: Size, path: string, here: Site): Value | null {
  const round: Entry = { kind: 'dim', space: { kind: 'anon', size: size.atom(`${path}.round`) }, span: null, file: here.module.path };
  const first = writtenOut(expr, `${path}[i]`, round, here);
  if (first === null) return ERROR;
  const growing = new Map<string, TensorType>();
  for (const [name, next] of first.carried) {
    const entry = here.scope.lookup(name);
    if (entry?.kind !== 'value' || entry.value.kind !== 'tensor' || next.kind !== 'tensor') continue;
    const [given, after] = [typeOf(entry.value.node), typeOf(next.node)];
    const before = sameLabels(given, after) ? given : { ...after, axes: after.axes.map((axis) => labelled(given, axis) ?? axis) };
    const grows = (axis: Axis): boolean => agree(here, axis.space, labelled(after, axis)!.space) !== 'equal';
    if (before === given && !before.axes.some(grows)) continue;
    // Checks the same round again with symbolic sizes for whatever grows.
    const axes = before.axes.map((axis) =>
      grows(axis) ? here.frame.axis(axis.label, { kind: 'anon', size: size.atom(`${path}.${name}.${axis.label}`) }) : axis,
    );
    growing.set(name, before);
    here.scope.define(name, { kind: 'value', value: tensor(here.ctx.builder.argument({ ...before, axes })), span: entry.span });
  }
  const any = growing.size === 0 ? first : writtenOut(expr, `${path}[any]`, round, here);
  if (any === null) return ERROR;
  for (const [name, next] of any.carried) {
    const before = growing.get(name);
    const entry = here.scope.lookup(name);
    let value = next;
    if (before !== undefined && next.kind === 'tensor' && entry?.kind === 'value' && entry.value.kind === 'tensor') {
      const { axes } = typeOf(entry.value.node);
      const after = typeOf(next.node);
      if (!sameLabels(before, after))
        return report(here, 'E0307', expr.span, `each round gives \`${name}\` other axes`, {
          expected: describeType(before),
          given: describeType(after),
          fix: 'carry what has the same axes in every round',
        });
      const gains = before.axes.map((axis, k) => size.sub(sizeOf(labelled(after, axis)!.space), sizeOf(axes[k]!.space)));
      const uneven = before.axes.find((_, k) => [...atomsOf(gains[k]!)].some((atom) => atom.startsWith(`${path}.`)));
      if (uneven !== undefined)
        return report(here, 'E0303', expr.span, `\`${uneven.label}\` of \`${name}\` grows by another size in every round`, {
          why: 'a block has one type for any number of rounds: what it carries grows by one size in each',
          fix: 'let every round add as much, or take the number of rounds from a dim',
        });
      const grown = before.axes.map((axis, k) =>
        here.frame.axis(
          axis.label,
          gains[k]!.key === '0' ? axis.space : { kind: 'anon', size: size.add(sizeOf(axis.space), size.mul(count, gains[k]!)) },
        ),
      );
      value = tensor(here.ctx.builder.argument({ ...typeOf(next.node), axes: grown }, origin(here, expr.span)));
    }
    here.scope.define(name, { kind: 'value', value, span: null });
  }
  const [emit] = any.found.emits;
  if (emit !== undefined) return stackRounds([emit], expr, here);
  return [...any.carried.keys()].map((name) => here.scope.own(name)).findLast((entry) => entry?.kind === 'value')?.value ?? null;
}

function sameLabels(a: TensorType, b: TensorType): boolean {
  return a.axes.length === b.axes.length && a.axes.every((axis) => labelled(b, axis) !== undefined);
}

function hasOneType(nodes: readonly Node[]): boolean {
  const ids = (node: Node): string =>
    typeOf(node)
      .axes.map(({ id }) => id)
      .join();
  return nodes.every((node) => ids(node) === ids(nodes[0]!) && typeOf(node).masks.length === 0);
}

/** The numbers of the rounds; a size where a formal gives their count. */
function roundsOf(expr: RepeatExpr, here: Site): readonly number[] | Size | null {
  if (expr.over !== null) {
    const values: number[] = [];
    for (const item of expr.over.items) {
      const value = numberOfExpr(item);
      if (value === null) {
        report(here, 'E0504', item.span, '`repeat over` goes over literal numbers', { fix: '`repeat over [4, 2, 1] as k { … }`' });
        return null;
      }
      values.push(value);
    }
    return values;
  }
  const count = expr.count === null ? null : sizeOfExpr(expr.count, here);
  if (expr.count === null || count === null) return null;
  if ([...atomsOf(count)].some((atom) => here.ctx.formals.has(atom))) return count;
  const number = fixedNumber(count, here);
  if (number === null) {
    report(here, 'E0504', expr.count.span, 'the number of rounds must be known while compiling', {
      why: 'each round has parameters of its own, and their number cannot depend on an example',
      fix: 'use a dim with a default, or `scan` over the ragged axis',
    });
    return null;
  }
  if (number < 1 || number > MOST_ROUNDS) {
    report(here, 'E0504', expr.count.span, 'a `repeat` has from 1 to 1024 rounds', {
      given: `${number}`,
      why: 'code is made for every round',
    });
    return null;
  }
  return Array.from({ length: number }, (_, i) => i);
}

/** The rounds' values on a new axis, named after the count. */
function stack(nodes: readonly Node[], expr: RepeatExpr, here: Site): Node {
  const axis = roundsAxis(expr, size.int(nodes.length), here);
  return here.ctx.builder.node({ kind: 'concat', axis, parts: nodes.map(() => null) }, nodes, origin(here, expr.span));
}

/** By name; an `emit` of a single value, without a record, has none. */
type Emitted = ReadonlyMap<string, { readonly value: Value; readonly span: Span }>;

function stackRounds(emitted: readonly Collected['emits'][number][], expr: RepeatExpr, here: Site): Value {
  const rounds: Emitted[] = [];
  for (const round of emitted) {
    const values = emittedValues(round, here);
    if (values === null) return ERROR;
    // A single value needs no name.
    rounds.push(new Map(values.map(({ name, value, span, field }) => [field ? name : '', { value, span }])));
  }
  const first = rounds[0]!;
  const other = rounds.findIndex((round) => round.size !== first.size || [...round.keys()].some((name) => !first.has(name)));
  if (other > 0) {
    const named = (round: Emitted): string => [...round.keys()].map((name) => (name === '' ? 'one value' : `\`${name}\``)).join(', ');
    return report(here, 'E0307', emitted[other]!.span, 'the rounds emit different values', {
      expected: named(first),
      given: named(rounds[other]!),
      fix: 'emit values of the same names in every round',
    });
  }
  const columns = new Map<string, Value>();
  for (const name of first.keys()) {
    const nodes: Node[] = [];
    for (const round of rounds) {
      const { value, span } = round.get(name)!;
      const node = asTensor(value, here, span);
      if (node === null || !sameAxes(nodes[0] ?? node, node, here, span)) return ERROR;
      nodes.push(node);
    }
    columns.set(name, tensor(stack(nodes, expr, here)));
  }
  return columns.get('') ?? { kind: 'record', fields: columns, main: null };
}

function sameAxes(first: Node, node: Node, here: Site, span: Span): boolean {
  const pairs = typeOf(first).axes.map((axis): [Axis, Axis | undefined] => [
    axis,
    typeOf(node).axes.find(({ label }) => label === axis.label),
  ]);
  if (pairs.length !== typeOf(node).axes.length || pairs.some(([, other]) => other === undefined)) {
    report(here, 'E0307', span, 'the rounds emit values with different axes', { fix: 'emit what has the same axes in every round' });
    return false;
  }
  return pairs.every(([axis, other]) => other!.id === axis.id || sizesAgree(axis, other!, 'emit', here, span, first, node));
}
