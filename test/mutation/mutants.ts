/** The mutants of a file: one operator, condition or constant of it changed. */
import { ts } from 'ts-morph';

export interface Mutant {
  readonly file: string;
  readonly line: number;
  /** Of the expression, in the text. */
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly original: string;
  readonly replacement: string;
}

const { SyntaxKind } = ts;

const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['===', '!=='],
  ['!==', '==='],
  ['<', '<='],
  ['<=', '<'],
  ['>', '>='],
  ['>=', '>'],
  ['+', '-'],
  ['-', '+'],
  ['*', '/'],
  ['/', '*'],
  ['%', '*'],
  ['&&', '||'],
  ['||', '&&'],
  ['??', '&&'],
  ['+=', '-='],
  ['-=', '+='],
  ['*=', '/='],
  ['/=', '*='],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
]);

/** Joins text: what is `+` there has no counterpart. */
function isText(node: ts.Expression): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.PlusToken && (isText(node.left) || isText(node.right));
}

const isCondition = (node: ts.Node): boolean => {
  const parent = node.parent;
  return (ts.isIfStatement(parent) && parent.expression === node) || (ts.isConditionalExpression(parent) && parent.condition === node);
};

/** What may stand in the place of an expression, by the kind of change. */
function* replacements(node: ts.Node, text: (node: ts.Node) => string): Generator<[string, string]> {
  if (isCondition(node)) {
    yield ['condition', 'true'];
    yield ['condition', 'false'];
  }
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.getText();
    const other = OPERATORS.get(operator);
    if (other !== undefined && !((operator === '+' || operator === '+=') && (isText(node.left) || isText(node.right))))
      yield ['operator', `${text(node.left)} ${other} ${text(node.right)}`];
  } else if (ts.isPrefixUnaryExpression(node)) {
    const operand = text(node.operand);
    if (node.operator === SyntaxKind.ExclamationToken || node.operator === SyntaxKind.MinusToken) yield ['operator', operand];
    if (node.operator === SyntaxKind.PlusPlusToken) yield ['operator', `--${operand}`];
    if (node.operator === SyntaxKind.MinusMinusToken) yield ['operator', `++${operand}`];
  } else if (ts.isPostfixUnaryExpression(node)) {
    yield ['operator', `${text(node.operand)}${node.operator === SyntaxKind.PlusPlusToken ? '--' : '++'}`];
  } else if (ts.isNumericLiteral(node)) {
    const value = Number(node.text);
    yield ['constant', `${value + 1}`];
    if (value > 0) yield ['constant', `${value - 1}`];
  } else if (node.kind === SyntaxKind.TrueKeyword) {
    yield ['constant', 'false'];
  } else if (node.kind === SyntaxKind.FalseKeyword) {
    yield ['constant', 'true'];
  } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression, name } = node.expression;
    const other = METHODS.get(name.text);
    if (other !== undefined) yield ['method', `${text(expression)}.${other}${text(node).slice(name.end - node.getStart())}`];
  }
}

const isName = (node: ts.Node): boolean => 'name' in node.parent && node.parent.name === node;

export function mutantsOf(file: string, content: string): Mutant[] {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.ES2023, true);
  const text = (node: ts.Node): string => node.getText(source);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (node.parent !== undefined && !isName(node)) {
      const [start, end] = [node.getStart(source), node.end];
      const line = source.getLineAndCharacterOfPosition(start).line + 1;
      for (const [kind, replacement] of replacements(node, text))
        mutants.push({ file, line, start, end, kind, original: text(node), replacement });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

export interface Numbered extends Mutant {
  readonly id: number;
}

/** The text with a switch in the place of every mutant, and marks of when the module is loaded. */
export function switched(content: string, mutants: readonly Numbered[]): string {
  const write = (start: number, end: number, within: readonly Numbered[]): string => {
    let text = '';
    let at = start;
    while (at < end) {
      const first = within.filter((mutant) => mutant.start >= at).toSorted((a, b) => a.start - b.start || b.end - a.end)[0];
      if (first === undefined) break;
      const here = within.filter((mutant) => mutant.start === first.start && mutant.end === first.end);
      const inner = within.filter((mutant) => mutant.start >= first.start && mutant.end <= first.end && !here.includes(mutant));
      const choices = here.map(({ id, replacement }) => `globalThis.mutants.on(${id}) ? (${replacement}) : `);
      text += `${content.slice(at, first.start)}(${choices.join('')}(${write(first.start, first.end, inner)}))`;
      at = first.end;
    }
    return text + content.slice(at, end);
  };
  return `globalThis.mutants.loading(1);${write(0, content.length, mutants)}\nglobalThis.mutants.loading(-1);`;
}
