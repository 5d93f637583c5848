/** What the grammar's tests share: trees without positions, and a printer that shows how operators bound. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, type BracketArg, type Comment, type Expr, type Module, type SyntaxProblem } from '../../grammar/index.ts';

const folder = fileURLToPath(new URL('programs/', import.meta.url));

export const programs: readonly { name: string; text: string }[] = readdirSync(folder)
  .sort()
  .map((name) => ({ name, text: readFileSync(folder + name, 'utf8') }));

/** The tree without spans, file and comments: what a change of layout must not touch. */
export function shape(module: Module): unknown {
  return JSON.parse(JSON.stringify(module.items, (key, value: unknown) => (/^span$|Span$/.test(key) ? undefined : value)));
}

export function commentTexts(module: Module): readonly Pick<Comment, 'doc' | 'text'>[] {
  return module.comments.map(({ doc, text }) => ({ doc, text }));
}

export function problemsOf(text: string): readonly SyntaxProblem[] {
  return parse({ path: 'test.attn', text }).problems;
}

/** `code at "text": message`, one line each. */
export function shown(text: string): string[] {
  return problemsOf(text).map(
    ({ code, span, message, fix }) =>
      `${code} at ${JSON.stringify(text.slice(span.start, span.end))}: ${message}${fix === undefined ? '' : ` [${fix}]`}`,
  );
}

/** The expression of `x = <text>` with every operator in brackets. */
export function bound(text: string): string {
  const { module, problems } = parse({ path: 'test.attn', text: `block F(x: [a]) -> [a] {\n  x = ${text}\n}` });
  if (problems.length > 0) throw new Error(problems.map((problem) => problem.message).join('; '));
  const item = module.items[0];
  const statement = item?.kind === 'declaration' ? item.body.statements[0] : undefined;
  if (statement?.kind !== 'equation') throw new Error('no equation');
  return print(statement.value);
}

function print(e: Expr): string {
  switch (e.kind) {
    case 'number':
      return e.text;
    case 'bool':
      return String(e.value);
    case 'name':
      return e.name + (e.prime ? "'" : '');
    case 'place':
      return e.which;
    case 'unary':
      return `(${e.op} ${print(e.operand)})`;
    case 'binary':
      return `(${print(e.left)} ${e.op}${e.over === null ? '' : `[${e.over.map((name) => name.text).join(' ')}]`} ${print(e.right)})`;
    case 'where':
    case 'else':
      return `(${print(e.left)} ${e.kind} ${print(e.right)})`;
    case 'if':
      return `(if ${print(e.condition)} then ${print(e.then)} else ${print(e.else)})`;
    case 'first':
      return `(first ${print(e.first)} then ${print(e.then)})`;
    case 'call':
      return `${print(e.callee)}(${e.args.map((arg) => (arg.name === null ? '' : `${arg.name.text}: `) + print(arg.value)).join(', ')})`;
    case 'per':
      return `<${print(e.callee)} per ${e.axes.map((axis) => axis.text).join(' ')}>`;
    case 'field':
      return `${print(e.base)}.${e.field.text}`;
    case 'sample':
      return `<sample ${print(e.draw)}>`;
    case 'record':
      return `{${e.fields.map((field) => `${field.name.text}=${print(field.value)}`).join(', ')}}`;
    case 'list':
      return `[${e.items.map(print).join(', ')}]`;
    case 'bracket':
      return `${print(e.base)}[${e.args.map(printArgument).join(', ')}]`;
    case 'match-expression':
    case 'scan':
    case 'repeat':
    case 'error':
      return `<${e.kind}>`;
  }
}

function printArgument(arg: BracketArg): string {
  switch (arg.kind) {
    case 'value':
      return print(arg.value);
    case 'named':
      return `${arg.name.text}=${print(arg.value)}`;
    case 'as':
      return `${arg.from.map((name) => name.text).join('*')} as ${arg.to.map((name) => name.text).join('*')}`;
    case 'upto':
      return `upto ${arg.axis.text} as ${arg.as.text}`;
    case 'by':
      return `${arg.axes.map((name) => name.text).join(' ')} by ${arg.label === null ? '' : `${arg.label.text}=`}${print(arg.value)}`;
    case 'group':
      return `${arg.name.text}..`;
  }
}
