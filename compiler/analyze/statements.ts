/** Bodies: declarations of parameters and states, equations in textual order, scans, repeats and matches. */
import type { Body, Declaration, Equation, Expr, MatchExpr, MatchStatement, ParamStatement, RepeatExpr, ScanExpr, Span, StateStatement, Statement, Target } from '../../grammar/ast.ts';
import type { Axis, Initialiser, Node, TensorType } from '../graph/graph.ts';
import { sameSpace } from '../graph/spaces.ts';
import { evaluate, evaluateTensor } from './expr.ts';
import { asTensor, conform, needAxis, present, rename } from './operate.ts';
import type { Here, Value } from './scope.ts';
import { ERROR, notYet, origin, placeOf, report, Scope, tensor, typeOf } from './scope.ts';
import { equalSizes, size } from './size.ts';
import { axesOfExprs, declareDims, declareOption, fixedNumber, inAxis, isRaggedAxis, mapTypeOfExpr, numberOfExpr, sizeOfExpr, spaceOfName, tensorTypeOfExpr } from './types.ts';

// ---------------------------------------------------------------- what a body collects

export interface StateDeclaration {
  readonly name: string;
  readonly span: Span;
  readonly type: TensorType;
  readonly argument: Node;
  readonly init: Node;
}

/** Filled while a body's statements run. */
export interface Collected {
  result: Value | null;
  resultSpan: Span | null;
  readonly states: StateDeclaration[];
  readonly nexts: Map<string, { node: Node; span: Span }>;
  readonly emits: { readonly values: readonly Expr[]; readonly span: Span }[];
  /** Every name an equation defined, in order. */
  readonly named: Map<string, Value>;
  /** Clauses, metrics and updates, for decoders and objectives. */
  readonly clauses: Statement[];
}

export function collected(): Collected {
  return { result: null, resultSpan: null, states: [], nexts: new Map(), emits: [], named: new Map(), clauses: [] };
}

/** What may stand in a body. `constants`: the scope for what does not change from step to step. */
export interface BodyKind {
  readonly states: boolean;
  readonly emits: boolean;
  readonly clauses: boolean;
  readonly constants: Scope | null;
}

const plain: BodyKind = { states: false, emits: false, clauses: false, constants: null };

/** Names that the equations of a body define: for "used before its equation". */
export function laterNames(body: Body): Set<string> {
  const names = new Set<string>();
  for (const statement of body.statements) {
    if (statement.kind !== 'equation') continue;
    for (const target of statement.targets) names.add(target.prime ? `${target.name.text}'` : target.name.text);
  }
  return names;
}

/** Runs a declaration's body: its value conforms to the declared result. */
export function bodyValue(declaration: Declaration, here: Here): Value {
  const errors = here.ctx.problems.errors;
  const found = collected();
  if (declaration.causal !== null) notYet(here, declaration.causal.span, '`causal`');
  runBody(declaration.body, here, plain, found);
  if (here.ctx.problems.errors > errors) return ERROR;
  if (declaration.what === 'attention') {
    const weights = here.scope.lookup('weights');
    const node = weights?.kind === 'value' ? asTensor(weights.value, here, declaration.name.span) : null;
    if (node === null) report(here, 'E0607', declaration.name.span, `the attention \`${declaration.name.text}\` does not define \`weights\``, { fix: 'name the alignment: `weights = softmax[key](score)`' });
    else here.taps.splice(0, here.taps.length, { name: 'weights', node });
  }
  if (found.result === null) return report(here, 'E0314', declaration.name.span, `the body of \`${declaration.name.text}\` ends without a result`, { fix: 'let its last line be an expression' });
  return declaredResult(declaration, found.result, found.resultSpan ?? declaration.span, here);
}

function declaredResult(declaration: Declaration, value: Value, span: Span, here: Here): Value {
  const { result } = declaration;
  if (result === null || value.kind === 'error') return value;
  if (result.kind === 'record') {
    if (value.kind !== 'record') return report(here, 'E0307', span, `\`${declaration.name.text}\` gives a record`, { expected: `{ ${result.fields.map((field) => field.name.text).join(', ')} }` });
    const fields = new Map<string, Value>();
    for (const field of result.fields) {
      const given = value.fields.get(field.name.text);
      if (given === undefined) return report(here, 'E0307', span, `the result lacks the field \`${field.name.text}\``, { given: `{ ${[...value.fields.keys()].join(', ')} }` });
      fields.set(field.name.text, conformTo(given, field.type, `the field \`${field.name.text}\``, declaration, span, here));
    }
    return { kind: 'record', fields, main: null };
  }
  return conformTo(value, result.type, 'the result', declaration, span, here);
}

function conformTo(value: Value, type: Parameters<typeof tensorTypeOfExpr>[0] | { kind: 'map'; span: Span }, what: string, declaration: Declaration, span: Span, here: Here): Value {
  if (type.kind === 'map') return notYet(here, type.span, 'a map as the result of a block');
  const declared = tensorTypeOfExpr(type, here);
  const node = asTensor(value, here, span);
  if (declared === null || node === null) return ERROR;
  const made = conform(node, declared, `${what} of \`${declaration.name.text}\``, here, span, false);
  if (made === null) return ERROR;
  const strict = declaration.what === 'model' || declaration.what === 'encoder' || declaration.what === 'decoder';
  if (strict && !present(made, what, here, span)) return ERROR;
  return tensor(made);
}

// ---------------------------------------------------------------- statements

export function runBody(body: Body, here: Here, kind: BodyKind, found: Collected): void {
  let current = here;
  const remaining = new Set(here.later);
  for (const [k, statement] of body.statements.entries()) {
    const init = runStatement(statement, { ...current, later: remaining }, kind, found, k === body.statements.length - 1);
    if (init !== null) current = { ...current, ...init };
  }
}

type InitChange = Pick<Here, 'init' | 'initAll'>;

function runStatement(statement: Statement, here: Here, kind: BodyKind, found: Collected, last: boolean): InitChange | null {
  const constants: Here = kind.constants === null ? here : { ...here, scope: kind.constants, loops: here.loops };
  switch (statement.kind) {
    case 'dim':
      declareDims(statement, constants, false);
      return null;
    case 'option': {
      const given = here.given.get(statement.name.text);
      if (given === undefined) declareOption(statement, constants);
      else constants.scope.define(statement.name.text, { kind: 'option', value: given, choices: statement.value.kind === 'choice' ? statement.value.choices.map((choice) => choice.text) : null });
      return null;
    }
    case 'param':
      declareParameters(statement, constants);
      return null;
    case 'running':
      notYet(here, statement.span, '`running`');
      return null;
    case 'state':
      if (kind.states) declareStates(statement, here, constants, found);
      else report(here, 'E0603', statement.span, 'a `state` stands only in a `scan` or in a decoder');
      return null;
    case 'let':
      declareInstance(statement.name.text, statement.name.span, statement.value, constants);
      return null;
    case 'equation':
      runEquation(statement, here, kind, found);
      return null;
    case 'expression': {
      if (statement.value.kind === 'repeat' || last) {
        const value = evaluate(statement.value, here);
        if (last) {
          found.result = value;
          found.resultSpan = statement.value.span;
        }
      } else report(here, 'E0314', statement.span, 'this value goes nowhere', { fix: 'give it a name, or make it the last line' });
      return null;
    }
    case 'emit':
      if (kind.emits) found.emits.push({ values: statement.values, span: statement.span });
      else report(here, 'E0607', statement.span, '`emit` stands only in a `scan` or a `repeat`');
      return null;
    case 'require':
      declareRequirement(statement.condition, here);
      return null;
    case 'init': {
      const init = initialiserOf(statement.value, here);
      return init === null ? null : { init, initAll: statement.all };
    }
    case 'match': {
      const arm = chooseArm(statement, here);
      if (arm !== null) runBody(arm.body, here, kind, found);
      return null;
    }
    case 'clause':
    case 'metric':
    case 'update':
      if (kind.clauses) found.clauses.push(statement);
      else report(here, 'E0205', statement.span, 'this clause stands only in a decoder or an objective');
      return null;
  }
}

function runEquation(equation: Equation, here: Here, kind: BodyKind, found: Collected): void {
  if (equation.form === 'each') {
    for (const target of equation.targets) assign(target, evaluate(equation.value, { ...here, target: keyName(target) }), equation.value, here, kind, found);
    return;
  }
  if (equation.form === 'single') {
    const target = equation.targets[0]!;
    const value = evaluate(equation.value, { ...here, target: keyName(target) });
    assign(target, value, equation.value, here, kind, found);
    return;
  }
  const value = evaluate(equation.value, { ...here, target: equation.targets.map(keyName).join('_') });
  if (value.kind === 'error') {
    for (const target of equation.targets) assign(target, ERROR, equation.value, here, kind, found);
    return;
  }
  const fields = value.kind === 'record' ? [...value.fields].filter(([name]) => name !== 'weights' || value.fields.size === equation.targets.length).map(([, field]) => field) : [];
  if (fields.length !== equation.targets.length) {
    report(here, 'E0307', equation.span, `this takes ${equation.targets.length} values apart`, {
      expected: `a record of ${equation.targets.length} fields`, given: value.kind === 'record' ? `a record of ${fields.length}` : 'no record',
    });
    for (const target of equation.targets) assign(target, ERROR, equation.value, here, kind, found);
    return;
  }
  for (const [k, target] of equation.targets.entries()) assign(target, fields[k]!, equation.value, here, kind, found);
}

/** `s'` as a name in paths and emitted code. */
function keyName(target: Target): string {
  return target.name.text;
}

/** A tensor carries its equation's name, for errors, pictures and emitted code. */
function named(value: Value, name: string, span: Span, here: Here): Value {
  if (value.kind !== 'tensor' || value.node.origin.name !== null || value.node.op.kind === 'argument') return value;
  const node = here.ctx.builder.copy(value.node, origin(here, span, name));
  if (here.ctx.unordered.has(value.node)) here.ctx.unordered.add(node);
  return tensor(node);
}

function assign(target: Target, given: Value, expr: Expr, here: Here, kind: BodyKind, found: Collected): void {
  const name = target.name.text;
  const key = target.prime ? `${name}'` : name;
  const earlier = here.scope.own(key);
  if (earlier !== null) {
    report(here, 'E0203', target.span, `\`${key}\` is defined twice`, {
      why: 'an equation holds once and for all', fix: 'give one of them another name',
      ...(earlier.kind === 'value' && earlier.span !== null ? { related: [{ place: placeOf(here, earlier.span), message: 'first here' }] } : {}),
    });
    return;
  }
  let value = named(given, target.prime ? `${name}_next` : name, target.span.start < expr.span.start ? { start: target.span.start, end: expr.span.end } : expr.span, here);
  if (target.prime) {
    const state = found.states.find((candidate) => candidate.name === name);
    if (state === undefined) {
      if (kind.states) report(here, 'E0603', target.span, `\`${name}\` is no state: only a state has a next value`, { fix: `declare it: \`state ${name}: […] = …\`` });
      else report(here, 'E0603', target.span, 'a prime stands only in a `scan` or a decoder');
      value = ERROR;
    } else {
      const node = asTensor(value, here, expr.span);
      const next = node === null ? null : conform(node, state.type, `the next value of \`${name}\``, here, expr.span, true);
      if (next !== null && present(next, `the next value of \`${name}\``, here, expr.span)) {
        found.nexts.set(name, { node: next, span: target.span });
        value = tensor(next);
      } else value = ERROR;
    }
  }
  here.scope.define(key, { kind: 'value', value, span: target.span });
  found.named.set(key, value);
}

function declareRequirement(condition: Expr, here: Here): void {
  if (condition.kind !== 'binary' || !['==', '<=', '>='].includes(condition.op)) {
    report(here, 'E0311', condition.span, 'a requirement compares two sizes', { fix: '`require a == b`, `require a <= b`' });
    return;
  }
  const a = sizeOfExpr(condition.left, here);
  const b = sizeOfExpr(condition.right, here);
  if (a === null || b === null) return;
  const why = 'the program requires it';
  if (condition.op === '==') {
    if (equalSizes(a, b, here.ctx.facts) !== 'equal') {
      here.ctx.facts.push({ left: a, right: b });
      here.ctx.requirements.push({ kind: 'equal', a, b, origin: origin(here, condition.span), why });
    }
  } else {
    const [low, high] = condition.op === '<=' ? [a, b] : [b, a];
    here.ctx.requirements.push({ kind: 'atMost', a: low, b: high, origin: origin(here, condition.span), why });
  }
}

function declareInstance(name: string, span: Span, value: Expr, here: Here): void {
  const made = evaluate(value, here);
  if (made.kind === 'instance') {
    here.scope.define(name, { kind: 'value', value: { ...made, path: `${here.path}.${name}` }, span });
    return;
  }
  if (made.kind !== 'error') report(here, 'E0205', value.span, '`let` names an instance of a block', { fix: '`let f = GRU[hidden]`; for a value write `name = …`' });
  here.scope.define(name, { kind: 'value', value: ERROR, span });
}

// ---------------------------------------------------------------- parameters

function declareParameters(statement: ParamStatement, here: Here): void {
  for (const group of statement.groups) {
    const map = group.type.kind === 'map' ? mapTypeOfExpr(group.type, here) : null;
    const axes = group.type.kind === 'tensor' ? axesOfExprs(group.type.axes, here) : null;
    const init = group.init === null ? null : initialiserOf(group.init, here);
    for (const name of group.names) {
      if (here.scope.own(name.text) !== null) {
        report(here, 'E0203', name.span, `\`${name.text}\` is defined twice`);
        continue;
      }
      const outs = map?.outs ?? axes ?? [];
      const ins = map?.ins ?? [];
      const bad = map === null && axes === null;
      if (group.type.kind === 'tensor' && group.type.elem.kind !== 'float') report(here, 'E0305', group.span, 'a parameter is a float tensor');
      const ragged = [...outs, ...ins].find(isRaggedAxis);
      if (ragged !== undefined) {
        report(here, 'E0503', group.span, `the parameter \`${name.text}\` has the ragged axis \`${ragged.label}\``, {
          why: 'a parameter has one shape; a ragged axis has another length in every example',
          fix: `bound it: \`dim ${ragged.label}: ragged <= places\`, declare the parameter on \`places\` and index it with \`position[${ragged.label}]\``,
        });
      }
      if (bad || ragged !== undefined) {
        here.scope.define(name.text, { kind: 'value', value: ERROR, span: name.span });
        continue;
      }
      const node = parameter(`${here.path}.${name.text}`, outs, ins, init, name.span, name.text, here);
      const value: Value = map === null ? tensor(node) : { kind: 'map', node, outs, ins };
      here.scope.define(name.text, { kind: 'value', value, span: name.span });
    }
  }
}

/** One node per path, with axes of its own; the body sees it under its frame's names. */
export function parameter(path: string, outs: readonly Axis[], ins: readonly Axis[], init: Initialiser | null, span: Span, name: string, here: Here): Node {
  const { ctx } = here;
  const trimmed = path.replace(/^\./, '');
  const at = origin(here, span, name);
  const all = [...outs, ...ins];
  const known = ctx.parameters.get(trimmed);
  if (known === undefined) {
    const own = all.map((axis, k): Axis => ({ id: `${trimmed}/${k < outs.length ? axis.label : inAxis(axis).label}${k < outs.length ? '' : '~in'}`, label: axis.label, space: axis.space }));
    const chosen = here.initAll || init === null ? here.init : init;
    // Without a word, a plain tensor (a bias, a vector) and a map begin alike: scaled by their fans.
    ctx.parameters.set(trimmed, { path: trimmed, axes: own, outs: outs.length, init: chosen, origin: at });
    ctx.parameterNodes.set(trimmed, ctx.builder.at(at).parameter(trimmed, own, at));
  } else if (known.axes.length !== all.length || known.axes.some((axis, k) => equalSizes(sizeOfAxis(axis), sizeOfAxis(all[k]!), ctx.facts) !== 'equal' || !agreeSpaces(axis, all[k]!))) {
    report(here, 'E0406', span, `the shared instance of \`${trimmed}\` is used at two sizes`, {
      expected: `[${known.axes.map((axis) => axis.label).join(', ')}]`, given: `[${all.map((axis) => axis.label).join(', ')}]`,
      why: 'an instance has one set of parameters',
    });
  }
  let node = ctx.parameterNodes.get(trimmed)!;
  for (const [k, axis] of ctx.parameters.get(trimmed)!.axes.entries()) if (all[k] !== undefined) node = rename(node, axis, all[k], here, span);
  return node;
}

function sizeOfAxis(axis: Axis): ReturnType<typeof size.int> {
  const { space } = axis;
  return space.kind === 'dim' ? space.dim.size : space.kind === 'anon' ? space.size : space.parts.map((part) => sizeOfAxis({ ...axis, space: part })).reduce((a, b) => (space.kind === 'cat' ? size.add(a, b) : size.mul(a, b)), size.int(space.kind === 'cat' ? 0 : 1));
}

function agreeSpaces(a: Axis, b: Axis): boolean {
  return !isRaggedAxis(a) || sameSpace(a.space, b.space);
}

const initialisers = ['zeros', 'ones', 'orthogonal', 'glorot', 'uniform', 'normal'];

export function initialiserOf(expr: Expr, here: Here): Initialiser | null {
  const literal = numberOfExpr(expr);
  if (literal !== null) return literal === 0 ? { kind: 'zeros' } : { kind: 'constant', value: literal };
  if (expr.kind === 'name' && (expr.name === 'zeros' || expr.name === 'ones' || expr.name === 'orthogonal' || expr.name === 'glorot')) return { kind: expr.name };
  if (expr.kind === 'call' && expr.callee.kind === 'name' && expr.args.length === 1) {
    const value = numberOfExpr(expr.args[0]!.value);
    if (value !== null && expr.callee.name === 'uniform') return { kind: 'uniform', limit: value };
    if (value !== null && expr.callee.name === 'normal') return { kind: 'normal', deviation: value };
  }
  report(here, 'E0804', expr.span, 'this is no initialiser', {
    expected: initialisers.map((name) => (name === 'uniform' ? '`uniform(limit)`' : name === 'normal' ? '`normal(deviation)`' : `\`${name}\``)).join(', '),
  });
  return null;
}

// ---------------------------------------------------------------- states and scans

function declareStates(statement: StateStatement, here: Here, constants: Here, found: Collected): void {
  for (const group of statement.groups) {
    const { type } = group;
    if (type.kind === 'map') {
      report(here, 'E0305', type.span, 'a state is a tensor, not a map');
      continue;
    }
    const declared = tensorTypeOfExpr(type, constants);
    if (group.init.length !== 1 && group.init.length !== group.names.length) {
      report(here, 'E0602', group.span, 'one initial value for all names, or one each', { expected: `1 or ${group.names.length}`, given: `${group.init.length}` });
    }
    for (const [k, name] of group.names.entries()) {
      const expr = group.init[group.init.length === 1 ? 0 : k];
      let init: Node | null = null;
      if (declared !== null && expr !== undefined) {
        if (expr.kind === 'name' && expr.name === 'learned') init = parameter(`${here.path}.${name.text}`, declared.axes, [], { kind: 'zeros' }, name.span, name.text, constants);
        else {
          const value = evaluateTensor(expr, { ...constants, target: name.text });
          init = value === null ? null : conform(value, declared, `the initial value of \`${name.text}\``, constants, expr.span, true);
          if (init !== null && !present(init, `the initial value of \`${name.text}\``, here, expr.span)) init = null;
        }
      }
      if (here.scope.own(name.text) !== null) {
        report(here, 'E0203', name.span, `\`${name.text}\` is defined twice`);
        continue;
      }
      if (declared === null || init === null) {
        here.scope.define(name.text, { kind: 'value', value: ERROR, span: name.span });
        continue;
      }
      const argument = here.ctx.builder.argument(declared, origin(here, name.span, name.text));
      found.states.push({ name: name.text, span: name.span, type: declared, argument, init });
      here.scope.define(name.text, { kind: 'value', value: tensor(argument), span: name.span });
    }
  }
}

/** Every state needs its next value. */
export function nextOf(state: StateDeclaration, found: Collected, here: Here): Node | null {
  const next = found.nexts.get(state.name);
  if (next !== undefined) return next.node;
  if (here.scope.own(`${state.name}'`) === null) {
    report(here, 'E0602', state.span, `the state \`${state.name}\` has no next value`, { fix: `add \`${state.name}' = …\`` });
  }
  return null;
}

export function elaborateScan(expr: ScanExpr, here: Here): Value {
  const { ctx } = here;
  const label = expr.axis.text;
  const inputs: { name: string; span: Span; value: Node }[] = [];
  for (const { name, value } of expr.inputs) {
    const node = evaluateTensor(value, here);
    if (node === null) return ERROR;
    if (needAxis(node, label, 'scan', here, value.span) === null) return ERROR;
    inputs.push({ name: name.text, span: name.span, value: node });
  }
  const first = inputs[0] === undefined ? null : typeOf(inputs[0].value).axes.find((axis) => axis.label === label)!;
  const space = first?.space ?? spaceOfName(expr.axis, here);
  if (space === null) return ERROR;
  const axis = first ?? here.frame.axis(label, space);
  const builder = ctx.builder.at(origin(here, expr.span));
  const position = builder.argument({ elem: { kind: 'index', space }, axes: [], masks: [] });
  // Parameters and dims do not change from step to step: they stand outside the steps' scope.
  const constants = new Scope(here.scope);
  const steps = new Scope(constants, label);
  const inside: Here = {
    ...here, scope: steps, path: here.target === null ? here.path : `${here.path}.${here.target}`, ordinals: new Map(), loops: [...here.loops, position], steps: new Map([...here.steps, [label, position]]), taps: [], decode: null, later: laterNames(expr.body),
  };
  const xs = inputs.map(({ name, span, value }) => {
    const own = typeOf(value).axes.find((candidate) => candidate.label === label)!;
    const sequence = own.id === axis.id ? value : rename(value, own, axis, here, span);
    const type = typeOf(sequence);
    const arg = ctx.builder.argument({ ...type, axes: type.axes.filter((candidate) => candidate.id !== axis.id) }, origin(here, span, name));
    steps.define(name, { kind: 'value', value: tensor(arg), span });
    return { arg, value: sequence };
  });
  const errors = ctx.problems.errors;
  const found = collected();
  runBody(expr.body, inside, { states: true, emits: true, clauses: false, constants }, found);
  const states = found.states.map((state) => ({ arg: state.argument, init: state.init, next: nextOf(state, found, inside) }));
  const emitted = found.emits[0];
  if (emitted === undefined) return ctx.problems.errors > errors ? ERROR : report(here, 'E0607', expr.axis.span, 'the scan emits nothing', { fix: "end its body with `emit …`" });
  if (found.emits.length > 1) return report(here, 'E0607', found.emits[1]!.span, 'a scan has one `emit`', { fix: 'emit several values at once: `emit a, b`' });
  const values = emitted.values.map((value) => evaluate(value, inside));
  if (ctx.problems.errors > errors || values.some((value) => value.kind === 'error')) return ERROR;
  const complete: { arg: Node; init: Node; next: Node }[] = [];
  for (const state of states) {
    if (state.next === null) return ERROR;
    complete.push({ ...state, next: state.next });
  }
  const emits: Node[] = [];
  const names: (string | null)[] = [];
  const add = (value: Value, span: Span, name: string | null): boolean => {
    const node = asTensor(value, inside, span);
    if (node === null || !present(node, 'what a scan emits', inside, span)) return false;
    emits.push(node);
    names.push(name);
    return true;
  };
  for (const [k, value] of values.entries()) {
    const span = emitted.values[k]!.span;
    const fine = value.kind === 'record' && value.main === null ? [...value.fields].every(([name, field]) => add(field, span, name)) : add(value, span, emitName(emitted.values[k]!));
    if (!fine) return ERROR;
  }
  const tap = inside.taps.length === 1 ? inside.taps[0]! : null;
  const scan = builder.scan({ axis, reversed: expr.reversed, position, xs, states: complete, emits: tap === null ? emits : [...emits, tap.node] });
  const result = (k: number): Node => builder.result(scan, complete.length + k);
  if (tap !== null) here.taps.push({ name: 'weights', node: result(emits.length) });
  if (emits.length === 1 && names.length === 1 && (values[0]!.kind !== 'record' || values[0]!.main !== null)) return tensor(result(0));
  return { kind: 'record', fields: new Map(names.map((name, k) => [name ?? `${k}`, tensor(result(k))])), main: null };
}

/** The field that `emit h'` gives in a record of several. */
function emitName(expr: Expr): string | null {
  return expr.kind === 'name' ? expr.name : null;
}

// ---------------------------------------------------------------- repeat and match

/** Unrolled: each round has its own parameters, under `…[i]`. The count is fixed while compiling. */
export function elaborateRepeat(expr: RepeatExpr, here: Here): Value {
  const rounds = roundsOf(expr, here);
  if (rounds === null) return ERROR;
  const errors = here.ctx.problems.errors;
  const emitted: Value[][] = [];
  const before = new Map<string, Value>();
  for (const [i, value] of rounds.entries()) {
    const scope = new Scope(here.scope);
    if (expr.as !== null) {
      const node = here.ctx.builder.at(origin(here, expr.as.span)).constant(value, 'int');
      scope.define(expr.as.text, { kind: 'value', value: tensor(node), span: expr.as.span });
    }
    const segment = here.target === null ? `repeat[${i}]` : `${here.target}[${i}]`;
    const inside: Here = { ...here, scope, path: `${here.path}.${segment}`, ordinals: new Map(), target: null, later: new Set() };
    const found = collected();
    runBody(expr.body, inside, { states: false, emits: true, clauses: false, constants: null }, found);
    if (here.ctx.problems.errors > errors) return ERROR;
    // A name from outside that the body assigns is carried to the next round and out.
    for (const [name, next] of found.named) {
      if (here.scope.lookup(name)?.kind !== 'value') continue;
      before.set(name, next);
      here.scope.define(name, { kind: 'value', value: next, span: null });
    }
    const emit = found.emits[0];
    if (emit !== undefined) emitted.push(emit.values.map((value_) => evaluate(value_, inside)));
  }
  if (emitted.length === 0) {
    const only = [...before.values()].at(-1);
    return only ?? ERROR;
  }
  return stackRounds(emitted, expr, here);
}

function roundsOf(expr: RepeatExpr, here: Here): number[] | null {
  if (expr.over !== null) {
    if (expr.over.kind !== 'list') {
      report(here, 'E0504', expr.over.span, '`repeat over` goes over a literal list', { fix: '`repeat over [4, 2, 1] as k { … }`' });
      return null;
    }
    const values = expr.over.items.map((item) => numberOfExpr(item));
    return values.some((value) => value === null) ? null : (values as number[]);
  }
  if (expr.count === null) return null;
  const count = sizeOfExpr(expr.count, here);
  if (count === null) return null;
  const number = fixedNumber(count, here);
  if (number === null) {
    report(here, 'E0504', expr.count.span, 'the number of rounds must be known while compiling', {
      why: 'each round has parameters of its own, and their number cannot depend on an example', fix: 'use a dim with a default, or `scan` over the ragged axis',
    });
    return null;
  }
  return Array.from({ length: number }, (_, i) => i);
}

/** `emit` in a repeat: the rounds' values on a new axis. */
function stackRounds(emitted: readonly (readonly Value[])[], expr: RepeatExpr, here: Here): Value {
  const label = expr.count?.kind === 'name' ? expr.count.name : expr.as?.text ?? 'round';
  const entry = here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : { kind: 'anon', size: size.int(emitted.length) } as const;
  const axis = here.frame.axis(label, space);
  const builder = here.ctx.builder.at(origin(here, expr.span));
  const columns: Node[] = [];
  for (let k = 0; k < emitted[0]!.length; k++) {
    const nodes: Node[] = [];
    for (const round of emitted) {
      const node = asTensor(round[k]!, here, expr.span);
      if (node === null) return ERROR;
      nodes.push(node);
    }
    columns.push(builder.node({ kind: 'concat', axis, parts: nodes.map(() => null) }, nodes));
  }
  if (columns.length === 1) return tensor(columns[0]!);
  const statement = expr.body.statements.find((candidate) => candidate.kind === 'emit');
  const names = statement?.kind === 'emit' ? statement.values.map((value, k) => emitName(value) ?? `${k}`) : columns.map((_, k) => `${k}`);
  return { kind: 'record', fields: new Map(columns.map((node, k) => [names[k]!, tensor(node)])), main: null };
}

function chooseArm(match: MatchStatement | MatchExpr, here: Here): { body: Body } | null {
  const { subject } = match;
  const entry = subject.kind === 'name' && !subject.prime ? here.scope.lookup(subject.name) : null;
  const constant = entry?.kind === 'value' && entry.value.kind === 'tensor' && entry.value.node.op.kind === 'constant' ? entry.value.node.op.value : null;
  const value = entry?.kind === 'option' ? entry.value : constant;
  if (value === null || value === undefined) {
    if (entry?.kind !== 'value' || entry.value.kind !== 'error') report(here, 'E0209', subject.span, '`match` chooses by an option, or by the name of a `repeat`: something known while compiling');
    return null;
  }
  const labelOf = (expr: Expr): string | number | null => (expr.kind === 'name' ? expr.name : numberOfExpr(expr));
  if (entry?.kind === 'option' && entry.choices !== null) {
    for (const arm of match.arms) {
      for (const label of arm.labels ?? []) {
        const text = labelOf(label);
        if (text !== null && !entry.choices.includes(String(text))) report(here, 'E0209', label.span, `the option has no value \`${text}\``, { expected: entry.choices.map((choice) => `\`${choice}\``).join(', ') });
      }
    }
  }
  const arm = match.arms.find((candidate) => candidate.labels?.some((label) => labelOf(label) === value)) ?? match.arms.find((candidate) => candidate.labels === null);
  if (arm === undefined) report(here, 'E0209', subject.span, `no branch stands for \`${value}\``, { fix: 'add a branch, or `else { }`' });
  return arm ?? null;
}

export function elaborateMatch(match: MatchExpr, here: Here): Value {
  const arm = chooseArm(match, here);
  if (arm === null) return ERROR;
  const found = collected();
  runBody(arm.body, { ...here, scope: new Scope(here.scope) }, plain, found);
  return found.result ?? report(here, 'E0314', match.span, 'the branch ends without a value', { fix: 'let its last line be an expression' });
}

