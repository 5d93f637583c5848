/** Objectives: loss, metrics, optimiser. */
import type { Body, Expr, Objective, Span, Statement, UpdateStatement } from '../../../grammar/ast.ts';
import type { HostExpr, Input, Node, OptimizerSpec, UpdateGraph } from '../../graph/graph.ts';
import { present } from '../scope/absent.ts';
import { describeType } from '../scope/describe.ts';
import { refuseOrder } from '../types/inner-dims.ts';
import { hostExpr, SCHEDULE } from '../types/host.ts';
import { noMap } from '../expressions/maps.ts';
import { asTensor, number, toFloat } from '../types/operate.ts';
import { requireRunningValues, soundRunningValues } from '../parameters/running.ts';
import type { Site } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { ERROR, tensor } from '../scope/values.ts';
import { evaluateTensor, runBody } from '../expressions/evaluate.ts';
import { collected, laterNames, type BodyKind } from '../scope/collected.ts';
import { reportTwice } from '../scope/taken.ts';
import { numberOfExpr, tensorTypeOfExpr } from '../types/types.ts';
import { unknownOf } from '../scope/unknown.ts';

export interface ElaboratedObjective {
  readonly given: readonly Input[];
  readonly updates: readonly ElaboratedUpdate[];
}

/** `running`: the next values that the update computes, in training. */
export type ElaboratedUpdate = Omit<UpdateGraph, 'training'> & Pick<UpdateGraph['training'], 'running'>;

/**
 * `here`: the model's site, whose scope has everything that is visible to an objective.
 *
 * @param models what an `update` may name: the whole trained model, or the names of the models in it
 */
export function elaborateObjective(objective: Objective, models: string | readonly string[], here: Site): ElaboratedObjective | null {
  const { ctx } = here;
  // Every objective evaluates the model anew.
  const { runningValues } = ctx;
  ctx.runningValues = runningValues.copy();
  const made = updatesOf(objective, models, here);
  ctx.runningValues = runningValues;
  return made;
}

function updatesOf(objective: Objective, models: string | readonly string[], here: Site): ElaboratedObjective | null {
  const { ctx } = here;
  const { problems } = ctx;
  const errors = problems.errors;
  const scope = new Scope(here.scope);
  const inside: Site = {
    ...here,
    scope,
    later: laterNames(objective.body),
    target: null,
    reach: 'objective',
    clocked: false,
    path: objective.name.text,
    called: { callee: objective.name.text, path: '', parent: null },
    ordinals: new Map(),
  };
  const given: Input[] = [];
  for (const param of objective.given) {
    const { name, span } = param;
    if (param.type.kind === 'map') noMap('what is `given`', param.type.span, inside);
    const written = param.type.kind === 'tensor' ? tensorTypeOfExpr(param.type, inside) : null;
    const type = written !== null && refuseOrder(written.axes, param.type.span, inside) ? null : written;
    const first = scope.own(name.text) ?? here.scope.own(name.text);
    if (first !== null) reportTwice(name, first, inside);
    scope.define(name.text, {
      kind: 'value',
      value: type === null ? ERROR : tensor(here.ctx.builder.input(name.text, type, origin(here, span, name.text))),
      span,
    });
    if (type !== null) given.push({ name: name.text, type, doc: null });
  }
  const found = collected();
  runBody(objective.body, inside, objectiveBody, found);
  requireRunningValues(found.running, inside);
  const inner = found.clauses.filter((statement) => statement.kind === 'update');
  if (inner.length === 0) {
    const update = elaborateUpdate(
      {
        body: objective.body,
        clauses: found.clauses,
        owner: { what: `the objective \`${objective.name.text}\``, span: objective.name.span },
      },
      inside,
      errors,
    );
    return update === null ? null : { given, updates: [{ name: null, trains: null, running: soundRunningValues(inside), ...update }] };
  }
  onlyUpdates(objective, inside);
  const updates: ElaboratedUpdate[] = [];
  const shared = ctx.runningValues;
  for (const [k, statement] of inner.entries()) {
    const named = trainedModels(statement, typeof models === 'string' ? [models] : models, inside);
    if (named === null) continue;
    const plain = named.join('+');
    const count = inner.slice(0, k).filter((other) => other.models.map(({ text }) => text).join('+') === plain).length;
    const name = count === 0 ? plain : `${plain}#${count + 1}`;
    const within: Site = {
      ...inside,
      scope: new Scope(scope),
      later: laterNames(statement.body),
      path: `${inside.path}.${name}`,
      ordinals: new Map(),
    };
    const own = collected();
    ctx.runningValues = shared.copy();
    runBody(statement.body, within, objectiveBody, own);
    requireRunningValues(own.running, within);
    const nested = own.clauses.find(({ kind }) => kind === 'update');
    if (nested !== undefined) report(within, 'E0805', nested.span, 'an `update` stands inside another', { fix: 'end the one before' });
    const owner = { what: `the update \`${name}\``, span: statement.models[0]!.span };
    const update = elaborateUpdate({ body: statement.body, clauses: own.clauses, owner }, within, errors);
    if (update !== null)
      updates.push({ name, trains: typeof models === 'string' ? null : named, running: soundRunningValues(within), ...update });
  }
  return problems.errors > errors ? null : { given, updates };
}

const objectiveBody: BodyKind = { states: false, emits: false, value: false, clauses: 'objective', steps: null };

/** Beside updates only equations are allowed, before them: a loss, a metric or a setting belongs to an update. */
function onlyUpdates({ body }: Objective, here: Site): void {
  let updates = 0;
  for (const statement of body.statements) {
    if (statement.kind === 'update') updates += 1;
    else if (statement.kind === 'metric' || statement.kind === 'clause' || definesLoss(statement)) {
      const what = statement.kind === 'metric' ? 'metric' : statement.kind === 'clause' ? statement.clause : 'loss';
      report(here, 'E0805', statement.span, `a \`${what}\` stands beside updates`, {
        why: 'each update has a loss, metrics and settings of its own',
        fix: `move it into the \`update\` that it belongs to`,
      });
    } else if (updates > 0)
      report(here, 'E0805', statement.span, 'this stands behind an `update`', {
        why: 'what updates share stands in front of them',
        fix: 'move it in front of the first `update`, or into one',
      });
  }
}

function definesLoss(statement: Statement): boolean {
  return statement.kind === 'equation' && statement.targets.some(({ name }) => name.text === 'loss');
}

/** The models that an `update` names. */
function trainedModels({ models: names }: UpdateStatement, models: readonly string[], here: Site): readonly string[] | null {
  for (const [k, name] of names.entries()) {
    if (!models.includes(name.text)) {
      unknownOf(here, 'E0805', name, 'model to update', models);
      return null;
    }
    if (names.slice(0, k).some(({ text }) => text === name.text)) {
      report(here, 'E0805', name.span, `\`${name.text}\` stands twice`);
      return null;
    }
  }
  return names.map(({ text }) => text);
}

interface UpdateText {
  readonly body: Body;
  readonly clauses: readonly Statement[];
  /** For errors about something missing. */
  readonly owner: { readonly what: string; readonly span: Span };
}

/** A loss and how to minimise it; `here` has the names that its body has defined. */
function elaborateUpdate(
  { body, clauses, owner }: UpdateText,
  here: Site,
  errors: number,
): Omit<ElaboratedUpdate, 'name' | 'trains' | 'running'> | null {
  const { problems } = here.ctx;
  const metrics = new Map<string, Node>();
  let optimizer: OptimizerSpec | null = null;
  let clip: UpdateGraph['clip'] = null;
  for (const statement of clauses) {
    if (statement.kind === 'metric') {
      if (metrics.has(statement.name.text))
        report(here, 'E0203', statement.name.span, `the metric \`${statement.name.text}\` is defined twice`);
      const node = scalar(statement.value, here, `the metric \`${statement.name.text}\``);
      if (node !== null) metrics.set(statement.name.text, node);
    } else if (statement.kind === 'clause') {
      const twice =
        clauses.find((other) => other.kind === 'clause' && other.clause.split(' ')[0] === statement.clause.split(' ')[0]) !== statement;
      if (twice)
        report(here, 'E0803', statement.span, `${owner.what} has two \`${statement.clause.split(' ')[0]}\` lines`, {
          fix: 'keep one; several losses with an optimizer each are written as `update D { … }`',
        });
      else if (statement.clause === 'optimizer') optimizer = optimizerOf(statement.value, here);
      else {
        const limit = numberOfExpr(statement.value);
        if (limit === null || limit <= 0)
          report(here, 'E0803', statement.value.span, 'a limit is a positive number', { fix: `\`${statement.clause} 1.0\`` });
        else clip = { kind: statement.clause === 'clip norm' ? 'norm' : 'value', limit };
      }
    }
  }
  const lossValue = here.scope.own('loss');
  if (problems.errors > errors) return null;
  if (lossValue?.kind !== 'value') {
    report(here, 'E0802', owner.span, `${owner.what} has no \`loss\``, { fix: 'add `loss = …`' });
    return null;
  }
  const span = body.statements.find(definesLoss)?.span ?? lossValue.span ?? owner.span;
  const value = asTensor(lossValue.value, here, span);
  const loss = value === null || number(value, 'loss', here, span) === null ? null : perExample(value, 'the loss', here, span);
  if (optimizer === null && problems.errors === errors) {
    report(here, 'E0803', owner.span, `${owner.what} names no optimizer`, { fix: 'add `optimizer adam(rate = 1e-3)`' });
  }
  return loss === null || optimizer === null || problems.errors > errors ? null : { loss, metrics, optimizer, clip };
}

function scalar(value: Expr, here: Site, what: string): Node | null {
  const node = evaluateTensor(value, here);
  return node === null ? null : perExample(node, what, here, value.span);
}

function perExample(node: Node, what: string, here: Site, span: Span): Node | null {
  if (typeOf(node).axes.length > 0) {
    report(here, 'E0801', span, `${what} is not one number per example`, {
      expected: 'float []',
      given: describeType(typeOf(node)),
      fix: `reduce it: \`mean[${typeOf(node)
        .axes.map((axis) => axis.label)
        .join(', ')}](…)\``,
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
  return Object.hasOwn(optimizers, name);
}

/** Settings that are on or off. */
const SWITCHES: ReadonlySet<string> = new Set(['nesterov', 'centred']);

function switched(name: string, value: Expr, here: Site): HostExpr | null {
  if (value.kind === 'bool') return { kind: 'number', value: value.value ? 1 : 0 };
  report(here, 'E0803', value.span, `\`${name}\` is on or off`, { expected: '`true` or `false`' });
  return null;
}

/** `adam(rate = 1e-3, beta2 = 0.98)`: calls with named arguments parse as calls whose arguments carry names. */
function optimizerOf(expr: Expr, here: Site): OptimizerSpec | null {
  if (expr.kind !== 'call' || expr.callee.kind !== 'name') {
    report(here, 'E0803', expr.span, 'this is not an optimizer', {
      expected: Object.keys(optimizers)
        .map((name) => `\`${name}(…)\``)
        .join(', '),
      fix: expr.kind === 'name' && isOptimizer(expr.name) ? `\`${expr.name}(rate = 1e-3)\`` : '`adam(rate = 1e-3)`',
    });
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
      if (name === null)
        report(here, 'E0803', arg.value.span, `an option of \`${kind}\` has a name`, {
          fix: `\`${kind}(rate = ${here.module.module.file.text.slice(arg.value.span.start, arg.value.span.end)})\``,
        });
      else unknownOf(here, 'E0803', name, `option of \`${kind}\``, optimizers[kind]);
      return null;
    }
    const value = SWITCHES.has(name.text) ? switched(name.text, arg.value, here) : hostExpr(arg.value, SCHEDULE, here);
    if (value === null) return null;
    options.set(name.text, value);
  }
  if (kind !== 'adadelta' && !options.has('rate')) {
    report(here, 'E0803', expr.span, `\`${kind}\` needs a \`rate\``, { fix: `\`${kind}(rate = 1e-3)\`` });
    return null;
  }
  return { kind, options };
}
