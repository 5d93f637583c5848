/** Statements and bodies. One fault costs one statement; what it would have defined stays known as an error value. */
import { EOF, tokenMatcher, type IToken, type ParserMethod } from 'chevrotain';
import type {
  Body,
  ClauseStatement,
  DimItem,
  DimSpec,
  DimValue,
  Equation,
  Expr,
  MatchStatement,
  Name,
  OptionItem,
  ParamStatement,
  StateStatement,
  Statement,
  Target,
  TypeExpr,
} from './ast.ts';
import { spanOf } from './line-breaks.ts';
import { ARROW_FIX, closest, describe, reservedName } from './messages.ts';
import * as t from './tokens.ts';
import { TypeParser } from './types.ts';

type Group = ParamStatement['groups'][number];
type StateGroup = StateStatement['groups'][number];

const STATEMENT_WORDS = [
  'dim',
  'option',
  'param',
  'running',
  'state',
  'let',
  'emit',
  'require',
  'init',
  'match',
  'rank',
  'optimizer',
  'clip',
  'metric',
  'update',
  'scan',
  'repeat',
];

/** Words that statements of other languages begin with. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['return', 'leave `return` away: the last line of a body is its value'],
  [
    'for',
    '`scan a with xt = x { … }` goes along the axis `a` of x, `repeat n { … }` makes rounds; what is done at each position alone needs neither',
  ],
  ['while', 'a loop has as many steps as its axis has positions: `scan a { … }`; a bounded number of rounds is `repeat n { … }`'],
]);

export abstract class StatementParser extends TypeParser {
  protected docs: ReadonlyMap<IToken, string> = new Map();

  protected docOf(token: IToken): string | null {
    return this.docs.get(token) ?? null;
  }

  // -------------------------------------------------------------- bodies

  protected readonly body: ParserMethod<[], Body> = this.RULE(
    'body',
    (): Body =>
      this.nested(() => {
        const start = this.mark(this.CONSUME(t.LCurly), 'body');
        const statements: Statement[] = [];
        this.ACTION(() => this.statementsInto(statements));
        this.CONSUME(t.RCurly);
        return { statements, span: this.from(start) };
      }),
  );

  private statementsInto(statements: Statement[]): void {
    const depth = this.depthHere();
    while (!this.is(1, t.RCurly, EOF)) {
      if (tokenMatcher(this.LA(1), t.Separator)) {
        this.CONSUME(t.Separator);
        continue;
      }
      const start = this.LA(1);
      const statement = this.guarded(() => this.SUBRULE(this.statement), depth);
      if (statement === null) statements.push(...this.definedAround(start, depth));
      else statements.push(statement);
      this.endOfStatement(depth, statement, STATEMENT_WORDS);
    }
  }

  /** After a statement comes a separator or the body's end; anything else is reported and skipped. */
  protected endOfStatement(depth: number, statement: { readonly kind: string } | null, words: readonly string[]): void {
    if (this.is(1, t.RCurly, EOF) || tokenMatcher(this.LA(1), t.Separator)) return;
    const given = describe(this.LA(1));
    const value = statement !== null && 'value' in statement ? (statement.value as Expr) : null;
    if (value?.kind === 'place' && this.is(1, t.Assign)) {
      this.report(reservedName(`\`${value.which}\``, value.span));
      this.skip(depth);
      return;
    }
    const word = statement?.kind === 'expression' && value?.kind === 'name' ? closest(value.name, words) : null;
    const began = statement?.kind === 'expression' && value?.kind === 'name' ? ELSEWHERE.get(value.name) : undefined;
    const assigned = statement?.kind === 'expression' && value?.kind === 'bracket' && this.is(1, t.Assign);
    const fix =
      began ??
      (assigned
        ? 'an equation defines a tensor as a whole, `y = …`, and choices among its positions are `if … then … else …`'
        : this.is(1, t.From)
          ? ARROW_FIX
          : word !== null
            ? `did you mean \`${word}\`?`
            : 'put `;` between two statements, or an operator between two values');
    this.report({
      code: 'E0109',
      message: `a statement ends here; ${given} cannot follow it on the same line`,
      span: spanOf(this.LA(1)),
      expected: 'the end of the line, `;` or an operator',
      given,
      fix,
    });
    this.skip(depth);
  }

  /** The names that a faulty statement from `start` up to here would have defined, each as an error value. */
  protected definedAround(start: IToken, depth: number): Equation[] {
    const tokens = this.layout.tokens;
    const begin = this.layout.index.get(start)!;
    const end = this.layout.index.get(this.LA(1)) ?? tokens.length;
    const equations: Equation[] = [];
    const level = start.tokenType === t.LParen ? depth + 1 : depth;
    let before: IToken | undefined;
    for (let i = begin; i < end; i++) {
      const token = tokens[i];
      const after = tokens[i + 1];
      if (token === undefined || after === undefined) break;
      const deep = this.layout.depth.get(token)!;
      if (deep < level) continue;
      if (token.tokenType === t.Assign) break;
      const named = tokenMatcher(token, t.Name) || token.tokenType === t.Primed;
      const first = before === undefined || before.tokenType === t.Comma || before.tokenType === t.LParen || before === start;
      const last = [t.Comma, t.Colon, t.Assign].includes(after.tokenType) || (after.tokenType === t.RParen && level > depth);
      if (named && first && last && deep === level) {
        const span = spanOf(token);
        const target = {
          name: { text: token.image.replaceAll("'", '').normalize('NFC'), span },
          prime: token.tokenType === t.Primed,
          span,
        };
        equations.push({ kind: 'equation', form: 'single', targets: [target], value: { kind: 'error', span }, doc: null, span });
      }
      before = token;
    }
    return equations;
  }

  // -------------------------------------------------------------- statements

  /** The word followed by what ought to be a name: it cannot be a value there. */
  private opens(type: IToken['tokenType']): boolean {
    return (
      this.is(1, type) &&
      (this.isName(2) ||
        this.is(
          2,
          t.Primed,
          t.NumberLiteral,
          t.Reserved.first,
          t.Reserved.last,
          t.Reserved.then,
          t.Reserved.if,
          t.Reserved.not,
          t.Reserved.by,
        ))
    );
  }

  /** The word followed by a value. */
  private takes(type: IToken['tokenType']): boolean {
    return this.is(1, type) && this.startsValue(2);
  }

  protected readonly statement: ParserMethod<[], Statement> = this.RULE(
    'statement',
    (): Statement =>
      this.OR<Statement>([
        { GATE: () => this.opens(t.Word.dim) || this.opens(t.Word.const), ALT: () => this.SUBRULE(this.dims) },
        { GATE: () => this.opens(t.Word.option), ALT: () => this.SUBRULE(this.optionItem) },
        { GATE: () => this.opens(t.Word.param) || this.opens(t.Word.running), ALT: () => this.SUBRULE(this.paramStatement) },
        { GATE: () => this.opens(t.Word.state), ALT: () => this.SUBRULE(this.stateStatement) },
        { GATE: () => this.opens(t.Word.let), ALT: () => this.SUBRULE(this.letStatement) },
        { GATE: () => this.takes(t.Word.emit), ALT: () => this.SUBRULE(this.emitStatement) },
        { GATE: () => this.takes(t.Word.init), ALT: () => this.SUBRULE(this.initStatement) },
        { GATE: () => this.is(1, t.Word.match) && this.opensBody(), ALT: () => this.SUBRULE(this.matchStatement) },
        { GATE: () => this.opens(t.Word.metric), ALT: () => this.SUBRULE(this.metricStatement) },
        { GATE: () => this.opens(t.Word.update), ALT: () => this.SUBRULE(this.updateStatement) },
        {
          GATE: () => this.takes(t.Word.require),
          ALT: () => {
            const start = this.CONSUME(t.Word.require);
            const condition = this.SUBRULE(this.expression);
            return { kind: 'require', condition, span: this.from(start) };
          },
        },
        {
          GATE: () => this.takes(t.Word.rank) || this.takes(t.Word.optimizer) || this.isTwoWordClause(),
          ALT: () => this.SUBRULE(this.clause),
        },
        { GATE: () => this.equationAhead() !== null, ALT: () => this.SUBRULE(this.equation) },
        {
          ALT: () => {
            const start = this.LA(1);
            const value = this.SUBRULE1(this.expression);
            return { kind: 'expression', value, span: this.from(start) };
          },
        },
      ]),
  );

  protected readonly dims: ParserMethod<[], DimItem> = this.RULE('dims', (): DimItem => {
    const start = this.LA(1);
    const dims: DimSpec[] = [];
    let constant = false;
    this.OPTION(() => {
      this.CONSUME(t.Word.const);
      constant = true;
    });
    this.CONSUME(t.Word.dim);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => dims.push(this.SUBRULE(this.dimSpec)), ERR_MSG: 'a name' });
    return { kind: 'dim', constant, dims, doc: this.docOf(start), span: this.from(start) };
  });

  protected readonly dimSpec: ParserMethod<[], DimSpec> = this.RULE('dimSpec', (): DimSpec => {
    const name = this.SUBRULE(this.name);
    const value = this.OR<DimValue>({
      ERR_MSG: '`= size` or `: ragged`',
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Assign);
            return this.SUBRULE(this.dimSize);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Colon);
            return this.SUBRULE(this.ragged);
          },
        },
      ],
    });
    return { name, value, span: this.from(name) };
  });

  protected readonly dimSize: ParserMethod<[], DimValue> = this.RULE(
    'dimSize',
    (): DimValue =>
      this.OR<DimValue>([
        {
          GATE: () => this.is(1, t.Word.input) && (this.is(2, t.Comma, t.RCurly, EOF) || tokenMatcher(this.LA(2), t.Separator)),
          ALT: () => {
            this.CONSUME(t.Word.input);
            return { kind: 'input' };
          },
        },
        {
          ALT: () => {
            const size = this.SUBRULE(this.expression);
            let to: Expr | null = null;
            this.OPTION(() => {
              this.CONSUME(t.Dots);
              to = this.SUBRULE1(this.expression);
            });
            return to === null ? { kind: 'size', size } : { kind: 'range', from: size, to };
          },
        },
      ]),
  );

  protected readonly ragged: ParserMethod<[], DimValue> = this.RULE('ragged', (): DimValue => {
    let within: Name | null = null;
    let atMost: Expr | null = null;
    let mayBeEmpty = false;
    this.CONSUME(t.Word.ragged);
    this.OPTION(() => {
      this.CONSUME(t.Word.in);
      within = this.SUBRULE(this.name);
    });
    this.OPTION1(() => {
      this.CONSUME(t.AtMost);
      atMost = this.SUBRULE(this.expression);
    });
    this.OPTION2(() => {
      if (!this.RECORDING_PHASE && this.LA(1).image !== '0') this.fail('E0101', '`0..` (the axis may be empty)');
      this.CONSUME(t.NumberLiteral);
      this.CONSUME(t.Dots);
      mayBeEmpty = true;
    });
    return { kind: 'ragged', within, atMost, mayBeEmpty };
  });

  protected readonly optionItem: ParserMethod<[], OptionItem> = this.RULE('optionItem', (): OptionItem => {
    const start = this.CONSUME(t.Word.option);
    const name = this.SUBRULE(this.name);
    this.CONSUME(t.Assign);
    const value = this.OR<OptionItem['value']>([
      {
        GATE: () => this.is(2, t.Bar),
        ALT: () => {
          const choices: Name[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => choices.push(this.SUBRULE1(this.name)), ERR_MSG: 'a choice' });
          return { kind: 'choice', choices };
        },
      },
      { ALT: () => ({ kind: 'value', value: this.SUBRULE(this.expression) }) },
    ]);
    return { kind: 'option', name, value, doc: this.docOf(start), span: this.from(start) };
  });

  protected readonly paramStatement: ParserMethod<[], ParamStatement> = this.RULE('paramStatement', (): ParamStatement => {
    const start = this.LA(1);
    const kind = this.OR<ParamStatement['kind']>([
      { ALT: () => this.word(t.Word.param, 'param') },
      { ALT: () => this.word(t.Word.running, 'running') },
    ]);
    const groups: Group[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      ERR_MSG: 'a name',
      DEF: () => {
        const { names, type } = this.SUBRULE(this.declared);
        let init: Expr | null = null;
        this.OPTION(() => {
          this.CONSUME(t.Assign);
          init = this.SUBRULE(this.expression);
        });
        this.ACTION(() => groups.push({ names, type, init, span: this.groupSpan(names) }));
      },
    });
    return { kind, groups, doc: this.docOf(start), span: this.from(start) };
  });

  private groupSpan(names: readonly Name[]): { start: number; end: number } {
    return { start: names[0]!.span.start, end: this.consumedEnd() };
  }

  protected readonly declared: ParserMethod<[], { names: Name[]; type: TypeExpr }> = this.RULE('declared', () => {
    const names = this.SUBRULE(this.names);
    this.CONSUME(t.Colon);
    const type = this.SUBRULE(this.type);
    return { names, type };
  });

  protected readonly stateStatement: ParserMethod<[], StateStatement> = this.RULE('stateStatement', (): StateStatement => {
    const start = this.CONSUME(t.Word.state);
    const groups: StateGroup[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      ERR_MSG: 'a name',
      DEF: () => {
        const { names, type } = this.SUBRULE(this.declared);
        const init: Expr[] = [];
        this.CONSUME(t.Assign);
        init.push(this.SUBRULE(this.expression));
        this.MANY({
          GATE: () => !this.declarationAhead(2),
          DEF: () => {
            this.CONSUME(t.Comma);
            init.push(this.SUBRULE1(this.expression));
          },
        });
        this.ACTION(() => groups.push({ names, type, init, span: this.groupSpan(names) }));
      },
    });
    return { kind: 'state', groups, doc: this.docOf(start), span: this.from(start) };
  });

  /** A name followed by `,` or `:` up to a `:` begins the next declaration. */
  private declarationAhead(k: number): boolean {
    const length = this.namesAhead(k, false);
    return length > 0 && this.is(k + length, t.Colon);
  }

  protected readonly letStatement: ParserMethod<[], Statement> = this.RULE('letStatement', (): Statement => {
    const start = this.CONSUME(t.Word.let);
    const name = this.SUBRULE(this.name);
    this.CONSUME(t.Assign);
    const value = this.SUBRULE(this.expression);
    return { kind: 'let', name, value, span: this.from(start) };
  });

  protected readonly emitStatement: ParserMethod<[], Statement> = this.RULE('emitStatement', (): Statement => {
    const start = this.CONSUME(t.Word.emit);
    const values: Expr[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => values.push(this.SUBRULE(this.expression)), ERR_MSG: 'an expression' });
    return { kind: 'emit', values, span: this.from(start) };
  });

  protected readonly initStatement: ParserMethod<[], Statement> = this.RULE('initStatement', (): Statement => {
    const start = this.CONSUME(t.Word.init);
    let all = false;
    this.OPTION({
      GATE: () => this.startsValue(2) && !this.is(2, t.LParen),
      DEF: () => {
        this.CONSUME(t.Word.all);
        all = true;
      },
    });
    const value = this.SUBRULE(this.expression);
    return { kind: 'init', all, value, span: this.from(start) };
  });

  protected readonly matchStatement: ParserMethod<[], MatchStatement> = this.RULE('matchStatement', (): MatchStatement => {
    const { subject, arms, span } = this.SUBRULE(this.match);
    return { kind: 'match', subject, arms, span };
  });

  protected readonly metricStatement: ParserMethod<[], Statement> = this.RULE('metricStatement', (): Statement => {
    const start = this.CONSUME(t.Word.metric);
    const name = this.SUBRULE(this.name);
    this.CONSUME(t.Assign);
    const value = this.SUBRULE(this.expression);
    return { kind: 'metric', name, value, span: this.from(start) };
  });

  protected readonly updateStatement: ParserMethod<[], Statement> = this.RULE('updateStatement', (): Statement => {
    const start = this.CONSUME(t.Word.update);
    const models = this.SUBRULE(this.names);
    const body = this.SUBRULE(this.body);
    return { kind: 'update', models, body, span: this.from(start) };
  });

  private isTwoWordClause(): boolean {
    return (this.is(1, t.Word.at) && this.is(2, t.Word.most)) || (this.is(1, t.Word.clip) && this.is(2, t.Word.norm, t.Word.value));
  }

  protected readonly clause: ParserMethod<[], ClauseStatement> = this.RULE('clause', (): ClauseStatement => {
    const start = this.LA(1);
    const clause = this.OR<ClauseStatement['clause']>([
      { ALT: () => this.word(t.Word.rank, 'rank') },
      { ALT: () => this.word(t.Word.optimizer, 'optimizer') },
      {
        ALT: () => {
          this.CONSUME(t.Word.at);
          return this.word(t.Word.most, 'at most');
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Word.clip);
          return this.OR1<ClauseStatement['clause']>([
            { ALT: () => this.word(t.Word.norm, 'clip norm') },
            { ALT: () => this.word(t.Word.value, 'clip value') },
          ]);
        },
      },
    ]);
    const value = this.SUBRULE(this.expression);
    return { kind: 'clause', clause, value, span: this.from(start) };
  });

  // -------------------------------------------------------------- equations

  private equationAhead(): Equation['form'] | null {
    if (this.is(1, t.LParen)) {
      const length = this.namesAhead(2, true);
      return length > 0 && this.is(length + 2, t.RParen) && this.is(length + 3, t.Assign) ? 'destructure' : null;
    }
    const length = this.namesAhead(1, true);
    if (length === 0 || !this.is(length + 1, t.Assign)) return null;
    return length === 1 ? 'single' : 'each';
  }

  protected readonly equation: ParserMethod<[], Equation> = this.RULE('equation', (): Equation => {
    const start = this.LA(1);
    const form = this.equationAhead() ?? 'single';
    let targets: Target[] = [];
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          targets = this.SUBRULE(this.targets);
          this.CONSUME(t.RParen);
        },
      },
      { ALT: () => (targets = this.SUBRULE1(this.targets)) },
    ]);
    this.CONSUME(t.Assign);
    const value = this.SUBRULE(this.expression);
    return { kind: 'equation', form, targets, value, doc: this.docOf(start), span: this.from(start) };
  });

  protected readonly targets: ParserMethod<[], Target[]> = this.RULE('targets', (): Target[] => {
    const targets: Target[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      ERR_MSG: 'a name',
      DEF: () => {
        const token = this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.Primed) }]);
        this.ACTION(() => {
          const span = spanOf(token);
          const name = { text: token.image.replaceAll("'", '').normalize('NFC'), span };
          targets.push({ name, prime: token.tokenType === t.Primed, span });
        });
      },
    });
    return targets;
  });
}
