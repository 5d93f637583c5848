/** `@`: maps applied, maps composed, and products of tensors summed over an axis that both have. */
import type { BinaryExpr, Expr, Span } from '../../../grammar/ast.ts';
import type { Axis, Node } from '../../graph/graph.ts';
import { describeAxis, describeMap, describeType, sizeFix } from '../scope/describe.ts';
import { evaluate } from './evaluate.ts';
import { refuseInSteps } from '../types/inner-dims.ts';
import { alignAxes, asTensor, binary, keepOrder, markOrder, number, rename, tensorOrError, toFloat } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type MapValue, type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { agree, axisByLabel, typeOf } from '../scope/axes.ts';
import { shownNode } from '../scope/taken.ts';

/** The site and location of a product and its operands. */
interface Place {
  readonly span: Span;
  readonly left: Span;
  readonly right: Span;
}

/** `U @ V @ x` is grouped to the left; maps before a tensor are applied from the right, which gives the same with less work. */
export function evaluateProduct(expr: BinaryExpr, here: Site): Value {
  const operands = operandsOf(expr);
  const values = operands.map((operand) => evaluate(operand, here));
  const place = (from: number, at: number, to: number): Place => {
    const span = (first: number, last: number): Span => ({ start: operands[first]!.span.start, end: operands[last]!.span.end });
    return { span: from === 0 && to === operands.length - 1 ? expr.span : span(from, to), left: span(from, at), right: span(at + 1, to) };
  };
  const last = operands.length - 1;
  if (last > 1 && values.slice(0, last).every(({ kind }) => kind === 'map')) {
    return values.slice(0, last).reduceRight((right, left, k) => product(left, right, expr, place(k, k, last), here), values[last]!);
  }
  return values.slice(1).reduce((left, right, k) => product(left, right, expr, place(0, k, k + 1), here), values[0]!);
}

/** The operands of a chain of `@` that name no axis. */
function operandsOf(expr: Expr): Expr[] {
  if (expr.kind !== 'binary' || expr.op !== '@') return [expr];
  return expr.over === null ? [...operandsOf(expr.left), expr.right] : [expr.left, expr.right];
}

function product(left: Value, value: Value, expr: BinaryExpr, place: Place, here: Site): Value {
  if (left.kind === 'error' || value.kind === 'error') return ERROR;
  if (value.kind === 'map' && expr.over === null) {
    if (left.kind === 'map') return composed(left, value, place, here);
    return report(here, 'E0308', place.right, 'a map stands to the left of `@`', {
      why: '`W @ x` is the map `W` applied to `x`',
      fix: 'turn the two around, or name the axis: `x @[axis] W`',
    });
  }
  const operand = asTensor(value, here, place.right);
  const right = operand === null ? null : number(operand, '@', here, place.right);
  if (right === null) return ERROR;
  if (left.kind === 'map' && expr.over === null) return applied(left, right, place, here);
  const tensorLeft = asTensor(left, here, place.left);
  const a = tensorLeft === null ? null : number(tensorLeft, '@', here, place.left);
  if (a === null) return ERROR;
  const aligned = alignAxes(toFloat(a, here, place.span), toFloat(right, here, place.span), '@', here, place.span);
  if (aligned === null) return ERROR;
  const shared = typeOf(aligned[0]).axes.filter((axis) => typeOf(aligned[1]).axes.some((other) => other.id === axis.id));
  let over = shared;
  if (expr.over !== null) {
    over = [];
    for (const name of expr.over) {
      const axis = shared.find((candidate) => candidate.label === name.text);
      if (axis === undefined) {
        return report(here, 'E0304', name.span, `\`@\` sums over \`${name.text}\`, which both sides must have`, {
          expected: `\`${name.text}\` on both sides`,
          given: `${describeType(typeOf(a))} @ ${describeType(typeOf(right))}`,
        });
      }
      over.push(axis);
    }
  } else if (shared.length !== 1) {
    return report(
      here,
      'E0308',
      place.span,
      shared.length === 0 ? 'the sides of `@` share no axis to sum over' : '`@` does not say over which shared axis it sums',
      {
        expected: 'exactly one shared axis',
        given: `${describeType(typeOf(a))} @ ${describeType(typeOf(right))}`,
        fix:
          shared.length === 0
            ? 'rename one axis with `x[a as b]`'
            : `name it: ${shared.map((axis) => `\`@[${axis.label}]\``).join(' or ')}`,
      },
    );
  }
  if (refuseInSteps(over, '`@` over', place.span, here)) return ERROR;
  const made = here.ctx.builder.node({ kind: 'contract', axes: over.map((axis) => axis.id) }, aligned, origin(here, place.span));
  markOrder(made, aligned, here);
  return tensor(made);
}

/** Renaming helps only if an axis of the operand has the size that the map takes. */
function fixOfMap(into: Axis, operand: Node, here: Site): { fix?: string } {
  const { axes } = typeOf(operand);
  const fits = axes.findLast((axis) => agree(here, into.space, axis.space) === 'equal');
  if (fits !== undefined) return { fix: `rename the operand's axis: \`x[${fits.label} as ${into.label}]\`` };
  return axes.length === 0 ? {} : { fix: `declare the map over an axis that the operand has: \`[… <- ${axes.at(-1)!.label}]\`` };
}

function applied(map: MapValue, operand: Node, place: Place, here: Site): Value {
  let x = toFloat(operand, here, place.right);
  for (const into of map.ins) {
    const axis = axisByLabel(x, into.label);
    if (axis === null) {
      return report(here, 'E0312', place.span, `the map takes in an axis \`${into.label}\` that its operand does not have`, {
        expected: `an operand with ${map.ins.map(describeAxis).join(', ')}`,
        given: describeType(typeOf(operand)),
        ...fixOfMap(into, operand, here),
        ...shownNode(operand, here),
      });
    }
    const verdict = agree(here, into.space, axis.space);
    if (verdict !== 'equal') {
      return report(
        here,
        verdict === 'unknown' ? 'E0310' : 'E0303',
        place.span,
        `the map and its operand differ in the size of \`${into.label}\``,
        {
          expected: describeAxis(into),
          given: describeAxis(axis),
          why: `\`W @ x\` sums over \`${into.label}\` of both`,
          ...sizeFix(into.space, axis.space),
        },
      );
    }
    x = rename(x, axis, into, here, place.span);
  }
  const ins = new Set(map.ins.map((axis) => axis.label));
  for (const out of map.outs) {
    const kept = typeOf(operand).axes.find((axis) => axis.label === out.label && !ins.has(axis.label));
    if (kept === undefined) continue;
    return report(here, 'E0301', place.span, `the result would hold \`${out.label}\` twice: from the map and from its operand`, {
      given: describeType(typeOf(operand)),
      fix: `rename the operand's axis first, \`x[${out.label} as other]\`; for a map of its own for each position of \`${out.label}\` write \`plain(W) @[${map.ins.map(({ label }) => label).join(', ')}] x\``,
    });
  }
  if (map.ins.length === 0) return tensorOrError(binary('mul', x, map.node, here, place.span));
  const made = here.ctx.builder.node({ kind: 'contract', axes: map.ins.map((axis) => axis.id) }, [x, map.node], origin(here, place.span));
  keepOrder(made, [operand], here);
  return tensor(made);
}

/** `V @ W`: first W, then V. Outputs of W that V does not take stay, as for any operand. */
function composed(outer: MapValue, inner: MapValue, place: Place, here: Site): Value {
  let [first, second] = [inner.node, outer.node];
  const between: string[] = [];
  for (const into of outer.ins) {
    const axis = inner.outs.find(({ label }) => label === into.label);
    if (axis === undefined) {
      return report(here, 'E0312', place.span, `the map takes in an axis \`${into.label}\` that the map before it does not give`, {
        expected: describeMap(outer),
        given: describeMap(inner),
      });
    }
    const verdict = agree(here, into.space, axis.space);
    if (verdict !== 'equal') {
      return report(here, verdict === 'unknown' ? 'E0310' : 'E0303', place.span, `the two maps differ in the size of \`${into.label}\``, {
        expected: describeAxis(into),
        given: describeAxis(axis),
        ...sizeFix(into.space, axis.space),
      });
    }
    // A separate id: both maps may go from one axis to itself.
    const shared: Axis = { ...into, id: `${into.id}~between` };
    first = rename(first, axis, shared, here, place.span);
    second = rename(second, into, shared, here, place.span);
    between.push(shared.id);
  }
  const kept = inner.outs.filter(({ label }) => !outer.ins.some((into) => into.label === label));
  const twice = kept.find(({ label }) => outer.outs.some((out) => out.label === label));
  if (twice !== undefined)
    return report(here, 'E0301', place.span, `the map would give \`${twice.label}\` twice`, {
      given: `${describeMap(outer)} @ ${describeMap(inner)}`,
    });
  const outs = [...kept, ...outer.outs];
  const b = here.ctx.builder.at(origin(here, place.span));
  return { kind: 'map', outs, ins: inner.ins, node: b.broadcast(b.contract(first, second, between), [...outs, ...inner.ins]) };
}
