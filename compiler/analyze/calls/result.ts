/** The value of a declaration's body, checked against its declared type. */
import type { Declaration, Equation, Param, Span, Statement, TypeExpr } from '../../../grammar/ast.ts';
import { chooseArm } from '../expressions/match.ts';
import { evaluate, runBody } from '../expressions/evaluate.ts';
import { conformMap, noMap } from '../expressions/maps.ts';
import { requireRunningValues } from '../parameters/running.ts';
import { present } from '../scope/absent.ts';
import { collected, plainBody } from '../scope/collected.ts';
import { placeOf, type Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { ERROR, tensor, type Value } from '../scope/values.ts';
import { asTensor, conform, tensorOrError, type Conformity } from '../types/operate.ts';
import { mapTypeOfExpr, tensorTypeOfExpr } from '../types/types.ts';

/** Runs a declaration's body: its value conforms to the declared result. */
export function bodyValue(declaration: Declaration, here: Site): Value {
  const errors = here.ctx.problems.errors;
  const found = collected();
  if (declaration.causal !== null && declaration.what !== 'model')
    report(here, 'E0205', declaration.causal.span, '`causal` stands only on a model', {
      why: 'a block has no clock of its own: it is as causal as the model that calls it',
      fix: 'leave it away; write `upto` where the block itself is to look back alone',
    });
  runBody(declaration.body, here, plainBody, found);
  if (here.ctx.problems.errors === errors) requireRunningValues(found.running, here);
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
      return report(here, 'E0607', declaration.name.span, `the attention \`${declaration.name.text}\` does not define \`weights\``, {
        fix: 'name the alignment: `weights = softmax[key](score)`',
      });
    }
    const node = asTensor(weights.value, here, declaration.name.span);
    if (node === null) return ERROR;
    here.taps.splice(0, here.taps.length, { name: 'weights', node });
  }
  if (found.result === null)
    return report(here, 'E0314', declaration.name.span, `the body of \`${declaration.name.text}\` ends without a result`, {
      fix: 'let its last line be an expression',
    });
  return declaredResult(declaration, found.result, found.resultSpan ?? declaration.name.span, here);
}

/** The equation that defines a name. */
function equationOf(name: string, statements: readonly Statement[], here: Site): Equation | undefined {
  return statements
    .flatMap((statement) =>
      statement.kind === 'match'
        ? [equationOf(name, chooseArm(statement, here)?.body.statements ?? [], here)]
        : statement.kind === 'equation'
          ? [statement]
          : [],
    )
    .findLast((equation) => equation?.targets.some((target) => !target.prime && target.name.text === name));
}

function declaredResult(declaration: Declaration, value: Value, span: Span, here: Site): Value {
  const { result } = declaration;
  if (value.kind === 'error') return value;
  if (result === null) return undeclared(declaration, value, span, here);
  if (result.kind === 'record') {
    if (value.kind !== 'record')
      return report(here, 'E0307', span, `\`${declaration.name.text}\` gives a record`, {
        expected: `{ ${result.fields.map((field) => field.name.text).join(', ')} }`,
        fix: `end it with \`{ ${result.fields.map((field) => `${field.name.text} = …`).join(', ')} }\``,
      });
    const fields = new Map<string, Value>();
    for (const field of result.fields) {
      const given = value.fields.get(field.name.text);
      if (given === undefined)
        return report(here, 'E0307', span, `the result lacks the field \`${field.name.text}\``, {
          fix: `add \`${field.name.text} = …\``,
          given: `{ ${[...value.fields.keys()].join(', ')} }`,
          related: [{ place: placeOf(here, field.name.span), message: 'declared here' }],
        });
      fields.set(field.name.text, conformTo(given, field.type, `the field \`${field.name.text}\``, declaration, span, here));
    }
    return [...fields.values()].some((field) => field.kind === 'error') ? ERROR : { kind: 'record', fields, main: null };
  }
  return conformTo(value, result.type, 'the result', declaration, span, here);
}

/** For an undeclared result: is it a block, which no call can return (reported)? */
function givesBlock(value: Value, span: Span, here: Site): boolean {
  if (value.kind === 'record') return [...value.fields.values()].some((field) => givesBlock(field, span, here));
  return value.kind === 'instance' && asTensor(value, here, span) === null;
}

/** A result whose type is not declared: models and encoders return tensors, and all elements must be present. */
function undeclared(declaration: Declaration, value: Value, span: Span, here: Site): Value {
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

function conformTo(value: Value, type: TypeExpr, what: string, declaration: Declaration, span: Span, here: Site): Value {
  if (type.kind === 'map' && declaration.what === 'model') return noMap('the result of a model', type.span, here);
  const made = asDeclared(value, type, `${what} of \`${declaration.name.text}\``, here, span, false, { at: type.span });
  return made.kind === 'tensor' && isStrict(declaration) && !present(made.node, what, here, span) ? ERROR : made;
}

/** The value as the type declares it; `fill`: broadcast to all of its axes. */
function asDeclared(value: Value, type: TypeExpr, what: string, here: Site, span: Span, fill: boolean, more: Conformity = {}): Value {
  if (type.kind === 'map') {
    const sides = mapTypeOfExpr(type, here);
    return sides === null ? ERROR : conformMap(value, sides, what, here, span);
  }
  const declared = tensorTypeOfExpr(type, here);
  const node = asTensor(value, here, span);
  return tensorOrError(declared === null || node === null ? null : conform(node, declared, what, here, span, fill, more));
}

/** The value of a parameter that a call leaves out. */
export function defaultArgument({ name, type, value, span }: Param, here: Site): Value {
  return asDeclared(value === null ? ERROR : evaluate(value, here), type, `the default of \`${name.text}\``, here, span, true);
}
