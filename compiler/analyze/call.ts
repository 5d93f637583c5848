/** Calls of blocks: static arguments, binding, the body elaborated in a frame of its own, the lifted `call` node. */
import type { BracketArg, CallExpr, Declaration, Param, Span } from '../../grammar/ast.ts';
import type { Axis, Node } from '../graph/graph.ts';
import { isRagged } from '../graph/spaces.ts';
import { bind, type Bound } from './bind.ts';
import { evaluateTensor } from './expr.ts';
import { asTensor, conform, elemName, sameIndexSpace, toFloat, toInt } from './operate.ts';
import type { DeclarationEntry, Here, StaticArgument, Tap, Value } from './scope.ts';
import { dimSpace, ERROR, notYet, origin, placeOf, report, Scope, tensor, typeOf, unknownName } from './scope.ts';
import { bodyValue, laterNames } from './statements.ts';
import { axesOfExprs, elemOfExpr, numberOfExpr, sizeOfExpr } from './types.ts';

/** `F[hidden]`, `F[align = 64]`, `F[p = 0.3]`, evaluated where the call stands. */
export function staticArguments(args: readonly BracketArg[], entry: DeclarationEntry, here: Here): StaticArgument[] | null {
  const result: StaticArgument[] = [];
  const { statics } = entry.declaration;
  let position = 0;
  for (const arg of args) {
    if (arg.kind !== 'value' && arg.kind !== 'named') {
      report(here, 'E0404', arg.span, 'this is no static argument', { fix: '`F[name]`, `F[name = value]`' });
      return null;
    }
    const group = statics[position]?.group === true;
    const name = arg.kind === 'named' ? arg.name.text : statics[position]?.name.text ?? null;
    if (arg.kind === 'value' && !group) position += 1;
    if (name === null) {
      report(here, 'E0403', arg.span, `\`${entry.declaration.name.text}\` takes ${statics.length} static argument(s)`, { given: `${args.length}` });
      return null;
    }
    const value = staticValue(arg, here);
    if (value === null) return null;
    result.push({ name, span: arg.span, value });
  }
  return result;
}

function staticValue(arg: Extract<BracketArg, { kind: 'value' | 'named' }>, here: Here): StaticArgument['value'] | null {
  const expr = arg.value;
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    if (entry?.kind === 'dim') return { kind: 'axis', axis: here.frame.axis(expr.name, entry.space) };
    const space = here.frame.space(expr.name);
    if (entry === null && space !== null) return { kind: 'axis', axis: here.frame.axis(expr.name, space) };
    if (entry?.kind === 'option') return typeof entry.value === 'number' ? { kind: 'number', value: entry.value } : { kind: 'choice', text: entry.value };
    if (entry === null && arg.kind === 'named') return { kind: 'choice', text: expr.name };
  }
  const literal = numberOfExpr(expr);
  if (literal !== null && !Number.isInteger(literal)) return { kind: 'number', value: literal };
  const size = sizeOfExpr(expr, here);
  return size === null ? null : { kind: 'size', size };
}

/** The scope that a declaration's body sees around it. */
export function declarationScope(entry: DeclarationEntry, here: Here): Scope {
  return here.scopes.get(entry.module.path) ?? new Scope(null);
}

export function callDeclaration(entry: DeclarationEntry, statics: readonly StaticArgument[], path: string | null, expr: CallExpr, here: Here): Value {
  const { declaration } = entry;
  const name = declaration.name.text;
  if (declaration.what === 'decoder') {
    if (here.decode === null) return report(here, 'E0205', expr.span, `the decoder \`${name}\` is called where it cannot generate: only a model's body ends in a decoder's call`);
    const nodes = argumentNodes(declaration, expr, here);
    return nodes === null ? ERROR : here.decode(entry, nodes, expr.span, here);
  }
  if (declaration.what === 'model') return notYet(here, expr.span, 'calling a model from a model');
  if (here.calls.some((call) => call.name === name && call.place.file === entry.module.path)) {
    return report(here, 'E0211', expr.span, `\`${name}\` calls itself`, { why: 'calls are unfolded: a block that calls itself has no end', fix: 'use `scan` or `repeat`' });
  }
  const given = argumentNodes(declaration, expr, here);
  if (given === null) return ERROR;
  const scope = declarationScope(entry, here);
  const rigid = (label: string): boolean => scope.lookup(label)?.kind === 'dim' && !declaration.statics.some((param) => param.name.text === label);
  const byName = new Map<string, StaticArgument>();
  const options = new Map<string, string | number>();
  const groupArgs = new Map<string, Axis[]>();
  for (const argument of statics) {
    const param = declaration.statics.find((candidate) => candidate.name.text === argument.name);
    if (param?.group === true) {
      const axes = groupArgs.get(param.name.text) ?? [];
      if (argument.value.kind === 'axis') axes.push(argument.value.axis);
      else if (argument.value.kind === 'size') axes.push(here.frame.axis(`${param.name.text}${axes.length}`, { kind: 'anon', size: argument.value.size }));
      groupArgs.set(param.name.text, axes);
    } else if (param !== undefined) byName.set(param.name.text, argument);
    else if (isFormal(declaration, argument.name!, rigid)) byName.set(argument.name!, argument);
    else if (argument.value.kind === 'number' || argument.value.kind === 'choice') options.set(argument.name!, argument.value.kind === 'number' ? argument.value.value : argument.value.text);
    else if (argument.value.kind === 'size' && numeric(argument.value.size.key) !== null) options.set(argument.name!, numeric(argument.value.size.key)!);
    else {
      const candidates = declaration.statics.map((candidate) => candidate.name.text);
      return unknownName(here, 'E0404', { text: argument.name!, span: argument.span }, `static parameter of \`${name}\``, candidates);
    }
  }
  const bound = bind(declaration, given, byName, rigid, expr.span, here);
  if (bound === null) return ERROR;
  return elaborateCall(entry, bound, byName, groupArgs, options, path, expr.span, here);
}

function numeric(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : null;
}

function isFormal(declaration: Declaration, label: string, rigid: (label: string) => boolean): boolean {
  return !rigid(label) && declaration.params.some((param) => param.type.kind === 'tensor' && param.type.axes.some((axis) => axis.label.text === label));
}

type Given = { param: Param; node: Node | null; span: Span };

/** Arguments by position, then by name; what is left takes its default. */
function argumentNodes(declaration: Declaration, expr: CallExpr, here: Here): Given[] | null {
  const name = declaration.name.text;
  const taken = new Map<string, Given>();
  let failed = false;
  for (const [k, arg] of expr.args.entries()) {
    const param = arg.name === null ? declaration.params[k] : declaration.params.find((candidate) => candidate.name.text === arg.name!.text);
    if (param === undefined) {
      if (arg.name === null) {
        report(here, 'E0403', arg.value.span, `\`${name}\` has too many arguments`, { expected: `${declaration.params.length}`, given: `${expr.args.length}` });
      } else unknownName(here, 'E0404', arg.name, `argument of \`${name}\``, declaration.params.map((candidate) => candidate.name.text));
      return null;
    }
    if (param.type.kind === 'map') {
      notYet(here, arg.value.span, 'passing a map to a block');
      return null;
    }
    const node = evaluateTensor(arg.value, here);
    if (node === null) failed = true;
    else taken.set(param.name.text, { param, node, span: arg.value.span });
  }
  if (failed) return null;
  const result: Given[] = [];
  for (const param of declaration.params) {
    const given = taken.get(param.name.text);
    if (given !== undefined) {
      const node = matchElem(given.node!, param, given.span, name, here);
      if (node === null) return null;
      result.push({ ...given, node });
    } else if (param.value !== null) result.push({ param, node: null, span: expr.span });
    else {
      report(here, 'E0403', expr.span, `\`${name}\` lacks its argument \`${param.name.text}\``, {
        expected: declaration.params.map((candidate) => candidate.name.text).join(', '), given: `${expr.args.length} argument(s)`,
      });
      return null;
    }
  }
  return result;
}

function matchElem(node: Node, param: Param, span: Span, name: string, here: Here): Node | null {
  if (param.type.kind !== 'tensor') return node;
  const wanted = param.type.elem.kind;
  const { elem } = typeOf(node);
  if (wanted === elem.kind) return node;
  if (wanted === 'float' && elem.kind === 'int') return toFloat(node, here, span);
  if (wanted === 'int' && elem.kind === 'index') return toInt(node, here, span);
  report(here, 'E0305', span, `\`${param.name.text}\` of \`${name}\` has another element type`, { expected: wanted, given: elemName(elem) });
  return null;
}

/** The path segment of an instance: the equation it stands in, then the block, then an ordinal where both recur. */
function instancePath(name: string, here: Here): string {
  const base = `${here.path}.${here.target === null ? name : `${here.target}.${name}`}`;
  const count = (here.ordinals.get(base) ?? 0) + 1;
  here.ordinals.set(base, count);
  return count === 1 ? base : `${base}#${count}`;
}

function elaborateCall(
  entry: DeclarationEntry, bound: Bound, statics: ReadonlyMap<string, StaticArgument>, groupArgs: ReadonlyMap<string, readonly Axis[]>,
  options: ReadonlyMap<string, string | number>, path: string | null, span: Span, here: Here,
): Value {
  const { declaration } = entry;
  const { ctx } = here;
  const scope = new Scope(declarationScope(entry, here));
  const frame = ctx.frame(`${declaration.name.text}#`);
  const inside: Here = {
    ...here, module: entry.module, scope, frame, path: path ?? instancePath(declaration.name.text, here), target: null, ordinals: new Map(),
    steps: new Map(), clock: null, given: options, taps: [], decode: null, later: laterNames(declaration.body),
    calls: [...here.calls, { name: declaration.name.text, place: placeOf(here, span) }],
  };
  // What each label of the body is called outside.
  const outside = new Map<string, string>();
  for (const [formal, { space, label }] of bound.formals) {
    scope.define(formal, { kind: 'dim', space, span: null, file: entry.module.path });
    if (label !== null) outside.set(formal, label);
  }
  const groups = new Map([...bound.groups, ...groupArgs]);
  for (const param of declaration.statics) {
    const label = param.name.text;
    if (param.group) {
      if (!groups.has(label)) groups.set(label, []);
      continue;
    }
    if (bound.formals.has(label)) continue;
    const given = statics.get(label);
    if (given?.value.kind === 'number') scope.define(label, { kind: 'option', value: given.value.value, choices: null });
    else if (given?.value.kind === 'choice') scope.define(label, { kind: 'option', value: given.value.text, choices: null });
    else if (param.value !== null) defaultStatic(label, param.value, inside, scope);
  }
  for (const [label, axes] of groups) {
    const own = axes.map((axis) => {
      outside.set(`${label}.${axis.label}`, axis.label);
      return frame.axis(`${label}.${axis.label}`, axis.space);
    });
    scope.define(`${label}..`, { kind: 'group', axes: own });
  }

  const builder = ctx.builder.at(origin(here, span));
  const inputs: Node[] = [];
  const formalsOf: { from: string; to: Axis }[][] = [];
  const args: Node[] = [];
  for (const arg of bound.args) {
    const { type } = arg.param;
    if (type.kind !== 'tensor') return ERROR;
    const axes = axesOfExprs(type.axes, inside);
    const elem = elemOfExpr(type.elem, inside);
    if (axes === null || elem === null) return ERROR;
    const declared = { elem, axes, masks: [] };
    if (arg.node === null) {
      const fallback = evaluateTensor(arg.param.value!, inside);
      const filled = fallback === null ? null : conform(fallback, declared, `the default of \`${arg.param.name.text}\``, inside, arg.param.span, true);
      if (filled === null) return ERROR;
      scope.define(arg.param.name.text, { kind: 'value', value: tensor(filled), span: arg.param.span });
      continue;
    }
    const given = typeOf(arg.node).elem;
    if (elem.kind === 'index' && !sameIndexSpace(elem, given)) {
      return report(here, 'E0306', arg.span, `\`${arg.param.name.text}\` holds positions on another dim`, { expected: elemName(elem), given: elemName(given) });
    }
    const renames = axes.map((axis) => ({ from: callerAxis(arg.axes, axis, groups)!.id, to: axis }));
    for (const axis of axes) {
      const caller = callerAxis(arg.axes, axis, groups)!;
      if (isRagged(caller.space) !== isRagged(axis.space)) return report(here, 'E0303', arg.span, `\`${axis.label}\` of \`${declaration.name.text}\` and \`${caller.label}\` differ: one of them is ragged`);
    }
    // Masks whose axes are all bound go in with the argument's type; the body may see absent elements.
    const bodyArg = builder.argument({ elem, axes, masks: boundMasks(typeOf(arg.node).masks, renames) }, origin(inside, arg.param.span, arg.param.name.text));
    inputs.push(arg.node);
    formalsOf.push(renames);
    args.push(bodyArg);
    scope.define(arg.param.name.text, { kind: 'value', value: tensor(bodyArg), span: arg.param.span });
  }
  // A body that draws reads the steps it stands in: they come in as arguments, since a body is closed.
  const steps = here.loops.map((position) => builder.argument(typeOf(position)));
  const { errors } = ctx.problems;
  const { draws } = ctx;
  const value = bodyValue(declaration, { ...inside, loops: steps });
  if (value.kind === 'error' || ctx.problems.errors > errors) return ERROR;
  if (ctx.draws > draws) {
    inputs.push(...here.loops);
    args.push(...steps);
    formalsOf.push(...steps.map(() => []));
  }
  return lift(declaration, value, inside, bound, { inputs, args, formalsOf }, outside, span, here);
}

function boundMasks(masks: readonly (readonly Axis[])[], renames: readonly { from: string; to: Axis }[]): Axis[][] {
  return masks.filter((mask) => mask.every((axis) => renames.some((pair) => pair.from === axis.id)))
    .map((mask) => mask.map((axis) => renames.find((pair) => pair.from === axis.id)!.to));
}

function callerAxis(axes: ReadonlyMap<string, Axis>, axis: Axis, groups: ReadonlyMap<string, readonly Axis[]>): Axis | undefined {
  const direct = axes.get(axis.label);
  if (direct !== undefined) return direct;
  for (const group of groups.keys()) {
    if (axis.label.startsWith(`${group}.`)) return axes.get(`${group}..${axis.label.slice(group.length + 1)}`);
  }
  return undefined;
}

function defaultStatic(label: string, value: NonNullable<Declaration['statics'][number]['value']>, inside: Here, scope: Scope): void {
  const literal = numberOfExpr(value);
  if (literal !== null && !Number.isInteger(literal)) {
    scope.define(label, { kind: 'option', value: literal, choices: null });
    return;
  }
  const size = sizeOfExpr(value, inside);
  if (size === null) return;
  const dim = { id: `${inside.frame.id}${label}`, label, size, ragged: false, origin: 0, mayBeEmpty: false };
  scope.define(label, { kind: 'dim', space: dimSpace(dim), span: null, file: inside.module.path });
}

/** The call node and its results under the caller's names. */
function lift(
  declaration: Declaration, value: Value, inside: Here, bound: Bound,
  call: { inputs: Node[]; args: Node[]; formalsOf: { from: string; to: Axis }[][] }, outside: ReadonlyMap<string, string>, span: Span, here: Here,
): Value {
  const extras: Axis[] = [];
  for (const arg of bound.args) {
    for (const axis of arg.extras) {
      const known = extras.find((extra) => extra.id === axis.id || extra.label === axis.label);
      if (known === undefined) extras.push(axis);
      else if (known.id !== axis.id) {
        report(here, 'E0303', arg.span, `the call is lifted over two different axes called \`${axis.label}\``);
        return ERROR;
      }
    }
  }
  const leaves: { node: Node; tap: boolean }[] = [];
  const collect = (part: Value): void => {
    if (part.kind === 'record') for (const field of part.fields.values()) collect(field);
    else {
      const node = asTensor(part, inside, span);
      if (node !== null) leaves.push({ node, tap: false });
    }
  };
  collect(value);
  const taps: Tap[] = inside.taps.length === 1 ? [...inside.taps] : [];
  for (const tap of taps) leaves.push({ node: tap.node, tap: true });
  const results: { from: string; to: Axis }[][] = [];
  for (const { node, tap } of leaves) {
    const names: { from: string; to: Axis }[] = [];
    const seen = new Set(extras.map((extra) => extra.label));
    for (const axis of typeOf(node).axes) {
      let label = outside.get(axis.label) ?? axis.label;
      if (seen.has(label)) {
        if (!tap && value.kind !== 'record') {
          return report(here, 'E0301', span, `the result would hold the axis \`${label}\` twice: the call is lifted over it, and the block gives one`, {
            fix: `rename it in one argument: \`x[${label} as other]\``,
          });
        }
        label = axis.label;
      }
      seen.add(label);
      names.push({ from: axis.id, to: here.frame.axis(label, axis.space) });
    }
    results.push(names);
  }
  const builder = here.ctx.builder.at(origin(here, span));
  const node = builder.node(
    { kind: 'call', callee: declaration.name.text, region: { args: call.args, results: leaves.map((leaf) => leaf.node) }, binding: { args: call.formalsOf, extras, results } },
    call.inputs,
  );
  let next = 0;
  const rebuild = (part: Value): Value => {
    if (part.kind !== 'record') return tensor(builder.result(node, next++));
    const fields = new Map<string, Value>();
    for (const [field, inner] of part.fields) fields.set(field, rebuild(inner));
    return { kind: 'record', fields, main: null };
  };
  const main = rebuild(value);
  if (bound.args.some((arg) => arg.node !== null && here.ctx.unordered.has(arg.node)) && main.kind === 'tensor' && extras.length > 1) here.ctx.unordered.add(main.node);
  if (taps.length === 0) return main;
  const weights = builder.result(node, next++);
  here.taps.push({ name: 'weights', node: weights });
  const fields = new Map<string, Value>(main.kind === 'record' ? main.fields : []);
  fields.set('weights', tensor(weights));
  return { kind: 'record', fields, main: main.kind === 'record' ? null : main };
}

