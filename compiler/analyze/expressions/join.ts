/** `concat` and `stack` (semantics 3): operands agree in all axes but one each; those are laid end to end. */
import type { BracketArg, CallExpr, Name, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space } from '../../graph/graph.ts';
import { cat } from '../../graph/spaces.ts';
import { nameOf } from '../../graph/walk.ts';
import { describeType } from '../scope/describe.ts';
import { evaluateTensor } from './evaluate.ts';
import { allAxes, holding, markOrder, needAxis, rename, sameIndexSpace, sameKind, sizesAgree, toFloat, toInt } from '../types/operate.ts';
import { refuseAlong } from '../types/inner-dims.ts';
import { refuseGrowing } from './past.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { agree, labels, typeOf } from '../scope/axes.ts';
import { size } from '../../size/size.ts';

export function joinCall(name: 'concat' | 'stack', expr: CallExpr, brackets: readonly BracketArg[], here: Site): Value {
  const nodes: Node[] = [];
  for (const arg of expr.args) {
    const node = evaluateTensor(arg.value, here);
    if (node === null) return ERROR;
    nodes.push(node);
  }
  if (brackets.length > 1)
    return report(here, 'E0404', brackets[1]!.span, `\`${name}\` takes one axis`, {
      fix: `\`${name}[n](a, b)\`: merge several first, \`x[(a, b) as n]\``,
    });
  if (nodes.length === 0)
    return report(here, 'E0403', expr.span, `\`${name}\` wants at least one operand`, { fix: `\`${name}[n](a, b)\`` });
  const unified = unify(nodes, name, here, expr.span);
  if (unified === null) return ERROR;
  const bracket = brackets[0];
  if (name === 'stack') {
    const to = bracket?.kind === 'value' && bracket.value.kind === 'name' ? { text: bracket.value.name, span: bracket.span } : null;
    if (to === null)
      return report(here, 'E0404', expr.span, '`stack` does not say what its new axis is called', { fix: '`stack[m](a, b)`' });
    return joined(
      name,
      unified,
      unified.map(() => null),
      to,
      here,
      expr.span,
    );
  }
  const plan = growing(unified, bracket, here, expr.span);
  return plan === null ? ERROR : joined(name, unified, plan.parts, plan.to, here, expr.span);
}

/** Gives all operands one element type: float if one is, and int for positions on different axes. */
function unify(nodes: readonly Node[], name: string, here: Site, span: Span): readonly Node[] | null {
  const elems = nodes.map((node) => typeOf(node).elem);
  if (nodes.some((node) => sameKind(nodes[0]!, node, name, here, span) === null)) return null;
  if (elems.some((elem) => elem.kind === 'float')) return nodes.map((node) => toFloat(node, here, span));
  const same = elems.every((elem) => elem.kind === elems[0]!.kind && (elem.kind !== 'index' || sameIndexSpace(elem, elems[0]!)));
  return same ? nodes : nodes.map((node) => toInt(node, here, span));
}

function growing(
  nodes: readonly Node[],
  bracket: BracketArg | undefined,
  here: Site,
  span: Span,
): { parts: (Axis | null)[]; to: Name | null } | null {
  const find = (label: string): (Axis | null)[] => nodes.map((node) => typeOf(node).axes.find((axis) => axis.label === label) ?? null);
  if (bracket?.kind === 'as' && bracket.from.length === 1 && bracket.to.length === 1) {
    const parts = find(bracket.from[0]!.text);
    if (parts.some((part) => part !== null)) return { parts, to: bracket.to[0]! };
    needAxis(nodes[0]!, bracket.from[0]!.text, 'concat', here, bracket.span);
    return null;
  }
  const to = bracket?.kind === 'value' && bracket.value.kind === 'name' ? { text: bracket.value.name, span: bracket.span } : null;
  if (bracket !== undefined && to === null) {
    report(here, 'E0404', bracket.span, '`concat` takes one axis', { fix: '`concat[n](a, b)`, or `concat[old as n](a, b)`' });
    return null;
  }
  const common = labels(nodes[0]!).filter((label) => nodes.every((node) => labels(node).includes(label)));
  if (to !== null && common.includes(to.text)) return { parts: find(to.text), to };
  // An axis that only one operand has is joined; along an axis that several have, the others are constant.
  const parts = nodes.map((node, k) =>
    typeOf(node).axes.filter(({ label }) => !nodes.some((other, j) => j !== k && labels(other).includes(label))),
  );
  if (reportAlike(nodes, parts, here, span)) return null;
  if (parts.every((own) => own.length <= 1) && parts.some((own) => own.length === 1))
    return { parts: parts.map((own) => own[0] ?? null), to };
  const alone = parts.find((own) => own.length > 1)?.[0];
  const [one] = parts.find((own) => own.length === 1) ?? [];
  const label = to?.text ?? 'joined';
  const apart =
    alone === undefined || one === undefined ? [] : [`\`concat[${alone.label} as ${label}](…, x[${one.label} as ${alone.label}])\``];
  const options = [...common.map((own) => `\`concat[${own} as ${label}](…)\``), ...apart];
  report(here, 'E0309', span, 'it is not clear which axis `concat` joins', {
    given: nodes.map((node) => describeType(typeOf(node))).join(' and '),
    why: 'the operands may differ in one axis each; that one is joined',
    ...(options.length === 0 ? {} : { fix: options.join(' or ') }),
  });
  return null;
}

/**
 * `concat(e, h, c)` of `h, c: [hidden]` and `e: [embed]`: by the rule, `h` and `c` are one position each, and `e` is constant
 * along `hidden`. But three vectors end to end are meant.
 */
function reportAlike(nodes: readonly Node[], parts: readonly (readonly Axis[])[], here: Site, span: Span): boolean {
  const grows = parts.findIndex((own) => own.length > 0);
  if (grows < 0) return false;
  for (const label of new Set(nodes.flatMap(labels))) {
    const having = nodes.flatMap((node, k) => (labels(node).includes(label) ? [k] : []));
    if (having.length < 2 || having.length === nodes.length || having.some((k) => parts[k]!.length > 0)) continue;
    const name = (k: number): string => nameOf(nodes[k]!) ?? `x${k + 1}`;
    report(here, 'E0309', span, `\`${label}\` is an axis of several operands of \`concat\`, but not of all`, {
      given: nodes.map((node) => describeType(typeOf(node))).join(' and '),
      why: `joined so, each of ${having.map((k) => `\`${name(k)}\``).join(', ')} is one position, and what lacks \`${label}\` the same all along it`,
      fix: `to lay them end to end, give each a name of its own for it: ${having
        .slice(1)
        .map((k) => `\`${name(k)}[${label} as ${label}${having.indexOf(k) + 1}]\``)
        .join(', ')}`,
    });
    return true;
  }
  return false;
}

function joined(name: string, nodes: readonly Node[], parts: readonly (Axis | null)[], to: Name | null, here: Site, span: Span): Value {
  if (
    refuseGrowing(parts, 'joining along', span, here) ||
    parts.some((part, k) => part !== null && refuseAlong(nodes[k]!, part, 'joining along', span, here))
  )
    return ERROR;
  const spaces: Space[] = parts.map((part) => part?.space ?? { kind: 'anon', size: size.int(1) });
  const whole = cat(spaces);
  const declared = to === null ? null : here.scope.lookup(to.text);
  // A dim of provably that size: its positions are the joined ones.
  const stacked = parts.every((part) => part === null);
  const space =
    declared?.kind === 'dim' && agree(here, declared.space, whole) === 'equal'
      ? declared.space
      : stacked
        ? ({ kind: 'anon', size: size.int(nodes.length) } as const)
        : whole;
  const label = to?.text ?? `concat${nextOrdinal(here)}`;
  const axis = here.frame.axis(label, space);
  // Axes with the same label are one axis, except for the joined ones.
  const seen = new Map<string, Axis>();
  const aligned: Node[] = [];
  for (const [k, node] of nodes.entries()) {
    let value = node;
    for (const own of allAxes(node)) {
      if (own.id === parts[k]?.id) continue;
      const first = seen.get(own.label);
      if (first === undefined) seen.set(own.label, own);
      else if (first.id !== own.id) {
        if (!sizesAgree(first, own, name, here, span, nodes[0]!, value)) return ERROR;
        value = rename(holding(value, own, here, span), own, first, here, span);
      }
    }
    aligned.push(value);
  }
  if (seen.has(label)) return report(here, 'E0301', span, `the result would hold \`${label}\` twice`);
  const made = here.ctx.builder.node({ kind: 'concat', axis, parts: parts.map((part) => part?.id ?? null) }, aligned, origin(here, span));
  markOrder(
    made,
    nodes.filter((_, k) => parts[k] === null),
    here,
  );
  return tensor(made);
}

function nextOrdinal(here: Site): number {
  const ordinal = (here.ordinals.get('concat') ?? 0) + 1;
  here.ordinals.set('concat', ordinal);
  return ordinal;
}
