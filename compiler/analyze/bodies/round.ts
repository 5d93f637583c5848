/** One round of a `repeat`, whether unrolled or the body of a loop. */
import type { Body, RepeatExpr } from '../../../grammar/ast.ts';
import type { Axis, Node, TensorType } from '../../graph/graph.ts';
import type { Size } from '../../size/size.ts';
import { runBody } from '../expressions/evaluate.ts';
import { collected, plainBody, type Collected } from '../scope/collected.ts';
import type { Site, Tap } from '../scope/context.ts';
import { callFrame, report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import type { Entry, StateDeclaration, Value } from '../scope/values.ts';
import { nextOf } from './scan.ts';

export interface Round {
  readonly found: Collected;
  readonly taps: readonly Tap[];
  /** Outer names that the body assigns: carried to the next round and out of the loop. */
  readonly carried: ReadonlyMap<string, Value>;
  /** The round's own states, which belong to the scan or decoder around it. */
  readonly states: readonly RoundState[];
}

export type RoundState = StateDeclaration & { readonly next: Node };

/** One round of the body; `as`: what the round's name is bound to. */
export function runRound(expr: RepeatExpr, path: string, as: Entry, here: Site): Round | null {
  const { errors } = here.ctx.problems;
  here.ctx.open(expr.span, here);
  // Inside the steps of a scan, what does not change from step to step is computed outside them: parameters, initial values.
  const { stepping } = here;
  const constants = stepping === null ? null : new Scope(stepping.constants);
  const names = new Scope(here.scope);
  if (expr.as !== null) for (const scope of [names, constants]) scope?.define(expr.as.text, as);
  const inside: Site = {
    ...here,
    scope: new Scope(names, { round: true, constants }),
    path,
    called: callFrame(`${here.target ?? 'repeat'} round`, path, here),
    ordinals: new Map(),
    target: null,
    later: new Map(),
    taps: [],
    alignments: new Map(),
  };
  const steps = stepping === null ? null : { constants: constants!, position: stepping.position };
  const found = collected();
  runBody(expr.body, inside, { ...plainBody, value: false, emits: true, states: stepping !== null, steps }, found);
  const states = found.states.flatMap((state) => {
    const next = nextOf(state, found, inside);
    return next === null ? [] : [{ ...state, next }];
  });
  for (const name of found.named.keys()) here.scope.hidden.set(name, 'repeat');
  if (found.emits.length > 1)
    report(inside, 'E0607', found.emits[1]!.span, 'a `repeat` has one `emit`', { fix: 'emit several values at once: `emit a, b`' });
  if (here.ctx.problems.errors > errors) return null;
  // A state of the round is its own, even if an outer state has the same name.
  const own = new Set(found.states.flatMap(({ name }) => [name, `${name}'`]));
  return {
    found,
    taps: inside.taps,
    states,
    carried: new Map([...found.named].filter(([name]) => !own.has(name) && here.scope.lookup(name)?.kind === 'value')),
  };
}

/** The states of a round become states of the scan or decoder around it, under the round's path. */
export function passOn(states: readonly RoundState[], path: string, here: Site): void {
  const into = here.stepping?.states;
  for (const { next, ...state } of states) {
    const name = `${path.slice(here.path.length + 1)}.${state.name}`;
    into?.states.push({ ...state, name });
    into?.nexts.set(name, { node: next, span: state.span });
  }
}

/** The attention weights that the round names. */
export function weightsIn({ found }: Round): readonly (readonly [name: string, weights: Node])[] {
  return [...found.named].flatMap(([name, value]) => {
    const weights = value.kind === 'record' ? value.fields.get('weights') : undefined;
    return weights?.kind === 'tensor' ? [[name, weights.node]] : [];
  });
}

/** A new axis of rounds, named after the count. */
export function roundsAxis(expr: RepeatExpr, count: Size, here: Site): Axis {
  const label = expr.count?.kind === 'name' ? expr.count.name : (expr.as?.text ?? 'round');
  const entry = here.scope.lookup(label);
  return here.frame.axis(label, entry?.kind === 'dim' ? entry.space : { kind: 'anon', size: count });
}

export function declaresState(body: Body): boolean {
  return body.statements.some((statement) => {
    if (statement.kind === 'match') return statement.arms.some((arm) => declaresState(arm.body));
    const repeat =
      (statement.kind === 'expression' || statement.kind === 'equation') && statement.value.kind === 'repeat' ? statement.value : null;
    return statement.kind === 'state' || (repeat !== null && declaresState(repeat.body));
  });
}

export function labelled({ axes }: TensorType, { label }: Axis): Axis | undefined {
  return axes.find((axis) => axis.label === label);
}
