/** What recurrent and parallel decoders share: arguments, the first and last outputs, clauses. */
import type { Body, Declaration, Expr, Generates, NameExpr, Span, Statement } from '../../../grammar/ast.ts';
import type { Axis, DecoderGraph, Elem, Input, Node } from '../../graph/graph.ts';
import { isRagged, originOf, sameSpace, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { isOfHost } from '../../graph/host.ts';
import { present } from '../scope/absent.ts';
import { defaultArgument } from '../calls/result.ts';
import type { Collected } from '../scope/collected.ts';
import { describeType, elemName } from '../scope/describe.ts';
import { evaluateTensor } from '../expressions/evaluate.ts';
import { conformMap } from '../expressions/maps.ts';
import { rename, sameIndexSpace, toFloat } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Given, type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { agree, typeOf } from '../scope/axes.ts';
import { Scope } from '../scope/scope.ts';
import { constantOf, showSize, size } from '../../size/size.ts';
import { mapTypeOfExpr, numberOfExpr, tensorTypeOfExpr } from '../types/types.ts';

/** An elaborated call of a decoder in a model. */
export interface Decoded {
  readonly graph: DecoderGraph;
  /** The logits in `forward`'s result: -Infinity where they are absent. */
  readonly logits: Node;
  /** Every named value of the body with the generated axis, in the model's frame; still absent where it was. */
  readonly named: ReadonlyMap<string, Node>;
  /** For each named value with fields, such as the `weights` of an attention's call: from field to its name in `named`. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly inputs: readonly Input[];
  /** The targets: `y'`. */
  readonly target: Input;
  readonly targetNode: Node;
  readonly previousNode: Node;
}

/** One call of a decoder, with its arguments bound and its generated axis known. */
export interface DecoderSetting {
  readonly declaration: Declaration;
  readonly generates: Generates;
  readonly axis: Axis;
  readonly elem: Extract<Elem, { kind: 'index' }>;
  readonly given: readonly Given[];
  /** The site of the body. */
  readonly base: Site;
  /** The site of the call. */
  readonly here: Site;
  readonly span: Span;
}

/** The outputs as data, in the model's frame: the previous ones, which the body reads, and the targets. */
export function targetsOf({
  generates,
  axis,
  elem,
  here,
  span,
}: DecoderSetting): { readonly outer: Axis } & Pick<Decoded, 'inputs' | 'target' | 'targetNode' | 'previousNode'> {
  const builder = here.ctx.builder.at(origin(here, span));
  const outer = here.frame.axis(axis.label, axis.space);
  const output = generates.name.text;
  const type = { elem, axes: [outer], masks: [] };
  const previous: Input = { name: output, type, doc: null };
  const target: Input = { name: `${output}'`, type, doc: null };
  return {
    outer,
    inputs: [previous],
    target,
    previousNode: builder.input(previous.name, type),
    targetNode: builder.input(target.name, type),
  };
}

/**
 * `logits`, or the logarithm of `probability`, over the vocabulary and the axes `along`; what is absent, or has probability 0,
 * becomes absent, which means forbidden.
 */
export function logitsOf({ declaration, elem }: DecoderSetting, along: readonly Axis[], inside: Site): Node | null {
  const {
    name: { text: name, span },
  } = declaration;
  const [logits, probability] = [inside.scope.own('logits'), inside.scope.own('probability')];
  const found = logits ?? probability;
  const word = logits === null ? 'probability' : 'logits';
  if (found?.kind !== 'value') {
    report(inside, 'E0606', span, `the decoder \`${name}\` does not define \`logits\``, {
      fix: 'add `logits = …` over the generated vocabulary, or its `probability`',
    });
    return null;
  }
  if (logits !== null && probability?.kind === 'value') {
    report(inside, 'E0606', probability.span ?? span, `the decoder \`${name}\` defines \`logits\` and \`probability\``, {
      why: 'outputs are chosen by one of them',
      fix: 'give one of them another name',
    });
    return null;
  }
  const value = found.value.kind === 'record' ? found.value.main : found.value;
  if (value?.kind !== 'tensor') {
    if (value?.kind !== 'error') report(inside, 'E0606', span, `\`${word}\` is a tensor over the generated vocabulary`);
    return null;
  }
  const { axes, elem: given } = typeOf(value.node);
  const rest = axes.filter(({ id }) => !along.some((axis) => axis.id === id));
  const vocabulary = rest.length === 1 && sameSpace(rest[0]!.space, elem.space);
  if (vocabulary && axes.length === along.length + 1 && given.kind !== 'bool') {
    const scores = toFloat(value.node, inside, span);
    return word === 'logits' ? scores : logarithm(scores, inside);
  }
  const list = ['the generated vocabulary', ...along.map(({ label }) => `\`${label}\``)].join(' and ');
  report(inside, 'E0606', span, `\`${word}\` must lie over ${list} alone`, { given: describeType(typeOf(value.node)) });
  return null;
}

/** A named value as an objective sees it: a tensor, absent where it is absent in the body. A forbidden output has probability 0. */
export function visible(name: string, value: Value, here: Site): Node | null {
  const node = value.kind === 'tensor' ? value.node : value.kind === 'record' && value.main?.kind === 'tensor' ? value.main.node : null;
  return node !== null && name === 'probability' ? filled(node, 0, here) : node;
}

/** Renames its axes, including those that only its masks have, into another frame. */
export function renamedInto(to: Site, node: Node, span: Span): Node {
  const { axes, masks } = typeOf(node);
  const labels = new Set<string>();
  let made = node;
  for (const own of [...axes, ...masks.flat()]) {
    if (labels.has(own.label)) continue;
    labels.add(own.label);
    made = rename(made, own, to.frame.axis(own.label, own.space), to, span);
  }
  return made;
}

/** Absent where `p` is 0. */
function logarithm(p: Node, here: Site): Node {
  const b = here.ctx.builder.at(p.origin);
  const zero = b.constant(0);
  const isPositive = b.binary('gt', p, zero);
  return b.where(b.unary('log', b.select(isPositive, p, b.constant(1))), isPositive);
}

/** The alignments that named values of a body have as fields, with their names outside. */
export function attentionFields(
  named: ReadonlyMap<string, Value>,
  inside: Site,
): { readonly taps: Map<string, Node>; readonly fields: Map<string, Map<string, string>> } {
  const taps = new Map<string, Node>();
  const fields = new Map<string, Map<string, string>>();
  if (inside.taps.length === 1) taps.set('weights', filled(inside.taps[0]!.node, 0, inside));
  for (const [key, value] of named) {
    const weights = value.kind === 'record' ? value.fields.get('weights') : undefined;
    if (weights?.kind !== 'tensor') continue;
    const tap = weights.node === inside.taps[0]?.node && inside.taps.length === 1 ? 'weights' : `${key}.weights`;
    if (!taps.has(tap)) taps.set(tap, filled(weights.node, 0, inside));
    fields.set(key, new Map([['weights', tap]]));
  }
  for (const [name, node] of inside.alignments) {
    if (named.has(name)) continue;
    taps.set(`${name}.weights`, filled(node, 0, inside));
    fields.set(name, new Map([['weights', `${name}.weights`]]));
  }
  return { taps, fields };
}

/** How the outputs begin and end. */
export function limitsOf(
  { declaration: { body }, generates, axis, elem, given, base }: DecoderSetting,
  found: Collected,
): Pick<DecoderGraph, 'start' | 'end' | 'rank' | 'atMost'> | null {
  const { ctx } = base;
  const { errors } = ctx.problems;
  if (!startsAtZero(elem.space)) {
    report(
      base,
      'E0305',
      generates.span,
      `outputs are counted from 0, and those of \`${elemName(elem)}\` from ${showSize(originOf(elem.space))}`,
      {
        why: 'an output is the position of its logit',
        fix: 'generate an index of a dim of as many positions, and add where the range begins',
      },
    );
    return null;
  }
  const start = startOf(generates, body, elem, base);
  const end = placeOfOutput(generates.end, 'end', elem, base);
  if (start === null || end === undefined) return null;
  const clauses = decoderClauses(found.clauses, base);
  if (ctx.problems.errors > errors) return null;
  // The number of outputs, if it is known beforehand: fixed, or an argument's length.
  const known =
    !isRagged(axis.space) || given.some(({ node }) => node !== null && typeOf(node).axes.some((own) => sameSpace(own.space, axis.space)));
  if (!known && end === null && clauses.atMost === null) {
    report(base, 'E0609', generates.span, `nothing ends the outputs along \`${axis.label}\``, {
      fix: 'add `end 2`, or the clause `at most 50`',
    });
    return null;
  }
  const atMost = clauses.atMost ?? (known && end === null ? ctx.builder.at(origin(base, generates.span)).size(sizeOf(axis.space)) : null);
  return { start, end, rank: clauses.rank, atMost };
}

/** A literal position, null if none is given, undefined if it is not a position (reported). */
function placeOfOutput(expr: Expr | null, what: string, elem: DecoderSetting['elem'], base: Site): number | null | undefined {
  if (expr === null) return null;
  const value = numberOfExpr(expr);
  const places = constantOf(sizeOf(elem.space));
  if (value !== null && Number.isInteger(value) && value >= 0 && (places === null || value < places)) {
    if (places === null)
      base.ctx.requirements.push({
        kind: 'atMost',
        a: size.int(value + 1),
        b: sizeOf(elem.space),
        origin: origin(base, expr.span),
        why: `outputs ${what} with \`${value}\``,
      });
    return value;
  }
  const expected =
    value === null ? {} : { expected: `a position of \`${elemName(elem)}\`, from 0${places === null ? '' : ` to ${places - 1}`}` };
  report(base, 'E0608', expr.span, `\`${what}\` is a literal position`, { ...expected, fix: `\`${what} 1\`` });
  return undefined;
}

/** Without `start` the previous output of the first step may not be read: every use must be in the second branch of a `first … then`. */
function startOf(generates: Generates, body: Body, elem: DecoderSetting['elem'], base: Site): number | null {
  const start = placeOfOutput(generates.start, 'start', elem, base);
  if (start !== null) return start ?? null;
  const use = firstUse(body, generates.name.text);
  if (use === null) return 0;
  report(base, 'E0608', use, `at the first step there is no previous \`${generates.name.text}\``, {
    fix: 'add `start 1` behind `generates …`, or write `first … then …`',
  });
  return null;
}

/** The first use of `name` outside the second branch of a `first … then …`, by the syntax. */
function firstUse(part: unknown, name: string): Span | null {
  if (typeof part !== 'object' || part === null) return null;
  if (Array.isArray(part)) {
    for (const item of part) {
      const found = firstUse(item, name);
      if (found !== null) return found;
    }
    return null;
  }
  if (isNamed(part, name)) return part.span;
  return firstUse(
    Object.entries(part).flatMap(([key, inner]: [string, unknown]) =>
      'kind' in part && part.kind === 'first' && key === 'then' ? [] : [inner],
    ),
    name,
  );
}

function isNamed(part: object, name: string): part is NameExpr {
  return 'kind' in part && part.kind === 'name' && 'name' in part && part.name === name && 'prime' in part && part.prime === false;
}

/** Decoders are not lifted: their arguments take the names of the declared axes, all of them. */
export function bindArguments(given: readonly Given[], base: Site, here: Site, name: string): boolean {
  for (const each of given) {
    const value = argumentOf(each, base, here, name);
    if (value.kind === 'error') return false;
    base.scope.define(each.param.name.text, { kind: 'value', value, span: each.param.span });
  }
  return true;
}

/** An argument as the decoder's signature declares it. */
function argumentOf({ param, node, sides, span }: Given, base: Site, here: Site, name: string): Value {
  // A decoder that is checked by itself gets all its arguments: its defaults are checked all the same.
  const fallback = param.value !== null && (node === null || base.calls.length === 0) ? defaultArgument(param, base) : null;
  if (node === null || fallback?.kind === 'error') return fallback ?? ERROR;
  const what = `\`${param.name.text}\` of \`${name}\``;
  if (param.type.kind === 'map') {
    const declared = mapTypeOfExpr(param.type, base);
    return declared === null ? ERROR : conformMap({ ...sides!, kind: 'map', node }, declared, what, here, span);
  }
  const declared = tensorTypeOfExpr(param.type, base);
  if (declared === null) return ERROR;
  const { axes, elem } = typeOf(node);
  const types = { expected: describeType(declared), given: describeType(typeOf(node)) };
  if (axes.length !== declared.axes.length || axes.some(({ label }) => !declared.axes.some((other) => other.label === label))) {
    return report(here, 'E0402', span, `${what} has other axes`, { ...types, why: 'a decoder is lifted over the batch alone' });
  }
  if (elem.kind === 'index' && !sameIndexSpace(elem, declared.elem)) {
    return report(here, 'E0306', span, `${what} holds positions on another dim`, {
      expected: elemName(declared.elem),
      given: elemName(elem),
    });
  }
  if (!present(node, what, here, span)) return ERROR;
  let value = node;
  for (const axis of axes) {
    const wanted = declared.axes.find((other) => other.label === axis.label)!;
    if (agree(here, wanted.space, axis.space) !== 'equal')
      return report(here, 'E0303', span, `\`${axis.label}\` of this argument has another size than \`${name}\` declares`, types);
    value = rename(value, axis, wanted, here, span);
  }
  return tensor(value);
}

/** Absent elements become a number. */
export function filled(node: Node, value: number, here: Site): Node {
  if (typeOf(node).masks.length === 0) return node;
  const b = here.ctx.builder.at(node.origin);
  return b.otherwise(node, b.constant(value));
}

function decoderClauses(statements: readonly Statement[], base: Site): { rank: Node | null; atMost: Node | null } {
  const b = base.ctx.builder;
  const scope = new Scope(base.scope);
  const scalar = { elem: { kind: 'float' }, axes: [], masks: [] } as const;
  scope.define('logp', { kind: 'value', value: tensor(b.input('logp', scalar)), span: null });
  scope.define('length', { kind: 'value', value: tensor(b.input('length', scalar)), span: null });
  let rank: Node | null = null;
  let atMost: Node | null = null;
  for (const statement of statements) {
    if (statement.kind !== 'clause') continue;
    const node = statement.clause === 'rank' ? evaluateTensor(statement.value, { ...base, scope }) : evaluateTensor(statement.value, base);
    if (node === null) continue;
    if (typeOf(node).axes.length > 0 || typeOf(node).elem.kind === 'bool') {
      report(base, 'E0307', statement.value.span, `\`${statement.clause}\` is one number`, {
        expected: 'a number',
        given: describeType(typeOf(node)),
      });
    } else if (!isOfHost(node, statement.clause === 'rank' ? ['logp', 'length'] : [])) {
      const known = statement.clause === 'rank' ? '`logp`, `length`, dims and numbers' : 'dims and numbers';
      report(base, 'E0205', statement.value.span, `\`${statement.clause}\` is arithmetic in ${known}`, {
        expected: '`+ - * / ^ mod`, `min`, `max`, `floor`, `sqrt`, `exp`, `log`',
        why: 'it is computed beside the tensors: no input, parameter or block is known there',
      });
    } else if (statement.clause === 'rank') rank = node;
    else atMost = node;
  }
  return { rank, atMost };
}
