/** The syntax tree of one `.attn` file. It knows nothing of types: names are text, brackets are brackets. */

/** Half-open range of UTF-16 offsets into the file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface SourceFile {
  /** As the user named it; shown in diagnostics and in emitted code. */
  readonly path: string;
  readonly text: string;
}

interface Node {
  readonly span: Span;
}

/** A name as written, without primes. */
export interface Name extends Node {
  readonly text: string;
}

export interface Comment extends Node {
  /** `///` documents the item that follows, `//` does not. */
  readonly doc: boolean;
  /** Without the slashes and one following space. */
  readonly text: string;
}

export interface Module extends Node {
  readonly file: SourceFile;
  readonly items: readonly Item[];
  readonly comments: readonly Comment[];
}

// ---------------------------------------------------------------- items

export type Item = ImportItem | DimItem | OptionItem | Declaration | Objective;

/** `import GRU, Additive as Score from "std/attention"`; relative paths end in `.attn`. */
export interface ImportItem extends Node {
  readonly kind: 'import';
  readonly names: readonly { readonly name: Name; readonly as: Name | null }[];
  readonly from: string;
  readonly fromSpan: Span;
}

/** `dim a = 3, b: ragged`; also a statement inside blocks. `const dim` fixes the size at compile time. */
export interface DimItem extends Node {
  readonly kind: 'dim';
  readonly constant: boolean;
  readonly dims: readonly DimSpec[];
  readonly doc: string | null;
}

export interface DimSpec extends Node {
  readonly name: Name;
  readonly value: DimValue;
}

export type DimValue =
  | { readonly kind: 'size'; readonly size: Expr }
  /** `-1..1`: positions from..to. */
  | { readonly kind: 'range'; readonly from: Expr; readonly to: Expr }
  /** `ragged`, `ragged in sentence`, `ragged <= places`, `ragged 0..` (may be empty). */
  | { readonly kind: 'ragged'; readonly within: Name | null; readonly atMost: Expr | null; readonly mayBeEmpty: boolean }
  /** `= input`: one size for the whole call, read off the input. */
  | { readonly kind: 'input' };

/** `option score = dot | scaled` (the first is the default) or `option p = 0.1`; also a statement. */
export interface OptionItem extends Node {
  readonly kind: 'option';
  readonly name: Name;
  readonly value: { readonly kind: 'choice'; readonly choices: readonly Name[] } | { readonly kind: 'value'; readonly value: Expr };
  readonly doc: string | null;
}

export type DeclarationKind = 'block' | 'cell' | 'attention' | 'head' | 'encoder' | 'decoder' | 'model';

export interface Declaration extends Node {
  readonly kind: 'declaration';
  readonly what: DeclarationKind;
  readonly name: Name;
  /** `[hidden]`, `[align = 256]`, `[out..]`. */
  readonly statics: readonly StaticParam[];
  readonly params: readonly Param[];
  readonly result: ResultSpec | null;
  readonly generates: Generates | null;
  /** `causal time`. */
  readonly causal: Name | null;
  readonly body: Body;
  readonly doc: string | null;
}

export interface StaticParam extends Node {
  readonly name: Name;
  readonly group: boolean;
  readonly value: Expr | null;
}

export interface Param extends Node {
  readonly name: Name;
  readonly type: TypeExpr;
  readonly value: Expr | null;
}

export type ResultSpec =
  | { readonly kind: 'type'; readonly type: TypeExpr; readonly span: Span }
  /** `-> logits: [time, out]`. */
  | { readonly kind: 'named'; readonly name: Name; readonly type: TypeExpr; readonly span: Span }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: Name; readonly type: TypeExpr }[]; readonly span: Span };

/** `generates y: index(words)[target] start 1 end 2`. */
export interface Generates extends Node {
  readonly name: Name;
  readonly type: TypeExpr;
  readonly start: Expr | null;
  readonly end: Expr | null;
}

/** `objective Translation for Translator given image: […] { … }`; several models as `for G: Generator, D: Discriminator`. */
export interface Objective extends Node {
  readonly kind: 'objective';
  readonly name: Name;
  readonly models: readonly { readonly name: Name | null; readonly model: Name }[];
  readonly given: readonly Param[];
  readonly body: Body;
  readonly doc: string | null;
}

// ---------------------------------------------------------------- types

export type TypeExpr = TensorTypeExpr | MapTypeExpr;

export interface TensorTypeExpr extends Node {
  readonly kind: 'tensor';
  readonly elem: { readonly kind: 'float' | 'int' | 'bool' } | { readonly kind: 'index'; readonly of: Name };
  readonly axes: readonly AxisExpr[];
}

/** `[out <- in]`: a linear map. */
export interface MapTypeExpr extends Node {
  readonly kind: 'map';
  readonly out: readonly AxisExpr[];
  readonly in: readonly AxisExpr[];
}

/** `source`, `key: source`, `channel: channel + filters`, `out..`. */
export interface AxisExpr extends Node {
  readonly label: Name;
  readonly group: boolean;
  readonly size: Expr | null;
}

// ---------------------------------------------------------------- statements

export interface Body extends Node {
  readonly statements: readonly Statement[];
}

export type Statement =
  | DimItem
  | OptionItem
  | ParamStatement
  | StateStatement
  | LetStatement
  | Equation
  | ExpressionStatement
  | EmitStatement
  | RequireStatement
  | InitStatement
  | MatchStatement
  | ClauseStatement
  | MetricStatement
  | UpdateStatement;

/** `param W, U: [out <- in] = normal(0.01)`: one per comma-separated declaration group. `running` is alike. */
export interface ParamStatement extends Node {
  readonly kind: 'param' | 'running';
  readonly groups: readonly { readonly names: readonly Name[]; readonly type: TypeExpr; readonly init: Expr | null; readonly span: Span }[];
  readonly doc: string | null;
}

/** `state h, c: [hidden] = 0` (one value for all names, or one each). */
export interface StateStatement extends Node {
  readonly kind: 'state';
  readonly groups: readonly {
    readonly names: readonly Name[];
    readonly type: TypeExpr;
    readonly init: readonly Expr[];
    readonly span: Span;
  }[];
  readonly doc: string | null;
}

/** `let f = GRU[hidden]`: a shared instance. */
export interface LetStatement extends Node {
  readonly kind: 'let';
  readonly name: Name;
  readonly value: Expr;
}

export interface Target extends Node {
  readonly name: Name;
  readonly prime: boolean;
}

/** `x = e`; `(h', c') = e` destructures; `i, f, o = e` makes one instance of `e` for each. */
export interface Equation extends Node {
  readonly kind: 'equation';
  readonly form: 'single' | 'destructure' | 'each';
  readonly targets: readonly Target[];
  readonly value: Expr;
  readonly doc: string | null;
}

export interface ExpressionStatement extends Node {
  readonly kind: 'expression';
  readonly value: Expr;
}

/** `emit h', c'`, `emit { Y = h', A = c' }` (then `values` is one record expression). */
export interface EmitStatement extends Node {
  readonly kind: 'emit';
  readonly values: readonly Expr[];
}

export interface RequireStatement extends Node {
  readonly kind: 'require';
  readonly condition: Expr;
}

/** `init uniform(0.08)`, `init all zeros`. */
export interface InitStatement extends Node {
  readonly kind: 'init';
  readonly all: boolean;
  readonly value: Expr;
}

/** `match` as a list of items. `else` has `label: null`. */
export interface MatchStatement extends Node {
  readonly kind: 'match';
  readonly subject: Expr;
  readonly arms: readonly { readonly labels: readonly Expr[] | null; readonly body: Body; readonly span: Span }[];
}

/** One-expression clauses: `rank e`, `at most e` in decoders; `optimizer e`, `clip norm 1.0` in objectives. */
export interface ClauseStatement extends Node {
  readonly kind: 'clause';
  readonly clause: 'rank' | 'at most' | 'optimizer' | 'clip norm' | 'clip value';
  readonly value: Expr;
}

export interface MetricStatement extends Node {
  readonly kind: 'metric';
  readonly name: Name;
  readonly value: Expr;
}

export interface UpdateStatement extends Node {
  readonly kind: 'update';
  readonly models: readonly Name[];
  readonly body: Body;
}

// ---------------------------------------------------------------- expressions

export type Expr =
  | NumberExpr
  | BoolExpr
  | NameExpr
  | PlaceExpr
  | UnaryExpr
  | BinaryExpr
  | IfExpr
  | FirstExpr
  | WhereExpr
  | BracketExpr
  | CallExpr
  | PerExpr
  | FieldExpr
  | SampleExpr
  | RecordExpr
  | ListExpr
  | MatchExpr
  | ScanExpr
  | RepeatExpr
  | ErrorExpr;

export interface NumberExpr extends Node {
  readonly kind: 'number';
  readonly value: number;
  /** As written; `2` is an int, `2.0` and `1e-3` are floats. */
  readonly text: string;
}

export interface BoolExpr extends Node {
  readonly kind: 'bool';
  readonly value: boolean;
}

/** `h`, `h'`. */
export interface NameExpr extends Node {
  readonly kind: 'name';
  readonly name: string;
  readonly prime: boolean;
}

/** `first`, `last` as a position: `x[source = last]`. */
export interface PlaceExpr extends Node {
  readonly kind: 'place';
  readonly which: 'first' | 'last';
}

export interface UnaryExpr extends Node {
  readonly kind: 'unary';
  readonly op: '-' | 'not';
  readonly operand: Expr;
}

export type BinaryOp = '+' | '-' | '*' | '/' | 'mod' | '^' | '@' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export interface BinaryExpr extends Node {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  /** `q @[dk] k`: the contracted labels; null where they are left to the rule. */
  readonly over: readonly Name[] | null;
  readonly opSpan: Span;
}

export interface IfExpr extends Node {
  readonly kind: 'if';
  readonly condition: Expr;
  readonly then: Expr;
  readonly else: Expr;
}

/** `first go then table[y]`. */
export interface FirstExpr extends Node {
  readonly kind: 'first';
  readonly first: Expr;
  readonly then: Expr;
}

/** `x where c`, `p else q`. */
export interface WhereExpr extends Node {
  readonly kind: 'where' | 'else';
  readonly left: Expr;
  readonly right: Expr;
}

/** `base[…]`: static arguments, the axes of a reduction, an index, a rename; which one depends on what `base` names. */
export interface BracketExpr extends Node {
  readonly kind: 'bracket';
  readonly base: Expr;
  readonly args: readonly BracketArg[];
}

export type BracketArg =
  | { readonly kind: 'value'; readonly value: Expr; readonly span: Span }
  /** `source = e`, `p = 0.3`. */
  | { readonly kind: 'named'; readonly name: Name; readonly value: Expr; readonly span: Span }
  /** `source as key`, `(height, width) as pixel`, `pixel as (height, width)`. */
  | { readonly kind: 'as'; readonly from: readonly Name[]; readonly to: readonly Name[]; readonly span: Span }
  /** `upto time as key`. */
  | { readonly kind: 'upto'; readonly axis: Name; readonly as: Name; readonly span: Span }
  /** `source by ids`, `height, dy by tall = e`: the last arg of its bracket; the axes before it stand in `axes`. */
  | { readonly kind: 'by'; readonly axes: readonly Name[]; readonly label: Name | null; readonly value: Expr; readonly span: Span }
  /** `out..`. */
  | { readonly kind: 'group'; readonly name: Name; readonly span: Span };

export interface CallExpr extends Node {
  readonly kind: 'call';
  /** A name, a bracket on a name, or `per`. */
  readonly callee: Expr;
  readonly args: readonly { readonly name: Name | null; readonly value: Expr }[];
}

/** `Address per reads` (the callee of a call). */
export interface PerExpr extends Node {
  readonly kind: 'per';
  readonly callee: Expr;
  readonly axes: readonly Name[];
}

export interface FieldExpr extends Node {
  readonly kind: 'field';
  readonly base: Expr;
  readonly field: Name;
}

/** `sample categorical[a](p)`: `draw` is the call. */
export interface SampleExpr extends Node {
  readonly kind: 'sample';
  readonly draw: CallExpr;
}

export interface RecordExpr extends Node {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: Name; readonly value: Expr }[];
}

/** `[16, 8, 4]` in `repeat over`. */
export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly items: readonly Expr[];
}

export interface MatchExpr extends Node {
  readonly kind: 'match-expression';
  readonly subject: Expr;
  /** An arm's body ends in its value; `labels: null` is `else`. */
  readonly arms: readonly { readonly labels: readonly Expr[] | null; readonly body: Body; readonly span: Span }[];
}

export interface ScanExpr extends Node {
  readonly kind: 'scan';
  readonly axis: Name;
  readonly reversed: boolean;
  readonly inputs: readonly { readonly name: Name; readonly value: Expr }[];
  readonly body: Body;
}

/** `repeat n as i { … }`, `repeat over [16, 8] as k { … }`. */
export interface RepeatExpr extends Node {
  readonly kind: 'repeat';
  readonly count: Expr | null;
  readonly over: ListExpr | null;
  readonly as: Name | null;
  readonly body: Body;
}

/** Stands where the parser recovered; every use of it is silent. */
export interface ErrorExpr extends Node {
  readonly kind: 'error';
}
