/** Recurrent decoders: one step's graph, and from it the teacher-forced scan over the generated axis. */
import type { Body, Expr, Generates, NameExpr, Param, Span, Statement } from '../../grammar/ast.ts';
import type { Axis, DecoderGraph, Input, Node } from '../graph/graph.ts';
import { isRagged, originOf, sameSpace, sizeOf } from '../graph/spaces.ts';
import { declarationScope } from './call.ts';
import { describeType, elemName } from './describe.ts';
import { evaluateTensor } from './expr.ts';
import { conform, present, rename, sameIndexSpace, toFloat } from './operate.ts';
import type { DeclarationEntry, Here, Value } from './scope.ts';
import { agree, notYet, origin, placeOf, report, Scope, tensor, typeOf } from './scope.ts';
import { collected, laterNames, runBody } from './body.ts';
import { nextOf } from './scan.ts';
import { elemOfExpr, axesOfExprs, numberOfExpr, tensorTypeOfExpr } from './types.ts';

/** A decoder's call in a model, elaborated. */
export interface Decoded {
  readonly graph: DecoderGraph;
  /** Every named value of the body with the generated axis in front, in the model's frame. */
  readonly named: ReadonlyMap<string, Node>;
  /** Of the named values that have fields, as an attention's call has `weights`: field to its name in `named`. */
  readonly fields: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly inputs: readonly Input[];
  /** The targets: `y'`. */
  readonly target: Input;
  readonly targetNode: Node;
  readonly previousNode: Node;
}

type Given = { param: Param; node: Node | null; span: Span };

export function elaborateDecoder(entry: DeclarationEntry, given: readonly Given[], span: Span, here: Here): Decoded | null {
  const { declaration } = entry;
  const { generates } = declaration;
  const { ctx } = here;
  const name = declaration.name.text;
  if (generates === null) {
    report(here, 'E0606', declaration.name.span, `the decoder \`${name}\` does not say what it generates`, { fix: 'add `generates y: index(words)[target] start 1 end 2`' });
    return null;
  }
  const scope = new Scope(declarationScope(entry, here));
  const frame = ctx.frame(`${name}#`);
  const base: Here = {
    ...here, module: entry.module, scope, frame, path: name, target: null, ordinals: new Map(), steps: new Map(), loops: [], taps: [], decode: null, stepping: null,
    decoding: null, next: false, filled: false, given: new Map(), later: laterNames(declaration.body),
    // Checked by itself it is called from nowhere.
    calls: span === declaration.name.span ? [] : [...here.calls, { name, place: placeOf(here, span) }],
  };
  if (!bindArguments(given, base, here, name)) return null;

  if (generates.type.kind !== 'tensor' || generates.type.elem.kind !== 'index' || generates.type.axes.length !== 1) {
    report(base, 'E0606', generates.span, 'a decoder generates positions along one axis', { expected: '`y: index(words)[target]`' });
    return null;
  }
  const elem = elemOfExpr(generates.type.elem, base);
  const axes = axesOfExprs(generates.type.axes, base);
  if (elem?.kind !== 'index' || axes === null) return null;
  const axis = axes[0]!;
  const builder = ctx.builder.at(origin(base, generates.span));
  const output = generates.name.text;
  const previous = builder.argument({ elem, axes: [], masks: [] }, origin(base, generates.name.span, output));
  const position = builder.argument({ elem: { kind: 'index', space: axis.space }, axes: [], masks: [] });
  const constants = new Scope(scope);
  const steps = new Scope(constants, { scan: axis.label });
  steps.define(output, { kind: 'value', value: tensor(previous), span: generates.name.span });
  const inside: Here = { ...base, scope: steps, loops: [position], steps: new Map([[axis.label, position]]), decoding: { position, output } };
  const errors = ctx.problems.errors;
  const found = collected();
  if (!declaresState(declaration.body)) {
    notYet(base, declaration.name.span, 'a decoder without `state` (written over the whole axis)');
    return null;
  }
  runBody(declaration.body, inside, { states: true, emits: false, value: false, clauses: 'decoder', constants }, found);
  const states = found.states.map((state) => ({ ...state, next: nextOf(state, found, inside) }));
  const logitsValue = steps.own('logits');
  if (ctx.problems.errors > errors) return null;
  if (logitsValue?.kind !== 'value') {
    if (steps.own('probability') !== null) notYet(base, declaration.name.span, '`probability` instead of `logits`');
    else report(base, 'E0606', declaration.name.span, `the decoder \`${name}\` does not define \`logits\``, { fix: 'add `logits = …` over the generated vocabulary' });
    return null;
  }
  const logits = logitsNode(logitsValue.value, elem.space, inside, declaration.name.span);
  if (logits === null) return null;
  for (const state of states) if (state.next === null) return null;
  const complete = states.map((state) => ({ name: state.name, argument: state.argument, init: state.init, next: state.next! }));
  const taps = new Map<string, Node>();
  const fields = new Map<string, Map<string, string>>();
  if (inside.taps.length === 1) taps.set('weights', filled(inside.taps[0]!.node, 0, inside));
  for (const [key, value] of found.named) {
    const weights = value.kind === 'record' ? value.fields.get('weights') : undefined;
    if (weights?.kind !== 'tensor') continue;
    const tap = weights.node === inside.taps[0]?.node && inside.taps.length === 1 ? 'weights' : `${key}.weights`;
    if (!taps.has(tap)) taps.set(tap, filled(weights.node, 0, inside));
    fields.set(key, new Map([['weights', tap]]));
  }
  const start = startOf(generates, declaration.body, originOf(elem.space), base);
  const end = placeOfOutput(generates.end, 'end', base);
  if (start === null || end === undefined) return null;
  const clauses = decoderClauses(found.clauses, base);
  if (ctx.problems.errors > errors) return null;
  // A length that is known beforehand: a fixed one, or that of an argument.
  const known = !isRagged(axis.space) || given.some(({ node }) => node !== null && typeOf(node).axes.some((own) => sameSpace(own.space, axis.space)));
  if (!known && end === null && clauses.atMost === null) {
    report(base, 'E0609', generates.span, `nothing ends the outputs along \`${axis.label}\``, { fix: 'add `end 2`, or the clause `at most 50`' });
    return null;
  }
  const atMost = clauses.atMost ?? (known && end === null ? ctx.builder.at(origin(base, generates.span)).size(sizeOf(axis.space)) : null);
  const graph: DecoderGraph = {
    name, output, axis, vocabulary: elem.space, previous, position, states: complete, logits, taps,
    start, end, rank: clauses.rank, atMost,
  };
  return { ...teacherForced(graph, found.named, axis, elem, base, here, span), fields };
}

function declaresState(body: Body): boolean {
  return body.statements.some((statement) => {
    if (statement.kind === 'match') return statement.arms.some((arm) => declaresState(arm.body));
    const repeat = (statement.kind === 'expression' || statement.kind === 'equation') && statement.value.kind === 'repeat' ? statement.value : null;
    return statement.kind === 'state' || (repeat !== null && declaresState(repeat.body));
  });
}

/** A literal place, null where none is given, undefined where it is no place (reported). */
function placeOfOutput(expr: Expr | null, what: string, base: Here): number | null | undefined {
  if (expr === null) return null;
  const value = numberOfExpr(expr);
  if (value !== null && Number.isInteger(value)) return value;
  if (expr.kind !== 'error') report(base, 'E0608', expr.span, `\`${what}\` is a literal place`, { fix: `\`${what} 1\`` });
  return undefined;
}

/** Without `start` the previous output of the first step may not be read: every use stands behind `first … then`. */
function startOf(generates: Generates, body: Body, low: number, base: Here): number | null {
  const start = placeOfOutput(generates.start, 'start', base);
  if (start !== null) return start ?? null;
  const use = firstUse(body, generates.name.text);
  if (use === null) return low;
  report(base, 'E0608', use, `at the first step there is no previous \`${generates.name.text}\``, { fix: 'add `start 1` behind `generates …`, or write `first … then …`' });
  return null;
}

/** The first place where the syntax reads `name` outside the second branch of a `first … then …`. */
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
  return firstUse(Object.entries(part).flatMap(([key, inner]: [string, unknown]) => ('kind' in part && part.kind === 'first' && key === 'then' ? [] : [inner])), name);
}

function isNamed(part: object, name: string): part is NameExpr {
  return 'kind' in part && part.kind === 'name' && 'name' in part && part.name === name && 'prime' in part && part.prime === false;
}

/** Decoders are not lifted: their arguments take the declared axes' names, all of them. */
function bindArguments(given: readonly Given[], base: Here, here: Here, name: string): boolean {
  for (const { param, node, span } of given) {
    if (param.type.kind !== 'tensor') {
      notYet(base, param.type.span, 'a map as an argument');
      return false;
    }
    const declared = tensorTypeOfExpr(param.type, base);
    if (declared === null) return false;
    if (node === null) {
      const value = evaluateTensor(param.value!, base);
      const filled = value === null ? null : conform(value, declared, `the default of \`${param.name.text}\``, base, param.span, true);
      if (filled === null) return false;
      base.scope.define(param.name.text, { kind: 'value', value: tensor(filled), span: param.span });
      continue;
    }
    const { axes } = typeOf(node);
    if (axes.length !== declared.axes.length || axes.some((axis, k) => axis.label !== declared.axes[k]!.label && !declared.axes.some((other) => other.label === axis.label))) {
      report(here, 'E0402', span, `\`${param.name.text}\` of \`${name}\` has other axes`, { expected: describeType(declared), given: describeType(typeOf(node)), why: 'a decoder is lifted over the batch alone' });
      return false;
    }
    const { elem } = typeOf(node);
    if (elem.kind !== declared.elem.kind || (elem.kind === 'index' && !sameIndexSpace(elem, declared.elem))) {
      report(here, elem.kind === 'index' && declared.elem.kind === 'index' ? 'E0306' : 'E0305', span, `\`${param.name.text}\` of \`${name}\` has another element type`, { expected: elemName(declared.elem), given: elemName(elem) });
      return false;
    }
    if (!present(node, `\`${param.name.text}\` of \`${name}\``, here, span)) return false;
    let value = node;
    for (const axis of axes) {
      const wanted = declared.axes.find((other) => other.label === axis.label)!;
      if (agree(here, wanted.space, axis.space) !== 'equal') {
        report(here, 'E0303', span, `\`${axis.label}\` of this argument has another size than \`${name}\` declares`, { expected: describeType(declared), given: describeType(typeOf(node)) });
        return false;
      }
      value = rename(value, axis, wanted, here, span);
    }
    base.scope.define(param.name.text, { kind: 'value', value: tensor(value), span: param.span });
  }
  return true;
}

function logitsNode(value: Value, vocabulary: Parameters<typeof sameSpace>[0], inside: Here, span: Span): Node | null {
  if (value.kind !== 'tensor') {
    report(inside, 'E0606', span, '`logits` is a tensor over the generated vocabulary');
    return null;
  }
  const { axes, elem } = typeOf(value.node);
  if (axes.length === 1 && elem.kind !== 'bool' && sameSpace(axes[0]!.space, vocabulary)) {
    // Absent logits are forbidden outputs: log-probability -1e9.
    return filled(toFloat(value.node, inside, span), -1e9, inside);
  }
  report(inside, 'E0606', span, '`logits` must lie over the generated vocabulary alone', { given: describeType(typeOf(value.node)) });
  return null;
}

/** What is absent becomes a number. */
function filled(node: Node, value: number, here: Here): Node {
  if (typeOf(node).masks.length === 0) return node;
  const b = here.ctx.builder.at(node.origin);
  return b.otherwise(node, b.constant(value));
}

function decoderClauses(statements: readonly Statement[], base: Here): { rank: Node | null; atMost: Node | null } {
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
      report(base, 'E0307', statement.value.span, `\`${statement.clause}\` is one number`, { expected: 'a number', given: describeType(typeOf(node)) });
    } else if (statement.clause === 'rank') rank = node;
    else atMost = node;
  }
  return { rank, atMost };
}

/** Teacher forcing: one scan over the generated axis with the true previous outputs; every named value is an emit. */
function teacherForced(graph: DecoderGraph, namedValues: ReadonlyMap<string, Value>, axis: Axis, elem: Extract<Input['type']['elem'], { kind: 'index' }>, base: Here, here: Here, span: Span): Omit<Decoded, 'fields'> {
  const builder = here.ctx.builder.at(origin(here, span));
  const outer = here.frame.axis(axis.label, axis.space);
  const output = graph.output;
  const type = { elem, axes: [outer], masks: [] };
  const previous: Input = { name: output, type, doc: null };
  const target: Input = { name: `${output}'`, type, doc: null };
  const previousNode = builder.input(previous.name, type);
  const targetNode = builder.input(target.name, type);
  const emits: [string, Node][] = [['logits', graph.logits]];
  for (const [name, value] of namedValues) {
    const node = value.kind === 'tensor' ? value.node : value.kind === 'record' && value.main?.kind === 'tensor' ? value.main.node : null;
    if (node !== null && name !== 'logits' && typeOf(node).masks.length === 0) emits.push([name, node]);
  }
  for (const [name, node] of graph.taps) if (!emits.some(([known]) => known === name)) emits.push([name, node]);
  const scan = builder.scan({
    axis, position: graph.position,
    xs: [{ arg: graph.previous, value: rename(previousNode, outer, axis, base, span) }],
    states: graph.states.map((state) => ({ arg: state.argument, init: state.init, next: state.next })),
    emits: emits.map(([, node]) => node),
  });
  const named = new Map<string, Node>();
  for (const [k, [name]] of emits.entries()) {
    let node = builder.result(scan, graph.states.length + k);
    const labels = new Set<string>();
    for (const own of typeOf(node).axes) {
      if (labels.has(own.label)) continue;
      labels.add(own.label);
      node = rename(node, own, here.frame.axis(own.label, own.space), here, span);
    }
    named.set(name, builder.copy(node, { ...node.origin, name: name.replace("'", '_next') }));
  }
  return { graph, named, inputs: [previous], target, targetNode, previousNode };
}

