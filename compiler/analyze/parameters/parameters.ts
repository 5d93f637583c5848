/** Parameters: their types, their initialisers, and the paths that checkpoints know them by. */
import type { Expr, ParamStatement, Span } from '../../../grammar/ast.ts';
import type { Place } from '../../diagnostics/diagnostic.ts';
import type { Axis, Initialiser, Node, Parameter } from '../../graph/graph.ts';
import { sameSpace, sizeOf } from '../../graph/spaces.ts';
import { describeAxis } from '../scope/describe.ts';
import { hostExpr, SPREAD } from '../types/host.ts';
import { rename } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { placeOf } from '../scope/context.ts';
import { origin, report, uniquePath } from '../scope/report.ts';
import { atomsOf, equalSizes } from '../../size/size.ts';
import { isTaken } from '../scope/taken.ts';
import { axesOfExprs, isRaggedAxis, mapTypeOfExpr, numberOfExpr } from '../types/types.ts';

export function declareParameters(statement: ParamStatement, here: Site): void {
  for (const group of statement.groups) {
    const map = group.type.kind === 'map' ? mapTypeOfExpr(group.type, here) : null;
    const axes = group.type.kind === 'tensor' ? axesOfExprs(group.type.axes, here) : null;
    const outs = map?.outs ?? axes;
    const ins = map?.ins ?? [];
    const init = group.init === null ? null : initialiserFor(group.init, outs ?? [], ins, here);
    const sound = outs !== null && soundType(group, [...outs, ...ins], here);
    for (const name of group.names) {
      if (isTaken(name, here)) continue;
      const node = sound ? parameter(uniquePath(`${here.path}.${name.text}`, here), outs, ins, init, name.span, name.text, here) : null;
      const value: Value = node === null ? ERROR : map === null ? tensor(node) : { kind: 'map', node, outs: map.outs, ins };
      here.scope.define(name.text, { kind: 'value', value, span: name.span });
    }
  }
}

export function soundType(group: ParamStatement['groups'][number], axes: readonly Axis[], here: Site, noun = 'a parameter'): boolean {
  if (group.type.kind === 'tensor' && group.type.elem.kind !== 'float') {
    report(here, 'E0305', group.span, `${noun} is a float tensor`);
    return false;
  }
  const { ctx } = here;
  const atoms = (axis: Axis): string[] => [...atomsOf(sizeOf(axis.space))];
  const ragged = axes.find((axis) => isRaggedAxis(axis) || atoms(axis).some((atom) => ctx.ragged.has(atom) || ctx.ofCall.has(atom)));
  if (ragged === undefined) return true;
  const what = isRaggedAxis(ragged) || atoms(ragged).some((atom) => ctx.ragged.has(atom)) ? 'ragged' : '`= input`';
  const why =
    what === 'ragged' ? `${noun} has one shape; a ragged axis has another length in every example` : `${noun} is there before any input`;
  const entry = here.scope.lookup(ragged.label);
  const call = here.calls.at(-1);
  // The block is right for other axes: the call is to blame.
  if (call !== undefined && (entry === null || (entry.kind === 'dim' && entry.span === null))) {
    here.ctx.problems.report({
      code: 'E0503',
      severity: 'error',
      place: call.place,
      message: `\`${call.name}\` has ${noun} on its axis \`${ragged.label.replace(/^.*\./, '')}\`, which is ${what} here`,
      why,
      related: [{ place: placeOf(here, group.span), message: noun.replace(/^a /, 'this ') }],
      fix: 'another axis is meant, or the block cannot be used along this one',
    });
  } else {
    report(
      here,
      'E0503',
      group.span,
      what === 'ragged'
        ? `${noun} has the ragged axis \`${ragged.label}\``
        : `${noun} has the axis \`${ragged.label}\`, whose size an input gives`,
      {
        why,
        fix:
          what === 'ragged'
            ? `bound it: \`dim ${ragged.label}: ragged <= positions\`, declare the parameter on \`positions\` and index it with \`position[${ragged.label}]\``
            : 'give the dim a number: the constructor and `--set` can change it',
      },
    );
  }
  return false;
}

/**
 * One node per path, with axes of its own; the body sees it under its frame's names. Null: one instance at two sizes (reported).
 * `kept`: where it is listed.
 */
export function parameter(
  path: string,
  outs: readonly Axis[],
  ins: readonly Axis[],
  init: Initialiser | null,
  span: Span,
  name: string,
  here: Site,
  kept: Map<string, Parameter> = here.ctx.parameters,
): Node | null {
  const { ctx } = here;
  const trimmed = path.replace(/^\./, '');
  const at = origin(here, span, name);
  // Axes of rounds are in front: such parameters are kept as lists. What is declared outside a `repeat` is shared by its rounds.
  const rounds = here.own.filter(({ round }) => round !== undefined && trimmed.startsWith(round));
  const places = [...rounds, ...here.own.filter(({ round }) => round === undefined)];
  const own = places.map(({ axis }) => axis);
  const all = [...own, ...outs, ...ins];
  let known = kept.get(trimmed);
  if (known === undefined) {
    const suffix = (k: number): string =>
      k < rounds.length ? `~round${k}` : k < own.length ? '~per' : k < own.length + outs.length ? '' : '~in';
    const axes = all.map((axis, k): Axis => ({ ...axis, id: `${trimmed}/${axis.label}${suffix(k)}` }));
    known = {
      path: trimmed,
      axes,
      outs: outs.length,
      ...(rounds.length === 0 ? {} : { rounds: rounds.length }),
      ...(own.length === rounds.length ? {} : { per: own.length - rounds.length }),
      init: firstValues(init, outs, ins, here, kept === ctx.parameters),
      origin: at,
    };
    kept.set(trimmed, known);
    const caller = here.module.standard ? here.calls.findLast(({ place }) => !place.file.startsWith('std/')) : undefined;
    if (caller !== undefined) ctx.parameterCalls.set(trimmed, caller.place);
    ctx.parameterNodes.set(trimmed, ctx.builder.at(at).parameter(trimmed, axes, at));
  }
  if ((known.per ?? 0) !== own.length - rounds.length) {
    ctx.problems.report({
      code: 'E0406',
      severity: 'error',
      place: callOf(here),
      message: 'this instance is called with `per` and without it',
      why: 'a name given with `let` is one instance: its parameters either have the axis in front or not',
      related: [{ place: placeOf(here, span), message: `this parameter, \`${name}\`` }],
      fix: 'call it `per` the same axes everywhere, or make two instances',
    });
    return null;
  }
  const { axes } = known;
  const other = Array.from({ length: Math.max(axes.length, all.length) }, (_, k) => k).find(
    (k) => axes[k] === undefined || all[k] === undefined || !sameExtent(axes[k], all[k], here),
  );
  if (other !== undefined) {
    ctx.problems.report({
      code: 'E0406',
      severity: 'error',
      place: callOf(here),
      message: `this instance is used at two sizes: its parameter \`${name}\` is already there with another one`,
      ...(axes[other] === undefined ? {} : { expected: describeAxis(axes[other]) }),
      ...(all[other] === undefined ? {} : { given: describeAxis(all[other]) }),
      why: 'a name given with `let` is one instance, with one set of parameters',
      fix: 'make an instance for each size, or write the block itself in place of the name',
      related: [{ place: placeOf(here, span), message: 'this parameter' }],
    });
    return null;
  }
  return axes.reduce((node, axis, k) => {
    const place = places[k]?.place;
    if (place === undefined) return rename(node, axis, all[k]!, here, span);
    ctx.owned += 1;
    return ctx.builder.at(at).gather(node, place, axis.id, true);
  }, ctx.parameterNodes.get(trimmed)!);
}

/** The call in the file of the instance: calls further inside are not to blame. */
function callOf({ calls }: Site): Place {
  return calls.findLast(({ place }) => place.file === calls[0]!.place.file)!.place;
}

/** The body's `init`, if the parameter has none or `init all` overrides it; else the usual initialiser. */
function firstValues(
  own: Initialiser | null,
  outs: readonly Axis[],
  ins: readonly Axis[],
  { init, initAll }: Site,
  isTrained: boolean,
): Initialiser {
  if (init !== null && holds(init, outs, ins) && (own === null || (initAll && isTrained))) return init;
  if (own !== null) return own;
  const features = outs.at(-1);
  if (features === undefined || holds({ kind: 'glorot' }, outs, ins)) return { kind: 'glorot' };
  // An embedding table: its rows have a norm of about 1, whatever their number.
  return {
    kind: 'normal',
    deviation: {
      kind: 'call',
      fn: 'pow',
      args: [
        { kind: 'size', size: sizeOf(features.space) },
        { kind: 'number', value: -0.5 },
      ],
    },
  };
}

/** Does the word apply to such a parameter? Some refer to the input and output of a map; a vector is a map to or from a single number. */
function holds({ kind }: Initialiser, outs: readonly Axis[], ins: readonly Axis[]): boolean {
  return ins.length > 0 || (kind !== 'orthogonal' && (kind !== 'glorot' || outs.length <= 1));
}

function sameExtent(a: Axis, b: Axis, here: Site): boolean {
  return sameSpace(a.space, b.space) || equalSizes(sizeOf(a.space), sizeOf(b.space), here.ctx.facts) === 'equal';
}

const initialisers = '`zeros`, `ones`, a number, `orthogonal`, `glorot`, `uniform(limit)`, `normal(deviation)`';

/** The initialiser for a parameter with these axes. */
export function initialiserFor(expr: Expr, outs: readonly Axis[], ins: readonly Axis[], here: Site): Initialiser | null {
  const init = initialiserOf(expr, here);
  if (init === null || holds(init, outs, ins)) return init;
  report(here, 'E0804', expr.span, `\`${init.kind}\` is for a map, and this is a tensor`, {
    why:
      init.kind === 'orthogonal'
        ? 'the rows or the columns of a matrix are orthogonal: a tensor does not say which of its axes are which'
        : 'a tensor does not say over which of its axes a sum goes',
    fix: 'write the type as a map, `[out <- in]`, or begin with `normal(…)` or `uniform(…)`',
  });
  return null;
}

export function initialiserOf(expr: Expr, here: Site): Initialiser | null {
  const literal = numberOfExpr(expr);
  if (literal !== null) return literal === 0 ? { kind: 'zeros' } : { kind: 'constant', value: literal };
  if (expr.kind === 'name' && (expr.name === 'zeros' || expr.name === 'ones' || expr.name === 'orthogonal' || expr.name === 'glorot'))
    return { kind: expr.name };
  if (expr.kind === 'call' && expr.callee.kind === 'name' && expr.args.length === 1) {
    const [{ value: given }] = expr.args as readonly [(typeof expr.args)[number]];
    const known = numberOfExpr(given);
    const { name } = expr.callee;
    if ((name === 'uniform' || name === 'normal') && (known === null || known >= 0)) {
      const value = known ?? hostExpr(given, SPREAD, here);
      return value === null ? null : name === 'uniform' ? { kind: 'uniform', limit: value } : { kind: 'normal', deviation: value };
    }
  }
  report(here, 'E0804', expr.span, 'this is not an initialiser', { expected: initialisers, fix: '`= normal(0.01)`, or leave it away' });
  return null;
}
