/** The type half of the grammar: axes, tensors, linear maps, signatures. */
import type { ParserMethod } from 'chevrotain';
import type { AxisExpr, Expr, Generates, Name, Param, ResultSpec, StaticParam, TensorTypeExpr, TypeExpr } from './ast.ts';
import { ExpressionParser } from './expressions.ts';
import * as t from './tokens.ts';

export abstract class TypeParser extends ExpressionParser {
  /** `source`, `key: source`, `out..`. */
  protected readonly axis: ParserMethod<[], AxisExpr> = this.RULE('axis', (): AxisExpr => {
    const label = this.SUBRULE(this.name);
    let group = false;
    let size: Expr | null = null;
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Dots);
            group = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Colon);
            size = this.SUBRULE(this.expression);
          },
        },
      ]);
    });
    return { label, group, size, span: this.from(label) };
  });

  protected readonly axes: ParserMethod<[], AxisExpr[]> = this.RULE('axes', (): AxisExpr[] => {
    const axes: AxisExpr[] = [];
    this.MANY_SEP({ SEP: t.Comma, DEF: () => axes.push(this.SUBRULE(this.axis)) });
    return axes;
  });

  protected readonly type: ParserMethod<[], TypeExpr> = this.RULE(
    'type',
    (): TypeExpr =>
      this.OR({
        ERR_MSG: 'a type such as `[source, hidden]`, `index(words)[source]` or `bool`',
        DEF: [{ ALT: () => this.SUBRULE(this.bracketType) }, { ALT: () => this.SUBRULE(this.elementType) }],
      }),
  );

  protected readonly bracketType: ParserMethod<[], TypeExpr> = this.RULE('bracketType', (): TypeExpr => {
    const start = this.mark(this.CONSUME(t.LSquare), 'type');
    const axes = this.SUBRULE(this.axes);
    let inner: AxisExpr[] | null = null;
    this.OPTION(() => {
      this.CONSUME(t.From);
      inner = this.SUBRULE1(this.axes);
    });
    this.CONSUME(t.RSquare);
    const span = this.from(start);
    return inner === null ? { kind: 'tensor', elem: { kind: 'float' }, axes, span } : { kind: 'map', out: axes, in: inner, span };
  });

  /** `bool[time]`, `index(words)[source]`; without a bracket, one value. */
  protected readonly elementType: ParserMethod<[], TensorTypeExpr> = this.RULE('elementType', (): TensorTypeExpr => {
    const start = this.LA(1);
    const elem = this.OR<TensorTypeExpr['elem']>([
      { ALT: () => this.word(t.Word.float, { kind: 'float' }) },
      { ALT: () => this.word(t.Word.int, { kind: 'int' }) },
      { ALT: () => this.word(t.Word.bool, { kind: 'bool' }) },
      {
        ALT: () => {
          this.CONSUME(t.Word.index);
          this.mark(this.CONSUME(t.LParen), 'index');
          const of = this.SUBRULE(this.name);
          this.CONSUME(t.RParen);
          return { kind: 'index', of };
        },
      },
    ]);
    let axes: AxisExpr[] = [];
    this.OPTION(() => {
      this.mark(this.CONSUME(t.LSquare), 'index');
      axes = this.SUBRULE(this.axes);
      this.CONSUME(t.RSquare);
    });
    return { kind: 'tensor', elem, axes, span: this.from(start) };
  });

  // -------------------------------------------------------------- signatures

  protected readonly statics: ParserMethod<[], StaticParam[]> = this.RULE('statics', (): StaticParam[] => {
    const statics: StaticParam[] = [];
    this.mark(this.CONSUME(t.LSquare), 'index');
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        const name = this.SUBRULE(this.name);
        let group = false;
        let value: Expr | null = null;
        this.OPTION(() => {
          this.OR([
            {
              ALT: () => {
                this.CONSUME(t.Dots);
                group = true;
              },
            },
            {
              ALT: () => {
                this.CONSUME(t.Assign);
                value = this.SUBRULE(this.expression);
              },
            },
          ]);
        });
        statics.push({ name, group, value, span: this.from(name) });
      },
    });
    this.CONSUME(t.RSquare);
    return statics;
  });

  /** Fills `params` as it goes, so that a fault in one leaves those before it known. */
  protected readonly params: ParserMethod<[Param[]], void> = this.RULE('params', (params: Param[]): void => {
    this.mark(this.CONSUME(t.LParen), 'call');
    this.MANY_SEP({
      SEP: t.Comma,
      DEF: () => {
        const param = this.SUBRULE(this.param);
        this.ACTION(() => params.push(param));
      },
    });
    this.ACTION(() => this.failReserved());
    this.CONSUME(t.RParen);
  });

  protected readonly param: ParserMethod<[], Param> = this.RULE('param', (): Param => {
    const name = this.SUBRULE(this.name);
    this.CONSUME(t.Colon);
    const type = this.SUBRULE(this.type);
    let value: Expr | null = null;
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      value = this.SUBRULE(this.expression);
    });
    return { name, type, value, span: this.from(name) };
  });

  /** What stands after `->`. */
  protected readonly result: ParserMethod<[], ResultSpec> = this.RULE('result', (): ResultSpec => {
    const start = this.LA(1);
    return this.OR<ResultSpec>({
      ERR_MSG: 'the type of the result',
      DEF: [
        {
          ALT: () => {
            this.mark(this.CONSUME(t.LCurly), 'record');
            const fields: { name: Name; type: TypeExpr }[] = [];
            this.AT_LEAST_ONE_SEP({
              SEP: t.Comma,
              ERR_MSG: 'a field `name: type`',
              DEF: () => {
                const name = this.SUBRULE(this.name);
                this.CONSUME(t.Colon);
                fields.push({ name, type: this.SUBRULE(this.type) });
              },
            });
            this.CONSUME(t.RCurly);
            return { kind: 'record', fields, span: this.from(start) };
          },
        },
        {
          GATE: () => this.is(2, t.Colon),
          ALT: () => {
            const name = this.SUBRULE1(this.name);
            this.CONSUME1(t.Colon);
            const type = this.SUBRULE1(this.type);
            return { kind: 'named', name, type, span: this.from(start) };
          },
        },
        { ALT: () => ({ kind: 'type', type: this.SUBRULE2(this.type), span: this.from(start) }) },
      ],
    });
  });

  /** `generates y: index(words)[target] start 1 end 2`. */
  protected readonly generates: ParserMethod<[], Generates> = this.RULE('generates', (): Generates => {
    const begin = this.CONSUME(t.Word.generates);
    const name = this.SUBRULE(this.name);
    this.CONSUME(t.Colon);
    const type = this.SUBRULE(this.type);
    let start: Expr | null = null;
    let end: Expr | null = null;
    this.OPTION(() => {
      this.CONSUME(t.Word.start);
      start = this.SUBRULE(this.expression);
    });
    this.OPTION1(() => {
      this.CONSUME(t.Word.end);
      end = this.SUBRULE1(this.expression);
    });
    return { name, type, start, end, span: this.from(begin) };
  });
}
