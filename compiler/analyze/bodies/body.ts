/** Bodies: statements in textual order, equations, requirements. */
import type { Body, Equation, Expr, Span, Statement, Target } from '../../../grammar/ast.ts';
import type { Node } from '../../graph/graph.ts';
import { present } from '../scope/absent.ts';
import { evaluate } from '../expressions/evaluate.ts';
import { asTensor, conform } from '../types/operate.ts';
import { declareParameters, initialiserOf } from '../parameters/parameters.ts';
import { named } from './named.ts';
import { runRepeat } from './repeat.ts';
import { chooseArm } from '../expressions/match.ts';
import { declareRunning, nextRunning } from '../parameters/running.ts';
import { declareStates } from './scan.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { placeOf } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import type { Scope } from '../scope/scope.ts';
import { equalSizes, SizeError } from '../../size/size.ts';
import { isTaken, reportTwice } from '../scope/taken.ts';
import { choicesOf, declareDims, declareOption, giveOption, sizeOfExpr } from '../types/types.ts';
import { type BodyKind, type Collected, keyOf } from '../scope/collected.ts';

// ---------------------------------------------------------------- statements

/** `tail`: is the body's last value the value of the whole? */
export function elaborateBody(body: Body, here: Site, kind: BodyKind, found: Collected, tail = kind.value): void {
  let current: Site = kind.states && kind.steps !== null ? { ...here, stepping: { states: found, ...kind.steps } } : here;
  for (const [k, statement] of body.statements.entries()) {
    const last = tail && k === body.statements.length - 1;
    try {
      const init = runStatement(statement, current, kind, found, last);
      if (init !== null) current = { ...current, ...init };
    } catch (error) {
      if (!(error instanceof SizeError)) throw error;
      report(here, 'E0311', statement.span, `this makes a size that cannot be: ${error.message}`);
      if (last) found.result = ERROR;
    }
  }
}

type InitChange = Pick<Site, 'init' | 'initAll'>;

function runStatement(statement: Statement, here: Site, kind: BodyKind, found: Collected, last: boolean): InitChange | null {
  const constants: Site = kind.steps === null ? here : { ...here, scope: kind.steps.constants };
  switch (statement.kind) {
    case 'dim':
      declareDims(statement, constants, null);
      return null;
    case 'option': {
      const given = here.given.get(statement.name.text);
      if (given === undefined) declareOption(statement, constants);
      else giveOption(statement.name, given, choicesOf(statement), constants);
      return null;
    }
    case 'param':
      declareParameters(statement, constants);
      return null;
    case 'running':
      for (const [name, declared] of declareRunning(statement, constants)) found.running.set(name, declared);
      return null;
    case 'state':
      if (kind.states) declareStates(statement, here, constants, found);
      else {
        report(here, 'E0603', statement.span, 'a `state` stands only in a `scan` or in a decoder', {
          fix: 'put it into the loop: `scan a with xt = x { state s: [d] = 0; … }`',
        });
        for (const { text, span } of statement.groups.flatMap((group) => group.names)) {
          here.scope.define(text, { kind: 'value', value: ERROR, span });
          found.running.set(text, null);
        }
      }
      return null;
    case 'let':
      declareInstance(statement.name.text, statement.name.span, statement.value, constants);
      return null;
    case 'equation':
      runEquation(statement, here, kind, found);
      return null;
    case 'expression':
      runExpression(statement.value, here, found, last);
      return null;
    case 'emit': {
      if (!kind.emits)
        report(here, 'E0607', statement.span, '`emit` stands only in a `scan` or a `repeat`', { fix: 'write the value as the last line' });
      else
        found.emits.push({ exprs: statement.values, values: statement.values.map((value) => evaluate(value, here)), span: statement.span });
      return null;
    }
    case 'require':
      declareRequirement(statement.condition, here);
      return null;
    case 'init': {
      const init = initialiserOf(statement.value, here);
      return init === null ? null : { init, initAll: statement.all };
    }
    case 'match': {
      const arm = chooseArm(statement, here);
      if (arm !== null) elaborateBody(arm.body, here, kind, found, last);
      else {
        defineErrors(
          statement.arms.map(({ body }) => body),
          here,
        );
        if (last) found.result = ERROR;
      }
      return null;
    }
    case 'clause': {
      const owner = statement.clause === 'rank' || statement.clause === 'at most' ? 'decoder' : 'objective';
      if (kind.clauses === owner) found.clauses.push(statement);
      else
        report(
          here,
          'E0205',
          statement.span,
          `\`${statement.clause}\` stands only in ${owner === 'decoder' ? 'a decoder' : 'an objective'}`,
        );
      return null;
    }
    case 'metric':
    case 'update':
      if (kind.clauses === 'objective') found.clauses.push(statement);
      else report(here, 'E0205', statement.span, `\`${statement.kind}\` stands only in an objective`);
      return null;
  }
}

/** Defines the names of a body that is not run as errors, so that they are not reported as missing. */
function defineErrors(bodies: readonly Body[], here: Site): void {
  for (const target of bodies
    .flatMap(({ statements }) => statements)
    .flatMap((statement) => (statement.kind === 'equation' ? statement.targets : []))) {
    here.scope.define(keyOf(target), { kind: 'value', value: ERROR, span: target.span });
  }
}

/** A bare value is the body's result if it is the last line; a `repeat` also acts through the names it carries. */
function runExpression(expr: Expr, here: Site, found: Collected, last: boolean): void {
  if (!last && expr.kind !== 'repeat') {
    report(here, 'E0314', expr.span, 'this value goes nowhere', { fix: 'give it a name, or make it the last line' });
    return;
  }
  const value = expr.kind === 'repeat' ? here.ctx.inside(expr.span, here, () => runRepeat(expr, here)) : evaluate(expr, here);
  if (!last || value === null) return;
  found.result = value;
  found.resultSpan = expr.span;
}

// ---------------------------------------------------------------- equations

function runEquation(equation: Equation, here: Site, kind: BodyKind, found: Collected): void {
  const { targets, value: expr } = equation;
  const at = (target: string): Site => ({ ...here, target, next: targets.some(({ prime }) => prime) });
  if (equation.form !== 'destructure') {
    for (const target of targets) assign(target, evaluate(expr, at(target.name.text)), expr, here, kind, found);
    return;
  }
  const value = evaluate(expr, at(targets.map(({ name }) => name.text).join('_')));
  const fields = partsOf(value, targets.length);
  if (value.kind !== 'error' && fields.length !== targets.length) {
    report(here, 'E0307', equation.span, `this takes ${targets.length} values apart`, {
      expected: `a record of ${targets.length} fields`,
      given: value.kind === 'record' ? `a record of ${fields.length}` : 'no record',
    });
  }
  for (const [k, target] of targets.entries())
    assign(target, fields.length === targets.length ? fields[k]! : ERROR, expr, here, kind, found);
}

/** The fields in declared order; the weights that a call passes on count only where they are asked for. */
function partsOf(value: Value, wanted: number): Value[] {
  if (value.kind !== 'record') return [];
  const all = [...value.fields];
  return (all.length === wanted ? all : all.filter(([name]) => name !== 'weights')).map(([, field]) => field);
}

function assign(target: Target, given: Value, expr: Expr, here: Site, kind: BodyKind, found: Collected): void {
  const name = target.name.text;
  const key = keyOf(target);
  const state = target.prime ? undefined : found.states.find((candidate) => candidate.name === name);
  if (state !== undefined && here.scope.own(key)?.kind === 'value') {
    report(here, 'E0602', target.span, `\`${name}\` is a state: inside the step it is the previous value, which no equation changes`, {
      fix: `write \`${name}' = …\` for its next value`,
      related: [{ place: placeOf(here, state.span), message: 'the state' }],
    });
    found.nexts.set(name, { node: state.argument, span: target.span });
    here.scope.define(`${name}'`, { kind: 'value', value: ERROR, span: target.span });
    return;
  }
  const earlier = here.scope.own(key) ?? rigidDim(key, here);
  if (earlier !== null && !here.scope.carries(key)) {
    reportTwice({ text: key, span: target.span }, earlier, here, {
      why: 'an equation holds once and for all, and dims and values share their names',
      fix: 'give one of them another name',
    });
    return;
  }
  let value = named(given, target.prime ? `${name}_next` : name, { start: target.span.start, end: expr.span.end }, here);
  if (target.prime) value = nextValue(target, value, expr, here, kind, found);
  here.scope.define(key, { kind: 'value', value, span: target.span });
  found.named.set(key, value);
}

/** A dim declared at the top of this file. */
function rigidDim(key: string, here: Site): ReturnType<Scope['lookup']> {
  const entry = here.scope.lookup(key);
  return entry?.kind === 'dim' && entry.span !== null && entry.file === here.module.path ? entry : null;
}

function nextValue(target: Target, value: Value, expr: Expr, here: Site, kind: BodyKind, found: Collected): Value {
  const name = target.name.text;
  const running = found.running.get(name);
  if (running !== undefined) return running === null ? ERROR : nextRunning(target, value, expr, running, here);
  const state = found.states.find((candidate) => candidate.name === name);
  if (state === undefined) {
    const entry = here.scope.own(name);
    if (entry?.kind === 'value' && entry.value.kind === 'error') return ERROR;
    return kind.states
      ? report(here, 'E0603', target.span, `\`${name}\` is not a state: only a state has a next value`, {
          fix: `declare it: \`state ${name}: […] = …\``,
        })
      : report(here, 'E0603', target.span, 'a prime stands only in a `scan` or a decoder');
  }
  const node = asTensor(value, here, expr.span);
  const what = `the next value of \`${name}\``;
  const next = node === null ? null : conform(node, state.type, what, here, expr.span, true, { code: 'E0604', at: state.span });
  if (next === null || !present(next, what, here, expr.span)) return ERROR;
  found.nexts.set(name, { node: next, span: target.span });
  return tensor(next);
}

// ---------------------------------------------------------------- requirements and instances

function declareRequirement(condition: Expr, here: Site): void {
  if (condition.kind !== 'binary' || !['==', '<=', '>='].includes(condition.op)) {
    report(here, 'E0311', condition.span, 'a requirement compares two sizes', { fix: '`require a == b`, `require a <= b`' });
    return;
  }
  const { ctx } = here;
  const [left, right] = condition.op === '>=' ? [condition.right, condition.left] : [condition.left, condition.right];
  const a = sizeOfExpr(left, here);
  const b = sizeOfExpr(right, here);
  if (a === null || b === null) return;
  const made = { a, b, origin: origin(here, condition.span), why: 'the program requires it' };
  if (condition.op !== '==') {
    ctx.requirements.push({ kind: 'atMost', ...made });
    const part = left.kind === 'name' ? here.scope.lookup(left.name) : null;
    const whole = right.kind === 'name' ? here.scope.lookup(right.name) : null;
    if (part?.kind === 'dim' && whole?.kind === 'dim') ctx.parts.push({ part: part.space, whole: whole.space });
    return;
  }
  if (equalSizes(a, b, ctx.facts) === 'equal') return;
  ctx.facts.push({ left: a, right: b });
  ctx.requirements.push({ kind: 'equal', ...made });
}

function declareInstance(name: string, span: Span, value: Expr, here: Site): void {
  if (isTaken({ text: name, span }, here)) return;
  const made = evaluate(value, here);
  if (made.kind === 'instance') {
    here.scope.define(name, { kind: 'value', value: { ...made, path: `${here.path}.${name}` }, span });
    return;
  }
  if (made.kind !== 'error')
    report(here, 'E0205', value.span, '`let` names an instance of a block', { fix: '`let f = GRU[hidden]`; for a value write `name = …`' });
  here.scope.define(name, { kind: 'value', value: ERROR, span });
}

/** The tensors of a value, for outputs: of a record its fields. */
export function tensorsOf(value: Value, name: string): Map<string, Node> {
  const nodes = new Map<string, Node>();
  if (value.kind === 'tensor') nodes.set(name, value.node);
  if (value.kind !== 'record') return nodes;
  for (const [field, inner] of value.fields) if (inner.kind === 'tensor') nodes.set(field, inner.node);
  return nodes;
}
