/** Bodies: statements in textual order, equations, requirements. */
import type { Body, BracketExpr, Declaration, Equation, Expr, Param, Span, Statement, Target, TypeExpr } from '../../grammar/ast.ts';
import type { Node } from '../graph/graph.ts';
import { present } from './absent.ts';
import { evaluate } from './expr.ts';
import { conformMap, noMap } from './maps.ts';
import { asTensor, conform, keepOrder, tensorOrError, type Conformity } from './operate.ts';
import { declareParameters, initialiserOf } from './parameters.ts';
import { chooseArm, runRepeat } from './repeat.ts';
import { declareRunning, nextRunning, requireNexts, type RunningDeclaration } from './running.ts';
import { declareStates } from './scan.ts';
import type { Here, Later, Value } from './scope.ts';
import { ERROR, origin, placeOf, report, tensor, type Scope, type StateSink } from './scope.ts';
import { equalSizes, SizeError } from './size.ts';
import { isTaken, reportTwice } from './taken.ts';
import { choicesOf, declareDims, declareOption, giveOption, sizeOfExpr, mapTypeOfExpr, tensorTypeOfExpr } from './types.ts';

// ---------------------------------------------------------------- what a body collects

/** Filled while a body's statements run. */
export interface Collected extends StateSink {
  result: Value | null;
  resultSpan: Span | null;
  readonly emits: { readonly exprs: readonly Expr[]; readonly values: readonly Value[]; readonly span: Span }[];
  /** Every name an equation defined, in order. */
  readonly named: Map<string, Value>;
  /** Running values; null: reported, and so is a `state` that stands nowhere. */
  readonly running: Map<string, RunningDeclaration | null>;
  /** Clauses, metrics and updates, for decoders and objectives. */
  readonly clauses: Statement[];
}

export function collected(): Collected {
  return { result: null, resultSpan: null, states: [], nexts: new Map(), emits: [], named: new Map(), running: new Map(), clauses: [] };
}

/** What may stand in a body. `constants`: the scope for what does not change from step to step. */
export interface BodyKind {
  readonly states: boolean;
  readonly emits: boolean;
  /** Does the body end in a value? */
  readonly value: boolean;
  readonly clauses: 'decoder' | 'objective' | null;
  readonly constants: Scope | null;
}

export const plainBody: BodyKind = { states: false, emits: false, value: true, clauses: null, constants: null };

/** Names that the equations of a body define: for "used before its equation". */
export function laterNames(body: Body): Map<string, Later> {
  const names = new Map<string, Later>();
  for (const statement of body.statements) for (const [label, made] of axesMade(statement)) names.set(label, { kind: 'axis', made });
  for (const statement of body.statements) {
    if (statement.kind === 'dim') for (const { name } of statement.dims) names.set(name.text, { kind: 'dim' });
    if (statement.kind === 'equation') for (const target of statement.targets) names.set(keyOf(target), { kind: 'value' });
  }
  return names;
}

/** Axes that an `as` in a statement makes, with the expression around it; not those of bodies inside, which stay there. */
function axesMade(statement: Statement): [string, Span][] {
  const found: [string, Span][] = [];
  const open: unknown[] = [statement];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null || 'statements' in part) continue;
    if (isBracket(part)) {
      for (const arg of part.args) {
        if (arg.kind === 'as') found.push(...arg.to.map(({ text }): [string, Span] => [text, part.span]));
        if (arg.kind === 'upto') found.push([arg.as.text, part.span]);
      }
    }
    open.push(...Object.values(part));
  }
  return found;
}

function isBracket(part: object): part is BracketExpr {
  return 'kind' in part && part.kind === 'bracket';
}

function keyOf(target: Target): string {
  return target.prime ? `${target.name.text}'` : target.name.text;
}

/** Runs a declaration's body: its value conforms to the declared result. */
export function bodyValue(declaration: Declaration, here: Here): Value {
  const errors = here.ctx.problems.errors;
  const found = collected();
  if (declaration.causal !== null && declaration.what !== 'model') report(here, 'E0205', declaration.causal.span, '`causal` stands only on a model', { why: 'a block has no clock of its own: it is as causal as the model that calls it', fix: 'leave it away; write `upto` where the block itself is to look back alone' });
  runBody(declaration.body, here, plainBody, found);
  if (here.ctx.problems.errors === errors) requireNexts(found.running, here);
  if (here.ctx.problems.errors > errors || found.result?.kind === 'error') return ERROR;
  const wanted = declaration.result?.kind === 'named' ? declaration.result.name.text : null;
  const declared = wanted === null ? null : here.scope.own(wanted);
  if (found.result === null && wanted !== null && declared?.kind === 'value') {
    found.result = declared.value;
    found.resultSpan = equationOf(wanted, declaration.body.statements, here)?.span ?? declared.span;
  }
  if (declaration.what === 'attention') {
    const weights = here.scope.own('weights');
    if (weights?.kind !== 'value') {
      return report(here, 'E0607', declaration.name.span, `the attention \`${declaration.name.text}\` does not define \`weights\``, { fix: 'name the alignment: `weights = softmax[key](score)`' });
    }
    const node = asTensor(weights.value, here, declaration.name.span);
    if (node === null) return ERROR;
    here.taps.splice(0, here.taps.length, { name: 'weights', node });
  }
  if (found.result === null) return report(here, 'E0314', declaration.name.span, `the body of \`${declaration.name.text}\` ends without a result`, { fix: 'let its last line be an expression' });
  return declaredResult(declaration, found.result, found.resultSpan ?? declaration.name.span, here);
}

/** The equation that gives a name its value. */
function equationOf(name: string, statements: readonly Statement[], here: Here): Equation | undefined {
  return statements
    .flatMap((statement) => (statement.kind === 'match' ? [equationOf(name, chooseArm(statement, here)?.body.statements ?? [], here)] : statement.kind === 'equation' ? [statement] : []))
    .findLast((equation) => equation?.targets.some((target) => !target.prime && target.name.text === name));
}

function declaredResult(declaration: Declaration, value: Value, span: Span, here: Here): Value {
  const { result } = declaration;
  if (value.kind === 'error') return value;
  if (result === null) return undeclared(declaration, value, span, here);
  if (result.kind === 'record') {
    if (value.kind !== 'record') return report(here, 'E0307', span, `\`${declaration.name.text}\` gives a record`, { expected: `{ ${result.fields.map((field) => field.name.text).join(', ')} }`, fix: `end it with \`{ ${result.fields.map((field) => `${field.name.text} = …`).join(', ')} }\`` });
    const fields = new Map<string, Value>();
    for (const field of result.fields) {
      const given = value.fields.get(field.name.text);
      if (given === undefined) return report(here, 'E0307', span, `the result lacks the field \`${field.name.text}\``, { fix: `add \`${field.name.text} = …\``, given: `{ ${[...value.fields.keys()].join(', ')} }`, related: [{ place: placeOf(here, field.name.span), message: 'declared here' }] });
      fields.set(field.name.text, conformTo(given, field.type, `the field \`${field.name.text}\``, declaration, span, here));
    }
    return [...fields.values()].some((field) => field.kind === 'error') ? ERROR : { kind: 'record', fields, main: null };
  }
  return conformTo(value, result.type, 'the result', declaration, span, here);
}

/** Where nothing is declared: is there a block, which no call can give (reported)? */
function givesBlock(value: Value, span: Span, here: Here): boolean {
  if (value.kind === 'record') return [...value.fields.values()].some((field) => givesBlock(field, span, here));
  return value.kind === 'instance' && asTensor(value, here, span) === null;
}

/** A result whose type is not declared: what a model or an encoder gives is tensors, and present. */
function undeclared(declaration: Declaration, value: Value, span: Span, here: Here): Value {
  if (!isStrict(declaration) || declaration.generates !== null) return givesBlock(value, span, here) ? ERROR : value;
  const part = (each: Value, what: string): Value => {
    if (each.kind === 'map') return declaration.what === 'model' ? noMap(`${what} of a model`, span, here) : each;
    const node = asTensor(each, here, span);
    return node !== null && present(node, what, here, span) ? tensor(node) : ERROR;
  };
  if (value.kind !== 'record' || value.main !== null) return part(value, 'the result');
  const fields = new Map([...value.fields].map(([name, field]) => [name, part(field, `the field \`${name}\``)]));
  return [...fields.values()].some((field) => field.kind === 'error') ? ERROR : { kind: 'record', fields, main: null };
}

function isStrict({ what }: Declaration): boolean {
  return what === 'model' || what === 'encoder' || what === 'decoder';
}

function conformTo(value: Value, type: TypeExpr, what: string, declaration: Declaration, span: Span, here: Here): Value {
  if (type.kind === 'map' && declaration.what === 'model') return noMap('the result of a model', type.span, here);
  const made = asDeclared(value, type, `${what} of \`${declaration.name.text}\``, here, span, false, { at: type.span });
  return made.kind === 'tensor' && isStrict(declaration) && !present(made.node, what, here, span) ? ERROR : made;
}

function asDeclared(value: Value, type: TypeExpr, what: string, here: Here, span: Span, fill: boolean, more: Conformity = {}): Value {
  if (type.kind === 'map') {
    const sides = mapTypeOfExpr(type, here);
    return sides === null ? ERROR : conformMap(value, sides, what, here, span);
  }
  const declared = tensorTypeOfExpr(type, here);
  const node = asTensor(value, here, span);
  return tensorOrError(declared === null || node === null ? null : conform(node, declared, what, here, span, fill, more));
}

/** What a parameter is worth where a call gives nothing for it. */
export function defaultArgument({ name, type, value, span }: Param, here: Here): Value {
  return asDeclared(value === null ? ERROR : evaluate(value, here), type, `the default of \`${name.text}\``, here, span, true);
}

// ---------------------------------------------------------------- statements

/** `tail`: is the body's last value the value of the whole? */
export function runBody(body: Body, here: Here, kind: BodyKind, found: Collected, tail = kind.value): void {
  let current: Here = kind.states && kind.constants !== null ? { ...here, stepping: { states: found, constants: kind.constants } } : here;
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

type InitChange = Pick<Here, 'init' | 'initAll'>;

function runStatement(statement: Statement, here: Here, kind: BodyKind, found: Collected, last: boolean): InitChange | null {
  const constants: Here = kind.constants === null ? here : { ...here, scope: kind.constants };
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
        report(here, 'E0603', statement.span, 'a `state` stands only in a `scan` or in a decoder', { fix: 'put it into the loop: `scan a with xt = x { state s: [d] = 0; … }`' });
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
      if (!kind.emits) report(here, 'E0607', statement.span, '`emit` stands only in a `scan` or a `repeat`', { fix: 'write the value as the last line' });
      else found.emits.push({ exprs: statement.values, values: statement.values.map((value) => evaluate(value, here)), span: statement.span });
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
      if (arm !== null) runBody(arm.body, here, kind, found, last);
      else {
        defineErrors(statement.arms.map(({ body }) => body), here);
        if (last) found.result = ERROR;
      }
      return null;
    }
    case 'clause': {
      const owner = statement.clause === 'rank' || statement.clause === 'at most' ? 'decoder' : 'objective';
      if (kind.clauses === owner) found.clauses.push(statement);
      else report(here, 'E0205', statement.span, `\`${statement.clause}\` stands only in ${owner === 'decoder' ? 'a decoder' : 'an objective'}`);
      return null;
    }
    case 'metric':
    case 'update':
      if (kind.clauses === 'objective') found.clauses.push(statement);
      else report(here, 'E0205', statement.span, `\`${statement.kind}\` stands only in an objective`);
      return null;
  }
}

/** What a body that is not run would define: it is not said of each of its names that it is missing. */
function defineErrors(bodies: readonly Body[], here: Here): void {
  for (const target of bodies.flatMap(({ statements }) => statements).flatMap((statement) => (statement.kind === 'equation' ? statement.targets : []))) {
    here.scope.define(keyOf(target), { kind: 'value', value: ERROR, span: target.span });
  }
}

/** A value by itself is the body's result, if it is the last line; a `repeat` also works through the names it carries. */
function runExpression(expr: Expr, here: Here, found: Collected, last: boolean): void {
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

function runEquation(equation: Equation, here: Here, kind: BodyKind, found: Collected): void {
  const { targets, value: expr } = equation;
  const at = (target: string): Here => ({ ...here, target, next: targets.some(({ prime }) => prime) });
  if (equation.form !== 'destructure') {
    for (const target of targets) assign(target, evaluate(expr, at(target.name.text)), expr, here, kind, found);
    return;
  }
  const value = evaluate(expr, at(targets.map(({ name }) => name.text).join('_')));
  const fields = partsOf(value, targets.length);
  if (value.kind !== 'error' && fields.length !== targets.length) {
    report(here, 'E0307', equation.span, `this takes ${targets.length} values apart`, {
      expected: `a record of ${targets.length} fields`, given: value.kind === 'record' ? `a record of ${fields.length}` : 'no record',
    });
  }
  for (const [k, target] of targets.entries()) assign(target, fields.length === targets.length ? fields[k]! : ERROR, expr, here, kind, found);
}

/** Fields in declared order; the weights that a call passes on count only where they are asked for. */
function partsOf(value: Value, wanted: number): Value[] {
  if (value.kind !== 'record') return [];
  const all = [...value.fields];
  return (all.length === wanted ? all : all.filter(([name]) => name !== 'weights')).map(([, field]) => field);
}

/** A tensor carries its equation's name, for errors, pictures and emitted code. */
function named(value: Value, name: string, span: Span, here: Here): Value {
  if ((value.kind !== 'tensor' && value.kind !== 'map') || value.node.origin.name !== null || value.node.op.kind === 'argument') return value;
  const node = here.ctx.builder.copy(value.node, origin(here, span, name));
  keepOrder(node, [value.node], here);
  return { ...value, node };
}

function assign(target: Target, given: Value, expr: Expr, here: Here, kind: BodyKind, found: Collected): void {
  const name = target.name.text;
  const key = keyOf(target);
  const state = target.prime ? undefined : found.states.find((candidate) => candidate.name === name);
  if (state !== undefined && here.scope.own(key)?.kind === 'value') {
    report(here, 'E0602', target.span, `\`${name}\` is a state: inside the step it is the previous value, which no equation changes`, {
      fix: `write \`${name}' = …\` for its next value`, related: [{ place: placeOf(here, state.span), message: 'the state' }],
    });
    found.nexts.set(name, { node: state.argument, span: target.span });
    here.scope.define(`${name}'`, { kind: 'value', value: ERROR, span: target.span });
    return;
  }
  const earlier = here.scope.own(key) ?? rigidDim(key, here);
  if (earlier !== null && !here.scope.carries(key)) {
    reportTwice({ text: key, span: target.span }, earlier, here, { why: 'an equation holds once and for all, and dims and values share their names', fix: 'give one of them another name' });
    return;
  }
  let value = named(given, target.prime ? `${name}_next` : name, { start: target.span.start, end: expr.span.end }, here);
  if (target.prime) value = nextValue(target, value, expr, here, kind, found);
  here.scope.define(key, { kind: 'value', value, span: target.span });
  found.named.set(key, value);
}

/** A dim of this file, at its top. */
function rigidDim(key: string, here: Here): ReturnType<Scope['lookup']> {
  const entry = here.scope.lookup(key);
  return entry?.kind === 'dim' && entry.span !== null && entry.file === here.module.path ? entry : null;
}

function nextValue(target: Target, value: Value, expr: Expr, here: Here, kind: BodyKind, found: Collected): Value {
  const name = target.name.text;
  const running = found.running.get(name);
  if (running !== undefined) return running === null ? ERROR : nextRunning(target, value, expr, running, here);
  const state = found.states.find((candidate) => candidate.name === name);
  if (state === undefined) {
    const entry = here.scope.own(name);
    if (entry?.kind === 'value' && entry.value.kind === 'error') return ERROR;
    return kind.states
      ? report(here, 'E0603', target.span, `\`${name}\` is no state: only a state has a next value`, { fix: `declare it: \`state ${name}: […] = …\`` })
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

function declareRequirement(condition: Expr, here: Here): void {
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

function declareInstance(name: string, span: Span, value: Expr, here: Here): void {
  if (isTaken({ text: name, span }, here)) return;
  const made = evaluate(value, here);
  if (made.kind === 'instance') {
    here.scope.define(name, { kind: 'value', value: { ...made, path: `${here.path}.${name}` }, span });
    return;
  }
  if (made.kind !== 'error') report(here, 'E0205', value.span, '`let` names an instance of a block', { fix: '`let f = GRU[hidden]`; for a value write `name = …`' });
  here.scope.define(name, { kind: 'value', value: ERROR, span });
}

/** What a value's tensors are, for outputs: of a record its fields. */
export function tensorsOf(value: Value, name: string): Map<string, Node> {
  const nodes = new Map<string, Node>();
  if (value.kind === 'tensor') nodes.set(name, value.node);
  if (value.kind !== 'record') return nodes;
  for (const [field, inner] of value.fields) if (inner.kind === 'tensor') nodes.set(field, inner.node);
  return nodes;
}
