/** The expression half of the grammar. */
import { EOF, tokenMatcher, type IToken, type ParserMethod, type TokenType } from 'chevrotain';
import type { BinaryOp, Body, BracketArg, CallExpr, Expr, ListExpr, MatchExpr, Name, Span } from './ast.ts';
import { BaseParser } from './base.ts';
import { spanOf } from './line-breaks.ts';
import { OperatorRow } from './operators.ts';
import * as t from './tokens.ts';

export abstract class ExpressionParser extends BaseParser {
  /** Statements stand in bodies, and bodies in expressions: the rule comes from the class that knows statements. */
  protected abstract readonly body: ParserMethod<[], Body>;

  // -------------------------------------------------------------- expressions

  /** `insideThen`: an `else` here belongs to the `if` around. */
  protected readonly expression: ParserMethod<[insideThen?: boolean], Expr> = this.RULE(
    'expression',
    (insideThen = false): Expr => this.nested(() => this.row((type) => !(insideThen && type === t.Reserved.else))),
  );

  /** An operand's reach to the right: everything but `where` and `else`. */
  protected readonly choice: ParserMethod<[], Expr> = this.RULE(
    'choice',
    (): Expr => this.nested(() => this.row((type) => type !== t.Reserved.where && type !== t.Reserved.else)),
  );

  private row(allowed: (operator: TokenType) => boolean): Expr {
    const row = new OperatorRow((value, parts) => this.height(value, parts));
    this.SUBRULE(this.signed, { ARGS: [row] });
    this.MANY({
      GATE: () => allowed(this.LA(1).tokenType),
      DEF: () => {
        const operator = this.CONSUME(t.Infix);
        let over: Name[] | null = null;
        if (operator.tokenType === t.Contract && this.is(1, t.LSquare)) {
          this.mark(this.CONSUME(t.LSquare), 'contract');
          over = this.SUBRULE(this.names);
          this.CONSUME(t.RSquare);
        }
        this.ACTION(() => row.infix({ op: operator.image as BinaryOp | 'where' | 'else', opSpan: spanOf(operator), over }));
        this.SUBRULE1(this.signed, { ARGS: [row] });
      },
    });
    return this.ACTION(() => row.finish());
  }

  /** An operand with the signs before it. */
  protected readonly signed: ParserMethod<[OperatorRow], void> = this.RULE('signed', (row: OperatorRow): void => {
    this.MANY(() => {
      const sign = this.OR([{ ALT: () => this.CONSUME(t.Minus) }, { ALT: () => this.CONSUME(t.Reserved.not) }]);
      this.ACTION(() => row.prefix({ op: sign.tokenType === t.Minus ? '-' : 'not', opSpan: spanOf(this.mark(sign, 'unary')) }));
    });
    const value = this.SUBRULE(this.operand);
    this.ACTION(() => row.operand(value));
  });

  protected readonly operand: ParserMethod<[], Expr> = this.RULE(
    'operand',
    (): Expr =>
      this.OR([
        { ALT: () => this.SUBRULE(this.number) },
        { ALT: () => this.SUBRULE(this.ifExpression) },
        { ALT: () => this.SUBRULE(this.firstThen) },
        {
          ALT: (): Expr => {
            const token = this.CONSUME(t.Reserved.last);
            return { kind: 'place', which: 'last', span: spanOf(token) };
          },
        },
        { ALT: () => this.SUBRULE(this.record) },
        { GATE: () => this.is(1, t.Word.scan) && this.isName(2), ALT: () => this.SUBRULE(this.scan) },
        { GATE: () => this.is(1, t.Word.repeat) && this.opensBody(), ALT: () => this.SUBRULE(this.repeat) },
        { GATE: () => this.is(1, t.Word.match) && this.opensBody(), ALT: () => this.SUBRULE(this.match) },
        { ALT: () => this.SUBRULE(this.postfix) },
      ]),
  );

  /** Whether `match` or `repeat` is the word of that meaning: a value follows; where that leaves a call possible, a `{` on the same line decides. */
  protected opensBody(): boolean {
    if (!this.is(2, t.LParen)) return this.startsValue(2);
    const { tokens, depth, index } = this.layout;
    const here = this.depthHere();
    for (let i = index.get(this.LA(2))! + 1; i < tokens.length; i++) {
      const token = tokens[i]!;
      const level = depth.get(token)!;
      if (level < here || (level === here && (tokenMatcher(token, t.Separator) || token.tokenType === t.Comma))) return false;
      if (level === here && token.tokenType === t.LCurly) return true;
    }
    return false;
  }

  protected readonly number: ParserMethod<[], Expr> = this.RULE('number', (): Expr => {
    const token = this.CONSUME(t.NumberLiteral);
    return { kind: 'number', value: Number(token.image), text: token.image, span: spanOf(token) };
  });

  protected readonly ifExpression: ParserMethod<[], Expr> = this.RULE('ifExpression', (): Expr => {
    const start = this.CONSUME(t.Reserved.if);
    const condition = this.SUBRULE(this.expression);
    this.CONSUME(t.Reserved.then);
    const then = this.SUBRULE1(this.expression, { ARGS: [true] });
    this.CONSUME(t.Reserved.else);
    const otherwise = this.SUBRULE(this.choice);
    return this.ACTION(() =>
      this.height({ kind: 'if', condition, then, else: otherwise, span: this.from(start) }, [condition, then, otherwise]),
    );
  });

  protected readonly firstThen: ParserMethod<[], Expr> = this.RULE('firstThen', (): Expr => {
    const start = this.CONSUME(t.Reserved.first);
    let value: Expr = { kind: 'place', which: 'first', span: spanOf(start) };
    this.OPTION({
      GATE: () => this.startsValue(1) && !this.is(1, t.Minus),
      DEF: () => {
        const first = this.SUBRULE(this.expression);
        this.CONSUME(t.Reserved.then);
        const then = this.SUBRULE(this.choice);
        this.ACTION(() => (value = this.height({ kind: 'first', first, then, span: this.from(start) }, [first, then])));
      },
    });
    return value;
  });

  protected readonly record: ParserMethod<[], Expr> = this.RULE('record', (): Expr => {
    const start = this.mark(this.CONSUME(t.LCurly), 'record');
    const fields: { name: Name; value: Expr }[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      ERR_MSG: 'a field `name = value`',
      DEF: () => {
        const name = this.SUBRULE(this.name);
        this.CONSUME(t.Assign);
        fields.push({ name, value: this.SUBRULE(this.expression) });
      },
    });
    this.CONSUME(t.RCurly);
    return this.ACTION(() =>
      this.height(
        { kind: 'record', fields, span: this.from(start) },
        fields.map((field) => field.value),
      ),
    );
  });

  // -------------------------------------------------------------- postfix: brackets, calls, fields, per

  protected readonly postfix: ParserMethod<[], Expr> = this.RULE('postfix', (): Expr => {
    const start = this.LA(1);
    let sampling = false;
    let value = this.OR([
      {
        ALT: (): Expr => {
          this.CONSUME(t.LParen);
          const inner = this.SUBRULE(this.expression);
          this.CONSUME(t.RParen);
          // The brackets belong to the value's place in the text, not to the tree.
          return this.ACTION(() => this.height({ ...inner, span: this.from(start) }, [inner]));
        },
      },
      {
        ALT: (): Expr => {
          const token = this.CONSUME(t.Primed);
          return { kind: 'name', name: token.image.slice(0, token.image.indexOf("'")).normalize('NFC'), prime: true, span: spanOf(token) };
        },
      },
      {
        GATE: () => this.is(1, t.Word.true, t.Word.false) && !this.is(2, t.LParen, t.LSquare, t.Dot),
        ALT: (): Expr => {
          const token = this.CONSUME1(t.Name);
          return { kind: 'bool', value: token.image === 'true', span: spanOf(token) };
        },
      },
      {
        ALT: (): Expr => {
          if (this.is(1, t.Word.sample) && this.isName(2)) {
            this.CONSUME(t.Word.sample);
            sampling = true;
          }
          const name = this.SUBRULE(this.name);
          return { kind: 'name', name: name.text, prime: false, span: name.span };
        },
      },
    ]);
    this.MANY(() => {
      value = this.OR1([
        { ALT: () => this.SUBRULE(this.bracket, { ARGS: [value] }) },
        {
          ALT: () => {
            const call = this.SUBRULE(this.call, { ARGS: [value] });
            if (!sampling) return call;
            sampling = false;
            return this.ACTION((): Expr => this.height({ kind: 'sample', draw: call, span: this.from(start) }, [call]));
          },
        },
        { ALT: () => this.SUBRULE(this.field, { ARGS: [value] }) },
        { ALT: () => this.SUBRULE(this.per, { ARGS: [value] }) },
      ]);
    });
    if (sampling && !this.RECORDING_PHASE) this.fail('E0101', 'a draw such as `sample categorical[a](p)`');
    return value;
  });

  protected readonly field: ParserMethod<[Expr], Expr> = this.RULE('field', (base: Expr): Expr => {
    this.CONSUME(t.Dot);
    const field = this.SUBRULE(this.name);
    return this.ACTION(() => this.height({ kind: 'field', base, field, span: this.from(base) }, [base]));
  });

  protected readonly per: ParserMethod<[Expr], Expr> = this.RULE('per', (callee: Expr): Expr => {
    this.CONSUME(t.Reserved.per);
    let axes: Name[] = [];
    this.OR([
      { ALT: () => axes.push(this.SUBRULE(this.name)) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          axes = this.SUBRULE(this.names);
          this.CONSUME(t.RParen);
        },
      },
    ]);
    if (!this.RECORDING_PHASE && !this.is(1, t.LParen)) this.fail('E0101', 'the arguments `(…)` of the call after `per`');
    return this.ACTION(() => this.height({ kind: 'per', callee, axes, span: this.from(callee) }, [callee]));
  });

  /** `f(x, bias: b)`, `adam(rate = 1e-3)`: a tensor and a setting by name; the tree does not tell them apart. */
  protected readonly call: ParserMethod<[Expr], CallExpr> = this.RULE('call', (callee: Expr): CallExpr => {
    this.ACTION(() => {
      if (isCallable(callee, this.LA(0))) return;
      this.report({
        code: 'E0112',
        message: 'what stands before this `(` cannot be called',
        span: spanOf(this.LA(1)),
        fix:
          blockOf(callee) === null
            ? 'name the block that is called, or write `*` for a product'
            : `what a block makes stands in brackets: \`${blockOf(callee)}[a](…)\`; a product is \`*\``,
      });
    });
    const open = this.CONSUME(t.LParen);
    this.ACTION(() => callee.kind !== 'per' && this.mark(open, 'call'));
    const args: { name: Name | null; value: Expr }[] = [];
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        let name: Name | null = null;
        this.OPTION({
          GATE: () => this.is(2, t.Colon, t.Assign),
          DEF: () => {
            name = this.SUBRULE(this.name);
            this.OR([{ ALT: () => this.CONSUME(t.Colon) }, { ALT: () => this.CONSUME(t.Assign) }]);
          },
        });
        args.push({ name, value: this.SUBRULE(this.expression) });
      },
    });
    this.CONSUME(t.RParen);
    return this.ACTION(
      (): CallExpr => this.height({ kind: 'call', callee, args, span: this.from(callee) }, [callee, ...args.map((arg) => arg.value)]),
    );
  });

  protected readonly bracket: ParserMethod<[Expr], Expr> = this.RULE('bracket', (base: Expr): Expr => {
    this.mark(this.CONSUME(t.LSquare), 'index');
    const args: BracketArg[] = [];
    this.MANY_SEP({ SEP: t.Comma, DEF: () => args.push(this.SUBRULE(this.bracketArg)) });
    this.OPTION(() => {
      const by = this.SUBRULE(this.byArg, { ARGS: [args] });
      args.splice(0, args.length, by);
    });
    this.CONSUME(t.RSquare);
    return this.ACTION(() =>
      this.height({ kind: 'bracket', base, args, span: this.from(base) }, [
        base,
        ...args.flatMap((arg) => ('value' in arg ? [arg.value] : [])),
      ]),
    );
  });

  /** `height, dy by tall = e`: the plain names before `by` are the axes it groups. */
  protected readonly byArg: ParserMethod<[readonly BracketArg[]], BracketArg> = this.RULE(
    'byArg',
    (before: readonly BracketArg[] = []): BracketArg => {
      const start = this.LA(1);
      this.CONSUME(t.Reserved.by);
      let label: Name | null = null;
      this.OPTION({
        GATE: () => this.is(2, t.Assign),
        DEF: () => {
          label = this.SUBRULE(this.name);
          this.CONSUME(t.Assign);
        },
      });
      const value = this.SUBRULE(this.expression);
      const axes: Name[] = [];
      this.ACTION(() => {
        for (const arg of before) {
          if (arg.kind === 'value' && arg.value.kind === 'name' && !arg.value.prime)
            axes.push({ text: arg.value.name, span: arg.value.span });
          else
            this.report({
              code: 'E0101',
              message: 'before `by` stand the names of the axes that are grouped, nothing else',
              span: arg.span,
              expected: 'the name of an axis',
            });
        }
      });
      const first = before[0];
      return { kind: 'by', axes, label, value, span: this.from(first ?? start) };
    },
  );

  protected readonly bracketArg: ParserMethod<[], BracketArg> = this.RULE('bracketArg', (): BracketArg => {
    const start = this.LA(1);
    return this.OR([
      {
        GATE: () => this.is(1, t.Word.upto) && this.isName(2),
        ALT: (): BracketArg => {
          this.CONSUME(t.Word.upto);
          const axis = this.SUBRULE(this.name);
          this.CONSUME(t.Word.as);
          const as = this.SUBRULE1(this.name);
          return { kind: 'upto', axis, as, span: this.from(start) };
        },
      },
      {
        GATE: () => this.is(2, t.Dots),
        ALT: (): BracketArg => {
          const name = this.SUBRULE2(this.name);
          this.CONSUME(t.Dots);
          return { kind: 'group', name, span: this.from(start) };
        },
      },
      {
        GATE: () => (this.isName(1) && this.is(2, t.Word.as)) || (this.is(1, t.LParen) && this.renamesGroup()),
        ALT: (): BracketArg => {
          const from = this.SUBRULE(this.oneOrGroup);
          this.CONSUME1(t.Word.as);
          const to = this.SUBRULE1(this.oneOrGroup);
          return { kind: 'as', from, to, span: this.from(start) };
        },
      },
      {
        GATE: () => this.is(2, t.Assign),
        ALT: (): BracketArg => {
          const name = this.SUBRULE3(this.name);
          this.CONSUME(t.Assign);
          const value = this.SUBRULE(this.expression);
          return { kind: 'named', name, value, span: this.from(start) };
        },
      },
      {
        ALT: (): BracketArg => {
          const value = this.SUBRULE1(this.expression);
          return { kind: 'value', value, span: this.from(start) };
        },
      },
    ]);
  });

  private renamesGroup(): boolean {
    const length = this.namesAhead(2, false);
    return length > 0 && this.is(length + 2, t.RParen) && this.is(length + 3, t.Word.as);
  }

  protected readonly oneOrGroup: ParserMethod<[], Name[]> = this.RULE('oneOrGroup', (): Name[] =>
    this.OR([
      { ALT: () => [this.SUBRULE(this.name)] },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          const names = this.SUBRULE(this.names);
          this.CONSUME(t.RParen);
          return names;
        },
      },
    ]),
  );

  // -------------------------------------------------------------- match, scan, repeat

  protected readonly match: ParserMethod<[], MatchExpr> = this.RULE('match', (): MatchExpr => {
    const start = this.CONSUME(t.Word.match);
    const subject = this.SUBRULE(this.expression);
    this.mark(this.CONSUME(t.LCurly), 'arms');
    const arms: { labels: Expr[] | null; body: Body; span: Span }[] = [];
    this.MANY(() => this.CONSUME(t.Separator));
    this.ACTION(() => {
      const depth = this.depthHere();
      while (!this.is(1, t.RCurly, EOF)) {
        const arm = this.guarded(() => this.SUBRULE(this.arm), depth);
        if (arm !== null) arms.push(arm);
        while (tokenMatcher(this.LA(1), t.Separator)) this.CONSUME1(t.Separator);
      }
    });
    this.CONSUME(t.RCurly);
    return this.ACTION(() => this.height({ kind: 'match-expression', subject, arms, span: this.from(start) }, [subject]));
  });

  protected readonly arm: ParserMethod<[], { labels: Expr[] | null; body: Body; span: Span }> = this.RULE('arm', () => {
    const start = this.LA(1);
    let labels: Expr[] | null = null;
    this.OR({
      ERR_MSG: 'a choice and its body, such as `dot { … }`',
      DEF: [
        { ALT: () => this.CONSUME(t.Reserved.else) },
        {
          ALT: () => {
            const choices: Expr[] = [];
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => choices.push(this.SUBRULE(this.label)), ERR_MSG: 'a choice' });
            labels = choices;
          },
        },
      ],
    });
    const body = this.SUBRULE(this.body);
    return { labels, body, span: this.from(start) };
  });

  protected readonly label: ParserMethod<[], Expr> = this.RULE(
    'label',
    (): Expr =>
      this.OR([
        { ALT: () => this.SUBRULE(this.number) },
        {
          ALT: (): Expr => {
            const minus = this.mark(this.CONSUME(t.Minus), 'unary');
            const operand = this.SUBRULE1(this.number);
            return { kind: 'unary', op: '-', operand, span: this.from(minus) };
          },
        },
        {
          ALT: (): Expr => {
            const token = this.CONSUME(t.Name);
            const span = spanOf(token);
            if (token.tokenType === t.Word.true || token.tokenType === t.Word.false)
              return { kind: 'bool', value: token.image === 'true', span };
            return { kind: 'name', name: token.image.normalize('NFC'), prime: false, span };
          },
        },
      ]),
  );

  protected readonly scan: ParserMethod<[], Expr> = this.RULE('scan', (): Expr => {
    const start = this.CONSUME(t.Word.scan);
    const axis = this.SUBRULE(this.name);
    let reversed = false;
    const inputs: { name: Name; value: Expr }[] = [];
    this.OPTION(() => {
      this.CONSUME(t.Word.reversed);
      reversed = true;
    });
    this.OPTION1(() => {
      this.CONSUME(t.Word.with);
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        ERR_MSG: 'an input `name = value` of the scan',
        DEF: () => {
          const name = this.SUBRULE1(this.name);
          this.CONSUME(t.Assign);
          inputs.push({ name, value: this.SUBRULE(this.expression) });
        },
      });
    });
    const body = this.SUBRULE(this.body);
    return this.ACTION(() =>
      this.height(
        { kind: 'scan', axis, reversed, inputs, body, span: this.from(start) },
        inputs.map((input) => input.value),
      ),
    );
  });

  protected readonly repeat: ParserMethod<[], Expr> = this.RULE('repeat', (): Expr => {
    const start = this.CONSUME(t.Word.repeat);
    let count: Expr | null = null;
    let over: ListExpr | null = null;
    let as: Name | null = null;
    this.OR([
      {
        GATE: () => this.is(1, t.Word.over) && this.is(2, t.LSquare),
        ALT: () => {
          this.CONSUME(t.Word.over);
          over = this.SUBRULE(this.list);
        },
      },
      { ALT: () => (count = this.SUBRULE(this.expression)) },
    ]);
    this.OPTION(() => {
      this.CONSUME(t.Word.as);
      as = this.SUBRULE(this.name);
    });
    const body = this.SUBRULE(this.body);
    return { kind: 'repeat', count, over, as, body, span: this.from(start) };
  });

  protected readonly list: ParserMethod<[], ListExpr> = this.RULE('list', (): ListExpr => {
    const start = this.mark(this.CONSUME(t.LSquare), 'type');
    const items: Expr[] = [];
    this.MANY_SEP({ SEP: t.Comma, DEF: () => items.push(this.SUBRULE(this.expression)) });
    this.CONSUME(t.RSquare);
    return { kind: 'list', items, span: this.from(start) };
  });
}

/** A name, a name with static arguments, `per`, or a field of one; not a bracketed value. */
function isCallable(callee: Expr, last: IToken): boolean {
  if (callee.kind === 'per') return true;
  if (callee.kind === 'bracket' || callee.kind === 'field') return callee.kind === 'field' || isCallable(callee.base, last);
  return callee.kind === 'name' && !callee.prime && last.tokenType !== t.RParen;
}

/** `Linear` of `Linear(8, 3)`, and of `nn.Linear(8, 3)`. */
function blockOf(callee: Expr): string | null {
  if (callee.kind !== 'call') return null;
  const { callee: name } = callee;
  return name.kind === 'name' ? name.name : name.kind === 'field' ? name.field.text : null;
}
