/**
 * Binding: which axis of the caller each formal axis of a block stands for, and over which axes the call is lifted.
 * Deterministic, and independent of the order of arguments. The steps are numbered as in `docs/language.md`, "Calls".
 */
import type { AxisExpr, Declaration, Param, Span } from '../../grammar/ast.ts';
import type { Axis, Node, Space } from '../graph/graph.ts';
import { showType } from '../graph/spaces.ts';
import { describeAxis, elemName } from './operate.ts';
import type { Here, StaticArgument } from './scope.ts';
import { agree, report, typeOf } from './scope.ts';

export interface BoundArgument {
  readonly param: Param;
  /** Null: the parameter's default. */
  readonly node: Node | null;
  readonly span: Span;
  /** Formal or rigid label to the caller's axis, for this argument. */
  readonly axes: ReadonlyMap<string, Axis>;
  readonly extras: readonly Axis[];
}

export interface Bound {
  readonly args: readonly BoundArgument[];
  /** Formal label to its space and to the caller's label (null: keeps its own). */
  readonly formals: ReadonlyMap<string, { readonly space: Space; readonly label: string | null }>;
  /** `c..` to the caller's axes. */
  readonly groups: ReadonlyMap<string, readonly Axis[]>;
}

interface Open {
  readonly param: Param;
  readonly node: Node | null;
  readonly span: Span;
  readonly wanted: readonly AxisExpr[];
  readonly axes: Map<string, Axis>;
  /** Labels bound by "trailing" (step 4). */
  readonly trailing: Set<string>;
}

/** `rigid`: is this label a dim of the block's own file? */
export function bind(
  declaration: Declaration,
  given: readonly { readonly param: Param; readonly node: Node | null; readonly span: Span }[],
  statics: ReadonlyMap<string, StaticArgument>,
  rigid: (label: string) => boolean,
  span: Span,
  here: Here,
): Bound | null {
  const name = declaration.name.text;
  const args: Open[] = given.map(({ param, node, span: at }) => ({
    param, node, span: at, wanted: param.type.kind === 'tensor' ? param.type.axes : [], axes: new Map(), trailing: new Set(),
  }));
  const formals = new Map<string, string>();
  const groups = new Map<string, readonly Axis[]>();

  // -1 rigid: an axis that is a dim takes the axis of that name.
  for (const arg of args) {
    if (arg.node === null) continue;
    for (const axis of arg.wanted) {
      if (axis.group || !rigid(axis.label.text)) continue;
      const own = unused(arg).find((candidate) => candidate.label === axis.label.text);
      if (own === undefined) return missing(arg, axis, name, here);
      arg.axes.set(axis.label.text, own);
    }
  }
  // 0 explicit: an axis named in the brackets.
  for (const [formal, argument] of statics) {
    if (argument.value.kind !== 'axis') continue;
    formals.set(formal, argument.value.axis.label);
  }
  // 1 by name, 2 known from another argument: to a fixpoint.
  for (let changed = true; changed;) {
    changed = false;
    for (const arg of args) {
      if (arg.node === null) continue;
      for (const formal of free(arg, rigid)) {
        const known = formals.get(formal);
        const own = unused(arg).find((axis) => axis.label === (known ?? formal));
        if (own === undefined) continue;
        arg.axes.set(formal, own);
        if (known === undefined) formals.set(formal, own.label);
        changed = true;
      }
    }
  }
  // 3 exact, 4 trailing: each argument by itself.
  const found: [Open, string, Axis][] = [];
  for (const arg of args) {
    if (arg.node === null) continue;
    const group = arg.wanted.find((axis) => axis.group);
    const open = free(arg, rigid);
    const rest = unused(arg);
    if (group !== undefined) {
      const groupName = group.label.text;
      const taken = groups.get(groupName);
      const members = rest.slice(0, rest.length - 0);
      if (taken === undefined) groups.set(groupName, members);
      for (const member of members) arg.axes.set(`${groupName}..${member.label}`, member);
      continue;
    }
    if (open.length === 0) continue;
    const ordered = !here.ctx.unordered.has(arg.node);
    if (open.length === rest.length && (ordered || open.length === 1)) open.forEach((formal, k) => found.push([arg, formal, rest[k]!]));
    else if (open.length === 1 && rest.length > 1 && ordered) {
      found.push([arg, open[0]!, rest.at(-1)!]);
      arg.trailing.add(open[0]!);
    } else if (open.length > rest.length) return missing(arg, arg.wanted.find((axis) => axis.label.text === open[rest.length])!, name, here);
    else return ambiguous(arg, open, name, here, ordered);
  }
  for (const [arg, formal, axis] of found) {
    const known = formals.get(formal);
    const other = found.find(([otherArg, otherFormal, otherAxis]) => otherArg !== arg && otherFormal === formal && otherAxis.label !== axis.label);
    arg.axes.set(formal, axis);
    // Two names for one formal: fine when each argument says so by itself, but they must agree in size (6).
    if (known === undefined && other === undefined) formals.set(formal, axis.label);
    else if (known === undefined) formals.set(formal, formals.get(formal) ?? found.find(([, label]) => label === formal)![2].label);
  }
  // 6: an axis taken by position in one argument and lifted in another is a trap.
  for (const arg of args) {
    for (const formal of arg.trailing) {
      const axis = arg.axes.get(formal)!;
      const lifted = args.find((other) => other !== arg && other.node !== null && unused(other).some((extra) => extra.label === axis.label));
      if (lifted === undefined) continue;
      report(here, 'E0401', arg.span, `it is not clear which axis of this argument is \`${formal}\` of \`${name}\``, {
        given: showType(typeOf(arg.node!)),
        why: `\`${axis.label}\`, its last axis, is one that the call is lifted over in another argument`,
        fix: `say it: \`${name}[${formal} = ${axis.label}](…)\``,
        related: [{ place: { file: here.module.path, start: lifted.span.start, end: lifted.span.end }, message: `lifted over \`${axis.label}\` here` }],
      });
      return null;
    }
  }
  return finish(declaration, args, formals, groups, statics, rigid, span, here);
}

function finish(
  declaration: Declaration, args: readonly Open[], labels: ReadonlyMap<string, string>, groups: ReadonlyMap<string, readonly Axis[]>,
  statics: ReadonlyMap<string, StaticArgument>, rigid: (label: string) => boolean, span: Span, here: Here,
): Bound | null {
  const name = declaration.name.text;
  const formals = new Map<string, { space: Space; label: string | null }>();
  for (const [formal, argument] of statics) {
    if (argument.value.kind === 'axis') formals.set(formal, { space: argument.value.axis.space, label: argument.value.axis.label });
    if (argument.value.kind === 'size') formals.set(formal, { space: { kind: 'anon', size: argument.value.size }, label: null });
  }
  const first = new Map<string, { arg: Open; axis: Axis }>();
  for (const arg of args) {
    for (const [formal, axis] of arg.axes) {
      if (rigid(formal) || formal.includes('..')) continue;
      const known = formals.get(formal);
      if (known === undefined) {
        formals.set(formal, { space: axis.space, label: labels.get(formal) ?? axis.label });
        first.set(formal, { arg, axis });
        continue;
      }
      const verdict = agree(here, known.space, axis.space);
      if (verdict === 'equal') {
        if (known.label === null && !statics.has(formal)) formals.set(formal, { ...known, label: axis.label });
        continue;
      }
      const other = first.get(formal);
      report(here, verdict === 'unknown' ? 'E0310' : 'E0303', arg.span, `\`${formal}\` of \`${name}\` would stand for two sizes`, {
        expected: describeAxis({ id: '', label: known.label ?? formal, space: known.space }),
        given: describeAxis(axis),
        why: `\`${formal}\` is one axis in the signature of \`${name}\``,
        ...(other === undefined ? {} : { related: [{ place: { file: here.module.path, start: other.arg.span.start, end: other.arg.span.end }, message: `bound here to \`${other.axis.label}\`` }] }),
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
  return { args: args.map((arg) => ({ ...arg, extras: arg.node === null ? [] : unused(arg) })), formals, groups };
}

/** A formal that only an index counts (`label: index(classes)`) takes the space of the given index. */
function bindIndexSpaces(args: readonly Open[], formals: Map<string, { space: Space; label: string | null }>, rigid: (label: string) => boolean): void {
  for (const arg of args) {
    if (arg.node === null || arg.param.type.kind !== 'tensor' || arg.param.type.elem.kind !== 'index') continue;
    const label = arg.param.type.elem.of.text;
    const { elem } = typeOf(arg.node);
    if (rigid(label) || formals.has(label) || elem.kind !== 'index') continue;
    formals.set(label, { space: elem.space, label: elem.space.kind === 'dim' ? elem.space.dim.label : null });
  }
}

function unused(arg: Open): Axis[] {
  const taken = new Set([...arg.axes.values()].map((axis) => axis.id));
  return arg.node === null ? [] : typeOf(arg.node).axes.filter((axis) => !taken.has(axis.id));
}

function free(arg: Open, rigid: (label: string) => boolean): string[] {
  return arg.wanted.filter((axis) => !axis.group && !rigid(axis.label.text) && !arg.axes.has(axis.label.text)).map((axis) => axis.label.text);
}

function missing(arg: Open, axis: AxisExpr, name: string, here: Here): null {
  const given = typeOf(arg.node!);
  report(here, 'E0402', arg.span, `\`${arg.param.name.text}\` of \`${name}\` wants an axis \`${axis.label.text}\` that this argument lacks`, {
    expected: `[${arg.wanted.map((wanted) => wanted.label.text).join(', ')}]`,
    given: `${elemName(given.elem) === 'float' ? '' : elemName(given.elem)}${showType(given)}`,
    ...(given.axes.length > 0 ? { fix: `if one of its axes is meant, rename it: \`x[${given.axes.at(-1)!.label} as ${axis.label.text}]\`` } : {}),
  });
  return null;
}

function ambiguous(arg: Open, open: readonly string[], name: string, here: Here, ordered: boolean): null {
  report(here, 'E0401', arg.span, `it is not clear which axes of this argument are ${open.map((formal) => `\`${formal}\``).join(' and ')} of \`${name}\``, {
    expected: `[${arg.wanted.map((wanted) => wanted.label.text).join(', ')}]`,
    given: showType(typeOf(arg.node!)),
    why: ordered ? 'the argument has more axes than the block asks for, and no name decides' : 'the argument is an outer product: the order of its axes means nothing',
    fix: `say it: \`${name}[${open.map((formal) => `${formal} = …`).join(', ')}](…)\``,
  });
  return null;
}
