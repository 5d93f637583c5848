/** Objectives: loss, metrics, optimiser. */
import type { Expr, Objective, Span } from '../../grammar/ast.ts';
import type { HostExpr, Input, Node, ObjectiveGraph, OptimizerSpec } from '../graph/graph.ts';
import { describeType } from './describe.ts';
import { hostExpr, SCHEDULE } from './host.ts';
import { evaluateTensor } from './expr.ts';
import { asTensor, number, present, toFloat } from './operate.ts';
import type { Here } from './scope.ts';
import { ERROR, notYet, origin, report, Scope, tensor, typeOf, unknownOf } from './scope.ts';
import { collected, laterNames, runBody } from './body.ts';
import { numberOfExpr, tensorTypeOfExpr } from './types.ts';

export interface ElaboratedObjective {
  readonly given: readonly Input[];
  readonly loss: Node;
  readonly metrics: ReadonlyMap<string, Node>;
  readonly optimizer: OptimizerSpec;
  readonly clip: ObjectiveGraph['clip'];
}

/** `here`: the model's own, its scope holding everything that is visible to an objective. */
export function elaborateObjective(objective: Objective, here: Here): ElaboratedObjective | null {
  const errors = here.ctx.problems.errors;
  const scope = new Scope(here.scope);
  const inside: Here = { ...here, scope, later: laterNames(objective.body), target: null, path: objective.name.text, ordinals: new Map() };
  const given: Input[] = [];
  for (const param of objective.given) {
    const { name, span } = param;
    if (param.type.kind === 'map') notYet(inside, param.type.span, 'a map as an argument');
    const type = param.type.kind === 'tensor' ? tensorTypeOfExpr(param.type, inside) : null;
    if (scope.own(name.text) !== null || here.scope.own(name.text) !== null) report(inside, 'E0203', name.span, `\`${name.text}\` is defined twice`);
    scope.define(name.text, { kind: 'value', value: type === null ? ERROR : tensor(here.ctx.builder.input(name.text, type, origin(here, span, name.text))), span });
    if (type !== null) given.push({ name: name.text, type, doc: null });
  }
  const found = collected();
  runBody(objective.body, inside, { states: false, emits: false, value: false, clauses: 'objective', constants: null }, found);
  const metrics = new Map<string, Node>();
  let optimizer: OptimizerSpec | null = null;
  let clip: ObjectiveGraph['clip'] = null;
  for (const statement of found.clauses) {
    if (statement.kind === 'update') {
      notYet(inside, statement.span, '`update` (several updates in one objective)');
      return null;
    }
    if (statement.kind === 'metric') {
      if (metrics.has(statement.name.text)) report(inside, 'E0203', statement.name.span, `the metric \`${statement.name.text}\` is defined twice`);
      const node = scalar(statement.value, inside, `the metric \`${statement.name.text}\``);
      if (node !== null) metrics.set(statement.name.text, node);
    } else if (statement.kind === 'clause') {
      const twice = found.clauses.find((other) => other.kind === 'clause' && other.clause.split(' ')[0] === statement.clause.split(' ')[0]) !== statement;
      if (twice) report(inside, 'E0803', statement.span, `the objective has two \`${statement.clause.split(' ')[0]}\` lines`);
      else if (statement.clause === 'optimizer') optimizer = optimizerOf(statement.value, inside);
      else if (statement.clause === 'clip norm' || statement.clause === 'clip value') {
        const limit = numberOfExpr(statement.value);
        if (limit === null || limit <= 0) report(inside, 'E0803', statement.value.span, 'a limit is a positive number');
        else clip = { kind: statement.clause === 'clip norm' ? 'norm' : 'value', limit };
      }
    }
  }
  const lossValue = scope.own('loss');
  if (here.ctx.problems.errors > errors) return null;
  if (lossValue?.kind !== 'value') {
    report(here, 'E0802', objective.name.span, `the objective \`${objective.name.text}\` has no \`loss\``, { fix: 'add `loss = …`' });
    return null;
  }
  const equation = objective.body.statements.find((statement) => statement.kind === 'equation' && statement.targets.some(({ name }) => name.text === 'loss'));
  const span = equation?.span ?? lossValue.span ?? objective.name.span;
  const value = asTensor(lossValue.value, inside, span);
  const loss = value === null || number(value, 'loss', inside, span) === null ? null : perExample(value, 'the loss', inside, span);
  if (optimizer === null && here.ctx.problems.errors === errors) {
    report(here, 'E0803', objective.name.span, `the objective \`${objective.name.text}\` names no optimizer`, { fix: 'add `optimizer adam(rate = 1e-3)`' });
  }
  if (loss === null || optimizer === null || here.ctx.problems.errors > errors) return null;
  return { given, loss, metrics, optimizer, clip };
}

function scalar(value: Expr, here: Here, what: string): Node | null {
  const node = evaluateTensor(value, here);
  return node === null ? null : perExample(node, what, here, value.span);
}

function perExample(node: Node, what: string, here: Here, span: Span): Node | null {
  if (typeOf(node).axes.length > 0) {
    report(here, 'E0801', span, `${what} is not one number per example`, {
      expected: 'float []', given: describeType(typeOf(node)), fix: `reduce it: \`mean[${typeOf(node).axes.map((axis) => axis.label).join(', ')}](…)\``,
      why: 'the average over the batch is taken for you',
    });
    return null;
  }
  return present(node, what, here, span) ? toFloat(node, here, span) : null;
}

const optimizers: Readonly<Record<OptimizerSpec['kind'], readonly string[]>> = {
  adam: ['rate', 'beta1', 'beta2', 'epsilon', 'weightDecay'],
  sgd: ['rate', 'momentum', 'nesterov'],
  adagrad: ['rate', 'epsilon', 'initial'],
  rmsprop: ['rate', 'decay', 'momentum', 'epsilon', 'centred'],
  adadelta: ['rate', 'rho', 'epsilon'],
};

function isOptimizer(name: string): name is OptimizerSpec['kind'] {
  return name in optimizers;
}

/** `adam(rate = 1e-3, beta2 = 0.98)`: calls with named arguments parse as calls whose arguments carry names. */
function optimizerOf(expr: Expr, here: Here): OptimizerSpec | null {
  if (expr.kind !== 'call' || expr.callee.kind !== 'name') {
    report(here, 'E0803', expr.span, 'this is no optimizer', { expected: Object.keys(optimizers).map((name) => `\`${name}(…)\``).join(', ') });
    return null;
  }
  const kind = expr.callee.name;
  if (!isOptimizer(kind)) {
    unknownOf(here, 'E0803', { text: kind, span: expr.callee.span }, 'optimizer', Object.keys(optimizers));
    return null;
  }
  const options = new Map<string, HostExpr>();
  for (const arg of expr.args) {
    const name = arg.name;
    if (name === null || !optimizers[kind].includes(name.text)) {
      if (name === null) report(here, 'E0803', arg.value.span, `an option of \`${kind}\` has a name`, { fix: `\`${kind}(rate = …)\`` });
      else unknownOf(here, 'E0803', name, `option of \`${kind}\``, optimizers[kind]);
      return null;
    }
    const value = hostExpr(arg.value, SCHEDULE, here);
    if (value === null) return null;
    options.set(name.text, value);
  }
  if (kind !== 'adadelta' && !options.has('rate')) {
    report(here, 'E0803', expr.span, `\`${kind}\` needs a \`rate\``, { fix: `\`${kind}(rate = 1e-3)\`` });
    return null;
  }
  return { kind, options };
}
