/**
 * Names to definitions, from the syntax tree alone: so there is an answer for every half-written program. It follows the scopes of
 * the elaborator, which a test holds it to; whether a program is right is the elaborator's business.
 */
import type {
  AxisExpr,
  Body,
  BracketArg,
  Declaration,
  Expr,
  Item,
  Module,
  Name,
  Objective,
  Param,
  Span,
  Statement,
  TypeExpr,
} from '../../grammar/ast.ts';
import { nameSpan, type BoundModule, type Definition, type Occurrence } from './definitions.ts';
import { frameOf, lookup, regionOf, scopeOf, type Scope } from './scopes.ts';

/** What other files give: the names of an import, and those in scope everywhere. */
export interface Surroundings {
  /** The definitions of the file that an import names. */
  imported(from: string): ReadonlyMap<string, Definition>;
  readonly standard: ReadonlyMap<string, Definition>;
  /** What a model of another file defines in its body. */
  body(model: Definition): ReadonlyMap<string, Definition>;
}

type Made = Pick<Definition, 'kind' | 'whole'> &
  Partial<Pick<Definition, 'statement' | 'members' | 'fields' | 'doc' | 'declaration' | 'value'>>;

export function bind(module: Module, around: Surroundings): BoundModule {
  return new Binder(module, around).bound();
}

class Binder {
  readonly #module: Module;
  readonly #around: Surroundings;
  readonly #found = new Map<number, Occurrence>();
  /** By where their names stand: what is known of a declaration before its body is. */
  readonly #definitions = new Map<number, Definition>();
  readonly #unknown: { readonly text: string; readonly span: Span }[] = [];
  readonly #bodies = new Map<Declaration, ReadonlyMap<string, Definition>>();

  constructor(module: Module, around: Surroundings) {
    this.#module = module;
    this.#around = around;
  }

  bound(): BoundModule {
    const top = scopeOf(this.#module.span, null);
    for (const item of this.#module.items) this.#declare(item, top);
    for (const item of this.#module.items) if (item.kind !== 'objective') this.#item(item, top);
    for (const item of this.#module.items) if (item.kind === 'objective') this.#objective(item, top);
    const occurrences = [...this.#found.values()].sort((a, b) => a.span.start - b.span.start);
    return { module: this.#module, occurrences, region: regionOf(top), unknown: this.#unknown, bodies: this.#bodies };
  }

  // -------------------------------------------------------------- items

  /** Items may be used above their text. */
  #declare(item: Item, top: Scope): void {
    switch (item.kind) {
      case 'import': {
        const exported = this.#around.imported(item.from);
        for (const { name, as } of item.names) {
          const definition = exported.get(name.text) ?? null;
          if (definition === null) continue;
          this.#refer(name, definition);
          if (as !== null) this.#refer(as, definition);
          if (!top.names.has((as ?? name).text)) top.names.set((as ?? name).text, definition);
        }
        return;
      }
      case 'dim':
        for (const spec of item.dims) this.#define(spec.name, { kind: 'dim', whole: spec.span, statement: item.span, doc: item.doc }, top);
        return;
      case 'option':
        this.#option(item, top);
        return;
      case 'declaration':
        this.#define(
          item.name,
          {
            kind: item.what,
            whole: item.span,
            doc: item.doc,
            declaration: item,
            members: this.#membersOf(item),
            fields: this.#resultsOf(item),
          },
          top,
        );
        return;
      case 'objective':
        this.#define(item.name, { kind: 'objective', whole: item.span, doc: item.doc }, top);
    }
  }

  #item(item: Item, top: Scope): void {
    if (item.kind === 'dim') this.#dims(item.dims, top);
    else if (item.kind === 'option') {
      if (item.value.kind === 'value') this.#expr(item.value.value, top);
    } else if (item.kind === 'declaration') this.#declaration(item, top);
  }

  /** What brackets and arguments of its calls may name. */
  #membersOf(item: Declaration): Map<string, Definition> {
    const found = new Map<string, Definition>();
    for (const { name, value } of item.statics) found.set(name.text, this.#made(name, staticOf(name, value)));
    for (const param of item.params) found.set(param.name.text, this.#made(param.name, { kind: 'value', whole: param.span }));
    for (const statement of item.body.statements)
      if (statement.kind === 'option') found.set(statement.name.text, this.#madeOption(statement));
    for (const other of this.#module.items)
      if (other.kind === 'option' && !found.has(other.name.text)) found.set(other.name.text, this.#madeOption(other));
    // Axes that the signature introduces.
    const dims = new Set(this.#module.items.flatMap((other) => (other.kind === 'dim' ? other.dims.map(({ name }) => name.text) : [])));
    for (const { type } of item.params) {
      for (const { label, size } of type.kind === 'tensor' ? type.axes : [...type.out, ...type.in])
        if (size === null && !dims.has(label.text) && !found.has(label.text))
          found.set(label.text, this.#made(label, { kind: 'axis', whole: label.span }));
    }
    return found;
  }

  #resultsOf({ result }: Declaration): Map<string, Definition> {
    const names = result?.kind === 'named' ? [result.name] : result?.kind === 'record' ? result.fields.map(({ name }) => name) : [];
    return new Map(names.map((name) => [name.text, this.#made(name, { kind: 'field', whole: result!.span })]));
  }

  #declaration(item: Declaration, top: Scope): void {
    const scope = frameOf(item.span, top);
    for (const { name, value } of item.statics) {
      if (value !== null) this.#expr(value, scope);
      this.#define(name, staticOf(name, value), scope);
    }
    for (const param of item.params) this.#param(param, scope);
    if (item.generates !== null) {
      this.#type(item.generates.type, scope);
      this.#define(item.generates.name, { kind: 'generated', whole: item.generates.span }, scope);
      for (const symbol of [item.generates.start, item.generates.end]) if (symbol !== null) this.#expr(symbol, scope);
    }
    if (item.causal !== null) this.#axis(item.causal, scope);
    if (item.result?.kind === 'type' || item.result?.kind === 'named') this.#type(item.result.type, scope);
    if (item.result?.kind === 'record') for (const { type } of item.result.fields) this.#type(type, scope);
    this.#body(item.body, scope);
    for (const field of this.#resultsOf(item).values()) this.#note({ text: field.name, span: field.span }, field, 'definition');
    this.#bodies.set(item, scope.names);
  }

  #objective(item: Objective, top: Scope): void {
    const borrowed = frameOf(item.span, top);
    const scope = scopeOf(item.span, borrowed);
    for (const { name, model } of item.models) {
      const definition = this.#reference(model, top);
      if (name !== null) this.#define(name, { kind: 'model', whole: name.span, ...alike(definition) }, scope);
      else if (definition?.declaration != null) {
        // What a model defines, and what it gives, is read by name; by an alias, its results are.
        const body = this.#bodies.get(definition.declaration) ?? this.#around.body(definition);
        for (const [text, inner] of [...body, ...definition.fields]) if (!borrowed.names.has(text)) borrowed.names.set(text, inner);
      }
    }
    for (const param of item.given) this.#param(param, scope);
    this.#body(item.body, scope);
  }

  #param(param: Param, scope: Scope): void {
    this.#type(param.type, scope);
    if (param.value !== null) this.#expr(param.value, scope);
    this.#define(param.name, { kind: 'value', whole: param.span }, scope);
  }

  #dims(dims: Extract<Item, { kind: 'dim' }>['dims'], scope: Scope): void {
    for (const { value } of dims) {
      if (value.kind === 'size') this.#expr(value.size, scope);
      if (value.kind === 'range') for (const end of [value.from, value.to]) this.#expr(end, scope);
      if (value.kind === 'ragged') {
        if (value.within !== null) this.#axis(value.within, scope);
        if (value.atMost !== null) this.#expr(value.atMost, scope);
      }
    }
  }

  #option(item: Extract<Item, { kind: 'option' }>, scope: Scope): void {
    const definition = this.#madeOption(item);
    for (const choice of definition.members.values()) this.#note({ text: choice.name, span: choice.span }, choice, 'definition');
    this.#note(item.name, definition, 'definition');
    if (!scope.names.has(item.name.text)) scope.names.set(item.name.text, definition);
  }

  #madeOption({ name, value, span, doc }: Extract<Item, { kind: 'option' }>): Definition {
    const choices = value.kind === 'choice' ? value.choices : [];
    const members = new Map(choices.map((choice) => [choice.text, this.#made(choice, { kind: 'choice', whole: span })]));
    return this.#made(name, { kind: 'option', whole: span, doc, members });
  }

  // -------------------------------------------------------------- types

  #type(type: TypeExpr, scope: Scope): void {
    if (type.kind === 'tensor' && type.elem.kind === 'index') this.#axis(type.elem.of, scope);
    for (const axis of type.kind === 'tensor' ? type.axes : [...type.out, ...type.in]) this.#label(axis, scope);
  }

  #label({ label, size }: AxisExpr, scope: Scope): void {
    this.#axis(label, scope);
    if (size !== null) this.#expr(size, scope);
  }

  /** A label names a dim, or an axis of this declaration, which its first use introduces. */
  #axis(name: Name, scope: Scope): void {
    const known = lookup(name.text, scope);
    if (known !== null) this.#refer(name, known);
    else this.#define(name, { kind: 'axis', whole: name.span }, scope.frame ?? scope);
  }

  // -------------------------------------------------------------- statements

  #body(body: Body, scope: Scope): void {
    for (const statement of body.statements) this.#statement(statement, scope);
  }

  #within(body: Body, parent: Scope, round: boolean, define: (scope: Scope) => void = () => undefined): Scope {
    const scope = scopeOf(body.span, parent, round);
    define(scope);
    this.#body(body, scope);
    return scope;
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case 'dim':
        this.#dims(statement.dims, scope);
        for (const { name, span } of statement.dims)
          this.#define(name, { kind: 'dim', whole: span, statement: statement.span, doc: statement.doc }, scope);
        return;
      case 'option':
        if (statement.value.kind === 'value') this.#expr(statement.value.value, scope);
        this.#option(statement, scope);
        return;
      case 'param':
      case 'running':
        for (const { names, type, init, span } of statement.groups) {
          this.#type(type, scope);
          if (init !== null) this.#expr(init, scope);
          const kind = statement.kind === 'param' ? 'parameter' : 'running';
          for (const name of names) this.#define(name, { kind, whole: span, statement: statement.span, doc: statement.doc }, scope);
        }
        return;
      case 'state':
        for (const { names, type, init, span } of statement.groups) {
          this.#type(type, scope);
          for (const value of init) this.#expr(value, scope);
          for (const name of names)
            this.#define(name, { kind: 'state', whole: span, statement: statement.span, doc: statement.doc }, scope);
        }
        return;
      case 'let':
        this.#expr(statement.value, scope);
        this.#define(statement.name, { kind: 'instance', whole: statement.span, value: statement.value }, scope);
        return;
      case 'equation': {
        this.#expr(statement.value, scope);
        const fields = statement.form === 'single' ? this.#fieldsOf(statement.value, scope) : new Map<string, Definition>();
        for (const { name, prime } of statement.targets) {
          const known = prime ? lookup(name.text, scope) : this.#again(name, scope);
          if (known !== null) this.#refer(name, known);
          else
            this.#define(
              name,
              {
                kind: 'value',
                whole: statement.span,
                doc: statement.doc,
                fields,
                value: statement.form === 'destructure' ? null : statement.value,
              },
              scope,
            );
        }
        return;
      }
      case 'expression':
        this.#expr(statement.value, scope);
        return;
      case 'emit':
        for (const value of statement.values) this.#expr(value, scope);
        return;
      case 'require':
        this.#expr(statement.condition, scope);
        return;
      case 'init':
      case 'clause':
        this.#expr(statement.value, scope);
        return;
      case 'match':
        this.#match(statement, scope, (body) => this.#body(body, scope));
        return;
      case 'metric':
        this.#expr(statement.value, scope);
        this.#define(statement.name, { kind: 'metric', whole: statement.span }, scope);
        return;
      case 'update':
        for (const model of statement.models) this.#reference(model, scope);
        this.#within(statement.body, scope, false);
    }
  }

  /** What an equation defines anew: in another arm of a `match`, or in a round, which carries it on. */
  #again({ text }: Name, scope: Scope): Definition | null {
    const own = scope.names.get(text);
    if (own !== undefined) return own.kind === 'value' && own.file === this.#module.file.path ? own : null;
    const carried = scope.round && scope.parent !== null ? lookup(text, scope.parent) : null;
    return carried?.kind === 'value' ? carried : null;
  }

  #match(
    {
      subject,
      arms,
    }: { readonly subject: Expr; readonly arms: readonly { readonly labels: readonly Expr[] | null; readonly body: Body }[] },
    scope: Scope,
    run: (body: Body) => void,
  ): void {
    this.#expr(subject, scope);
    const option = subject.kind === 'name' ? lookup(subject.name, scope) : null;
    for (const { labels, body } of arms) {
      for (const label of labels ?? []) {
        const choice = label.kind === 'name' ? (option?.members.get(label.name) ?? null) : null;
        if (choice !== null && label.kind === 'name') this.#refer({ text: label.name, span: label.span }, choice);
        else if (option === null) this.#expr(label, scope);
      }
      run(body);
    }
  }

  // -------------------------------------------------------------- expressions

  #expr(expr: Expr, scope: Scope): void {
    switch (expr.kind) {
      case 'number':
      case 'bool':
      case 'place':
      case 'error':
        return;
      case 'name':
        this.#reference({ text: expr.name, span: expr.span }, scope);
        return;
      case 'unary':
        this.#expr(expr.operand, scope);
        return;
      case 'binary': {
        this.#expr(expr.left, scope);
        for (const label of expr.over ?? []) this.#axis(label, scope);
        const option = expr.left.kind === 'name' ? lookup(expr.left.name, scope) : null;
        const choice = option?.kind === 'option' && expr.right.kind === 'name' ? (option.members.get(expr.right.name) ?? null) : null;
        if (choice !== null && expr.right.kind === 'name') this.#refer({ text: expr.right.name, span: expr.right.span }, choice);
        else this.#expr(expr.right, scope);
        return;
      }
      case 'if':
        for (const part of [expr.condition, expr.then, expr.else]) this.#expr(part, scope);
        return;
      case 'first':
        for (const part of [expr.first, expr.then]) this.#expr(part, scope);
        return;
      case 'where':
      case 'else':
        for (const part of [expr.left, expr.right]) this.#expr(part, scope);
        return;
      case 'bracket':
        this.#expr(expr.base, scope);
        // `concat[both](…)` makes a label, as a type does.
        if (expr.base.kind === 'name' && LABELLING.has(expr.base.name) && lookup(expr.base.name, scope) === null) {
          for (const arg of expr.args)
            if (arg.kind === 'value' && arg.value.kind === 'name') this.#axis({ text: arg.value.name, span: arg.value.span }, scope);
        }
        for (const arg of expr.args) this.#bracket(arg, this.#called(expr.base, scope), scope);
        return;
      case 'call':
        this.#expr(expr.callee, scope);
        for (const { name, value } of expr.args) {
          const param = name === null ? null : (this.#called(expr.callee, scope)?.members.get(name.text) ?? null);
          if (name !== null && param !== null) this.#refer(name, param);
          this.#expr(value, scope);
        }
        return;
      case 'per':
        this.#expr(expr.callee, scope);
        for (const axis of expr.axes) this.#axis(axis, scope);
        return;
      case 'field': {
        this.#expr(expr.base, scope);
        const field = this.#fieldsOf(expr.base, scope).get(expr.field.text) ?? null;
        if (field !== null) this.#refer(expr.field, field);
        return;
      }
      case 'sample':
        this.#expr(expr.draw, scope);
        return;
      case 'record':
        for (const { name, value } of expr.fields) {
          this.#expr(value, scope);
          this.#note(
            name,
            this.#made(name, { kind: 'field', whole: { start: name.span.start, end: value.span.end }, value }),
            'definition',
          );
        }
        return;
      case 'list':
        for (const item of expr.items) this.#expr(item, scope);
        return;
      case 'match-expression':
        this.#match(expr, scope, (body) => void this.#within(body, scope, false));
        return;
      case 'scan':
        for (const { value } of expr.inputs) this.#expr(value, scope);
        this.#axis(expr.axis, scope);
        this.#within(expr.body, scope, false, (inner) => {
          for (const { name, value } of expr.inputs)
            this.#define(name, { kind: 'value', whole: { start: name.span.start, end: value.span.end } }, inner);
        });
        return;
      case 'repeat':
        if (expr.count !== null) this.#expr(expr.count, scope);
        if (expr.over !== null) this.#expr(expr.over, scope);
        this.#within(expr.body, scope, true, (inner) => {
          if (expr.as !== null) this.#define(expr.as, { kind: 'axis', whole: expr.as.span }, inner);
        });
    }
  }

  #bracket(arg: BracketArg, callee: Definition | null, scope: Scope): void {
    switch (arg.kind) {
      case 'value':
        this.#expr(arg.value, scope);
        return;
      case 'named': {
        const member = callee?.members.get(arg.name.text) ?? null;
        if (member !== null) this.#refer(arg.name, member);
        else if (callee?.declaration == null) this.#axis(arg.name, scope);
        const choice = arg.value.kind === 'name' ? (member?.members.get(arg.value.name) ?? null) : null;
        if (choice !== null && arg.value.kind === 'name') this.#refer({ text: arg.value.name, span: arg.value.span }, choice);
        else this.#expr(arg.value, scope);
        return;
      }
      case 'as':
        for (const name of [...arg.from, ...arg.to]) this.#axis(name, scope);
        return;
      case 'upto':
        for (const name of [arg.axis, arg.as]) this.#axis(name, scope);
        return;
      case 'by':
        for (const name of [...arg.axes, ...(arg.label === null ? [] : [arg.label])]) this.#axis(name, scope);
        this.#expr(arg.value, scope);
        return;
      case 'group':
        this.#axis(arg.name, scope);
    }
  }

  /** The declaration that an expression calls, by itself, in brackets, through `per` or through an instance. */
  #called(expr: Expr, scope: Scope): Definition | null {
    switch (expr.kind) {
      case 'bracket':
        return this.#called(expr.base, scope);
      case 'per':
        return this.#called(expr.callee, scope);
      case 'name': {
        const found = lookup(expr.name, scope);
        if (found?.kind === 'instance' && found.value !== null) return this.#called(found.value, scope);
        return found?.declaration == null ? null : found;
      }
      default:
        return null;
    }
  }

  /** The fields of the record that an expression gives, where they can be told without types. */
  #fieldsOf(expr: Expr, scope: Scope): ReadonlyMap<string, Definition> {
    switch (expr.kind) {
      case 'name': {
        const found = lookup(expr.name, scope);
        return found === null || found.declaration !== null ? new Map() : found.fields;
      }
      case 'record':
        return new Map(expr.fields.map(({ name }) => [name.text, this.#found.get(name.span.start)!.definition]));
      case 'scan':
      case 'repeat': {
        const emitted = expr.body.statements.findLast((statement) => statement.kind === 'emit');
        const values = emitted?.kind === 'emit' ? emitted.values : [];
        if (values.length === 1 && values[0]!.kind === 'record') return this.#fieldsOf(values[0]!, scope);
        const named = values.flatMap((value) => (value.kind === 'name' ? [value] : []));
        return new Map(
          named.flatMap(({ name, span }) =>
            this.#found.has(span.start) ? [[name, this.#found.get(span.start)!.definition] as const] : [],
          ),
        );
      }
      case 'call':
        return this.#called(expr.callee, scope)?.fields ?? new Map();
      default:
        return new Map();
    }
  }

  // -------------------------------------------------------------- what is found

  #reference(name: Name, scope: Scope): Definition | null {
    const found = lookup(name.text, scope) ?? this.#around.standard.get(name.text) ?? null;
    if (found !== null) this.#refer(name, found);
    else this.#unknown.push({ text: name.text, span: nameSpan(name) });
    return found;
  }

  #refer(name: Name, definition: Definition): void {
    this.#note(name, definition, 'reference');
  }

  #define(name: Name, made: Made, scope: Scope): void {
    const definition = this.#made(name, made);
    this.#note(name, definition, 'definition');
    if (!scope.names.has(name.text)) scope.names.set(name.text, definition);
  }

  #made(name: Name, made: Made): Definition {
    const span = nameSpan(name);
    const before = this.#definitions.get(span.start);
    if (before !== undefined) return before;
    const rest = { statement: made.whole, members: NONE, fields: NONE, doc: null, declaration: null, value: null };
    const definition: Definition = { ...rest, ...made, name: name.text, file: this.#module.file.path, span };
    this.#definitions.set(span.start, definition);
    return definition;
  }

  /** The first word on a place holds. */
  #note(name: Name, definition: Definition, role: Occurrence['role']): void {
    const span = nameSpan(name);
    if (name.text === '' || this.#found.has(span.start)) return;
    this.#found.set(span.start, { span, text: name.text, definition, role });
  }
}

/** What makes or reads labels of its own. */
const LABELLING: ReadonlySet<string> = new Set(['concat', 'stack', 'past', 'zeros', 'ones', 'position', 'onehot']);

const NONE: ReadonlyMap<string, Definition> = new Map();

const staticOf = (name: Name, value: Expr | null): Made => ({
  kind: value?.kind === 'number' && !Number.isInteger(value.value) ? 'option' : 'axis',
  whole: name.span,
});

function alike(model: Definition | null): Partial<Made> {
  return model === null ? {} : { doc: model.doc, declaration: model.declaration, members: model.members, fields: model.fields };
}
