/**
 * `running` values (semantics 6.2): kept from update to update, and not trained. In an update the first evaluation reads the old
 * value and computes the next one; later evaluations of the same instance read that, and compute none.
 */
import type { Expr, ParamStatement, Span, Target } from '../../../grammar/ast.ts';
import type { Place } from '../../diagnostics/diagnostic.ts';
import { apart, reachable } from '../../graph/walk.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { isRagged } from '../../graph/spaces.ts';
import { present } from '../scope/absent.ts';
import { chainOf, pathTo } from '../expressions/across.ts';
import { asTensor, conform, rename, unary } from '../types/operate.ts';
import { RunningValues } from '../scope/running-values.ts';
import { initialiserFor, parameter, soundType } from './parameters.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { NotOneType, placeOf } from '../scope/context.ts';
import { origin, report, uniquePath } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { atomsOf } from '../../size/size.ts';
import { isTaken } from '../scope/taken.ts';
import { axesOfExprs } from '../types/types.ts';
import type { RunningDeclaration } from '../scope/collected.ts';

/** Null: reported. */
export function declareRunning(statement: ParamStatement, here: Site): Map<string, RunningDeclaration | null> {
  const declared = new Map<string, RunningDeclaration | null>();
  for (const group of statement.groups) {
    if (group.type.kind === 'map') report(here, 'E0305', group.type.span, 'a running value is a tensor, not a map');
    const axes = group.type.kind === 'tensor' ? axesOfExprs(group.type.axes, here) : null;
    const sound = axes !== null && soundType(group, axes, here, 'a running value');
    const init = group.init === null ? { kind: 'zeros' as const } : initialiserFor(group.init, axes ?? [], [], here);
    for (const { text, span } of group.names) {
      if (isTaken({ text, span }, here)) continue;
      const made =
        !sound || init === null
          ? null
          : one(text, span, axes, (path) => parameter(path, axes, [], init, span, text, here, here.ctx.running), here);
      declared.set(text, made);
      here.scope.define(text, { kind: 'value', value: made === null ? ERROR : tensor(made.node), span });
    }
  }
  return declared;
}

function one(
  name: string,
  span: Span,
  axes: readonly Axis[],
  parameterAt: (path: string) => Node | null,
  here: Site,
): RunningDeclaration | null {
  const path = uniquePath(`${here.path}.${name}`, here).replace(/^\./, '');
  const kept = parameterAt(path);
  if (kept === null) return null;
  const next = here.ctx.runningValues.read(path);
  const own = next === null ? kept : renamed(atOwnPositions(next, path, axes.length, here, span), axes, here, span);
  return {
    name,
    span,
    path,
    type: { elem: { kind: 'float' }, axes, masks: [] },
    node: next === null ? kept : unary('stop', own, here, span),
  };
}

/**
 * This instance's part of what an enclosing `per` or `repeat` keeps for all: the axes before its own last `rank` are those of the
 * innermost ones.
 */
function atOwnPositions(next: Node, path: string, rank: number, here: Site, span: Span): Node {
  const front = typeOf(next).axes.slice(0, typeOf(next).axes.length - rank);
  const own = ownOf(path, here).slice(-front.length);
  return front.reduce((node, axis, k) => here.ctx.builder.at(origin(here, span)).gather(node, own[k]!.place, axis.id, true), next);
}

/** The positions of the instance: what is declared outside a `repeat` is shared by its rounds. */
function ownOf(path: string, { own }: Site): Site['own'] {
  return own.filter(({ round }) => round === undefined || path.startsWith(round));
}

function renamed(node: Node, axes: readonly Axis[], here: Site, span: Span): Node {
  return typeOf(node).axes.reduce((x, axis, k) => rename(x, axis, axes[k]!, here, span), node);
}

/** `u' = …`: the value that `u'` reads. */
export function nextRunning(target: Target, value: Value, expr: Expr, declared: RunningDeclaration, here: Site): Value {
  const { ctx } = here;
  const node = asTensor(value, here, expr.span);
  const what = `the next value of \`${declared.name}\``;
  const next = node === null ? null : conform(node, declared.type, what, here, expr.span, true, { code: 'E0604', at: declared.span });
  if (next === null || !present(next, what, here, expr.span) || !isOneForAll(next, declared, target, here)) return ERROR;
  if (!ctx.training || ctx.runningValues.has(declared.path)) return tensor(declared.node);
  const { axes } = ctx.running.get(declared.path)!;
  const own = declared.type.axes;
  ctx.runningValues.set(
    declared.path,
    own.reduce((x, axis, k) => rename(x, axis, axes[axes.length - own.length + k]!, here, expr.span), next),
  );
  return tensor(unary('stop', next, here, expr.span));
}

/**
 * Whatever makes a next value differ between examples, positions or steps, with the path to it: a value reduced over them all
 * does not. `free`: arguments of the current body, which say nothing before it is called.
 */
function difference(next: Node, free: boolean, here: Site): readonly Node[] | null {
  const read = apart();
  return pathTo([next], (node) => differs(node, here) || (node.op.kind === 'argument' && !free && !read.isBound(node)), read.next);
}

function differs({ op, types }: Node, here: Site): boolean {
  switch (op.kind) {
    case 'input':
    case 'random':
      return true;
    case 'size':
      return [...atomsOf(op.size)].some((atom) => here.ctx.ragged.has(atom));
    default:
      return op.kind !== 'across' && types.some(({ axes }) => axes.some((axis) => isRagged(axis.space)));
  }
}

function isOneForAll(next: Node, { name }: RunningDeclaration, target: Target, here: Site): boolean {
  const way = difference(next, true, here);
  if (way === null) return true;
  reportDifference(
    name,
    way,
    placeOf(here, target.span),
    here.reach === 'objective' ? 'take the mean: `mean[batch](…)`' : 'take the mean: `mean[lifted](…)`',
    here,
  );
  return false;
}

function reportDifference(name: string, way: readonly Node[], place: Place, fix: string, here: Site): void {
  const end = way.at(-1)!;
  const own =
    end.op.kind === 'random'
      ? 'a draw'
      : end.op.kind === 'input'
        ? `\`${end.op.name}\``
        : end.origin.name === null || end.origin.name === `${name}_next`
          ? 'what differs'
          : `\`${end.origin.name}\``;
  here.ctx.problems.report({
    code: 'E0807',
    severity: 'error',
    place,
    message: `the next value of \`${name}\` is not one for all: it depends on ${own}`,
    why: `a running value is one for all examples, and for all that its block is lifted over or that a scan repeats${way.length > 2 ? `; here ${chainOf(`\`${name}'\``, way.slice(1), own)}` : ''}`,
    fix,
    related: here.ctx.found === null ? [] : [here.ctx.found],
  });
}

/** The next values found by a model or an objective and its callees, without those that differ between examples. */
export function soundRunningValues(here: Site): ReadonlyMap<string, Node> {
  const sound = new Map<string, Node>();
  for (const [path, next] of here.ctx.runningValues.all()) {
    const way = difference(next, false, here);
    const {
      origin: { name, file, start, end },
    } = here.ctx.running.get(path)!;
    if (way === null) sound.set(path, next);
    else reportDifference(name!, way, { file, start, end }, 'reduce over all examples: `mean[lifted](…)`', here);
  }
  return sound;
}

/** Every running value needs a next value. */
export function requireRunningValues(declared: ReadonlyMap<string, RunningDeclaration | null>, here: Site): void {
  for (const [name, each] of declared) {
    if (each === null || here.scope.lookup(`${name}'`) !== null) continue;
    report(here, 'E0807', each.span, `the running value \`${name}\` has no next value`, {
      fix: `add \`${name}' = …\`; what never changes is a number or a \`param\``,
    });
  }
}

// ---------------------------------------------------------------- calls and loops

export interface Entered {
  /** Arguments that the call must pass for the next values that its body reads. */
  readonly given: readonly { readonly value: Node; readonly argument: Node }[];
  /** Next values found in its body. */
  readonly found: readonly (readonly [path: string, next: Node])[];
}

/** Enters the body of a call, which may be one of many instances; to be left after its elaboration. */
export function enterCall(isOneOfMany: boolean, here: Site, span: Span): { readonly leave: () => Entered } {
  const { ctx } = here;
  const isClosed = (node: Node): boolean => ctx.dependence.of(node).size === 0;
  const outside = ctx.runningValues;
  const builder = ctx.builder.at(origin(here, span));
  const given = [...outside.all()].map(([path, value]) => ({
    path,
    value,
    argument: isClosed(value) ? value : builder.argument(typeOf(value)),
  }));
  const inside = new RunningValues(new Map(given.map(({ path, argument }) => [path, argument])));
  ctx.runningValues = inside;
  return {
    leave: () => {
      ctx.runningValues = outside;
      const found = [...inside.all()].filter(([path]) => !outside.has(path));
      const stays = (node: Node): boolean => !isOneOfMany && isClosed(node);
      for (const [path, node] of found) if (stays(node)) outside.set(path, node);
      const read = given.filter(({ path }) => inside.wasRead(path));
      // What an inner call reads, the outer call must be given, too.
      for (const { path } of read) outside.read(path);
      return {
        given: read.filter(({ value, argument }) => value !== argument),
        found: found.filter(([, node]) => !stays(node)),
      };
    },
  };
}

/** The front axis of a running value for the instances of a call, or for the rounds of a `repeat`, at `here`: the `k`-th of them. */
export function frontAxis(path: string, isRounds: boolean, k: number, here: Site): Axis {
  const { axes, rounds = 0 } = here.ctx.running.get(path)!;
  const outside = ownOf(path, here).filter(({ round }) => (round !== undefined) === isRounds).length;
  return axes[(isRounds ? 0 : rounds) + outside + k]!;
}

/** Enters the body of a `repeat`, again on another attempt; what its rounds find is emitted, and `leave` keeps it, stacked. */
export function enterRounds(
  round: string,
  here: Site,
): { readonly begin: () => void; readonly found: () => Entered['found']; readonly leave: () => void } {
  const { ctx } = here;
  const outside = ctx.runningValues;
  return {
    begin: () => {
      ctx.runningValues = outside.copy();
    },
    found: () => {
      const found = [...ctx.runningValues.all()].filter(([path]) => !outside.has(path));
      if (found.some(([path]) => !path.startsWith(round)))
        throw new NotOneType('its rounds share a running value, which the first one changes');
      return found;
    },
    leave: () => {
      const inside = ctx.runningValues;
      ctx.runningValues = outside;
      for (const path of outside.all().keys()) if (inside.wasRead(path)) outside.read(path);
    },
  };
}

/** A next value may read an argument that the call is not lifted over, or only over `per`, and a lifted one only through `across`. */
export function unlifted(
  found: Entered['found'],
  call: {
    readonly inputs: readonly Node[];
    readonly args: readonly Node[];
    readonly formalsOf: readonly (readonly { readonly from: string }[])[];
    readonly per: readonly string[];
  },
  span: Span,
  here: Site,
): boolean {
  for (const [path, next] of found) {
    const read = new Set(reachable([next], apart().next));
    const k = call.args.findIndex(
      (argument, at) =>
        read.has(argument) &&
        typeOf(call.inputs[at]!).axes.some(({ id }) => !call.per.includes(id) && !call.formalsOf[at]!.some(({ from }) => from === id)),
    );
    if (k < 0) continue;
    const argument = call.args[k]!;
    reportDifference(
      here.ctx.running.get(path)!.origin.name!,
      [next, argument],
      placeOf(here, span),
      `in the block reduce over all that it is lifted over: \`mean[lifted](${argument.origin.name ?? '…'})\``,
      here,
    );
    return false;
  }
  return true;
}

/** `steps`: the arguments of a loop. What is found in its body may not depend on them. */
export function outsideLoop(known: ReadonlySet<string>, steps: readonly Node[], span: Span, here: Site): void {
  for (const [path, next] of here.ctx.runningValues.all()) {
    if (known.has(path)) continue;
    const end = steps.find((argument) => here.ctx.dependence.of(next).has(argument));
    if (end === undefined) continue;
    reportDifference(
      here.ctx.running.get(path)!.origin.name!,
      [next, end],
      placeOf(here, span),
      'let the call stand outside of the scan',
      here,
    );
  }
}
