/** `match`: a branch that is chosen while compiling. */
import type { Body, Expr, MatchExpr, MatchStatement } from '../../../grammar/ast.ts';
import { collected, plainBody } from '../scope/collected.ts';
import type { Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import { ERROR, isError, type Value } from '../scope/values.ts';
import { numberOfExpr } from '../types/types.ts';
import { runBody } from './evaluate.ts';

export function chooseArm(match: MatchStatement | MatchExpr, here: Site): { body: Body } | null {
  const { subject } = match;
  const entry = subject.kind === 'name' && !subject.prime ? here.scope.lookup(subject.name) : null;
  const constant =
    entry?.kind === 'value' && entry.value.kind === 'tensor' && entry.value.node.op.kind === 'constant' ? entry.value.node.op.value : null;
  const value = entry?.kind === 'option' ? entry.value : constant;
  if (value === null) {
    if (!isError(entry))
      report(here, 'E0209', subject.span, '`match` chooses by an option, or by the name of a `repeat`: something known while compiling', {
        fix: 'choose by a value with `if c then a else b`, or declare an `option`',
      });
    return null;
  }
  const labels = match.arms.flatMap((arm) => arm.labels ?? []);
  const known = entry?.kind === 'option' ? entry.choices : null;
  for (const [k, label] of labels.entries()) {
    const text = labelOf(label);
    if (text === null) report(here, 'E0209', label.span, "a branch is headed by a value: a name of the option's, or a number");
    else if (known !== null && !known.includes(String(text))) {
      report(here, 'E0209', label.span, `the option has no value \`${text}\``, {
        expected: known.map((choice) => `\`${choice}\``).join(', '),
        fix: `head the branch by one of them, or add it: \`option … = ${[...known, text].join(' | ')}\``,
      });
    } else if (labels.slice(0, k).some((other) => labelOf(other) === text))
      report(here, 'E0209', label.span, `\`${text}\` has two branches`, { fix: 'keep one' });
  }
  const arm =
    match.arms.find((candidate) => candidate.labels?.some((label) => labelOf(label) === value)) ??
    match.arms.find((candidate) => candidate.labels === null);
  if (arm === undefined) report(here, 'E0209', subject.span, `no branch stands for \`${value}\``, { fix: 'add a branch, or `else { }`' });
  return arm ?? null;
}

function labelOf(expr: Expr): string | number | null {
  return expr.kind === 'name' && !expr.prime ? expr.name : numberOfExpr(expr);
}

export function elaborateMatch(match: MatchExpr, here: Site): Value {
  const arm = chooseArm(match, here);
  if (arm === null) return ERROR;
  const found = collected();
  const errors = here.ctx.problems.errors;
  runBody(arm.body, { ...here, scope: new Scope(here.scope) }, plainBody, found);
  if (found.result !== null) return found.result;
  return here.ctx.problems.errors > errors
    ? ERROR
    : report(here, 'E0314', match.span, 'the branch ends without a value', { fix: 'let its last line be an expression' });
}
