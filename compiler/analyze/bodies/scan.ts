/** `scan` and its states: the body of one step, run along an axis. */
import type { Expr, ScanExpr, Span, StateStatement } from '../../../grammar/ast.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { present } from '../scope/absent.ts';
import { evaluateTensor, runBody } from '../expressions/evaluate.ts';
import { collected, laterNames, type Collected } from '../scope/collected.ts';
import { noMap } from '../expressions/maps.ts';
import { asTensor, conform, needAxis, rename, sizesAgree } from '../types/operate.ts';
import { parameter } from '../parameters/parameters.ts';
import { growing, leaves, unrolled } from '../expressions/past.ts';
import { outsideLoop, requireRunningValues } from '../parameters/running.ts';
import { refuseAlong } from '../types/inner-dims.ts';
import type { OwnPosition, Site } from '../scope/context.ts';
import { type Value, type StateDeclaration, ERROR, tensor } from '../scope/values.ts';
import { origin, report, uniquePath } from '../scope/report.ts';
import { axisByLabel, typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { isTaken } from '../scope/taken.ts';
import { spaceOfName, tensorTypeOfExpr } from '../types/types.ts';

export function declareStates(statement: StateStatement, here: Site, constants: Site, found: Collected): void {
  for (const group of statement.groups) {
    if (group.init.length !== 1 && group.init.length !== group.names.length) {
      report(here, 'E0602', group.span, 'one initial value for all names, or one each', {
        expected: `1 or ${group.names.length}`,
        given: `${group.init.length}`,
      });
    }
    for (const [k, name] of group.names.entries()) {
      if (isTaken(name, here)) continue;
      const made = stateOf(group, name, group.init[group.init.length === 1 ? 0 : k], here, constants);
      if (made !== null) found.states.push(made);
      here.scope.define(name.text, { kind: 'value', value: made === null ? ERROR : tensor(readInRound(made, here)), span: name.span });
    }
  }
}

function stateOf(
  { type, span }: StateStatement['groups'][number],
  name: { text: string; span: Span },
  expr: Expr | undefined,
  here: Site,
  constants: Site,
): StateDeclaration | null {
  if (type.kind === 'map') {
    noMap('a state', type.span, here);
    return null;
  }
  const declared = tensorTypeOfExpr(type, constants);
  if (declared === null || expr === undefined) return null;
  const scanned = declared.axes.find((axis) => here.steps.has(axis.label));
  if (scanned !== undefined) {
    report(here, 'E0601', span, `a state of the scan along \`${scanned.label}\` cannot have that axis`, {
      why: "inside the scan a value is one step's",
      fix: `call it another name: \`[other: ${scanned.label}]\``,
    });
    return null;
  }
  const what = `the initial value of \`${name.text}\``;
  const rounds = roundsInStep(here);
  let init: Node | null;
  if (expr.kind === 'name' && expr.name === 'learned' && !expr.prime)
    init = parameter(uniquePath(`${here.path}.${name.text}`, here), declared.axes, [], { kind: 'zeros' }, name.span, name.text, constants);
  else {
    const value = evaluateTensor(expr, { ...beforeSteps(constants, rounds.length > 0), target: name.text });
    init = value === null ? null : conform(value, declared, what, constants, expr.span, true);
  }
  if (init === null || !present(init, what, here, expr.span)) return null;
  const axes = [...rounds.map(({ axis }) => axis), ...declared.axes];
  const argument = here.ctx.builder.argument({ ...declared, axes }, origin(here, name.span, name.text));
  return { name: name.text, span: name.span, type: declared, argument, init };
}

/** The loops over rounds between a state and the steps that change it, outermost first: each round has a state of its own. */
function roundsInStep({ own, loops, stepping }: Site): readonly OwnPosition[] {
  const step = loops.indexOf(stepping!.position);
  return own.filter(({ round, place }) => round !== undefined && loops.indexOf(place) > step);
}

/** The value of a state as a step reads it; in rounds, this round's. */
function readInRound({ argument, name, span }: StateDeclaration, here: Site): Node {
  const builder = here.ctx.builder.at(origin(here, span, name));
  const read = roundsInStep(here).reduce((node, { axis, place }) => builder.gather(node, place, axis.id, true), argument);
  here.ctx.stateLoops.set(read, here.stepping!.position);
  return read;
}

/**
 * An initial value is computed outside the steps: it does not see their positions, and draws once. In rounds its attention
 * weights stay there.
 */
function beforeSteps(here: Site, isInRounds: boolean): Site {
  const { position } = here.stepping!;
  return {
    ...here,
    loops: here.loops.filter((loop) => loop !== position),
    steps: new Map([...here.steps].filter(([, step]) => step !== position)),
    ...(isInRounds ? { taps: [], alignments: new Map() } : {}),
  };
}

/** Every state needs its next value. */
export function nextOf(state: StateDeclaration, found: Collected, here: Site): Node | null {
  const next = found.nexts.get(state.name);
  if (next !== undefined) return next.node;
  if (here.scope.own(`${state.name}'`) === null) {
    report(here, 'E0602', state.span, `the state \`${state.name}\` has no next value`, { fix: `add \`${state.name}' = …\`` });
  }
  return null;
}

interface Sequence {
  readonly name: string;
  readonly span: Span;
  readonly value: Node;
}

export function elaborateScan(expr: ScanExpr, here: Site): Value {
  const { ctx } = here;
  const label = expr.axis.text;
  const inputs = sequences(expr, here);
  if (inputs === null) return ERROR;
  const own = (node: Node): Axis => typeOf(node).axes.find((axis) => axis.label === label)!;
  const space = inputs[0] === undefined ? spaceOfName(expr.axis, here) : own(inputs[0].value).space;
  if (
    space === null ||
    (inputs[0] !== undefined && growing(inputs[0].value, here)?.label === label && leaves(inputs[0].value, here, expr.axis.span))
  )
    return ERROR;
  const axis = inputs[0] === undefined ? here.frame.axis(label, space) : own(inputs[0].value);
  if (inputs.some((input) => refuseAlong(input.value, own(input.value), 'a scan along', input.span, here))) return ERROR;
  const builder = ctx.builder.at(origin(here, expr.span));
  const position = builder.argument({ elem: { kind: 'index', space }, axes: [], masks: [] });
  // Parameters and dims do not change from step to step: their scope is outside the steps'.
  const constants = new Scope(here.scope);
  const steps = new Scope(constants, { scan: label });
  const inside: Site = {
    ...here,
    scope: steps,
    path: uniquePath(`${here.path}.${here.target ?? 'scan'}`, here),
    target: null,
    ordinals: new Map(),
    loops: [...here.loops, position],
    steps: new Map([...here.steps, [label, position]]),
    taps: [],
    alignments: new Map(),
    decode: null,
    later: laterNames(expr.body),
  };
  const xs: { arg: Node; value: Node }[] = [];
  for (const { name, span, value } of inputs) {
    if (own(value).id !== axis.id && !sizesAgree(axis, own(value), 'scan', here, span, inputs[0]!.value, value)) return ERROR;
    const sequence = rename(value, own(value), axis, here, span);
    const { elem, axes, masks } = typeOf(sequence);
    const drop = (list: readonly Axis[]): Axis[] => list.filter(({ id }) => id !== axis.id);
    const arg = ctx.builder.argument({ elem, axes: drop(axes), masks: masks.map(drop) }, origin(here, span, name));
    isTaken({ text: name, span }, here, steps);
    steps.define(name, { kind: 'value', value: tensor(arg), span });
    xs.push({ arg, value: sequence });
  }
  const errors = ctx.problems.errors;
  const known = new Set(ctx.runningValues.all().keys());
  const found = collected();
  runBody(expr.body, inside, { states: true, emits: true, value: false, clauses: null, steps: { constants, position } }, found);
  requireRunningValues(found.running, inside);
  outsideLoop(known, [position, ...xs.map(({ arg }) => arg), ...found.states.map(({ argument }) => argument)], expr.span, here);
  for (const name of found.named.keys()) here.scope.hidden.set(name, 'scan');
  const states = found.states.flatMap((state) => {
    const next = nextOf(state, found, inside);
    return next === null ? [] : [{ arg: state.argument, init: state.init, next }];
  });
  const emitted = found.emits[0];
  if (emitted === undefined) {
    return ctx.problems.errors > errors
      ? ERROR
      : report(here, 'E0607', expr.axis.span, 'the scan emits nothing', { fix: 'end its body with `emit …`' });
  }
  if (found.emits.length > 1)
    return report(here, 'E0607', found.emits[1]!.span, 'a scan has one `emit`', { fix: 'emit several values at once: `emit a, b`' });
  if (ctx.problems.errors > errors) return ERROR;
  const outs = emitsOf(emitted, label, inside);
  if (outs === null || states.length < found.states.length) return ERROR;
  const tap = inside.taps.length === 1 && axisByLabel(inside.taps[0]!.node, label) === null ? inside.taps[0]! : null;
  const scan = builder.scan({
    axis,
    reversed: expr.reversed,
    position,
    xs,
    states,
    tape: ctx.tapes.get(position),
    emits: [...outs.map(({ node }) => node), ...(tap === null ? [] : [unrolled(tap.node, position, axis, inside)])],
  });
  const result = (k: number): Node => builder.result(scan, states.length + k);
  if (tap !== null) here.taps.push({ name: 'weights', node: result(outs.length) });
  const single = !outs.some(({ field }) => field);
  if (single && tap === null) return tensor(result(0));
  const fields = new Map<string, Value>(single ? [] : outs.map(({ name }, k) => [name, tensor(result(k))]));
  // As with a call, attention weights are a field, and are ignored where they are not asked for.
  if (tap !== null && !fields.has('weights')) fields.set('weights', tensor(result(outs.length)));
  return { kind: 'record', fields, main: single ? tensor(result(0)) : null };
}

function sequences(expr: ScanExpr, here: Site): Sequence[] | null {
  const inputs: Sequence[] = [];
  for (const { name, value } of expr.inputs) {
    const node = evaluateTensor(value, here);
    if (node === null || needAxis(node, expr.axis.text, 'scan', here, value.span) === null) return null;
    inputs.push({ name: name.text, span: name.span, value: node });
  }
  return inputs;
}

interface Emitted {
  readonly name: string;
  readonly node: Node;
  /** Is it a field of a record, rather than the scan's only value? */
  readonly field: boolean;
}

function emitsOf(emitted: Collected['emits'][number], label: string, inside: Site): Emitted[] | null {
  const outs: Emitted[] = [];
  const add = (value: Value, span: Span, name: string, field: boolean): boolean => {
    const node = asTensor(value, inside, span);
    if (node === null || leaves(node, inside, span) || !present(node, 'what a scan emits', inside, span)) return false;
    if (axisByLabel(node, label) !== null) {
      report(inside, 'E0301', span, `the result of the scan would hold \`${label}\` twice`, {
        why: `each step's value gets \`${label}\` in front`,
        fix: `rename the axis of what is emitted: \`…[${label} as other]\``,
      });
      return false;
    }
    outs.push({ name, node, field });
    return true;
  };
  const values = emittedValues(emitted, inside);
  return values?.every(({ value, span, name, field }) => add(value, span, name, field)) ? outs : null;
}

/** The values of an `emit`, the fields of a record one by one; null where two have the same name. */
export function emittedValues(
  { values, exprs, span }: Collected['emits'][number],
  here: Site,
): readonly { readonly name: string; readonly value: Value; readonly span: Span; readonly field: boolean }[] | null {
  const all = values.flatMap((value, k) => {
    const expr = exprs[k]!;
    if (value.kind === 'record' && value.main === null)
      return [...value.fields].map(([name, field]) => ({ name, value: field, span: expr.span, field: true }));
    return [{ name: expr.kind === 'name' ? expr.name : `${k}`, value, span: expr.span, field: values.length > 1 }];
  });
  const twice = all.find(({ name }, k) => all.findIndex((other) => other.name === name) < k);
  if (twice === undefined) return all;
  report(here, 'E0203', span, `two emitted values are called \`${twice.name}\``, { fix: 'name them: `emit { a = …, b = … }`' });
  return null;
}
