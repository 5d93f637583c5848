/** Operations that no equation can express, or none that is safe in float32: everything else is `.attn` text in `std/`. */
import type { BracketArg, CallExpr, Expr, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, ReduceFn, UnaryFn } from '../../graph/graph.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { isRagged, sameSpace } from '../../graph/spaces.ts';
import { reduceAcross, wordOf } from './across.ts';
import { elemName } from '../scope/describe.ts';
import { binaryFns, bracketAxes, existing, nameAxis } from './brackets.ts';
import { evaluate, evaluateTensor } from './evaluate.ts';
import { gather, mayBeEmpty, upToPosition } from './index-expr.ts';
import { groupBy } from './group.ts';
import { refuseAlong, refuseInSteps } from '../types/inner-dims.ts';
import { joinCall } from './join.ts';
import { mapCall, mapUnary } from './maps.ts';
import {
  allAxes,
  asNumber,
  asTensor,
  binary,
  ceil,
  constant,
  keepOrder,
  needAxis,
  number,
  reduce,
  tensorOrError,
  toFloat,
  unary,
} from '../types/operate.ts';
import { argsort } from './rank.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, isError, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { axisByLabel, typeOf } from '../scope/axes.ts';
import { pastOf } from './past.ts';
import { numberOfExpr } from '../types/types.ts';
import { unknownName } from '../scope/unknown.ts';

const unaries: Readonly<Record<string, UnaryFn>> = Object.fromEntries(
  (Object.keys(UNARY) as UnaryFn[]).filter((fn) => UNARY[fn].word).map((fn) => [fn, fn]),
);

const reductions: Readonly<Record<string, ReduceFn>> = {
  sum: 'sum',
  mean: 'mean',
  max: 'max',
  min: 'min',
  prod: 'prod',
  any: 'any',
  all: 'all',
};

/** Which of the above it is. */
const composed: Readonly<Record<string, (x: Node, here: Site, span: Span) => Node | null>> = {
  ceil,
  log2: (x, here, span) => binary('div', unary('log', x, here, span), constant(Math.LN2, 'float', here, span), here, span),
};

const others = [
  'softmax',
  'log_softmax',
  'argmax',
  'argsort',
  'cumsum',
  'cumprod',
  'concat',
  'stack',
  'onehot',
  'cross_entropy',
  'dropout',
  'clamp',
  'position',
  'outer',
  'plain',
  'transpose',
  'past',
];

/** Operations over an axis named in brackets. */
const along: readonly string[] = ['softmax', 'log_softmax', 'argmax', 'cumsum', 'cumprod'];

/** Does the operation take values, and no axis in brackets? */
export function worksOnElements(name: string): boolean {
  return Object.hasOwn(unaries, name) || Object.hasOwn(composed, name) || name === 'clamp' || name === 'dropout';
}

/** Does the operation need its axes in brackets? */
export function goesAlong(name: string): boolean {
  return Object.hasOwn(reductions, name) || along.includes(name);
}

export function builtinNames(): string[] {
  return [...Object.keys(unaries), ...Object.keys(composed), ...Object.keys(reductions), ...others];
}

export function isBuiltin(name: string): boolean {
  return Object.hasOwn(unaries, name) || Object.hasOwn(composed, name) || Object.hasOwn(reductions, name) || others.includes(name);
}

export function builtinCall(name: string, expr: CallExpr, brackets: readonly BracketArg[], here: Site): Value {
  if (name === 'plain' || name === 'transpose')
    return brackets.length > 0
      ? report(here, 'E0404', expr.span, `\`${name}\` takes no axis in brackets`, {
          fix: `\`${name === 'plain' ? 'plain(W, to = a, from = b)' : 'transpose(W)'}\``,
        })
      : mapCall(name, expr, here);
  const named = expr.args.find((arg) => arg.name !== null);
  const first = expr.args[0];
  const isAlong = goesAlong(name);
  const advice = (): { fix?: string } => {
    const fix = isAlong && first !== undefined && first.name === null && brackets.length === 0 ? nameAxis(name, first.value, here) : null;
    return fix === null ? {} : { fix };
  };
  if (named !== undefined && named.name !== null)
    return report(here, 'E0404', named.name.span, `\`${name}\` takes no named argument`, { fix: 'give it without its name', ...advice() });
  if (name === 'concat' || name === 'stack') return joinCall(name, expr, brackets, here);
  if (name === 'dropout') return dropout(expr, here);
  if (name === 'outer') return outer(expr, brackets, here);
  if (name === 'past') return pastOf(expr, brackets, here);
  const running = name === 'cumsum' || name === 'cumprod';
  const isExclusive =
    running &&
    expr.args.length === 2 &&
    expr.args[1]!.value.kind === 'name' &&
    expr.args[1]!.value.name === 'exclusive' &&
    !expr.args[1]!.value.prime;
  if (running && expr.args.length === 2 && !isExclusive) {
    return report(here, 'E0403', expr.args[1]!.value.span, `\`${name}\` takes a value, and behind it nothing but \`exclusive\``, {
      fix: `\`${name}[a](x)\` up to each position, \`${name}[a](x, exclusive)\` before it`,
    });
  }
  const args: Node[] = [];
  for (const arg of isExclusive ? expr.args.slice(0, 1) : expr.args) {
    const value = evaluate(arg.value, here);
    const map =
      value.kind === 'map' && expr.args.length === 1 && brackets.length === 0 && Object.hasOwn(unaries, name)
        ? mapUnary(unaries[name]!, value, here, expr.span)
        : null;
    if (map !== null) return map;
    const node = asTensor(value, here, arg.value.span);
    if (node === null) return ERROR;
    args.push(node);
  }
  const count = (wanted: number): boolean => {
    if (args.length === wanted) return true;
    report(here, 'E0403', expr.span, `\`${name}\` has the wrong number of arguments`, {
      expected: `${wanted}`,
      given: `${args.length}`,
      fix: `\`${name}${isAlong ? '[a]' : ''}(${['x', 'y', 'z'].slice(0, wanted).join(', ')})\``,
      ...advice(),
    });
    return false;
  };
  const [x, y, z] = args as [Node, Node, Node];
  if (Object.hasOwn(unaries, name) || Object.hasOwn(composed, name)) {
    if (brackets.length > 0)
      return report(here, 'E0404', expr.span, `\`${name}\` works on every element: it takes no axis`, {
        fix: `leave the brackets away: \`${name}(…)\``,
      });
    if (!count(1)) return ERROR;
    const operand = name === 'stop' ? x : number(x, name, here, expr.span);
    return tensorOrError(
      operand === null
        ? null
        : Object.hasOwn(composed, name)
          ? composed[name]!(operand, here, expr.span)
          : unary(unaries[name]!, operand, here, expr.span),
    );
  }
  if ((name === 'max' || name === 'min') && brackets.length === 0 && args.length !== 1) {
    if (!count(2)) return ERROR;
    return tensorOrError(binary(name, x, y, here, expr.span));
  }
  if (name === 'clamp') {
    if (brackets.length > 0)
      return report(here, 'E0404', expr.span, '`clamp` works on every element: it takes no axis', { fix: '`clamp(x, low, high)`' });
    if (!count(3)) return ERROR;
    const low = binary('max', x, y, here, expr.span);
    return tensorOrError(low === null ? null : binary('min', low, z, here, expr.span));
  }
  const by = brackets.find((arg) => arg.kind === 'by');
  if (by?.kind === 'by') return count(1) ? groupBy(name, x, by, here, expr.span) : ERROR;
  if (name === 'onehot') return count(1) ? oneHot(x, brackets, here, expr.span) : ERROR;
  if (name === 'cross_entropy') return count(2) ? crossEntropy(x, y, brackets, here, expr.span) : ERROR;
  if (name === 'argsort') return count(1) ? argsort(x, brackets, here, expr.span) : ERROR;
  if (!count(1)) return ERROR;
  const across = wordOf(brackets);
  if (across !== null) return reduceAcross(name, x, brackets, across, here, expr.span);
  const part = partial(name, x, brackets, here);
  if (part === null) return ERROR;
  const axes = bracketAxes(name, part.x, part.brackets, here, expr.span);
  if (axes === null) return ERROR;
  return overAxes(name, part.x, axes, isExclusive, here, expr.span);
}

/** The axis whose positions see a part of the tensor: one of its own, or the axis that `over` is a copy of. */
function seenFrom(node: Node, over: Axis, label: string, name: string, here: Site, span: Span): Axis | null {
  const own = axisByLabel(node, label);
  if (own !== null) return own;
  const entry = here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : here.frame.space(label);
  return space !== null && sameSpace(space, over.space) ? here.frame.axis(label, space) : needAxis(node, label, name, here, span);
}

/** `sum[k <= q](e)`: over the positions of `k` up to that of `q`. */
function partial(
  name: string,
  x: Node,
  brackets: readonly BracketArg[],
  here: Site,
): { readonly x: Node; readonly brackets: readonly BracketArg[] } | null {
  let node = x;
  const plain: BracketArg[] = [];
  for (const arg of brackets) {
    if (arg.kind !== 'value' || arg.value.kind !== 'binary') {
      plain.push(arg);
      continue;
    }
    const { op, left, right } = arg.value;
    if ((op !== '<=' && op !== '<') || left.kind !== 'name' || left.prime || right.kind !== 'name' || right.prime) {
      report(here, 'E0404', arg.span, `\`${name}\` goes over a whole axis, or over a part up to another axis's position`, {
        fix: `\`${name}[k <= q](…)\`, \`${name}[k < q](…)\``,
      });
      return null;
    }
    const over = needAxis(node, left.name, name, here, left.span);
    const now = over === null ? null : seenFrom(node, over, right.name, name, here, right.span);
    if (over === null || now === null) return null;
    if (!sameSpace(over.space, now.space)) {
      report(here, 'E0306', arg.span, `\`${left.name}\` and \`${right.name}\` are axes of two dims: their positions have no common order`);
      return null;
    }
    node = upToPosition(node, over, now, op, here, arg.span);
    plain.push({ kind: 'value', value: left, span: arg.span });
  }
  return { x: node, brackets: plain };
}

function overAxes(name: string, x: Node, axes: readonly Axis[], exclusive: boolean, here: Site, span: Span): Value {
  if (Object.hasOwn(reductions, name)) return reduction(name, x, axes, here, span);
  if (axes.length !== 1) {
    // Labels of a group, such as `g.a`, are not names that a user could write.
    const isGroup = axes.length === 0 || axes.some(({ label }) => label.includes('.'));
    return report(here, 'E0404', span, `\`${name}\` goes over exactly one axis`, {
      given: `${axes.length}`,
      fix: isGroup
        ? 'let the signature name one axis where it has a group'
        : `merge them first: \`${name}[both](x[(${axes.map(({ label }) => label).join(', ')}) as both])\``,
    });
  }
  const axis = axes[0]!;
  if (number(x, name, here, span) === null) return ERROR;
  if (name === 'argmax' && isRagged(axis.space) && mayBeEmpty(axis.space) && !here.filled) {
    return report(here, 'E0502', span, `\`${axis.label}\` may be empty: it has no greatest position`, {
      fix: 'declare the dim without `0..`, or guard with `else`',
    });
  }
  if (refuseAlong(x, axis, `\`${name}\` along`, span, here)) return ERROR;
  const b = here.ctx.builder.at(origin(here, span));
  const operand = name === 'softmax' || name === 'log_softmax' ? toFloat(x, here, span) : asNumber(x, here, span);
  const made =
    name === 'argmax'
      ? existing(b.argmax(operand, axis.id), axis, here, span)
      : name === 'cumsum'
        ? b.cumsum(operand, axis.id, { exclusive })
        : name === 'cumprod'
          ? b.cumprod(operand, axis.id, { exclusive })
          : b.softmax(operand, axis.id, name === 'log_softmax');
  keepOrder(made, [x], here);
  return tensor(made);
}

function reduction(name: string, x: Node, axes: readonly Axis[], here: Site, span: Span): Value {
  const boolean = name === 'any' || name === 'all';
  if (boolean !== (typeOf(x).elem.kind === 'bool')) {
    return report(here, 'E0305', span, `\`${name}\` does not fit this element type`, {
      expected: boolean ? 'bool' : 'numbers',
      given: elemName(typeOf(x).elem),
    });
  }
  if (refuseInSteps(axes, `\`${name}\` over`, span, here)) return ERROR;
  const made = reduce(reductions[name]!, x, axes, here, span);
  keepOrder(made, [x], here);
  return tensor(made);
}

function oneHot(x: Node, brackets: readonly BracketArg[], here: Site, span: Span): Value {
  const arg = brackets[0];
  const name = arg?.kind === 'value' && arg.value.kind === 'name' ? arg.value.name : null;
  const entry = name === null ? null : here.scope.lookup(name);
  if (isError(entry)) return ERROR;
  if (arg !== undefined && name !== null && entry === null)
    return unknownName(here, 'E0202', { text: name, span: arg.span }, 'dim', here.scope.names());
  if (name === null || entry?.kind !== 'dim')
    return report(here, 'E0404', span, '`onehot` does not say over which dim it spreads', { fix: '`onehot[a](i)`' });
  const elem = typeOf(x).elem;
  if (elem.kind !== 'index' && elem.kind !== 'int')
    return report(here, 'E0305', span, '`onehot` wants a position', { expected: 'int or index', given: elemName(elem) });
  if (allAxes(x).some((axis) => axis.label === name)) return report(here, 'E0301', span, `the result would hold \`${name}\` twice`);
  if (elem.kind === 'index' && !sameSpace(elem.space, entry.space)) {
    return report(here, 'E0306', span, 'these are positions on another dim', { expected: `index(${name})`, given: elemName(elem) });
  }
  return tensor(here.ctx.builder.at(origin(here, span)).onehot(x, here.frame.axis(name, entry.space)));
}

/**
 * `t` is an index, or a distribution over the same axis (label smoothing). The weight that it gives to an absent class does not
 * count; if no present class has any, the target is impossible and its loss Infinity.
 */
function crossEntropy(logits: Node, target: Node, brackets: readonly BracketArg[], here: Site, span: Span): Value {
  const axes = bracketAxes('cross_entropy', logits, brackets, here, span);
  if (axes === null) return ERROR;
  if (axes.length !== 1)
    return report(here, 'E0404', span, '`cross_entropy` goes over exactly one axis', { fix: '`cross_entropy[a](logits, t)`' });
  const axis = axes[0]!;
  if (number(logits, 'cross_entropy', here, span) === null || number(target, 'cross_entropy', here, span) === null) return ERROR;
  const b = here.ctx.builder.at(origin(here, span));
  const log = b.softmax(toFloat(logits, here, span), axis.id, true);
  const kind = typeOf(target).elem.kind;
  const isForbidding = typeOf(log).masks.some((mask) => mask.some(({ id }) => id === axis.id));
  let picked: Node | null;
  if (kind === 'index' || kind === 'int') {
    const found = gather(log, axis, target, here, span);
    picked = found;
    if (found !== null && isForbidding) {
      // Absent where the position or the target is, but not where only the class is.
      const there = b.binary('and', b.reduce('any', b.binary('eq', log, log), [axis.id]), b.binary('eq', target, target));
      const filled = b.otherwise(found, b.constant(-Infinity));
      picked = b.select(there, filled, filled);
    }
  } else {
    const given = toFloat(target, here, span);
    // A weight without the class axis counts once for each class.
    const share = axisByLabel(given, axis.label) !== null ? given : b.broadcast(given, [...typeOf(given).axes, axis]);
    const product = binary('mul', share, log, here, span);
    const total = product === null ? null : reduce('sum', product, [axis], here, span);
    picked = total;
    if (product !== null && total !== null && isForbidding) {
      const there = b.select(b.binary('eq', product, product), share, share);
      const isImpossible = b.binary(
        'and',
        b.binary('le', b.reduce('sum', there, [axis.id]), b.constant(0)),
        b.binary('gt', b.reduce('sum', share, [axis.id]), b.constant(0)),
      );
      picked = b.select(isImpossible, b.constant(-Infinity), total);
    }
  }
  return picked === null ? ERROR : tensor(unary('neg', picked, here, span));
}

/** `outer(a - b)`: the outer product that an operation does not form implicitly. */
function outer(expr: CallExpr, brackets: readonly BracketArg[], here: Site): Value {
  const [arg] = expr.args;
  const fn = arg?.value.kind === 'binary' && arg.value.op !== '@' ? binaryFns[arg.value.op] : undefined;
  if (arg?.value.kind !== 'binary' || fn === undefined || expr.args.length > 1 || brackets.length > 0) {
    return report(
      here,
      'E0205',
      fn === undefined && arg !== undefined ? arg.value.span : expr.span,
      '`outer` wants an operation of two values',
      { fix: '`outer(a - b)`, `outer(a <= b)`' },
    );
  }
  const [a, b] = [evaluateTensor(arg.value.left, here), evaluateTensor(arg.value.right, here)];
  return tensorOrError(a === null || b === null ? null : binary(fn, a, b, here, arg.value.span, true));
}

/** Active in training only; each element is 0 with probability p, else divided by 1 - p. */
function dropout(expr: CallExpr, here: Site): Value {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || expr.args.length > 2) {
    return report(here, 'E0403', expr.span, '`dropout` has the wrong number of arguments', {
      expected: '2',
      given: `${expr.args.length}`,
      fix: '`dropout(x, p)`',
    });
  }
  const value = evaluate(first.value, here);
  const x = value.kind === 'map' ? value.node : asTensor(value, here, first.value.span);
  if (x === null) return ERROR;
  const rate = fixedRate(second.value, here);
  if (rate === 'silent') return ERROR;
  if (rate === null || rate < 0 || rate >= 1) {
    return report(here, 'E0209', second.value.span, 'the rate of `dropout` is a number from 0 to below 1, known while compiling', {
      fix: 'write `option p = 0.1` and `dropout(x, p)`',
    });
  }
  if (number(x, 'dropout', here, expr.span) === null) return ERROR;
  if (!here.ctx.training || rate === 0) return value.kind === 'map' ? value : tensor(toFloat(x, here, expr.span));
  const keep = here.ctx.builder
    .at(origin(here, expr.span))
    .random('keep', rate, here.ctx.site(`${here.path}.dropout`), typeOf(x).axes, here.loops);
  if (value.kind === 'map') return { ...value, node: here.ctx.builder.at(origin(here, expr.span)).binary('mul', x, keep) };
  return tensorOrError(binary('mul', x, keep, here, expr.span));
}

function fixedRate(expr: Expr, here: Site): number | 'silent' | null {
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    if (entry?.kind === 'value' && entry.value.kind === 'error') return 'silent';
    return entry?.kind === 'option' && typeof entry.value === 'number' ? entry.value : null;
  }
  return numberOfExpr(expr);
}
