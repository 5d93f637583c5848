/**
 * Binding: which of the caller's axes each formal axis of a block stands for, and over which axes the call is lifted.
 * Deterministic, and independent of the order of arguments. The steps are numbered as in `docs/language.md`, "Calls".
 */
import type { AxisExpr, Declaration, Param, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space } from '../../graph/graph.ts';
import { sameSpace } from '../../graph/spaces.ts';
import { describeAxes, describeAxis, describeMap, describeType, sizeFix } from '../scope/describe.ts';
import type { Sides } from '../expressions/maps.ts';
import { allAxes, holding } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import type { Given, StaticArgument } from '../scope/values.ts';
import { report } from '../scope/report.ts';
import { agree, typeOf } from '../scope/axes.ts';

interface BoundArgument {
  readonly param: Param;
  /** Null: the parameter's default. */
  readonly node: Node | null;
  readonly span: Span;
  /** Formal or rigid label to the caller's axis, for this argument; for a map, those of its out-axes. */
  readonly axes: ReadonlyMap<string, Axis>;
  /** The same for the in-axes of a map. */
  readonly ins: ReadonlyMap<string, Axis>;
  readonly extras: readonly Axis[];
}

export interface Bound {
  readonly args: readonly BoundArgument[];
  /** Formal label to its space and to the caller's label (null: keeps its own). */
  readonly formals: ReadonlyMap<string, { readonly space: Space; readonly label: string | null }>;
  /** `c..` to the caller's axes. */
  readonly groups: ReadonlyMap<string, readonly Axis[]>;
}

/** An argument, or one side of a map, during binding. */
interface Open {
  readonly param: Param;
  /** The axes on this side, if the value is a map. */
  readonly side: readonly Axis[] | null;
  readonly sides: Sides | null;
  /** Gains axes that only its masks had when they are bound. */
  node: Node | null;
  readonly span: Span;
  readonly wanted: readonly AxisExpr[];
  readonly axes: Map<string, Axis>;
  /** Labels that no formal takes: the call is lifted over them, as `per` requires. */
  readonly lifted: readonly string[];
  /** Labels bound by "trailing" (step 4). */
  readonly trailing: Set<string>;
}

/** `dimOf`: the dim of the block's own file with this label. `groupArgs`: groups given in brackets. `lifted`: labels of `per`. */
export function bind(
  declaration: Declaration,
  given: readonly Given[],
  statics: ReadonlyMap<string, StaticArgument>,
  groupArgs: ReadonlyMap<string, readonly Axis[]>,
  dimOf: (label: string) => Space | null,
  lifted: readonly string[],
  span: Span,
  here: Site,
): Bound | null {
  const name = declaration.name.text;
  const rigid = (label: string): boolean => dimOf(label) !== null;
  const args = given.flatMap(({ param, node, sides, span: at }): Open[] => {
    const { type } = param;
    const open = (wanted: readonly AxisExpr[], side: readonly Axis[] | null): Open => ({
      param,
      side,
      sides: sides ?? null,
      node,
      span: at,
      wanted,
      axes: new Map(),
      lifted,
      trailing: new Set(),
    });
    if (type.kind === 'tensor') return [open(type.axes, null)];
    return [open(type.out, sides?.outs ?? null), open(type.in, sides?.ins ?? null)];
  });
  const formals = new Map<string, string>();

  // -1 rigid: an axis of the signature that is a dim takes the axis of that name.
  for (const arg of args) {
    if (arg.node === null) continue;
    for (const axis of arg.wanted) {
      if (axis.group || !rigid(axis.label.text)) continue;
      const own =
        unused(arg).find((candidate) => candidate.label === axis.label.text) ??
        unused(arg).find((candidate) => isImportedAs(candidate, dimOf(axis.label.text), here));
      if (own === undefined) return missing(arg, axis, name, here);
      arg.axes.set(axis.label.text, own);
    }
  }
  // 0 explicit: an axis named in the brackets.
  for (const [formal, argument] of statics) {
    if (argument.value.kind === 'axis') formals.set(formal, argument.value.axis.label);
  }
  // 1 by name; 2 known from the brackets. An axis that only a mask has is bound here or lifted over.
  for (const arg of args) {
    if (arg.node === null) continue;
    for (const formal of free(arg, rigid)) {
      const own = unused(arg, true).find((axis) => axis.label === (formals.get(formal) ?? formal));
      if (own === undefined) continue;
      arg.node = holding(arg.node, own, here, arg.span);
      arg.axes.set(formal, own);
    }
  }
  for (const arg of args)
    for (const [formal, axis] of arg.axes) if (!rigid(formal) && !formals.has(formal)) formals.set(formal, axis.label);
  // A side of a map that leaves only one choice is known, too.
  for (const arg of args) {
    if (arg.side === null || arg.wanted.some((axis) => axis.group) || free(arg, rigid).length !== unused(arg).length) continue;
    for (const formal of free(arg, rigid)) arg.axes.set(formal, unused(arg)[0]!);
    for (const [formal, axis] of arg.axes) if (!rigid(formal) && !formals.has(formal)) formals.set(formal, axis.label);
  }
  // 2 known from another argument; 3 exact; 4 trailing: from here on each argument separately.
  const known = new Map(formals);
  for (const arg of args) {
    if (arg.node === null) continue;
    for (const formal of free(arg, rigid)) {
      const own = unused(arg, true).find((axis) => axis.label === known.get(formal));
      if (own === undefined) continue;
      arg.node = holding(arg.node, own, here, arg.span);
      arg.axes.set(formal, own);
    }
    const group = arg.wanted.findIndex((axis) => axis.group);
    if (!(group >= 0 ? bindAround(arg, group, groupArgs, rigid, name, here) : bindByPlace(arg, rigid, name, here))) return null;
    for (const [formal, axis] of arg.axes) if (!rigid(formal) && !isMember(formal) && !formals.has(formal)) formals.set(formal, axis.label);
  }
  const groups = groupsOf(args, name, here);
  if (groups === null) return null;
  // 6: an axis bound by position in one argument and lifted over in another is a trap.
  for (const arg of args) {
    for (const formal of arg.trailing) {
      const axis = arg.axes.get(formal)!;
      const lifted = args.find(
        (other) => other !== arg && other.node !== null && unused(other, true).some((extra) => extra.label === axis.label),
      );
      if (lifted === undefined) continue;
      report(here, 'E0401', arg.span, `it is not clear which axis of this argument is \`${formal}\` of \`${name}\``, {
        given: describeType(typeOf(arg.node!)),
        why: `\`${axis.label}\`, its last axis, is one that the call is lifted over in another argument`,
        fix: `say it: \`${name}[${formal} = ${axis.label}](…)\``,
        related: [
          {
            place: { file: here.module.path, start: lifted.span.start, end: lifted.span.end },
            message: `lifted over \`${axis.label}\` here`,
          },
        ],
      });
      return null;
    }
  }
  return finish(declaration, args, formals, groups, statics, rigid, span, here);
}

/** 3 exact: as many axes as formals are left, in order. 4 trailing: a single formal takes the last axis. */
function bindByPlace(arg: Open, rigid: (label: string) => boolean, name: string, here: Site): boolean {
  const open = free(arg, rigid);
  if (open.length === 0) return true;
  const rest = unused(arg);
  if (open.length > rest.length)
    return missing(arg, arg.wanted.find((axis) => axis.label.text === open[rest.length])!, name, here) !== null;
  if (open.length === rest.length && (isOrdered(arg, here) || open.length === 1)) {
    open.forEach((formal, k) => arg.axes.set(formal, rest[k]!));
    return true;
  }
  if (open.length > 1 || !isOrdered(arg, here)) return ambiguous(arg, open, name, here) !== null;
  arg.axes.set(open[0]!, rest.at(-1)!);
  arg.trailing.add(open[0]!);
  return true;
}

/**
 * An argument with a group `c..`: formals before the group take the first of the remaining axes, those after it the last, and the
 * group the rest.
 */
function bindAround(
  arg: Open,
  at: number,
  groupArgs: ReadonlyMap<string, readonly Axis[]>,
  rigid: (label: string) => boolean,
  name: string,
  here: Site,
): boolean {
  const group = arg.wanted[at]!.label.text;
  const given = groupArgs.get(group);
  const member = (axis: Axis): void => {
    arg.axes.set(`${group}..${axis.label}`, axis);
  };
  if (given !== undefined) {
    for (const { label } of given) {
      const own = unused(arg).find((axis) => axis.label === label);
      if (own === undefined)
        return missing(arg, { ...arg.wanted[at]!, label: { ...arg.wanted[at]!.label, text: label } }, name, here) !== null;
      member(own);
    }
    return bindByPlace(arg, rigid, name, here);
  }
  const open = free(arg, rigid);
  const rest = unused(arg);
  if (open.length > rest.length)
    return missing(arg, arg.wanted.find((axis) => axis.label.text === open[rest.length])!, name, here) !== null;
  if (open.length > 0 && rest.length > 1 && !isOrdered(arg, here)) return ambiguous(arg, open, name, here) !== null;
  const before = open.filter((formal) => arg.wanted.findIndex((axis) => axis.label.text === formal) < at);
  const behind = open.slice(before.length);
  before.forEach((formal, k) => arg.axes.set(formal, rest[k]!));
  behind.forEach((formal, k) => arg.axes.set(formal, rest[rest.length - behind.length + k]!));
  for (const axis of rest.slice(before.length, rest.length - behind.length)) member(axis);
  return true;
}

const isMember = (formal: string): boolean => formal.includes('..');

/** The axes of each group, which must be the same in every argument that names it. */
function groupsOf(args: readonly Open[], name: string, here: Site): Map<string, readonly Axis[]> | null {
  const groups = new Map<string, readonly Axis[]>();
  for (const arg of args) {
    const group = arg.wanted.find((axis) => axis.group)?.label.text;
    if (group === undefined || arg.node === null) continue;
    const members = [...arg.axes].filter(([formal]) => formal.startsWith(`${group}..`)).map(([, axis]) => axis);
    const known = groups.get(group);
    if (known === undefined) groups.set(group, members);
    else if (
      known.length !== members.length ||
      known.some((axis) => !members.some((own) => own.label === axis.label && agree(here, own.space, axis.space) === 'equal'))
    ) {
      report(here, 'E0303', arg.span, `\`${group}..\` of \`${name}\` would stand for two lists of axes`, {
        expected: `[${describeAxes(known)}]`,
        given: `[${describeAxes(members)}]`,
      });
      return null;
    }
  }
  return groups;
}

function finish(
  declaration: Declaration,
  args: readonly Open[],
  labels: ReadonlyMap<string, string>,
  groups: ReadonlyMap<string, readonly Axis[]>,
  statics: ReadonlyMap<string, StaticArgument>,
  rigid: (label: string) => boolean,
  span: Span,
  here: Site,
): Bound | null {
  const name = declaration.name.text;
  const formals = new Map<string, { space: Space; label: string | null }>();
  for (const [formal, argument] of statics) {
    if (argument.value.kind === 'axis') formals.set(formal, { space: argument.value.axis.space, label: argument.value.axis.label });
    if (argument.value.kind === 'size') formals.set(formal, { space: argument.value.space, label: null });
  }
  const first = new Map<string, { arg: Open; axis: Axis }>();
  for (const arg of args) {
    for (const [formal, axis] of arg.axes) {
      if (rigid(formal) || isMember(formal)) continue;
      const known = formals.get(formal);
      if (known === undefined) {
        formals.set(formal, { space: axis.space, label: labels.get(formal)! });
        first.set(formal, { arg, axis });
        continue;
      }
      const verdict = agree(here, known.space, axis.space);
      if (verdict === 'equal') {
        continue;
      }
      const other = first.get(formal);
      report(here, verdict === 'unknown' ? 'E0310' : 'E0303', arg.span, `\`${formal}\` of \`${name}\` would stand for two sizes`, {
        expected: describeAxis({ id: '', label: known.label ?? formal, space: known.space }),
        given: describeAxis(axis),
        why: `\`${formal}\` is one axis in the signature of \`${name}\``,
        ...sizeFix(known.space, axis.space),
        ...(other === undefined
          ? {}
          : {
              related: [
                {
                  place: { file: here.module.path, start: other.arg.span.start, end: other.arg.span.end },
                  message: `bound here to \`${other.axis.label}\``,
                },
              ],
            }),
      });
      return null;
    }
  }
  bindIndexSpaces(args, formals, rigid);
  for (const param of declaration.statics) {
    if (param.group || formals.has(param.name.text) || statics.has(param.name.text) || param.value !== null) continue;
    report(here, 'E0405', span, `\`${param.name.text}\` of \`${name}\` cannot be inferred from the arguments`, {
      fix: `give it: \`${name}[${param.name.text} = …](…)\``,
    });
    return null;
  }
  const whole = mapsWhole(args, name, here);
  return whole === null ? null : { args: whole, formals, groups };
}

/** `import d as width`: an axis `width` is the dim that its own file calls `d`. */
function isImportedAs(axis: Axis, dim: Space | null, here: Site): boolean {
  const entry = here.scope.lookup(axis.label);
  return dim !== null && entry?.kind === 'dim' && sameSpace(entry.space, dim) && sameSpace(axis.space, dim);
}

/**
 * Combines the two sides of a map into one argument: it is lifted over its remaining out-axes, and its in-axes are those of the
 * parameter.
 */
function mapsWhole(args: readonly Open[], name: string, here: Site): BoundArgument[] | null {
  const whole: BoundArgument[] = [];
  for (const [k, arg] of args.entries()) {
    if (arg.param.type.kind === 'tensor') whole.push({ ...arg, ins: new Map(), extras: left(arg, true) });
    else if (args[k - 1]?.param !== arg.param) whole.push({ ...arg, ins: args[k + 1]!.axes, extras: left(arg, true) });
    else if (left(arg, true).length > 0) {
      const more = left(arg, true)
        .map(({ label }) => `\`${label}\``)
        .join(', ');
      report(here, 'E0401', arg.span, `this map takes in ${more} besides what \`${arg.param.name.text}\` of \`${name}\` does`, {
        expected: describeWanted(arg),
        given: describeGiven(arg),
        why: 'a call is lifted over what a map gives, not over what it takes in',
      });
      return null;
    }
  }
  return whole;
}

/** A formal that only an index counts (`label: index(classes)`) takes the space of the given index. */
function bindIndexSpaces(
  args: readonly Open[],
  formals: Map<string, { space: Space; label: string | null }>,
  rigid: (label: string) => boolean,
): void {
  for (const arg of args) {
    if (arg.node === null || arg.param.type.kind !== 'tensor' || arg.param.type.elem.kind !== 'index') continue;
    const label = arg.param.type.elem.of.text;
    const { elem } = typeOf(arg.node);
    if (rigid(label) || formals.has(label) || elem.kind !== 'index') continue;
    formals.set(label, { space: elem.space, label: elem.space.kind === 'dim' ? elem.space.dim.label : null });
  }
}

/** The axes that a formal may take. */
function unused(arg: Open, masked = false): Axis[] {
  return left(arg, masked).filter(({ label }) => !arg.lifted.includes(label));
}

/** The axes that no formal has taken; `masked`: including those that only a mask has. */
function left(arg: Open, masked: boolean): Axis[] {
  const taken = new Set([...arg.axes.values()].map((axis) => axis.id));
  return arg.node === null ? [] : (arg.side ?? (masked ? allAxes(arg.node) : typeOf(arg.node).axes)).filter((axis) => !taken.has(axis.id));
}

function describeWanted({ param: { type } }: Open): string {
  const list = (axes: readonly AxisExpr[]): string => axes.map(({ label, group }) => `${label.text}${group ? '..' : ''}`).join(', ');
  return type.kind === 'map' ? `[${list(type.out)} <- ${list(type.in)}]` : `[${list(type.axes)}]`;
}

function describeGiven({ node, sides }: Open): string {
  return sides === null ? describeType(typeOf(node!)) : describeMap(sides);
}

function free(arg: Open, rigid: (label: string) => boolean): string[] {
  return arg.wanted
    .filter((axis) => !axis.group && !rigid(axis.label.text) && !arg.axes.has(axis.label.text))
    .map((axis) => axis.label.text);
}

function missing(arg: Open, axis: AxisExpr, name: string, here: Site): null {
  const axes = arg.side ?? typeOf(arg.node!).axes;
  report(
    here,
    'E0402',
    arg.span,
    `\`${arg.param.name.text}\` of \`${name}\` wants an axis \`${axis.label.text}\` that this argument lacks`,
    {
      expected: describeWanted(arg),
      given: describeGiven(arg),
      ...(arg.lifted.includes(axis.label.text)
        ? { why: `\`per ${axis.label.text}\` lifts the call over \`${axis.label.text}\`: one position of it at a time is given` }
        : axes.length > 0 && arg.side === null
          ? { fix: `if one of its axes is meant, rename it: \`x[${axes.at(-1)!.label} as ${axis.label.text}]\`` }
          : {}),
    },
  );
  return null;
}

function isOrdered(arg: Open, here: Site): boolean {
  return !here.ctx.unordered.has(arg.node!);
}

function ambiguous(arg: Open, open: readonly string[], name: string, here: Site): null {
  const joined = here.ctx.unordered.get(arg.node!);
  // The last formals take the last axes; the question is which axis the first one takes.
  const [first, ...others] = open;
  const axes = unused(arg).map(({ label }) => label);
  const last = axes.slice(axes.length - others.length);
  const full = (label: string): string =>
    `\`${name}[${[`${first} = ${label}`, ...others.map((formal, k) => `${formal} = ${last[k]}`)].join(', ')}](…)\``;
  const choices = axes
    .slice(0, axes.length - others.length)
    .slice(0, 3)
    .map(full);
  const [which, are] = open.length === 1 ? ['axis', 'is'] : ['axes', 'are'];
  report(
    here,
    'E0401',
    arg.span,
    `it is not clear which ${which} of this argument ${are} ${open.map((formal) => `\`${formal}\``).join(' and ')} of \`${name}\``,
    {
      expected: describeWanted(arg),
      given: describeGiven(arg),
      why:
        joined === undefined
          ? 'the argument has more axes than the block asks for, and no name decides'
          : 'the order of its axes means nothing: they come from several operands, of which none has them all',
      fix: `say which: ${choices.join(' or ')}${others.length === 1 && choices.length === 1 ? ', or the other way round' : ''}`,
      related:
        joined === undefined || joined.end === joined.start
          ? []
          : [
              {
                place: { file: joined.file, start: joined.start, end: joined.end },
                message: 'axes of several operands come together here',
              },
            ],
    },
  );
  return null;
}
