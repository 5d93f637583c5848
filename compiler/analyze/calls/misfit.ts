/** Errors for calls that do not fit the signature of the callee: what it takes, and how to write the call. */
import type { AxisExpr, BracketArg, Declaration, Expr, Name, OptionItem, Param, Span } from '../../../grammar/ast.ts';
import { didYouMean } from '../../../runtime/near.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { describeSize } from '../scope/describe.ts';
import type { Site } from '../scope/context.ts';
import type { Scope } from '../scope/scope.ts';
import type { DeclarationEntry, StaticArgument } from '../scope/values.ts';
import { report } from '../scope/report.ts';
import { choicesOf } from '../types/types.ts';

/** Names that the brackets of a call may set: bracket parameters, axes of the signature that are not dims, options of the body. */
interface Bracketed {
  readonly statics: readonly string[];
  readonly formals: readonly string[];
  readonly options: ReadonlyMap<string, OptionItem>;
}

export const axisNames = ({ type }: Param): readonly AxisExpr[] => (type.kind === 'tensor' ? type.axes : [...type.out, ...type.in]);

/** The options that a body declares, by name. */
export function optionsOf({ body }: Declaration): ReadonlyMap<string, OptionItem> {
  return new Map(body.statements.flatMap((statement) => (statement.kind === 'option' ? [[statement.name.text, statement] as const] : [])));
}

function bracketed(declaration: Declaration, scope: Scope): Bracketed {
  const statics = declaration.statics.map(({ name }) => name.text);
  const labels = declaration.params
    .flatMap(axisNames)
    .filter((axis) => !axis.group && axis.size === null)
    .map(({ label }) => label.text);
  const formals = [...new Set(labels)].filter((label) => !statics.includes(label) && scope.lookup(label)?.kind !== 'dim');
  return { statics, formals, options: optionsOf(declaration) };
}

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** The value of an argument as shown in a fix. */
const shown = (value: Expr): string => (value.kind === 'name' ? value.name : value.kind === 'number' ? value.text : '…');

function shownValue(value: StaticArgument['value']): string {
  switch (value.kind) {
    case 'axis':
      return value.axis.label;
    case 'choice':
      return value.text;
    case 'number':
      return String(value.value);
    case 'size':
      return describeSize(sizeOf(value.space));
  }
}

/** `LayerNorm[model](x)`: more unnamed values than there are bracket parameters. */
export function surplusBracket(
  {
    declaration: {
      name: { text },
    },
    declaration,
  }: DeclarationEntry,
  arg: BracketArg,
  given: number,
  scope: Scope,
  here: Site,
): void {
  const { statics, formals } = bracketed(declaration, scope);
  const value = arg.kind === 'value' ? arg.value : null;
  const named = value === null ? [] : formals.map((formal) => `\`${text}[${formal} = ${shown(value)}](…)\``);
  report(
    here,
    'E0403',
    arg.span,
    statics.length === 0
      ? `\`${text}\` has no bracket parameter: nothing stands in its brackets without a name`
      : `\`${text}\` has fewer bracket parameters`,
    {
      expected: statics.length === 0 ? 'none' : listed(statics),
      given: `${given}`,
      why: 'what has no name in the brackets stands for the bracket parameters, in order; axes of the arguments bind by themselves',
      fix: named.length === 0 ? 'leave it away' : `leave it away, or say which axis it is: ${named.join(' or ')}`,
    },
  );
}

/** A name that the brackets may set to such a value. */
function takerOf({ statics, formals, options }: Bracketed, value: StaticArgument['value']): string | undefined {
  const option = (takes: (choices: readonly string[] | null) => boolean): string | undefined =>
    [...options].find(([, item]) => takes(choicesOf(item)))?.[0];
  switch (value.kind) {
    case 'axis':
      return formals[0] ?? statics[0];
    case 'choice':
      return option((choices) => choices?.includes(value.text) === true);
    case 'number':
      return statics[0] ?? option((choices) => choices === null);
    case 'size':
      return statics[0] ?? option((choices) => choices === null) ?? formals[0];
  }
}

/** `GroupNorm[width = width](x)`, where nothing in the block has that name. */
export function unknownBracket(declaration: Declaration, name: Name, value: StaticArgument['value'], scope: Scope, here: Site): void {
  const { text } = declaration.name;
  const names = bracketed(declaration, scope);
  const known = [...names.statics, ...names.formals, ...names.options.keys()];
  const near = didYouMean(name.text, known);
  const takes = takerOf(names, value);
  const isDim =
    scope.lookup(name.text)?.kind === 'dim' && declaration.params.flatMap(axisNames).some(({ label }) => label.text === name.text);
  report(here, 'E0404', name.span, `\`${text}\` has no bracket parameter, axis or option \`${name.text}\``, {
    ...(known.length === 0 ? {} : { expected: listed(known) }),
    given: `\`${name.text}\``,
    ...(isDim ? { why: `\`${name.text}\` is a dim of the file of \`${text}\`: it is the axis of that name in every call` } : {}),
    fix:
      near !== null
        ? `did you mean \`${near}\`?`
        : isDim || takes === undefined
          ? `leave it away: \`${text}(…)\``
          : `in front of \`=\` stands what \`${text}\` calls it: \`${text}[${takes} = ${shownValue(value)}](…)\``,
  });
}

/** Brackets at a call of an instance that a `let` names. */
export function bracketedInstance(name: string, declaration: Declaration, args: readonly BracketArg[], span: Span, here: Site): void {
  const inside = args
    .map((arg) => (arg.kind === 'named' ? `${arg.name.text} = ${shown(arg.value)}` : arg.kind === 'value' ? shown(arg.value) : '…'))
    .join(', ');
  report(here, 'E0404', span, `\`${name}\` is an instance: what stands in brackets is given where it is made, not where it is called`, {
    why: 'one instance has one set of parameters, for all of its calls',
    fix:
      declaration.statics.length === 0 && args.some(({ kind }) => kind === 'value')
        ? `call it without: \`${name}(…)\``
        : `call it without, \`${name}(…)\`, and write \`let ${name} = ${declaration.name.text}[${inside}]\``,
  });
}

/** `F(x, y)` and `F(z: y)`, where `F` has no such parameter. */
export function unknownArgument(declaration: Declaration, name: Name, here: Site): void {
  const { text } = declaration.name;
  const params = declaration.params.map((param) => param.name.text);
  const inBrackets = declaration.statics.some((param) => param.name.text === name.text) || optionsOf(declaration).has(name.text);
  const near = didYouMean(name.text, params);
  report(here, 'E0404', name.span, `\`${text}\` has no argument \`${name.text}\``, {
    expected: params.length === 0 ? 'none' : listed(params),
    given: `\`${name.text}\``,
    fix: inBrackets
      ? `it stands in brackets: \`${text}[${name.text} = …](…)\``
      : near !== null
        ? `did you mean \`${near}\`?`
        : `call it as \`${signature(declaration)}\``,
  });
}

export function surplusArgument(declaration: Declaration, span: Span, given: number, here: Site): void {
  report(here, 'E0403', span, `\`${declaration.name.text}\` has too many arguments`, {
    expected: `${declaration.params.length}`,
    given: `${given}`,
    fix: `call it as \`${signature(declaration)}\`${declaration.statics.length === 0 ? '' : '; sizes and options stand in brackets in front'}`,
  });
}

export function missingArgument(declaration: Declaration, param: Param, given: number, span: Span, here: Site): void {
  report(here, 'E0403', span, `\`${declaration.name.text}\` lacks its argument \`${param.name.text}\``, {
    expected: declaration.params.map(({ name }) => name.text).join(', '),
    given: given === 1 ? '1 argument' : `${given} arguments`,
    fix: `call it as \`${signature(declaration)}\``,
  });
}

/** `GRU[hidden](x, h)`. */
function signature({ name, statics, params }: Declaration): string {
  const needed = statics.filter(({ value }) => value === null).map((param) => `${param.name.text}${param.group ? '..' : ''}`);
  return `${name.text}${needed.length === 0 ? '' : `[${needed.join(', ')}]`}(${params.map((param) => param.name.text).join(', ')})`;
}
