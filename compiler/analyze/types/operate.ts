/** Operations on typed values, with checks whose errors are in the program's words. */
import type { Span } from '../../../grammar/ast.ts';
import type { Axis, BinaryFn, Elem, Node, ReduceFn, TensorType, UnaryFn } from '../../graph/graph.ts';
import { sameSpace, sizeOf } from '../../graph/spaces.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { describeAxis, describeSize, describeType, elemName, sizeFix } from '../scope/describe.ts';
import { remedyFor } from '../scope/remedies.ts';
import type { Site } from '../scope/context.ts';
import { type Value, tensor } from '../scope/values.ts';
import { constantOf, held, size, type Size } from '../../size/size.ts';
import { placeOf } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { agree, axisByLabel, dimNames, typeOf } from '../scope/axes.ts';
import { shownNode } from '../scope/taken.ts';
import { reportLater } from '../scope/unknown.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';

/** Numbered fields of an `emit` cannot be read by name. */
function fieldsFix(fields: readonly string[]): string {
  const named = fields.filter((field) => !/^\d/u.test(field)).map((field) => `\`.${field}\``);
  return [
    ...named,
    ...(fields.length === named.length
      ? []
      : [`all in order, \`${fields.map((_, k) => 'abcdefgh'[k] ?? `x${k}`).join(', ')} = …\` with brackets around the names`]),
  ].join(' or ');
}

/** A value as a tensor node, or null (reported, or silent after an error). A map is its tensor if its labels are distinct. */
export function asTensor(value: Value, here: Site, span: Span): Node | null {
  switch (value.kind) {
    case 'tensor':
      return value.node;
    case 'error':
      return null;
    case 'record':
      if (value.main !== null) return asTensor(value.main, here, span);
      report(here, 'E0205', span, 'this is a record: take one of its fields', {
        fix: fieldsFix([...value.fields.keys()]),
      });
      return null;
    case 'instance':
      report(here, 'E0205', span, 'this is an instance of a block: call it', { fix: 'add its arguments in parentheses' });
      return null;
    case 'map': {
      const twice = value.outs.find((out) => value.ins.some((into) => into.label === out.label));
      if (twice !== undefined) {
        report(here, 'E0301', span, `this map has \`${twice.label}\` on both sides: as a plain tensor it would hold the axis twice`, {
          fix: 'give the sides names: `plain(W, to = a, from = b)`',
        });
        return null;
      }
      let { node } = value;
      for (const axis of value.ins) node = rename(node, axis, here.frame.axis(axis.label, axis.space), here, span);
      return node;
    }
  }
}

export function rename(node: Node, from: Axis, to: Axis, here: Site, span: Span): Node {
  if (from.id === to.id) return node;
  return here.ctx.builder.node({ kind: 'rename', from: from.id, to }, [node], origin(here, span));
}

export function constant(value: number, kind: 'float' | 'int' | 'bool', here: Site, span: Span): Node {
  return here.ctx.builder.at(origin(here, span)).constant(value, kind);
}

/** An operand that must be a number (reported otherwise): a bool is never converted implicitly. */
export function number(node: Node, what: string, here: Site, span: Span): Node | null {
  if (typeOf(node).elem.kind !== 'bool') return node;
  report(here, 'E0305', span, `\`${what}\` wants numbers`, { expected: 'a number', given: 'bool', fix: '`if c then 1 else 0`' });
  return null;
}

/** int, index and bool as float; a constant just changes its type. */
export function toFloat(node: Node, here: Site, span: Span): Node {
  if (typeOf(node).elem.kind === 'float') return node;
  if (node.op.kind === 'constant') return constant(node.op.value, 'float', here, span);
  return here.ctx.builder.node({ kind: 'unary', fn: 'float' }, [node], origin(here, span));
}

/** As a whole number; a literal outside int32 is reported. */
export function toInt(node: Node, here: Site, span: Span): Node {
  if (typeOf(node).elem.kind === 'int') return holdsInt(node, here, span);
  return here.ctx.builder.node({ kind: 'unary', fn: 'int' }, [node], origin(here, span));
}

function holdsInt(node: Node, here: Site, span: Span): Node {
  const { op } = node;
  if (op.kind === 'constant' && (op.value | 0) !== op.value) {
    report(here, 'E0111', span, `\`${op.value}\` is too large for a whole number, which has 32 bits`, {
      expected: 'at most 2147483647',
      given: `\`${op.value}\``,
      fix: `a float, \`${op.value}.0\`, is as large, and no longer exact beyond 16777216`,
    });
  }
  return node;
}

/** A float stays as it is, anything else becomes an int. */
export function asNumber(node: Node, here: Site, span: Span): Node {
  return typeOf(node).elem.kind === 'float' ? node : toInt(node, here, span);
}

export function unary(fn: UnaryFn, node: Node, here: Site, span: Span): Node {
  if (fn === 'floor') {
    const known = typeOf(node).elem.kind === 'float' ? quotient(node, here, span) : toInt(node, here, span);
    if (known !== null) return known;
  }
  const { takes } = UNARY[fn];
  const operand = takes === 'bool' || takes === 'same' ? node : takes === 'number' ? asNumber(node, here, span) : toFloat(node, here, span);
  const made = here.ctx.builder.node({ kind: 'unary', fn }, [operand], origin(here, span));
  keepOrder(made, [node], here);
  return made;
}

/** The int that a float was converted from, or null. */
function wholeOf(node: Node, here: Site, span: Span): Node | null {
  const { op, inputs } = node;
  if (op.kind === 'constant') return (op.value | 0) === op.value ? constant(op.value, 'int', here, span) : null;
  if (op.kind === 'unary') return op.fn === 'float' ? toInt(inputs[0]!, here, span) : null;
  if (op.kind !== 'rename' && op.kind !== 'broadcast') return null;
  const whole = wholeOf(inputs[0]!, here, span);
  return whole === null ? null : here.ctx.builder.node(op, [whole], origin(here, span));
}

/** `floor(a / b)` of whole numbers: a float would not hold the quotient. */
function quotient({ op, inputs }: Node, here: Site, span: Span): Node | null {
  if (op.kind !== 'binary' || op.fn !== 'div') return null;
  const [a, b] = inputs.map((each) => wholeOf(each, here, span));
  return a == null || b == null ? null : here.ctx.builder.node({ kind: 'binary', fn: 'quot' }, [a, b], origin(here, span));
}

/** Rounded up. */
export function ceil(node: Node, here: Site, span: Span): Node | null {
  if (typeOf(node).elem.kind !== 'float') return toInt(node, here, span);
  const down = quotient(node, here, span);
  if (down === null) return unary('neg', unary('floor', unary('neg', node, here, span), here, span), here, span);
  const [a, b] = down.inputs as [Node, Node];
  const made = (fn: BinaryFn, x: Node, y: Node): Node => here.ctx.builder.node({ kind: 'binary', fn }, [x, y], origin(here, span));
  const fits = made('eq', made('mod', a, b), constant(0, 'int', here, span));
  return here.ctx.builder.node({ kind: 'select' }, [fits, down, made('add', down, constant(1, 'int', here, span))], origin(here, span));
}

/** `2 ^ i` with known numbers, or sizes of formals: a whole number. */
function wholePower(left: Node, right: Node, here: Site, span: Span): Node | null {
  const whole = ({ op, types: [type] }: Node): number | null => (op.kind === 'constant' && type?.elem.kind === 'int' ? op.value : null);
  const [a, n] = [whole(left), whole(right)];
  if (a !== null && n !== null && n >= 0) return knownPower(a ** n, here, span);
  const sizeOfNode = ({ op, types: [type] }: Node): Size | null =>
    op.kind === 'size' ? op.size : op.kind === 'constant' && type?.elem.kind === 'int' && op.value >= 0 ? size.int(op.value) : null;
  const [base, exponent] = [sizeOfNode(left), sizeOfNode(right)];
  const { kind } = typeOf(left).elem;
  if (n !== null && n >= 1 && base === null && (kind === 'int' || kind === 'index')) return repeated(left, n, here, span);
  if (base === null || exponent === null) return null;
  const made = held(size.fn('pow', [base, exponent]));
  const known = constantOf(made);
  return known === null ? here.ctx.builder.at(origin(here, span)).size(made) : constant(known, 'int', here, span);
}

/** As a literal: outside int32 it may still become a float, and beyond that range it is an error. */
function knownPower(value: number, here: Site, span: Span): Node {
  if (Number.isFinite(Math.fround(value))) return constant(value, 'int', here, span);
  report(here, 'E0111', span, 'this power is too large: a value is a 32-bit float', {
    expected: 'at most `3.4e38`',
    fix: 'write a smaller number',
  });
  return constant(1, 'int', here, span);
}

/** The nth power as products: whole numbers stay whole. */
function repeated(base: Node, n: number, here: Site, span: Span): Node {
  const x = toInt(base, here, span);
  const product = (a: Node, b: Node): Node => here.ctx.builder.node({ kind: 'binary', fn: 'mul' }, [a, b], origin(here, span));
  const power = (k: number): Node => {
    if (k === 1) return x;
    const half = power(Math.floor(k / 2));
    return k % 2 === 0 ? product(half, half) : product(product(half, half), x);
  };
  return power(n);
}

/** (Elem) of the formal core: axes join by name; E-OUTER guards against accidental outer products, unless they are `meant`. */
export function binary(fn: BinaryFn, left: Node, right: Node, here: Site, span: Span, meant = false): Node | null {
  const whole = fn === 'pow' ? wholePower(left, right, here, span) : null;
  if (whole !== null) return whole;
  const operands = matchElems(fn, left, right, here, span);
  if (operands === null) return null;
  let [a, b] = operands;
  const aligned = alignAxes(a, b, BINARY[fn].symbol, here, span);
  if (aligned === null) return null;
  [a, b] = aligned;
  if (fn !== 'mul' && !meant && outer(a, b)) {
    report(here, 'E0302', span, `\`${BINARY[fn].symbol}\` of tensors that share no axis would be an outer product`, {
      given: `${describeType(typeOf(a))} ${BINARY[fn].symbol} ${describeType(typeOf(b))}`,
      expected: "operands with a shared axis, or one whose axes are among the other's",
      why: 'elementwise operations broadcast by name; an accidental outer product is a common mistake, so only `*` makes one',
      fix: `rename an axis with \`x[a as b]\` so that they share one; if it is meant: ${
        fn === 'max' || fn === 'min'
          ? `\`${fn}(a * ones[${typeOf(b)
              .axes.map(({ label }) => label)
              .join(', ')}], b)\``
          : `\`outer(a ${BINARY[fn].symbol} b)\``
      }`,
    });
    return null;
  }
  const made = here.ctx.builder.node({ kind: 'binary', fn }, [a, b], origin(here, span));
  markOrder(made, [a, b], here);
  return made;
}

function outer(a: Node, b: Node): boolean {
  const left = typeOf(a);
  const right = typeOf(b);
  if (left.elem.kind !== 'float' && right.elem.kind !== 'float') return false;
  const shared = left.axes.some((axis) => right.axes.some((other) => other.id === axis.id));
  return !shared && left.axes.length > 0 && right.axes.length > 0;
}

/** If the order of an operand's axes is meaningless, so is the result's. */
export function keepOrder(made: Node, operands: readonly Node[], here: Site): void {
  const joined = operands.map((operand) => here.ctx.unordered.get(operand)).find((each) => each !== undefined);
  if (joined !== undefined) here.ctx.unordered.set(made, joined);
}

/**
 * Order is meaningful only where one operand's axes include the other's: a result with exactly the axes of an operand, in order,
 * has its order.
 */
export function markOrder(made: Node, operands: readonly Node[], here: Site): void {
  const ids = (node: Node): string =>
    typeOf(node)
      .axes.map(({ id }) => id)
      .join();
  if (operands.some((operand) => !here.ctx.unordered.has(operand) && ids(operand) === ids(made))) return;
  keepOrder(made, operands, here);
  if (here.ctx.unordered.has(made)) return;
  if (operands.some((a) => operands.some((b) => !within(a, b) && !within(b, a)))) here.ctx.unordered.set(made, made.origin);
}

function within(a: Node, b: Node): boolean {
  return typeOf(a).axes.every((axis) => typeOf(b).axes.some((other) => other.id === axis.id));
}

/** Axes with the same label are one axis: checks that they agree and gives the second operand the first one's id. */
export function alignAxes(a: Node, b: Node, what: string, here: Site, span: Span): [Node, Node] | null {
  let left = a;
  let right = b;
  for (const axis of allAxes(a)) {
    const other = allAxes(right).find((candidate) => candidate.label === axis.label);
    if (other === undefined || other.id === axis.id) continue;
    if (!sizesAgree(axis, other, what, here, span, a, right)) return null;
    right = rename(holding(right, other, here, span), other, axis, here, span);
    left = holding(left, axis, here, span);
  }
  return [left, right];
}

/** A tensor's axes, then those that only its masks have. */
export function allAxes(node: Node): readonly Axis[] {
  const { axes, masks } = typeOf(node);
  const result = [...axes];
  for (const axis of masks.flat()) if (!result.some(({ id }) => id === axis.id)) result.push(axis);
  return result;
}

/** The tensor with this axis among its own, if only a mask had it. */
export function holding(node: Node, axis: Axis, here: Site, span: Span): Node {
  const { axes } = typeOf(node);
  if (axes.some(({ id }) => id === axis.id)) return node;
  return here.ctx.builder.node({ kind: 'broadcast', axes: [...axes, axis] }, [node], origin(here, span));
}

export function sizesAgree(axis: Axis, other: Axis, what: string, here: Site, span: Span, a: Node, b: Node): boolean {
  const verdict = agree(here, axis.space, other.space);
  if (verdict === 'equal') return true;
  const detail = {
    expected: describeAxis(axis),
    given: describeAxis(other),
    why: `both operands of \`${what}\` have an axis \`${axis.label}\`, and one name is one axis`,
    related: [a, b].map((node) => ({
      place: { file: node.origin.file, start: node.origin.start, end: node.origin.end },
      message: `this is ${describeType(typeOf(node))}`,
    })),
  };
  if (verdict === 'unknown') {
    report(here, 'E0310', span, `it cannot be decided whether the two axes \`${axis.label}\` have the same size`, {
      ...detail,
      fix: `write \`require ${describeSize(sizeOf(axis.space))} == ${describeSize(sizeOf(other.space))}\` to have it checked when the model is built`,
    });
  } else report(here, 'E0303', span, `the two axes \`${axis.label}\` differ`, { ...sizeFix(axis.space, other.space), ...detail });
  return false;
}

function matchElems(fn: BinaryFn, a: Node, b: Node, here: Site, span: Span): [Node, Node] | null {
  const left = typeOf(a).elem;
  const right = typeOf(b).elem;
  const wrong = (expected: string): null => {
    report(here, 'E0305', span, `\`${BINARY[fn].symbol}\` does not fit these element types`, {
      expected,
      given: `${elemName(left)} and ${elemName(right)}`,
    });
    return null;
  };
  if (fn === 'and' || fn === 'or') return left.kind === 'bool' && right.kind === 'bool' ? [a, b] : wrong('bool and bool');
  if (fn === 'eq' || fn === 'ne') {
    if (left.kind === 'bool' && right.kind === 'bool') return [a, b];
    if (left.kind === 'index' && right.kind === 'index') {
      if (sameIndexSpace(left, right)) return [toInt(a, here, span), toInt(b, here, span)];
      report(here, 'E0306', span, 'these are positions on different axes: they are never the same thing', {
        expected: elemName(left),
        given: elemName(right),
      });
      return null;
    }
  }
  if (left.kind === 'bool' || right.kind === 'bool') return wrong('numbers');
  if (left.kind === 'float' || right.kind === 'float' || fn === 'div' || fn === 'pow')
    return [toFloat(a, here, span), toFloat(b, here, span)];
  return [toInt(a, here, span), toInt(b, here, span)];
}

export function sameIndexSpace(a: Elem, b: Elem): boolean {
  return a.kind === 'index' && b.kind === 'index' && sameSpace(a.space, b.space);
}

/** `c ? a : b`, elementwise. */
export function select(condition: Node, a: Node, b: Node, here: Site, span: Span): Node | null {
  if (typeOf(condition).elem.kind !== 'bool') {
    report(here, 'E0305', span, 'a condition is a bool', { expected: 'bool', given: elemName(typeOf(condition).elem) });
    return null;
  }
  const branches = sameKind(a, b, 'if', here, span);
  if (branches === null) return null;
  const first = alignAxes(branches[0], branches[1], 'if', here, span);
  if (first === null) return null;
  const second = alignAxes(first[0], condition, 'if', here, span);
  if (second === null) return null;
  const made = here.ctx.builder.node({ kind: 'select' }, [second[1], first[0], first[1]], origin(here, span));
  markOrder(made, [first[0], first[1]], here);
  return made;
}

/** Two alternative values: they must have the same element type; ints become floats beside a float. */
export function sameKind(a: Node, b: Node, what: string, here: Site, span: Span): [Node, Node] | null {
  const left = typeOf(a).elem;
  const right = typeOf(b).elem;
  if (left.kind === 'int' && right.kind === 'int') return [toInt(a, here, span), toInt(b, here, span)];
  if (left.kind === right.kind && (left.kind !== 'index' || sameIndexSpace(left, right))) return [a, b];
  if (left.kind !== right.kind && (left.kind === 'bool' || right.kind === 'bool')) {
    report(here, 'E0305', span, `the two sides of \`${what}\` must be of one kind`, { expected: elemName(left), given: elemName(right) });
    return null;
  }
  if (left.kind === 'float' || right.kind === 'float') return [toFloat(a, here, span), toFloat(b, here, span)];
  return [toInt(a, here, span), toInt(b, here, span)];
}

export function needAxis(node: Node, label: string, what: string, here: Site, span: Span): Axis | null {
  const axis = axisByLabel(node, label);
  if (axis !== null) return axis;
  const others = typeOf(node).axes.filter((candidate) => candidate.label !== label);
  const given = describeType(typeOf(node));
  const rename =
    others.length === 0
      ? {}
      : {
          fix: `name one of ${others.map((other) => `\`${other.label}\``).join(', ')}, or rename one with \`x[${others[0]!.label} as ${label}]\``,
        };
  if (here.scope.lookup(label) === null && here.frame.space(label) === null) {
    const near = didYouMean(label, [...others.map((other) => other.label), ...dimNames(here)]);
    if (reportLater('E0202', { text: label, span }, here)) return null;
    report(here, 'E0202', span, `there is no axis or dim \`${label}\` here`, {
      given,
      ...(near === null ? rename : { fix: `did you mean \`${near}\`?` }),
    });
    return null;
  }
  const step = here.steps.get(label);
  if (step !== undefined && step === here.decoding?.position) {
    report(here, 'E0304', span, `a decoder with a \`state\` is written for one step: there is no axis \`${label}\` in it`, {
      given,
      why: 'a decoder without a `state` is written over its whole axis; the two forms do not mix',
      fix: 'keep what later steps read in a `state`, or in `past[tape](s)`; or write all of it over the axis, without a `state`',
    });
    return null;
  }
  const scanned = step !== undefined ? `, and inside \`scan ${label}\` a value is one step's` : '';
  report(here, 'E0304', span, `\`${what}\` wants an axis \`${label}\` that the tensor does not have${scanned}`, {
    expected: `an axis \`${label}\``,
    given,
    ...rename,
    ...shownNode(node, here),
  });
  return null;
}

export function reduce(fn: ReduceFn, node: Node, axes: readonly Axis[], here: Site, span: Span): Node {
  const boolean = fn === 'any' || fn === 'all';
  const operand = boolean ? node : fn === 'mean' ? toFloat(node, here, span) : asNumber(node, here, span);
  return here.ctx.builder.node({ kind: 'reduce', fn, axes: axes.map((axis) => axis.id) }, [operand], origin(here, span));
}

export interface Conformity {
  readonly code?: 'E0307' | 'E0604';
  /** The location of the declared type. */
  readonly at?: Span;
}

/** Checks a value against a declared type and gives it exactly the declared axes (by permutation; scalars are broadcast). */
export function conform(
  node: Node,
  declared: TensorType,
  what: string,
  here: Site,
  span: Span,
  fill: boolean,
  { code = 'E0307', at }: Conformity = {},
): Node | null {
  const given = typeOf(node);
  const related = at === undefined ? {} : { related: [{ place: placeOf(here, at), message: 'declared here' }] };
  const mismatch = (message: string, why?: string, fix?: string): null => {
    report(here, code, span, message, {
      expected: describeType(declared),
      given: describeType(given),
      ...(why === undefined ? {} : { why }),
      ...(fix === undefined ? {} : { fix }),
      ...related,
    });
    return null;
  };
  let value = declared.elem.kind === 'int' && given.elem.kind === 'int' ? toInt(node, here, span) : node;
  if (declared.elem.kind !== given.elem.kind) {
    if (declared.elem.kind === 'float' && given.elem.kind !== 'bool') value = toFloat(value, here, span);
    else if (declared.elem.kind === 'int' && given.elem.kind === 'index') value = toInt(value, here, span);
    else if (declared.elem.kind === 'index' && value.op.kind === 'constant' && given.elem.kind === 'int')
      return places(value, declared, declared.elem, here, span);
    else
      return mismatch(
        `${what} has another element type than declared`,
        undefined,
        remedyFor('E0305', { expected: declared.elem.kind, given: given.elem.kind }).fix,
      );
  } else if (declared.elem.kind === 'index' && !sameIndexSpace(declared.elem, given.elem)) {
    return mismatch(`${what} holds positions on another axis than declared`, undefined, remedyFor('E0306', {}).fix);
  }
  for (const axis of given.axes) {
    const wanted = declared.axes.find((candidate) => candidate.label === axis.label);
    if (wanted === undefined) {
      return mismatch(
        `${what} has an axis \`${axis.label}\` that its declaration lacks`,
        'no axis disappears unnamed',
        `reduce it, \`sum[${axis.label}](…)\`, or declare it`,
      );
    }
    if (wanted.id === axis.id) continue;
    const verdict = agree(here, wanted.space, axis.space);
    if (verdict !== 'equal') {
      if (verdict === 'unknown') {
        report(here, 'E0310', span, `it cannot be decided whether \`${axis.label}\` of ${what} has its declared size`, {
          expected: describeAxis(wanted),
          given: describeAxis(axis),
          fix: `write \`require ${describeSize(sizeOf(wanted.space))} == ${describeSize(sizeOf(axis.space))}\``,
          ...related,
        });
        return null;
      }
      report(here, 'E0303', span, `the axis \`${axis.label}\` of ${what} has another size than declared`, {
        expected: describeAxis(wanted),
        given: describeAxis(axis),
        why: 'a declared axis is what callers rely on',
        ...sizeFix(wanted.space, axis.space),
        ...related,
      });
      return null;
    }
    value = rename(value, axis, wanted, here, span);
  }
  const lacking = declared.axes.filter((axis) => !typeOf(value).axes.some((own) => own.id === axis.id));
  if (lacking.length > 0 && !fill) {
    return mismatch(
      `${what} lacks the axis ${lacking.map((axis) => `\`${axis.label}\``).join(', ')} of its declaration`,
      undefined,
      givingAxes(node, lacking, here) ??
        `spread it, \`… * ones[${lacking.map((axis) => axis.label).join(', ')}]\`, or leave the axis out of the declaration`,
    );
  }
  const same =
    typeOf(value).axes.length === declared.axes.length && typeOf(value).axes.every((axis, i) => axis.id === declared.axes[i]!.id);
  return same ? value : here.ctx.builder.node({ kind: 'broadcast', axes: declared.axes }, [value], origin(here, span));
}

/** Suggests brackets: `Linear(x)` adds no axis unless its brackets name one. */
function givingAxes(node: Node, lacking: readonly Axis[], here: Site): string | undefined {
  const call = node.op.kind === 'result' ? node.inputs[0] : node;
  if (call?.op.kind !== 'call') return undefined;
  const { callee } = call.op;
  const entry = here.scope.lookup(callee);
  if (entry?.kind !== 'declaration' || !entry.declaration.statics.some(({ group }) => group)) return undefined;
  return `name what \`${callee}\` gives in its brackets: \`${callee}[${lacking.map(({ label }) => label).join(', ')}](…)\``;
}

/** A literal position, as the initial value of a state that holds positions. */
function places(value: Node, declared: TensorType, elem: Extract<Elem, { kind: 'index' }>, here: Site, span: Span): Node {
  const at = origin(here, span);
  const b = here.ctx.builder.at(at);
  // Sliced from the positions, so that it has their type.
  const axis: Axis = { id: `${here.frame.id}place`, label: 'place', space: elem.space };
  return b.broadcast(b.gather(b.position(axis), value, axis.id, true), declared.axes);
}

export function tensorOrError(node: Node | null): Value {
  return node === null ? { kind: 'error' } : tensor(node);
}
