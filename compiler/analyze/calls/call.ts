/** Calls of blocks: static arguments, binding, the body elaborated in a frame of its own, the lifted `call` node. */
import type { BracketArg, CallExpr, Declaration, Param, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space } from '../../graph/graph.ts';
import { argumentType } from '../../graph/infer.ts';
import { dimSpace, isRagged, sizeOf } from '../../graph/spaces.ts';
import { bind, type Bound } from './bind.ts';
import { reachOf } from '../expressions/across.ts';
import { bodyValue, defaultArgument } from './result.ts';
import { laterNames } from '../scope/collected.ts';
import { enterCall, unlifted } from '../parameters/running.ts';
import { describeAxis, elemName, sizeFix } from '../scope/describe.ts';
import { evaluate, evaluateTensor } from '../expressions/evaluate.ts';
import { placeInner, refuseInSteps } from '../types/inner-dims.ts';
import { isOfLengths } from '../types/length.ts';
import { lift } from './lift.ts';
import { mapArgument } from '../expressions/maps.ts';
import { axisNames, missingArgument, optionsOf, surplusArgument, surplusBracket, unknownArgument, unknownBracket } from './misfit.ts';
import { holding, rename, sameIndexSpace, toFloat, toInt } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type DeclarationEntry, type Given, type Instance, type StaticArgument, type Value, ERROR, tensor } from '../scope/values.ts';
import { placeOf, TooLarge } from '../scope/context.ts';
import { callFrame, origin, report, uniquePath } from '../scope/report.ts';
import { agree, typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { ownArguments, ownPositions, perAxes } from './per.ts';
import { constantOf, size as sizes } from '../../size/size.ts';
import {
  axesOfExprs,
  choicesOf,
  elemOfExpr,
  fitsOption,
  giveOption,
  hasPositions,
  mapTypeOfExpr,
  numberOfExpr,
  sizeOfExpr,
  spaceOfSize,
} from '../types/types.ts';

/** `F[hidden]`, `F[align = 64]`, `F[p = 0.3]`, `F[in..]`, evaluated at the call site. */
export function staticArguments(args: readonly BracketArg[], entry: DeclarationEntry, here: Site): StaticArgument[] | null {
  const result: StaticArgument[] = [];
  const { statics } = entry.declaration;
  const block = entry.declaration.name.text;
  let position = 0;
  for (const arg of args) {
    if (arg.kind !== 'value' && arg.kind !== 'named' && arg.kind !== 'group') {
      report(here, 'E0404', arg.span, 'this is not a static argument', { fix: '`F[name]`, `F[name = value]`' });
      return null;
    }
    const param = arg.kind === 'named' ? statics.find((candidate) => candidate.name.text === arg.name.text) : statics[position];
    const name = arg.kind === 'named' ? arg.name.text : (param?.name.text ?? null);
    if (name === null) {
      surplusBracket(entry, arg, args.length, declarationScope(entry, here), here);
      return null;
    }
    if (arg.kind !== 'named' && param?.group !== true) position += 1;
    if (param?.group !== true && result.some((other) => other.name === name)) {
      report(here, 'E0404', arg.span, `\`${name}\` of \`${block}\` is given twice`);
      return null;
    }
    if (arg.kind === 'group') {
      const group = here.scope.lookup(`${arg.name.text}..`);
      if (group?.kind !== 'group' || param?.group !== true) {
        report(
          here,
          'E0404',
          arg.span,
          param?.group === true ? `there is no group \`${arg.name.text}..\` here` : `\`${name}\` of \`${block}\` is one axis, not a group`,
        );
        return null;
      }
      for (const axis of group.axes) result.push({ name, span: arg.span, value: { kind: 'axis', axis } });
      continue;
    }
    const value = staticValue(arg, here);
    if (value === null) return null;
    result.push({ name, span: arg.span, value });
  }
  return result;
}

function staticValue(arg: Extract<BracketArg, { kind: 'value' | 'named' }>, here: Site): StaticArgument['value'] | null {
  const expr = arg.value;
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    if (entry?.kind === 'dim') return { kind: 'axis', axis: here.frame.axis(expr.name, entry.space) };
    const space = here.frame.space(expr.name);
    if (entry === null && space !== null) return { kind: 'axis', axis: here.frame.axis(expr.name, space) };
    if (entry?.kind === 'option')
      return typeof entry.value === 'number' ? { kind: 'number', value: entry.value } : { kind: 'choice', text: entry.value };
    // An option's value may have the same name as a block: `score = cosine`.
    if ((entry === null || entry.kind === 'declaration') && arg.kind === 'named') return { kind: 'choice', text: expr.name };
  }
  const literal = numberOfExpr(expr);
  if (literal !== null && !Number.isInteger(literal)) return { kind: 'number', value: literal };
  const size = sizeOfExpr(expr, here);
  const space = size === null ? null : spaceOfSize(size, expr, here);
  return space === null ? null : { kind: 'size', space };
}

/** The scope around a declaration's body. */
export function declarationScope(entry: DeclarationEntry, here: Site): Scope {
  return here.scopes.get(entry.module.path)!;
}

/** `instance`: the one that a `let` names; null: the call makes its own. */
export function callDeclaration(entry: DeclarationEntry, instance: Instance | null, expr: CallExpr, here: Site): Value {
  const { declaration } = entry;
  const name = declaration.name.text;
  if (entry.module.damaged.has(declaration)) return ERROR;
  if (expr.callee.kind === 'per' && (declaration.what === 'decoder' || declaration.what === 'model')) {
    return report(here, 'E0205', expr.callee.span, `the ${declaration.what} \`${name}\` is called \`per\` an axis`, {
      why: 'its parameters belong to one model, whose class holds them',
      fix: 'put its body into a block, and call that `per` the axis, here and in the model',
    });
  }
  const callee = expr.callee.kind === 'per' ? expr.callee.callee : expr.callee;
  const brackets = callee.kind === 'bracket' ? callee.args : [];
  if (declaration.what === 'decoder') {
    if (brackets.length > 0)
      return report(here, 'E0404', callee.span, `the decoder \`${name}\` takes nothing in brackets`, {
        why: 'its axes are dims of its file, and no call chooses others',
        fix: `leave the brackets away: \`${name}(…)\``,
      });
    if (here.decode === null)
      return report(
        here,
        'E0205',
        expr.span,
        `the decoder \`${name}\` is called where it cannot generate: only a model's body ends in a decoder's call`,
      );
    const nodes = argumentNodes(declaration, expr, here);
    return nodes === null ? ERROR : here.decode(entry, nodes, expr.span, here);
  }
  const alone =
    declaration.generates !== null
      ? `generates \`${declaration.generates.name.text}\``
      : declaration.causal === null
        ? null
        : `is \`causal ${declaration.causal.text}\``;
  if (alone !== null) {
    return report(here, 'E0205', expr.span, `the model \`${name}\` ${alone}, and cannot be called`, {
      why: 'it has a clock of its own, position by position; a call is of all positions at once',
      fix: 'call the blocks that it is made of',
    });
  }
  if (here.calls.some((call) => call.name === name && call.place.file === entry.module.path)) {
    return report(here, 'E0211', expr.span, `\`${name}\` calls itself`, {
      why: 'calls are unfolded: a block that calls itself has no end',
      fix: 'use `scan` or `repeat`',
    });
  }
  if (here.ctx.tooLarge.has(declaration)) throw new TooLarge(null);
  here.ctx.open(expr.span, here);
  const made = instance === null && callee.kind !== 'bracket' ? madeAxes(declaration) : null;
  if (made !== null) {
    return report(here, 'E0405', callee.span, `which axes \`${name}\` is to make is not said`, {
      why: `nothing in its arguments tells what \`${made}..\` stands for`,
      fix: `name them: \`${name}[a](…)\`, \`${name}[a, b](…)\`; none, for one number: \`${name}[](…)\``,
    });
  }
  const given = argumentNodes(declaration, expr, here);
  if (given === null) return ERROR;
  // After the arguments: these may bring axes that are new.
  const statics = instance?.statics ?? staticArguments(brackets, entry, here);
  const per = expr.callee.kind === 'per' ? perAxes(expr.callee.axes, here) : [];
  if (statics === null || per === null) return ERROR;
  const scope = declarationScope(entry, here);
  const dimOf = (label: string): Space | null => {
    const dim = scope.lookup(label);
    return dim?.kind === 'dim' && !declaration.statics.some((param) => param.name.text === label) ? dim.space : null;
  };
  const rigid = (label: string): boolean => dimOf(label) !== null;
  const sorted = sortStatics(declaration, statics, scope, rigid, here);
  if (sorted === null) return ERROR;
  const bound = bind(
    declaration,
    given,
    sorted.byName,
    sorted.groups,
    dimOf,
    per.map(({ label }) => label),
    expr.span,
    here,
  );
  return bound === null ? ERROR : elaborateCall(entry, bound, sorted, instance?.path ?? null, per, expr.span, here);
}

/** The group of axes that only the brackets can give: `out..` of `Linear`. */
function madeAxes({ statics, params }: Declaration): string | null {
  return (
    statics.find(
      ({ group, name }) => group && !params.some((param) => axisNames(param).some((axis) => axis.group && axis.label.text === name.text)),
    )?.name.text ?? null
  );
}

interface SortedStatics {
  readonly byName: Map<string, StaticArgument>;
  readonly groups: Map<string, Axis[]>;
  readonly options: Map<string, { readonly value: string | number; readonly span: Span }>;
}

/** Static arguments are bracket parameters, formals of the signature, or options that the body reads. */
function sortStatics(
  declaration: Declaration,
  statics: readonly StaticArgument[],
  scope: Scope,
  rigid: (label: string) => boolean,
  here: Site,
): SortedStatics | null {
  const block = declaration.name.text;
  const sorted: SortedStatics = { byName: new Map(), groups: new Map(), options: new Map() };
  const local = optionsOf(declaration);
  for (const argument of statics) {
    const { name, value, span } = argument;
    const param = declaration.statics.find((candidate) => candidate.name.text === name);
    const own = local.get(name),
      outer = scope.lookup(name);
    const choices = own !== undefined ? choicesOf(own) : outer?.kind === 'option' ? outer.choices : undefined;
    const known =
      value.kind === 'size'
        ? constantOf(sizeOf(value.space))
        : value.kind === 'number'
          ? value.value
          : value.kind === 'choice'
            ? value.text
            : null;
    if (param?.group === true) {
      const axes = sorted.groups.get(name) ?? [];
      if (value.kind === 'axis') axes.push(value.axis);
      else if (value.kind === 'size') {
        if (!hasPositions(sizeOf(value.space), span, here)) return null;
        axes.push(here.frame.axis(`${name}${axes.length}`, value.space));
      } else return unfit(block, name, span, 'an axis or a size', here);
      if (axes.slice(0, -1).some(({ label }) => label === axes.at(-1)!.label)) {
        report(here, 'E0301', span, `\`${axes.at(-1)!.label}\` stands twice among the axes \`${name}..\` of \`${block}\``);
        return null;
      }
      sorted.groups.set(name, axes);
    } else if (param !== undefined || isFormal(declaration, name, rigid)) {
      const isNumber = param?.value != null && numberOfExpr(param.value) !== null && !Number.isInteger(numberOfExpr(param.value));
      if (isNumber ? typeof known !== 'number' : value.kind === 'choice' || value.kind === 'number')
        return unfit(block, name, span, isNumber ? 'a number' : 'an axis or a size', here);
      sorted.byName.set(name, isNumber && typeof known === 'number' ? { ...argument, value: { kind: 'number', value: known } } : argument);
    } else if (known !== null && choices !== undefined) {
      if (!fitsOption({ text: name, span }, known, choices, here)) return null;
      sorted.options.set(name, { value: known, span });
    } else {
      unknownBracket(declaration, { text: name, span }, value, scope, here);
      return null;
    }
  }
  return sorted;
}

function unfit(block: string, name: string, span: Span, expected: string, here: Site): null {
  report(here, 'E0404', span, `\`${name}\` of \`${block}\` cannot be this`, { expected });
  return null;
}

function isFormal(declaration: Declaration, label: string, rigid: (label: string) => boolean): boolean {
  return !rigid(label) && declaration.params.some((param) => axisNames(param).some((axis) => !axis.group && axis.label.text === label));
}

/** Arguments by position, then by name; the remaining parameters take their defaults. */
function argumentNodes(declaration: Declaration, expr: CallExpr, here: Site): Given[] | null {
  const name = declaration.name.text;
  const taken = new Map<string, Given>();
  let failed = false;
  for (const [k, arg] of expr.args.entries()) {
    const param =
      arg.name === null ? declaration.params[k] : declaration.params.find((candidate) => candidate.name.text === arg.name!.text);
    if (param === undefined) {
      if (arg.name === null) {
        surplusArgument(declaration, arg.value.span, expr.args.length, here);
      } else unknownArgument(declaration, arg.name, here);
      return null;
    }
    if (taken.has(param.name.text)) {
      report(here, 'E0404', arg.value.span, `\`${param.name.text}\` of \`${name}\` is given twice`);
      return null;
    }
    if (param.type.kind === 'map') {
      const map = mapArgument(evaluate(arg.value, here), `\`${param.name.text}\` of \`${name}\``, here, arg.value.span);
      if (map === null) failed = true;
      else taken.set(param.name.text, { param, node: map.node, sides: map, span: arg.value.span });
      continue;
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
      missingArgument(declaration, param, expr.args.length, expr.span, here);
      return null;
    }
  }
  return result;
}

function matchElem(node: Node, param: Param, span: Span, name: string, here: Site): Node | null {
  if (param.type.kind !== 'tensor') return node;
  const wanted = param.type.elem.kind;
  const { elem } = typeOf(node);
  if (wanted === elem.kind) return node;
  if (wanted === 'float' && elem.kind === 'int') return toFloat(node, here, span);
  if (wanted === 'int' && elem.kind === 'index') return toInt(node, here, span);
  report(here, 'E0305', span, `\`${param.name.text}\` of \`${name}\` has another element type`, {
    expected: wanted,
    given: elemName(elem),
  });
  return null;
}

function elaborateCall(
  entry: DeclarationEntry,
  bound: Bound,
  statics: SortedStatics,
  path: string | null,
  per: readonly Axis[],
  span: Span,
  here: Site,
): Value {
  const { declaration } = entry;
  const { ctx } = here;
  const name = declaration.name.text;
  const scope = new Scope(declarationScope(entry, here));
  const frame = ctx.frame(`${name}#`);
  // The path segment of an instance: the enclosing equation, then the block.
  const instance = path ?? uniquePath(`${here.path}.${here.target === null ? name : `${here.target}.${name}`}`, here);
  const inside: Site = {
    ...here,
    module: entry.module,
    scope,
    frame,
    target: null,
    ordinals: new Map(),
    path: instance,
    called: callFrame(name, instance, here),
    loops: [],
    own: ownArguments(here.own, per, here, span),
    steps: new Map(),
    decoding: null,
    reach: reachOf(declaration.body),
    next: false,
    filled: false,
    taps: [],
    alignments: new Map(),
    decode: null,
    stepping: null,
    later: laterNames(declaration.body),
    given: new Map([...statics.options].map(([option, { value }]) => [option, value])),
    calls: [...here.calls, { name, place: placeOf(here, span) }],
  };
  const errors = ctx.problems.errors;
  if (ctx.inner.size > 0) {
    const axesOf = (arg: Bound['args'][number]): { axis: Axis; formal: string }[] =>
      [...arg.axes].map(([formal, axis]) => ({ axis, formal }));
    if (bound.args.some((arg) => refuseInSteps([...arg.axes.values()], `\`${name}\` along`, arg.span, here))) return ERROR;
    if (!bound.args.every((arg) => placeInner(axesOf(arg), arg.extras, inside, here, arg.span, name))) return ERROR;
  }
  const outside = defineStatics(declaration, bound, statics, inside, here);
  if (ctx.problems.errors > errors) return ERROR;
  const groups = new Map([...bound.groups, ...statics.groups]);

  const builder = ctx.builder.at(origin(here, span));
  const inputs: Node[] = [];
  const formalsOf: { from: string; to: Axis }[][] = [];
  const args: Node[] = [];
  const extras: Axis[] = [];
  for (const arg of bound.args) {
    const { type } = arg.param;
    if (arg.node === null) {
      const value = defaultArgument(arg.param, inside);
      if (value.kind === 'error') return ERROR;
      scope.define(arg.param.name.text, { kind: 'value', value, span: arg.param.span });
      continue;
    }
    const map = type.kind === 'map' ? mapTypeOfExpr(type, inside) : null;
    const axes = type.kind === 'tensor' ? axesOfExprs(type.axes, inside) : map === null ? null : [...map.outs, ...map.ins];
    const elem = type.kind === 'tensor' ? elemOfExpr(type.elem, inside) : ({ kind: 'float' } as const);
    if (axes === null || elem === null) return ERROR;
    const given = typeOf(arg.node).elem;
    if (elem.kind === 'index' && !sameIndexSpace(elem, given)) {
      return report(here, 'E0306', arg.span, `\`${arg.param.name.text}\` holds positions on another dim`, {
        expected: elemName(elem),
        given: elemName(given),
      });
    }
    const renames: { from: string; to: Axis }[] = [];
    for (const axis of axes) {
      const caller = callerAxis(map?.ins.includes(axis) === true ? arg.ins : arg.axes, axis, groups)!;
      renames.push({ from: caller.id, to: axis });
      const verdict = agree(here, axis.space, caller.space);
      if (verdict === 'equal') continue;
      return report(
        here,
        verdict === 'unknown' ? 'E0310' : 'E0303',
        arg.span,
        `\`${axis.label}\` of this argument is not as \`${declaration.name.text}\` declares it`,
        {
          expected: describeAxis(axis),
          given: describeAxis(caller),
          ...sizeFix(axis.space, caller.space),
          ...(isRagged(caller.space) || isRagged(axis.space) ? { why: 'ragged axes agree only if they are one dim' } : {}),
        },
      );
    }
    const lifted = zipExtras(arg, extras, here);
    if (lifted === null) return ERROR;
    const seen = argumentType(typeOf(lifted), renames, extras);
    const bodyArg = builder.argument({ elem, axes, masks: seen.masks }, origin(inside, arg.param.span, arg.param.name.text));
    inputs.push(lifted);
    formalsOf.push(renames);
    args.push(bodyArg);
    scope.define(arg.param.name.text, {
      kind: 'value',
      value: map === null ? tensor(bodyArg) : { kind: 'map', ...map, node: bodyArg },
      span: arg.param.span,
    });
  }
  const given = [...extras];
  const own = ownPositions(per, extras, span, here);
  if (own === null) return ERROR;
  const instances = per.map(({ label }) => extras.find((extra) => extra.label === label)!);
  // A body that draws depends on the steps around the call: since a body is closed, their positions come in as arguments.
  const steps = here.loops.map((position) => builder.argument(typeOf(position)));
  const { draws, owned, across } = ctx;
  const nexts = enterCall(per.length > 0, here, span);
  const value = bodyValue(declaration, { ...inside, loops: steps });
  const { given: before, found } = nexts.leave();
  if (value.kind === 'error' || ctx.problems.errors > errors) return ERROR;
  for (const each of before) {
    inputs.push(each.value);
    args.push(each.argument);
    formalsOf.push(typeOf(each.value).axes.map((axis) => ({ from: axis.id, to: axis })));
  }
  if (ctx.draws > draws) {
    inputs.push(...here.loops);
    args.push(...steps);
    formalsOf.push(...steps.map(() => []));
  }
  // So do the positions at which it reads parameters.
  for (const [k, { place }] of [...here.own, ...own].entries()) {
    if (k < here.own.length && ctx.owned === owned) continue;
    inputs.push(place);
    args.push(inside.own[k]!.place);
    formalsOf.push([]);
  }
  if (!unlifted(found, { inputs, args, formalsOf, per: instances.map(({ id }) => id) }, span, here)) return ERROR;
  return lift(
    declaration,
    value,
    inside,
    { inputs, args, formalsOf, extras, given, instances, saturated: ctx.draws > draws || ctx.across > across, nexts: found },
    outside,
    span,
    here,
  );
}

/** The scope of a body: its formals and bracket parameters. Returns the outer name of each label of the body. */
function defineStatics(declaration: Declaration, bound: Bound, statics: SortedStatics, inside: Site, here: Site): Map<string, string> {
  const { scope, frame } = inside;
  const outside = new Map<string, string>();
  for (const [formal, { space, label }] of bound.formals) {
    scope.define(formal, { kind: 'dim', space, span: null, file: inside.module.path });
    if (label !== null) outside.set(formal, label);
  }
  const groups = new Map([...bound.groups, ...statics.groups]);
  for (const param of declaration.statics) {
    const label = param.name.text;
    if (param.group && !groups.has(label)) groups.set(label, []);
    if (param.group || bound.formals.has(label)) continue;
    const given = statics.byName.get(label);
    if (given?.value.kind === 'number') scope.define(label, { kind: 'option', value: given.value.value, choices: null });
    else defaultStatic(label, param.value!, inside, scope);
  }
  for (const [label, axes] of groups) {
    const own = axes.map((axis) => {
      outside.set(`${label}.${axis.label}`, axis.label);
      return frame.axis(`${label}.${axis.label}`, axis.space);
    });
    scope.define(`${label}..`, { kind: 'group', axes: own });
  }
  // An option of the block's file, set for this call.
  const local = optionsOf(declaration);
  for (const [name, { value, span }] of statics.options) {
    const option = local.has(name) ? null : scope.lookup(name);
    if (option?.kind === 'option') giveOption({ text: name, span }, value, option.choices, { ...here, scope });
  }
  return outside;
}

/** Extras with the same label are one axis; this argument's get the ids of the earlier ones. */
function zipExtras(arg: Bound['args'][number], extras: Axis[], here: Site): Node | null {
  let node = arg.node!;
  for (const axis of arg.extras) {
    const known = extras.find((extra) => extra.label === axis.label);
    if (known === undefined) extras.push(axis);
    else if (known.id !== axis.id) {
      if (agree(here, known.space, axis.space) !== 'equal') {
        report(here, 'E0303', arg.span, `the call is lifted over two different axes called \`${axis.label}\``, {
          expected: describeAxis(known),
          given: describeAxis(axis),
        });
        return null;
      }
      node = rename(holding(node, axis, here, arg.span), axis, known, here, arg.span);
    }
  }
  return node;
}

function callerAxis(axes: ReadonlyMap<string, Axis>, axis: Axis, groups: ReadonlyMap<string, readonly Axis[]>): Axis | undefined {
  const direct = axes.get(axis.label);
  if (direct !== undefined) return direct;
  for (const group of groups.keys()) {
    if (axis.label.startsWith(`${group}.`)) return axes.get(`${group}..${axis.label.slice(group.length + 1)}`);
  }
  return undefined;
}

function defaultStatic(label: string, value: NonNullable<Declaration['statics'][number]['value']>, inside: Site, scope: Scope): void {
  const literal = numberOfExpr(value);
  if (literal !== null && !Number.isInteger(literal)) {
    scope.define(label, { kind: 'option', value: literal, choices: null });
    return;
  }
  const size = sizeOfExpr(value, inside);
  if (size === null) return;
  const fixed = { id: `${inside.frame.id}${label}`, label, size, ragged: false, origin: sizes.int(0), mayBeEmpty: false };
  const space = isOfLengths(size, inside) ? spaceOfSize(size, value, inside) : dimSpace(fixed);
  if (space !== null) scope.define(label, { kind: 'dim', space, span: null, file: inside.module.path });
}
