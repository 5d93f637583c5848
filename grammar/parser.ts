/** The items of a file, and the file itself. */
import { EOF, tokenMatcher, type IToken, type ParserMethod } from 'chevrotain';
import type {
  Body,
  Declaration,
  DeclarationKind,
  Generates,
  ImportItem,
  Item,
  Name,
  Objective,
  Param,
  ResultSpec,
  StaticParam,
} from './ast.ts';
import type { Mark } from './base.ts';
import { spanOf, type Layout } from './line-breaks.ts';
import { closest, describe, problemOf } from './messages.ts';
import type { SyntaxProblem } from './problems.ts';
import { StatementParser } from './statements.ts';
import * as t from './tokens.ts';

export interface Parsed {
  readonly items: readonly Item[];
  readonly problems: readonly SyntaxProblem[];
  readonly marks: ReadonlyMap<IToken, Mark>;
}

const ITEM_WORDS = ['import', 'dim', 'const', 'option', 'block', 'cell', 'attention', 'head', 'encoder', 'decoder', 'model', 'objective'];

/** Words that declarations of other languages begin with. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['def', 'a function is a block: `block f(x: [a]) -> [a] { … }`'],
  [
    'class',
    'what is made of parameters is a block, `block f(x: [a]) -> [a] { … }`, and what is trained a model, `model M(x: [a]) -> y: [a] { … }`',
  ],
]);

export class ModuleParser extends StatementParser {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  /** Each call starts afresh: nothing of an earlier file is left. */
  parse(layout: Layout, docs: ReadonlyMap<IToken, string>): Parsed {
    this.begin(layout);
    this.docs = docs;
    const items = this.file();
    const problems = this.errors.flatMap((error) => problemOf(error, (token) => this.placeOf(token)) ?? []);
    const parsed = { items, problems: [...problems, ...this.failures], marks: this.marks };
    this.begin({ tokens: [], depth: new Map(), index: new Map(), partner: new Map(), problems: [] });
    return parsed;
  }

  private readonly file: ParserMethod<[], Item[]> = this.RULE('file', (): Item[] => {
    const items: Item[] = [];
    this.ACTION(() => {
      while (!this.is(1, EOF)) {
        if (tokenMatcher(this.LA(1), t.Separator)) {
          this.CONSUME(t.Separator);
          continue;
        }
        const start = this.LA(1);
        if (!ITEM_WORDS.includes(start.image)) {
          this.notAnItem(start);
          continue;
        }
        const item = this.guarded(() => this.SUBRULE(this.item), 0);
        if (item !== null) items.push(item);
        else if (start.tokenType === t.Word.dim || start.tokenType === t.Word.const) items.push(...this.dimsAround(start));
        this.endOfStatement(0, item, ITEM_WORDS);
      }
    });
    return items;
  });

  private notAnItem(token: IToken): void {
    const given = describe(token);
    const word = tokenMatcher(token, t.Name) ? closest(token.image, ITEM_WORDS) : null;
    const elsewhere = ELSEWHERE.get(token.image);
    const fix = elsewhere ?? (word === null ? 'move it into the body of a block or model' : `did you mean \`${word}\`?`);
    this.report({
      code: 'E0108',
      message: `at the top of a file stands a declaration, but here stands ${given}`,
      span: spanOf(token),
      expected: `one of ${ITEM_WORDS.map((item) => `\`${item}\``).join(', ')}`,
      given,
      fix,
    });
    this.skip(0);
    // The lines of its body are not faults of their own.
    while (elsewhere !== undefined && this.LA(1).tokenType !== EOF && !ITEM_WORDS.includes(this.LA(1).image)) {
      if (tokenMatcher(this.LA(1), t.Separator)) this.CONSUME(t.Separator);
      else this.skip(0);
    }
  }

  /** The dims of a faulty line stay known, with error values for sizes. */
  private dimsAround(start: IToken): Item[] {
    return this.definedAround(start, 0).map(({ targets, value, span }) => ({
      kind: 'dim',
      constant: false,
      doc: null,
      span,
      dims: targets.map((target) => ({ name: target.name, value: { kind: 'size', size: value }, span })),
    }));
  }

  private readonly item: ParserMethod<[], Item> = this.RULE(
    'item',
    (): Item =>
      this.OR<Item>([
        { ALT: () => this.SUBRULE(this.importItem) },
        { ALT: () => this.SUBRULE(this.dims) },
        { ALT: () => this.SUBRULE(this.optionItem) },
        { ALT: () => this.SUBRULE(this.objective) },
        { ALT: () => this.SUBRULE(this.declaration) },
      ]),
  );

  private readonly importItem: ParserMethod<[], ImportItem> = this.RULE('importItem', (): ImportItem => {
    const start = this.CONSUME(t.Word.import);
    const names: { name: Name; as: Name | null }[] = [];
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      ERR_MSG: 'a name',
      DEF: () => {
        const name = this.SUBRULE(this.name);
        let as: Name | null = null;
        this.OPTION(() => {
          this.CONSUME(t.Word.as);
          as = this.SUBRULE1(this.name);
        });
        names.push({ name, as });
      },
    });
    this.CONSUME(t.Word.from);
    const from = this.CONSUME(t.StringLiteral);
    return { kind: 'import', names, from: from.image.replace(/^"|"$/g, ''), fromSpan: spanOf(from), span: this.from(start) };
  });

  // -------------------------------------------------------------- declarations

  private readonly declaration: ParserMethod<[], Declaration> = this.RULE('declaration', (): Declaration => {
    const start = this.LA(1);
    const what = this.SUBRULE(this.declarationKind);
    const name = this.SUBRULE(this.name);
    let statics: StaticParam[] = [];
    const params: Param[] = [];
    let result: ResultSpec | null = null;
    let generates: Generates | null = null;
    let causal: Name | null = null;
    const header = (): void => {
      this.OPTION(() => (statics = this.SUBRULE(this.statics)));
      this.SUBRULE(this.params, { ARGS: [params] });
      this.OPTION1(() => {
        this.CONSUME(t.Arrow);
        result = this.SUBRULE(this.result);
      });
      this.OPTION2(() => (generates = this.SUBRULE(this.generates)));
      this.OPTION3(() => {
        this.CONSUME(t.Word.causal);
        causal = this.SUBRULE1(this.name);
      });
    };
    const body = this.afterHeader(header);
    return {
      kind: 'declaration',
      what,
      name,
      statics,
      params,
      result,
      generates,
      causal,
      body,
      doc: this.docOf(start),
      span: this.from(start),
    };
  });

  private readonly declarationKind: ParserMethod<[], DeclarationKind> = this.RULE(
    'declarationKind',
    (): DeclarationKind =>
      this.OR<DeclarationKind>([
        { ALT: () => this.word(t.Word.block, 'block') },
        { ALT: () => this.word(t.Word.cell, 'cell') },
        { ALT: () => this.word(t.Word.attention, 'attention') },
        { ALT: () => this.word(t.Word.head, 'head') },
        { ALT: () => this.word(t.Word.encoder, 'encoder') },
        { ALT: () => this.word(t.Word.decoder, 'decoder') },
        { ALT: () => this.word(t.Word.model, 'model') },
      ]),
  );

  private readonly objective: ParserMethod<[], Objective> = this.RULE('objective', (): Objective => {
    const start = this.CONSUME(t.Word.objective);
    const name = this.SUBRULE(this.name);
    const models: { name: Name | null; model: Name }[] = [];
    const given: Param[] = [];
    const header = (): void => {
      this.CONSUME(t.Word.for);
      this.AT_LEAST_ONE_SEP({
        SEP: t.Comma,
        ERR_MSG: 'the name of a model',
        DEF: () => {
          const first = this.SUBRULE1(this.name);
          let model: Name | null = null;
          this.OPTION(() => {
            this.CONSUME(t.Colon);
            model = this.SUBRULE2(this.name);
          });
          models.push(model === null ? { name: null, model: first } : { name: first, model });
        },
      });
      this.OPTION1(() => {
        this.CONSUME(t.Word.given);
        this.AT_LEAST_ONE_SEP1({ SEP: t.Comma, ERR_MSG: 'data as `name: type`', DEF: () => given.push(this.SUBRULE(this.param)) });
      });
    };
    const body = this.afterHeader(header);
    return { kind: 'objective', name, models, given, body, doc: this.docOf(start), span: this.from(start) };
  });

  /** Parses the header; a fault in it does not cost the body. */
  private afterHeader(header: () => void): Body {
    if (this.RECORDING_PHASE) {
      header();
      return this.SUBRULE(this.body);
    }
    const isOnNextLine = (): boolean => this.is(1, t.NewLine) && this.is(2, t.LCurly);
    const wholeHeader = (): true => {
      header();
      if (!isOnNextLine() && !this.is(1, t.LCurly)) this.CONSUME(t.LCurly);
      return true;
    };
    const whole = this.guarded(wholeHeader, 0, (token) => this.opensLastBody(token));
    if (isOnNextLine()) this.CONSUME(t.NewLine);
    if (whole === null && !this.is(1, t.LCurly)) {
      const end = this.consumedEnd();
      return { statements: [], span: { start: end, end } };
    }
    return this.SUBRULE(this.body);
  }

  /** A `{` whose partner ends the item: the body, not the record type of a result. */
  private opensLastBody(token: IToken): boolean {
    if (token.tokenType !== t.LCurly) return false;
    const closer = this.layout.partner.get(token)!;
    const after = this.layout.tokens[this.layout.index.get(closer)! + 1];
    return after === undefined || tokenMatcher(after, t.Separator);
  }
}
