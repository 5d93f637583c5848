/** Operations that no equation can express: everything else is `.attn` text in `std/`. */
import type { BracketArg, CallExpr, Expr, Name, Span } from '../../grammar/ast.ts';
import type { Axis, Node, ReduceFn, Space, UnaryFn } from '../graph/graph.ts';
import { sameSpace, showType } from '../graph/spaces.ts';
import { evaluateTensor } from './expr.ts';
import { gather } from './index-expr.ts';
import { alignAxes, binary, elemName, markOrder, needAxis, reduce, rename, sameKind, toFloat, unary } from './operate.ts';
import type { Here, Value } from './scope.ts';
import { agree, ERROR, labels, notYet, origin, report, tensor, typeOf, unknownName } from './scope.ts';
import { size } from './size.ts';
import { numberOfExpr } from './types.ts';

const unaries: Readonly<Record<string, UnaryFn>> = {
  exp: 'exp', log: 'log', sqrt: 'sqrt', abs: 'abs', sign: 'sign', tanh: 'tanh', sigmoid: 'sigmoid', relu: 'relu',
  softplus: 'softplus', erf: 'erf', sin: 'sin', cos: 'cos', floor: 'floor', stop: 'stop',
};

const reductions: Readonly<Record<string, ReduceFn>> = {
  sum: 'sum', mean: 'mean', max: 'max', min: 'min', prod: 'prod', any: 'any', all: 'all',
};

const others = ['softmax', 'log_softmax', 'argmax', 'cumsum', 'concat', 'stack', 'onehot', 'cross_entropy', 'dropout', 'clamp', 'position'];
const planned = ['argsort', 'cumprod', 'past', 'outer', 'plain', 'transpose', 'log2', 'ceil'];

export function builtinNames(): string[] {
  return [...Object.keys(unaries), ...Object.keys(reductions), ...others];
}

export function isBuiltin(name: string): boolean {
  return name in unaries || name in reductions || others.includes(name) || planned.includes(name);
}

export function builtinCall(name: string, expr: CallExpr, brackets: readonly BracketArg[], here: Here): Value {
  if (planned.includes(name)) return notYet(here, expr.span, `\`${name}\``);
  const named = expr.args.find((arg) => arg.name !== null);
  if (named !== undefined && named.name !== null) return report(here, 'E0404', named.name.span, `\`${name}\` takes no named argument`);
  if (name === 'concat' || name === 'stack') return joinCall(name, expr, brackets, here);
  if (name === 'dropout') return dropout(expr, here);
  const args: Node[] = [];
  for (const arg of expr.args) {
    const node = evaluateTensor(arg.value, here);
    if (node === null) return ERROR;
    args.push(node);
  }
  const count = (wanted: number): boolean => {
    if (args.length === wanted) return true;
    report(here, 'E0403', expr.span, `\`${name}\` has the wrong number of arguments`, { expected: `${wanted}`, given: `${args.length}` });
    return false;
  };
  const [x, y, z] = args as [Node, Node, Node];
  if (name in unaries) {
    if (brackets.length > 0) return report(here, 'E0404', expr.span, `\`${name}\` works on every element: it takes no axis`);
    return count(1) ? tensor(unary(unaries[name]!, x, here, expr.span)) : ERROR;
  }
  if ((name === 'max' || name === 'min') && brackets.length === 0 && args.length !== 1) {
    if (!count(2)) return ERROR;
    const made = binary(name, x, y, here, expr.span);
    return made === null ? ERROR : tensor(made);
  }
  if (name === 'clamp') {
    if (!count(3)) return ERROR;
    const low = binary('max', x, y, here, expr.span);
    const both = low === null ? null : binary('min', low, z, here, expr.span);
    return both === null ? ERROR : tensor(both);
  }
  const by = brackets.find((arg) => arg.kind === 'by');
  if (by?.kind === 'by') return groupBy(name, args, by, here, expr.span);
  if (name === 'onehot') return count(1) ? oneHot(x, brackets, here, expr.span) : ERROR;
  if (name === 'cross_entropy') return count(2) ? crossEntropy(x, y, brackets, here, expr.span) : ERROR;
  if (!count(1)) return ERROR;
  if (name === 'cumsum') return cumulate(x, brackets, here, expr.span);
  const axes = bracketAxes(name, x, brackets, here, expr.span);
  if (axes === null) return ERROR;
  if (name in reductions) return reduction(name, x, axes, here, expr.span);
  if (axes.length !== 1) return report(here, 'E0404', expr.span, `\`${name}\` goes over exactly one axis`, { given: `${axes.length}` });
  const axis = axes[0]!.id;
  const b = here.ctx.builder.at(origin(here, expr.span));
  const operand = toFloat(x, here, expr.span);
  return tensor(name === 'argmax' ? b.argmax(operand, axis) : b.softmax(operand, axis, name === 'log_softmax'));
}

function reduction(name: string, x: Node, axes: readonly Axis[], here: Here, span: Span): Value {
  const boolean = name === 'any' || name === 'all';
  if (boolean !== (typeOf(x).elem.kind === 'bool')) {
    return report(here, 'E0305', span, `\`${name}\` does not fit this element type`, {
      expected: boolean ? 'bool' : 'numbers', given: elemName(typeOf(x).elem),
    });
  }
  return tensor(reduce(reductions[name]!, x, axes, here, span));
}

/** The axes that a bracket names, groups included; each must be there. */
export function bracketAxes(name: string, x: Node, brackets: readonly BracketArg[], here: Here, span: Span): Axis[] | null {
  if (brackets.length === 0) {
    report(here, 'E0404', span, `\`${name}\` does not say over which axis`, {
      given: showType(typeOf(x)), fix: labels(x).map((label) => `\`${name}[${label}]\``).join(' or ') || 'the tensor has no axis: leave the operation out',
    });
    return null;
  }
  const axes: Axis[] = [];
  for (const arg of brackets) {
    if (arg.kind === 'group') {
      const entry = here.scope.lookup(`${arg.name.text}..`);
      if (entry?.kind !== 'group') {
        unknownName(here, 'E0202', arg.name, 'group of axes', []);
        return null;
      }
      for (const member of entry.axes) {
        const axis = needAxis(x, member.label, name, here, arg.span);
        if (axis === null) return null;
        axes.push(axis);
      }
      continue;
    }
    if (arg.kind !== 'value' || arg.value.kind !== 'name') {
      notYet(here, arg.span, 'this form of a reduction\'s bracket');
      return null;
    }
    if (arg.value.name === 'batch' || arg.value.name === 'lifted') {
      notYet(here, arg.span, `reducing over \`${arg.value.name}\``);
      return null;
    }
    const axis = needAxis(x, arg.value.name, name, here, arg.span);
    if (axis === null) return null;
    axes.push(axis);
  }
  return axes;
}

/** `sum[source by ids](w)`: adds into the space that `ids` counts (R5). */
function groupBy(name: string, args: readonly Node[], by: Extract<BracketArg, { kind: 'by' }>, here: Here, span: Span): Value {
  if (name !== 'sum') return notYet(here, by.span, `grouping \`by\` with \`${name}\``);
  const x = args[0];
  const index = evaluateTensor(by.value, here);
  if (x === undefined || index === null) return ERROR;
  const elem = typeOf(index).elem;
  const label = by.label?.text ?? (elem.kind === 'index' && elem.space.kind === 'dim' ? elem.space.dim.label : null);
  const entry = label === null ? null : here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : elem.kind === 'index' ? elem.space : null;
  if (label === null || space === null) return report(here, 'E0306', by.span, 'the index does not say into which axis it groups', { fix: '`by axis = i`' });
  const aligned = alignAxes(toFloat(x, here, span), index, 'by', here, span);
  if (aligned === null) return ERROR;
  const over: string[] = [];
  for (const axisName of by.axes) {
    const axis = needAxis(aligned[0], axisName.text, name, here, axisName.span);
    if (axis === null) return ERROR;
    over.push(axis.id);
  }
  return tensor(here.ctx.builder.at(origin(here, span)).scatter(aligned[0], aligned[1], here.frame.axis(label, space), over));
}

function oneHot(x: Node, brackets: readonly BracketArg[], here: Here, span: Span): Value {
  const arg = brackets[0];
  const entry = arg?.kind === 'value' && arg.value.kind === 'name' ? here.scope.lookup(arg.value.name) : null;
  if (arg?.kind !== 'value' || arg.value.kind !== 'name' || entry?.kind !== 'dim') return report(here, 'E0404', span, '`onehot` wants the dim it spreads over: `onehot[a](i)`');
  const elem = typeOf(x).elem;
  if (elem.kind === 'index' && !sameSpace(elem.space, entry.space)) {
    return report(here, 'E0306', span, 'these are positions on another dim', { expected: `index(${arg.value.name})`, given: elemName(elem) });
  }
  return tensor(here.ctx.builder.at(origin(here, span)).onehot(x, here.frame.axis(arg.value.name, entry.space)));
}

/** `t` an index, or a distribution over the same axis (label smoothing). */
function crossEntropy(logits: Node, target: Node, brackets: readonly BracketArg[], here: Here, span: Span): Value {
  const axes = bracketAxes('cross_entropy', logits, brackets, here, span);
  if (axes === null) return ERROR;
  if (axes.length !== 1) return report(here, 'E0404', span, '`cross_entropy` goes over exactly one axis');
  const axis = axes[0]!;
  const log = here.ctx.builder.at(origin(here, span)).softmax(toFloat(logits, here, span), axis.id, true);
  const kind = typeOf(target).elem.kind;
  let picked: Node | null;
  if (kind === 'index' || kind === 'int') picked = gather(log, axis, target, here, span);
  else {
    const product = binary('mul', toFloat(target, here, span), log, here, span);
    picked = product === null ? null : reduce('sum', product, [axis], here, span);
  }
  return picked === null ? ERROR : tensor(unary('neg', picked, here, span));
}

function cumulate(x: Node, brackets: readonly BracketArg[], here: Here, span: Span): Value {
  const axes = bracketAxes('cumsum', x, brackets, here, span);
  return axes === null || axes.length !== 1 ? ERROR : tensor(here.ctx.builder.at(origin(here, span)).cumsum(toFloat(x, here, span), axes[0]!.id));
}

/** Acts in training only; each element is 0 with probability p, else divided by 1 - p. */
function dropout(expr: CallExpr, here: Here): Value {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || expr.args.length > 2) {
    return report(here, 'E0403', expr.span, '`dropout` has the wrong number of arguments', { expected: '`dropout(x, p)`', given: `${expr.args.length}` });
  }
  const x = evaluateTensor(first.value, here);
  if (x === null) return ERROR;
  const rate = fixedRate(second.value, here);
  if (rate === null || rate < 0 || rate >= 1) {
    return report(here, 'E0209', second.value.span, 'the rate of `dropout` is a number from 0 to below 1, known while compiling', { fix: 'write `option p = 0.1` and `dropout(x, p)`' });
  }
  if (!here.ctx.training || rate === 0) return tensor(toFloat(x, here, expr.span));
  const ordinal = (here.ordinals.get('dropout') ?? 0) + 1;
  here.ordinals.set('dropout', ordinal);
  here.ctx.draws += 1;
  const keep = here.ctx.builder.at(origin(here, expr.span)).random('keep', rate, `${here.path}.dropout#${ordinal - 1}`, typeOf(x).axes, here.loops);
  const made = binary('mul', x, keep, here, expr.span);
  return made === null ? ERROR : tensor(made);
}

function fixedRate(expr: Expr, here: Here): number | null {
  if (expr.kind === 'name' && !expr.prime) {
    const entry = here.scope.lookup(expr.name);
    return entry?.kind === 'option' && typeof entry.value === 'number' ? entry.value : null;
  }
  return numberOfExpr(expr);
}

// ---------------------------------------------------------------- concat and stack (R7)

function joinCall(name: 'concat' | 'stack', expr: CallExpr, brackets: readonly BracketArg[], here: Here): Value {
  const nodes: Node[] = [];
  for (const arg of expr.args) {
    const node = evaluateTensor(arg.value, here);
    if (node === null) return ERROR;
    nodes.push(node);
  }
  if (nodes.length === 0) return report(here, 'E0403', expr.span, `\`${name}\` wants at least one operand`);
  const unified = unify(nodes, name, here, expr.span);
  if (unified === null) return ERROR;
  const bracket = brackets[0];
  if (name === 'stack') {
    const to = bracket?.kind === 'value' && bracket.value.kind === 'name' ? { text: bracket.value.name, span: bracket.span } : null;
    if (to === null) return report(here, 'E0404', expr.span, '`stack` names its new axis: `stack[m](a, b)`');
    return joined(unified, unified.map(() => null), to, here, expr.span);
  }
  const plan = growing(unified, bracket, here, expr.span);
  return plan === null ? ERROR : joined(unified, plan.parts, plan.to, here, expr.span);
}

/** Elements of one kind, axes of one label aligned. */
function unify(nodes: readonly Node[], name: string, here: Here, span: Span): Node[] | null {
  const float = nodes.some((node) => typeOf(node).elem.kind === 'float');
  const result: Node[] = [];
  for (const node of nodes) {
    const kinds = float ? toFloat(node, here, span) : sameKind(nodes[0]!, node, name, here, span)?.[1];
    if (kinds === undefined) return null;
    result.push(kinds);
  }
  return result;
}

function growing(nodes: readonly Node[], bracket: BracketArg | undefined, here: Here, span: Span): { parts: (Axis | null)[]; to: Name | null } | null {
  const find = (label: string): (Axis | null)[] => nodes.map((node) => typeOf(node).axes.find((axis) => axis.label === label) ?? null);
  if (bracket?.kind === 'as' && bracket.from.length === 1 && bracket.to.length === 1) {
    const parts = find(bracket.from[0]!.text);
    if (parts.some((part) => part !== null)) return { parts, to: bracket.to[0]! };
    needAxis(nodes[0]!, bracket.from[0]!.text, 'concat', here, bracket.span);
    return null;
  }
  const to = bracket?.kind === 'value' && bracket.value.kind === 'name' ? { text: bracket.value.name, span: bracket.span } : null;
  if (bracket !== undefined && to === null) {
    report(here, 'E0404', bracket.span, '`concat` takes one axis: `concat[n](a, b)` or `concat[old as n](a, b)`');
    return null;
  }
  if (to !== null) {
    const parts = find(to.text);
    if (parts.some((part) => part !== null)) return { parts, to };
  }
  const common = labels(nodes[0]!).filter((label) => nodes.every((node) => labels(node).includes(label)));
  const parts = nodes.map((node) => typeOf(node).axes.filter((axis) => !common.includes(axis.label)));
  if (parts.every((own) => own.length <= 1) && parts.some((own) => own.length === 1)) return { parts: parts.map((own) => own[0] ?? null), to };
  const options = common.map((label) => `\`concat[${label} as ${to?.text ?? 'joined'}](…)\``).join(' or ');
  report(here, 'E0309', span, 'it is not clear which axis `concat` joins', {
    given: nodes.map((node) => showType(typeOf(node))).join(' and '),
    why: 'the operands may differ in one axis each; that one is joined',
    ...(options === '' ? {} : { fix: options }),
  });
  return null;
}

function joined(nodes: readonly Node[], parts: readonly (Axis | null)[], to: Name | null, here: Here, span: Span): Value {
  const spaces: Space[] = parts.map((part) => part?.space ?? { kind: 'anon', size: size.int(1) });
  const cat: Space = { kind: 'cat', parts: spaces };
  const declared = to === null ? null : here.scope.lookup(to.text);
  // A dim of provably that size: its places are the joined ones.
  const stacked = parts.every((part) => part === null);
  const space = declared?.kind === 'dim' && agree(here, declared.space, cat) === 'equal' ? declared.space
    : stacked ? { kind: 'anon', size: size.int(nodes.length) } as const : cat;
  const label = to?.text ?? `concat${nextOrdinal(here)}`;
  const axis = here.frame.axis(label, space);
  // Two axes with one label: only the joined ones may meet.
  const seen = new Map<string, Axis>();
  const aligned: Node[] = [];
  for (const [k, node] of nodes.entries()) {
    let value = node;
    for (const own of typeOf(node).axes) {
      if (own.id === parts[k]?.id) continue;
      const first = seen.get(own.label);
      if (first === undefined) seen.set(own.label, own);
      else if (first.id !== own.id) {
        const pair = alignAxes(aligned.find((other) => typeOf(other).axes.includes(first)) ?? nodes[0]!, value, 'concat', here, span);
        if (pair === null) return ERROR;
        value = rename(value, own, first, here, span);
      }
    }
    aligned.push(value);
  }
  if (seen.has(label)) return report(here, 'E0301', span, `the result would hold \`${label}\` twice`);
  const made = here.ctx.builder.node({ kind: 'concat', axis, parts: parts.map((part) => part?.id ?? null) }, aligned, origin(here, span));
  markOrder(made, nodes.filter((_, k) => parts[k] === null), here);
  return tensor(made);
}

function nextOrdinal(here: Here): number {
  const ordinal = (here.ordinals.get('concat') ?? 0) + 1;
  here.ordinals.set('concat', ordinal);
  return ordinal;
}
