/** Precedence: a flat row of operands and operators becomes a tree without recursion, so a long row cannot exhaust the stack. */
import type { BinaryOp, Expr, Name, Span } from './ast.ts';

export type Infix = { readonly op: BinaryOp | 'where' | 'else'; readonly opSpan: Span; readonly over: readonly Name[] | null };
export type Prefix = { readonly op: '-' | 'not'; readonly opSpan: Span };

type Pending =
  | { readonly kind: 'infix'; readonly operator: Infix; readonly level: number }
  | { readonly kind: 'prefix'; readonly operator: Prefix; readonly level: number };

/** Tightest highest. `if` and `first … then` are operands that reach as far right as the row they stand in. */
const LEVELS: Readonly<Record<Infix['op'], number>> = {
  where: 1,
  else: 1,
  or: 3,
  and: 4,
  '==': 6,
  '!=': 6,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  mod: 8,
  '@': 9,
  '^': 11,
};
const PREFIX_LEVELS: Readonly<Record<Prefix['op'], number>> = { not: 5, '-': 10 };

export class OperatorRow {
  readonly #operands: Expr[] = [];
  readonly #pending: Pending[] = [];
  readonly #built: (value: Expr, parts: readonly Expr[]) => Expr;

  /** `built` sees each new node with its operands. */
  constructor(built: (value: Expr, parts: readonly Expr[]) => Expr) {
    this.#built = built;
  }

  prefix(operator: Prefix): void {
    this.#pending.push({ kind: 'prefix', operator, level: PREFIX_LEVELS[operator.op] });
  }

  operand(value: Expr): void {
    this.#operands.push(value);
  }

  infix(operator: Infix): void {
    const level = LEVELS[operator.op];
    // `^` alone associates to the right.
    this.#reduce((top) => top.level > level || (top.level === level && operator.op !== '^'));
    this.#pending.push({ kind: 'infix', operator, level });
  }

  finish(): Expr {
    this.#reduce(() => true);
    return this.#operands.pop()!;
  }

  #reduce(binds: (top: Pending) => boolean): void {
    for (let top = this.#pending.at(-1); top !== undefined && binds(top); top = this.#pending.at(-1)) {
      this.#pending.pop();
      const right = this.#operands.pop()!;
      if (top.kind === 'prefix') {
        const { op, opSpan } = top.operator;
        this.#operands.push(
          this.#built({ kind: 'unary', op, operand: right, span: { start: opSpan.start, end: right.span.end } }, [right]),
        );
        continue;
      }
      const left = this.#operands.pop()!;
      const span = { start: left.span.start, end: right.span.end };
      const { op, opSpan, over } = top.operator;
      this.#operands.push(
        this.#built(
          op === 'where' || op === 'else' ? { kind: op, left, right, span } : { kind: 'binary', op, left, right, over, opSpan, span },
          [left, right],
        ),
      );
    }
  }
}
