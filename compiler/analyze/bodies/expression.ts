/** Expressions: syntax to typed values. */
import type { BinaryExpr, BracketArg, Expr, NameExpr, Span } from '../../../grammar/ast.ts';
import type { BinaryFn } from '../../graph/graph.ts';
import { adviceOn } from '../../diagnostics/names.ts';
import { builtinCall, builtinNames, goesAlong, isBuiltin, worksOnElements } from '../expressions/builtins.ts';
import { callDeclaration, staticArguments } from '../calls/call.ts';
import { describeType, elemName } from '../scope/describe.ts';
import { filled, indexValue, positionOf } from '../expressions/index-expr.ts';
import { firstOf, lost, numberOf, reportLost } from '../types/inner-dims.ts';
import { alignAxes, allAxes, asTensor, binary, constant, sameKind, select, tensorOrError, unary } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type DeclarationEntry, type Entry, type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { axisByLabel, typeOf } from '../scope/axes.ts';
import { mapBinary } from '../expressions/maps.ts';
import { bracketedInstance } from '../calls/misfit.ts';
import { withoutParameters } from '../calls/per.ts';
import { evaluateProduct } from '../expressions/product.ts';
import { named } from './named.ts';
import { elaborateRepeat } from './repeat.ts';
import { elaborateMatch } from '../expressions/match.ts';
import { elaborateSample } from '../expressions/sample.ts';
import { elaborateScan } from './scan.ts';
import { shownAt } from '../scope/taken.ts';
import { numberOfExpr } from '../types/types.ts';
import { unknownName, unknownOf } from '../scope/unknown.ts';
import { evaluate, evaluateTensor } from '../expressions/evaluate.ts';
import { binaryFns, nameAxis } from '../expressions/brackets.ts';

/** The value of an expression; if an inner dim has lost the dim that it is ragged in, that is reported where it happened. */
export function elaborateExpression(expr: Expr, here: Site): Value {
  const value = here.ctx.inside(expr.span, here, () => evaluateExpr(expr, here));
  if (here.calls.length === 0) here.ctx.observe?.(expr, value, here);
  if (here.ctx.inner.size === 0 || value.kind !== 'tensor') return value;
  const alone = lost(allAxes(value.node), here);
  if (alone === null) return value;
  reportLost(alone, expr.span, here);
  return ERROR;
}

function evaluateExpr(expr: Expr, here: Site): Value {
  switch (expr.kind) {
    case 'error':
      return ERROR;
    case 'number':
      return tensor(constant(expr.value, /[.e]/i.test(expr.text) ? 'float' : 'int', here, expr.span));
    case 'bool':
      return tensor(constant(expr.value ? 1 : 0, 'bool', here, expr.span));
    case 'name':
      return evaluateName(expr, here);
    case 'place':
      return report(here, 'E0205', expr.span, `\`${expr.which}\` stands only as a position: \`x[axis = ${expr.which}]\``);
    case 'unary': {
      const value = evaluate(expr.operand, here);
      if (value.kind === 'map' && expr.op === '-')
        return { ...value, node: here.ctx.builder.at(origin(here, expr.span)).unary('neg', value.node) };
      const operand = asTensor(value, here, expr.operand.span);
      if (operand === null) return ERROR;
      const kind = typeOf(operand).elem.kind;
      if ((expr.op === 'not') !== (kind === 'bool')) {
        return report(here, 'E0305', expr.span, `\`${expr.op}\` does not fit this element type`, {
          expected: expr.op === 'not' ? 'bool' : 'a number',
          given: elemName(typeOf(operand).elem),
        });
      }
      if (expr.op === '-' && operand.op.kind === 'constant')
        return tensor(constant(-operand.op.value, kind === 'float' ? 'float' : 'int', here, expr.span));
      return tensor(unary(expr.op === 'not' ? 'not' : 'neg', operand, here, expr.span));
    }
    case 'binary':
      return expr.op === '@' ? evaluateProduct(expr, here) : evaluateBinary(binaryFns[expr.op], expr, here);
    case 'if': {
      const condition = evaluateTensor(expr.condition, here);
      if (condition === null) return ERROR;
      // Known at compile time (`training`): the other branch does not exist.
      if (condition.op.kind === 'constant') return evaluate(condition.op.value !== 0 ? expr.then : expr.else, here);
      const then = evaluateTensor(expr.then, here);
      const other = evaluateTensor(expr.else, here);
      return then === null || other === null ? ERROR : tensorOrError(select(condition, then, other, here, expr.span));
    }
    case 'first': {
      const { decoding } = here;
      if (decoding === null) return report(here, 'E0205', expr.span, '`first … then` stands only in a decoder');
      const first = evaluateTensor(expr.first, here);
      const then = evaluateTensor(expr.then, here);
      if (first === null || then === null) return ERROR;
      const start = here.ctx.builder
        .at(origin(here, expr.span))
        .binary('eq', decoding.position, firstOf(decoding.axis.space, here, expr.span));
      return tensorOrError(select(start, first, then, here, expr.span));
    }
    case 'where':
    case 'else':
      return evaluateAbsence(expr, here);
    case 'bracket': {
      if (expr.base.kind === 'name' && !expr.base.prime && here.scope.lookup(expr.base.name) === null) {
        if (expr.base.name === 'position') return positionOf(expr, here);
        if (expr.base.name === 'zeros' || expr.base.name === 'ones') return filled(expr, expr.base.name === 'ones' ? 1 : 0, here);
        if (isBuiltin(expr.base.name))
          return report(here, 'E0205', expr.span, `\`${expr.base.name}\` is an operation: call it with \`(…)\``);
      }
      const entry = expr.base.kind === 'name' ? here.scope.lookup(expr.base.name) : null;
      if (entry?.kind === 'declaration') return instanceOf(entry, expr.args, here);
      const base = evaluate(expr.base, here);
      return base.kind === 'error' ? ERROR : indexValue(base, expr.args, here, expr.span);
    }
    case 'call':
      return evaluateCall(expr, here);
    case 'per':
      return report(here, 'E0205', expr.span, '`per` stands in a call: `F per a (…)`');
    case 'field':
      return evaluateField(expr, here);
    case 'sample':
      return elaborateSample(expr, here);
    case 'record': {
      const fields = new Map<string, Value>();
      for (const { name, value } of expr.fields) {
        if (fields.has(name.text)) report(here, 'E0203', name.span, `the record has two fields \`${name.text}\``);
        fields.set(name.text, named(evaluate(value, { ...here, target: name.text }), name.text, value.span, here));
      }
      return { kind: 'record', fields, main: null };
    }
    case 'list':
      return report(here, 'E0205', expr.span, 'a list stands only in `repeat over`');
    case 'match-expression':
      return elaborateMatch(expr, here);
    case 'scan':
      return elaborateScan(expr, here);
    case 'repeat':
      return elaborateRepeat(expr, here);
  }
}

function evaluateName(expr: NameExpr, here: Site): Value {
  const key = expr.prime ? `${expr.name}'` : expr.name;
  const entry = here.scope.lookup(key);
  if (entry !== null) return captured(entry, key, expr.span, here);
  if (key === 'training') return tensor(constant(here.ctx.training ? 1 : 0, 'bool', here, expr.span));
  if (expr.prime && here.decoding?.output === expr.name) {
    if (here.next && here.decoding.chosen !== null) return tensor(here.decoding.chosen);
    return report(here, 'E0605', expr.span, `\`${key}\` is not known yet: it is what this step predicts`, {
      why: `in a decoder \`${expr.name}\` is the previous output; \`${key}\` exists after the choice, for the next values of states`,
      fix: `write \`${expr.name}\``,
    });
  }
  const base = expr.prime ? here.scope.lookup(expr.name) : null;
  if (base?.kind === 'value' && base.value.kind === 'error') return ERROR;
  if (here.later.get(key)?.kind === 'value') {
    return report(here, 'E0204', expr.span, `\`${key}\` is used before its equation`, {
      why: 'equations stand in textual order: a name is used after the equation that defines it',
      fix: `move the equation of \`${key}\` above this one`,
    });
  }
  if (base !== null)
    return report(here, 'E0603', expr.span, `\`${expr.name}\` is not a state: only a state has a next value`, {
      fix: `write \`${expr.name}\``,
    });
  if (isBuiltin(key)) return report(here, 'E0205', expr.span, `\`${key}\` is an operation: call it with \`(…)\``);
  const hidden = here.scope.hiddenIn(key);
  if (hidden !== null) {
    return report(here, 'E0201', expr.span, `\`${key}\` is known only inside the \`${hidden}\` above`, {
      fix:
        hidden === 'scan'
          ? `let the \`scan\` give it: \`emit ${key}\``
          : `let the \`repeat\` give every round's: \`emit ${key}\`; for the last round's give \`${key.replace("'", '')}\` a first value before the \`repeat\``,
    });
  }
  return unknownName(here, 'E0201', { text: key, span: expr.span }, 'name', here.scope.names());
}

function captured(entry: Entry, key: string, span: Span, here: Site): Value {
  switch (entry.kind) {
    case 'value':
      return uncaptured(entry.value, key, span, here);
    case 'dim':
      return tensor(numberOf(entry.space, here, span));
    case 'option':
      return typeof entry.value === 'number'
        ? tensor(constant(entry.value, Number.isInteger(entry.value) ? 'int' : 'float', here, span))
        : report(here, 'E0205', span, `\`${key}\` is an option: it stands in \`match ${key} { … }\``);
    case 'declaration':
      return { kind: 'instance', entry, statics: [], path: '' };
    case 'group':
      return report(here, 'E0205', span, `\`${key}\` is a group of axes`);
  }
}

/** E0601: inside a scan no value from outside may have the scan's axis. For a record, each field is checked when it is read. */
function uncaptured(value: Value, key: string, span: Span, here: Site): Value {
  const nodes =
    value.kind === 'tensor' || value.kind === 'map'
      ? [value.node]
      : value.kind === 'record' && value.main?.kind === 'tensor'
        ? [value.main.node]
        : [];
  const scanned = here.scope.crossed(key).find((label) => nodes.some((node) => axisByLabel(node, label) !== null));
  if (scanned === undefined) return value;
  if (here.decoding !== null && here.steps.get(scanned) === here.decoding.position) {
    return report(here, 'E0601', span, `\`${key}\` has the axis \`${scanned}\` that the decoder generates along`, {
      given: describeType(typeOf(nodes[0]!)),
      why: "the generated axis is a clock: in the body a value is one step's",
      fix: `call the generated axis differently: \`generates ${here.decoding.output}: index(…)[time: ${scanned}]\``,
    });
  }
  return report(here, 'E0601', span, `\`${key}\` has the axis \`${scanned}\` that this scan goes along`, {
    given: describeType(typeOf(nodes[0]!)),
    why: "inside the scan a value is one step's; which step of this one is meant?",
    fix: `for this step's: \`scan ${scanned} with ${key}t = ${key}\`; for the whole: rename the axis outside with \`${key}[${scanned} as other]\``,
  });
}

function instanceOf(entry: DeclarationEntry, args: readonly BracketArg[], here: Site): Value {
  const statics = staticArguments(args, entry, here);
  return statics === null ? ERROR : { kind: 'instance', entry, statics, path: '' };
}

function evaluateBinary(fn: BinaryFn, expr: BinaryExpr, here: Site): Value {
  const left = evaluate(expr.left, here);
  const right = evaluate(expr.right, here);
  if (left.kind === 'error' || right.kind === 'error') return ERROR;
  const map = mapBinary(fn, left, right, here, expr.span);
  if (map !== null) return map;
  // If the other operand is not a number, the map is not reported as well.
  if (left.kind === 'map' && right.kind !== 'map' && asTensor(right, here, expr.right.span) === null) return ERROR;
  const a = asTensor(left, here, expr.left.span);
  const b = a === null ? null : asTensor(right, here, expr.right.span);
  if (a === null || b === null) return ERROR;
  return tensorOrError(binary(fn, a, b, here, expr.span));
}

function evaluateAbsence(expr: Extract<Expr, { kind: 'where' | 'else' }>, here: Site): Value {
  const left = evaluateTensor(expr.left, expr.kind === 'else' ? { ...here, filled: true } : here);
  const right = evaluateTensor(expr.right, here);
  if (left === null || right === null) return ERROR;
  if (expr.kind === 'where') {
    if (typeOf(right).elem.kind !== 'bool') {
      return report(here, 'E0305', expr.right.span, '`where` wants a condition', { expected: 'bool', given: elemName(typeOf(right).elem) });
    }
    const aligned = alignAxes(left, right, 'where', here, expr.span);
    return aligned === null ? ERROR : tensor(here.ctx.builder.node({ kind: 'where' }, aligned, origin(here, expr.span)));
  }
  const kinds = sameKind(left, right, 'else', here, expr.span);
  const aligned = kinds === null ? null : alignAxes(kinds[0], kinds[1], 'else', here, expr.span);
  return aligned === null ? ERROR : tensor(here.ctx.builder.node({ kind: 'otherwise' }, aligned, origin(here, expr.span)));
}

function evaluateCall(expr: Extract<Expr, { kind: 'call' }>, here: Site): Value {
  const callee = expr.callee.kind === 'per' ? expr.callee.callee : expr.callee;
  const base = callee.kind === 'bracket' ? callee.base : callee;
  const brackets = callee.kind === 'bracket' ? callee.args : [];
  if (base.kind === 'field' && isBuiltin(base.field.text)) {
    const args = expr.args.map(({ value }) => value);
    const name = base.field.text;
    const [first, ...rest] = isModule(base.base, here) ? args : [base.base, ...args];
    const why = isModule(base.base, here) ? 'stands in no module' : 'is an operation, not a field';
    return report(here, 'E0205', callee.span, `\`${name}\` ${why}`, {
      fix: first === undefined ? `write \`${name}(…)\`` : asCall(name, first, rest, here),
    });
  }
  if (base.kind !== 'name' || base.prime) {
    const advice = base.kind === 'field' ? adviceOn(base.field.text, builtinNames()) : null;
    return report(
      here,
      'E0205',
      callee.span,
      'only a block, a cell or an operation can be called',
      advice === null ? {} : { fix: advice.fix },
    );
  }
  const entry = here.scope.lookup(base.name);
  if (entry === null) {
    if (isBuiltin(base.name))
      return expr.callee.kind === 'per' ? withoutParameters(base.name, expr.callee, here) : builtinCall(base.name, expr, brackets, here);
    return unknownName(here, 'E0201', { text: base.name, span: base.span }, 'block or operation', [
      ...here.scope.names(),
      ...builtinNames(),
    ]);
  }
  if (entry.kind === 'declaration') return callDeclaration(entry, null, expr, here);
  if (entry.kind === 'value' && entry.value.kind === 'instance') {
    if (brackets.length > 0) {
      bracketedInstance(base.name, entry.value.entry.declaration, brackets, callee.span, here);
      return ERROR;
    }
    return callDeclaration(entry.value.entry, entry.value, expr, here);
  }
  if (entry.kind === 'value' && entry.value.kind === 'error') return ERROR;
  return report(here, 'E0205', callee.span, `\`${base.name}\` is a value, not a block: it cannot be called`, {
    fix: 'index with `[…]`, multiply with `*`',
    ...shownAt(entry, here, `\`${base.name}\``),
  });
}

/** `torch.nn` of `torch.nn.relu(x)`: an unknown name used like a module of another language. */
function isModule(base: Expr, here: Site): boolean {
  if (base.kind === 'field') return isModule(base.base, here);
  return base.kind === 'name' && !base.prime && here.scope.lookup(base.name) === null;
}

/** `x.mean(0)` as it is written in `.attn`; axis numbers become the tensor's axis names. */
function asCall(name: string, base: Expr, args: readonly Expr[], here: Site): string {
  if (name === 'transpose') return 'axes have names and no order: there is nothing to transpose; of a map write `transpose(W)`';
  const text = ({ span }: Expr): string => here.module.module.file.text.slice(span.start, span.end);
  if (worksOnElements(name)) return `write \`${name}(${[base, ...args].map(text).join(', ')})\``;
  if (args.some((arg) => numberOfExpr(arg) !== null) || (args.length === 0 && goesAlong(name)))
    return nameAxis(name, base, here) ?? `write \`${name}[a](${text(base)})\`, with the name of the axis`;
  return `write \`${name}[${args.length === 0 ? 'a' : args.map(text).join(', ')}](${text(base)})\``;
}

function evaluateField(expr: Extract<Expr, { kind: 'field' }>, here: Site): Value {
  const entry = expr.base.kind === 'name' && !expr.base.prime ? here.scope.lookup(expr.base.name) : null;
  const base = entry?.kind === 'value' ? entry.value : evaluate(expr.base, here);
  if (base.kind === 'error') return ERROR;
  if (base.kind !== 'record') {
    const given = base.kind === 'tensor' ? { given: `${describeType(typeOf(base.node))}, a tensor` } : {};
    return report(here, 'E0210', expr.field.span, 'only a record, or a call of an attention, has fields', {
      ...given,
      fix: adviceOn(expr.field.text, [])?.fix ?? `remove \`.${expr.field.text}\`; an axis is taken with \`x[axis = position]\``,
    });
  }
  const field = base.fields.get(expr.field.text);
  if (field === undefined) return unknownOf(here, 'E0210', expr.field, 'field', [...base.fields.keys()]);
  return expr.base.kind === 'name' ? uncaptured(field, expr.base.name, expr.span, here) : field;
}
