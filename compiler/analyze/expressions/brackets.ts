/** The brackets of an operation: the axes that it ranges over. */
import type { BinaryOp, BracketArg, Expr, Span } from '../../../grammar/ast.ts';
import type { Axis, BinaryFn, Node } from '../../graph/graph.ts';
import { isRagged, sizeOf } from '../../graph/spaces.ts';
import { axisByLabel, labels, typeOf } from '../scope/axes.ts';
import type { Site } from '../scope/context.ts';
import { describeType } from '../scope/describe.ts';
import { origin, report } from '../scope/report.ts';
import { unknownName } from '../scope/unknown.ts';
import { needAxis } from '../types/operate.ts';
import { evaluate } from './evaluate.ts';
import { mayBeEmpty } from './index-expr.ts';

export const binaryFns: Readonly<Record<Exclude<BinaryOp, '@'>, BinaryFn>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  mod: 'mod',
  '^': 'pow',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  and: 'and',
  or: 'or',
};

/** The axes named in brackets, groups included; each must exist. */
export function bracketAxes(name: string, x: Node, brackets: readonly BracketArg[], here: Site, span: Span): Axis[] | null {
  if (brackets.length === 0) {
    report(here, 'E0404', span, `\`${name}\` does not say over which axis`, {
      given: describeType(typeOf(x)),
      fix:
        labels(x)
          .map((label) => `\`${name}[${label}]\``)
          .join(' or ') || 'the tensor has no axis: leave the operation out',
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
      const members = entry.axes.map(({ label }) => axisByLabel(x, label));
      if (!members.every((axis) => axis !== null)) {
        report(here, 'E0304', arg.span, `\`${name}\` wants the axes \`${arg.name.text}..\`, which the tensor does not have`, {
          expected: `the axes \`${arg.name.text}..\``,
          given: describeType(typeOf(x)),
        });
        return null;
      }
      axes.push(...members);
      continue;
    }
    if (arg.kind !== 'value' || arg.value.kind !== 'name' || arg.value.prime) {
      report(here, 'E0404', arg.span, `\`${name}\` names the axes that it goes over`, { fix: `\`${name}[a, b](…)\`` });
      return null;
    }
    const axis = needAxis(x, arg.value.name, name, here, arg.span);
    if (axis === null) return null;
    if (axes.includes(axis)) {
      report(here, 'E0301', arg.span, `\`${name}\` names \`${axis.label}\` twice`);
      return null;
    }
    axes.push(axis);
  }
  return axes;
}

/** A position of an axis that may be empty, absent if it is. */
export function existing(place: Node, axis: Axis, here: Site, span: Span): Node {
  if (!isRagged(axis.space) || !mayBeEmpty(axis.space)) return place;
  const b = here.ctx.builder.at(origin(here, span));
  return b.where(place, b.binary('gt', b.size(sizeOf(axis.space)), b.constant(0, 'int')));
}

/** Suggests naming an axis: the operation over each axis that its operand has. */
export function nameAxis(name: string, operand: Expr, here: Site): string | null {
  const value = evaluate(operand, here);
  const labels = value.kind === 'tensor' ? typeOf(value.node).axes.map(({ label }) => label) : [];
  return labels.length === 0 ? null : `name the axis: ${labels.map((label) => `\`${name}[${label}](…)\``).join(' or ')}`;
}
