/** Host arithmetic: schedules of an optimiser, spreads of an initialiser. */
import type { Expr } from '../../../grammar/ast.ts';
import type { HostExpr } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import type { Site } from '../scope/context.ts';
import { report } from '../scope/report.ts';

export interface HostUse {
  /** "a schedule": for errors. */
  readonly what: string;
  readonly code: 'E0803' | 'E0804';
  /** Are `step` and `epoch` known? */
  readonly counts: boolean;
}

export const SCHEDULE: HostUse = { what: 'a schedule', code: 'E0803', counts: true };
export const SPREAD: HostUse = { what: 'an initialiser', code: 'E0804', counts: false };

const hostFns = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '^': 'pow' } as const;
const hostCalls = ['min', 'max', 'floor', 'sqrt', 'exp', 'log'] as const;
/** Functions of several numbers; all others take one. */
const several: ReadonlySet<string> = new Set(['min', 'max']);

export function hostExpr(expr: Expr, use: HostUse, here: Site): HostExpr | null {
  switch (expr.kind) {
    case 'number':
      return { kind: 'number', value: expr.value };
    case 'name': {
      if (use.counts && (expr.name === 'step' || expr.name === 'epoch')) return { kind: 'name', name: expr.name };
      const entry = here.scope.lookup(expr.name);
      if (entry?.kind === 'dim') return { kind: 'size', size: sizeOf(entry.space) };
      if (entry?.kind === 'option' && typeof entry.value === 'number') return { kind: 'number', value: entry.value };
      report(here, use.code, expr.span, `\`${expr.name}\` is not known to ${use.what}`, {
        expected: use.counts ? '`step` (from 1), `epoch`, a dim or a number' : 'a dim or a number',
      });
      return null;
    }
    case 'unary': {
      const operand = hostExpr(expr.operand, use, here);
      return operand === null ? null : { kind: 'call', fn: 'neg', args: [operand] };
    }
    case 'binary': {
      const fn = expr.op in hostFns ? hostFns[expr.op as keyof typeof hostFns] : null;
      if (fn === null) {
        report(here, use.code, expr.span, `\`${expr.op}\` has no place in ${use.what}`, { expected: arithmetic(use) });
        return null;
      }
      const left = hostExpr(expr.left, use, here);
      const right = hostExpr(expr.right, use, here);
      return left === null || right === null ? null : { kind: 'call', fn, args: [left, right] };
    }
    case 'call': {
      const name =
        expr.callee.kind === 'name'
          ? expr.callee.name
          : expr.callee.kind === 'bracket' && expr.callee.base.kind === 'name'
            ? expr.callee.base.name
            : '';
      const fn = expr.callee.kind === 'name' ? hostCalls.find((candidate) => candidate === name) : undefined;
      if (fn === undefined) {
        report(here, use.code, expr.span, `${name === '' ? 'this' : `\`${name}\``} has no place in ${use.what}`, {
          expected: `${arithmetic(use)}, with ${hostCalls.map((each) => `\`${each}\``).join(', ')}`,
          why: `${use.what} is known before any example is`,
        });
        return null;
      }
      if (!fits(fn, expr.args)) {
        report(here, 'E0403', expr.span, `\`${fn}\` has the wrong number of arguments`, {
          expected: several.has(fn) ? 'two numbers or more, without names' : 'one number, without a name',
          given: `${expr.args.length}`,
        });
        return null;
      }
      const args = expr.args.map((arg) => hostExpr(arg.value, use, here));
      return args.every((arg) => arg !== null) ? { kind: 'call', fn, args: args.filter((arg) => arg !== null) } : null;
    }
    default:
      report(here, use.code, expr.span, `this has no place in ${use.what}`, { expected: arithmetic(use) });
      return null;
  }
}

function fits(fn: (typeof hostCalls)[number], args: (Expr & { readonly kind: 'call' })['args']): boolean {
  return args.every(({ name }) => name === null) && (several.has(fn) ? args.length > 1 : args.length === 1);
}

function arithmetic({ counts }: HostUse): string {
  return counts ? 'arithmetic in `step`, `epoch`, dims and numbers' : 'arithmetic in dims and numbers';
}
