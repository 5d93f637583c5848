/**
 * The rounds of a `repeat` as a loop: a scan over an axis of rounds. The names that the body redefines are the carry, what it
 * emits is stacked, and a parameter of the body has the axis in front and is read at the round's position.
 */
import type { RepeatExpr } from '../../../grammar/ast.ts';
import type { Axis, Node, TensorType } from '../../graph/graph.ts';
import { Dependence, reachable, regionResults } from '../../graph/walk.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { size, type Size } from '../../size/size.ts';
import { agree, axisByLabel, typeOf } from '../scope/axes.ts';
import type { Collected } from '../scope/collected.ts';
import { NotOneType, type Site, type Unrolled } from '../scope/context.ts';
import { origin } from '../scope/report.ts';
import { Scope } from '../scope/scope.ts';
import { tensor, type Value } from '../scope/values.ts';
import { asTensor, rename, sameIndexSpace, toFloat } from '../types/operate.ts';
import { enterRounds, frontAxis } from '../parameters/running.ts';
import { FirstValues } from './first-values.ts';
import { labelled, passOn, roundsAxis, runRound, weightsIn, type Round } from './round.ts';
import { emittedValues } from './scan.ts';

/** The value of a `repeat`, null where it has none; or why it is not a loop. */
export type Looped = { readonly value: Value | null } | Unrolled;

/** How often an initial value is given the type of the next one before the rounds are said to differ. */
const MOST_ATTEMPTS = 3;

export function loopRounds(expr: RepeatExpr, count: Size, path: string, here: Site): Looped {
  const { ctx } = here;
  const carried = carriedBy(expr, here);
  if (carried === null) return { reason: 'it carries what is not a tensor', tried: false };
  if (here.clocked && here.own.some(({ round }) => round !== undefined))
    return { reason: 'it stands in rounds along a clock', tried: false };
  const outside = roundsAxis(expr, count, here);
  // Another one than what values of the body have on that dim, and than those of rounds around.
  const depth = here.own.filter(({ round }) => round !== undefined).length;
  const axis: Axis = { ...outside, id: `${outside.id}~round${depth}`, rounds: true };
  const running = enterRounds(roundOf(path), here);
  try {
    return ctx.attempt((again) => {
      let types: readonly TensorType[] = carried.flatMap(({ leaves }) => leaves.map(typeOf));
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        again();
        running.begin();
        const body = oneRound(expr, axis, path, carried, types, here);
        const next = body.nexts.map((node, k) => joined(types[k]!, node, here));
        if (next.every((type, k) => type === types[k])) {
          const found = running.found();
          running.leave();
          return { value: scanned(expr, axis, path, carried, { ...body, running: found }, here) };
        }
        types = next;
      }
      throw new NotOneType('what it carries changes its type from round to round');
    });
  } catch (error) {
    if (error instanceof NotOneType) return { reason: error.message, tried: true };
    throw error;
  }
}

/** An outer name that the body redefines; a record is carried field by field. */
interface Carried {
  readonly name: string;
  readonly value: Value;
  readonly leaves: readonly Node[];
}

/** The names that the body may redefine: those of the equations in it, and in inner bodies. Null: they are not all tensors. */
function carriedBy({ body }: RepeatExpr, here: Site): readonly Carried[] | null {
  const names = new Set<string>();
  const open: unknown[] = [body];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null) continue;
    if ('kind' in part && part.kind === 'equation' && 'targets' in part)
      for (const { name, prime } of part.targets as readonly { name: { text: string }; prime: boolean }[]) if (!prime) names.add(name.text);
    open.push(...Object.values(part));
  }
  const found: Carried[] = [];
  for (const name of [...names].reverse()) {
    const entry = here.scope.lookup(name);
    if (entry?.kind !== 'value') continue;
    const leaves = leavesOf(entry.value);
    if (leaves === null) return null;
    found.push({ name, value: entry.value, leaves });
  }
  return found;
}

function leavesOf(value: Value): readonly Node[] | null {
  if (value.kind === 'tensor') return [value.node];
  if (value.kind !== 'record') return null;
  const all = [...value.fields.values(), ...(value.main === null ? [] : [value.main])].map(leavesOf);
  return all.includes(null) ? null : all.flatMap((leaves) => leaves!);
}

/** The value with other leaves, which are taken from the front of the list. */
function withLeaves(value: Value, leaves: Node[]): Value {
  if (value.kind === 'tensor') return tensor(leaves.shift()!);
  if (value.kind !== 'record') return value;
  const fields = new Map([...value.fields].map(([name, field]): [string, Value] => [name, withLeaves(field, leaves)]));
  return { kind: 'record', fields, main: value.main === null ? null : withLeaves(value.main, leaves) };
}

/** The path prefix of a round's own parameters. */
const roundOf = (path: string): string => `${path.replace(/^\./, '')}[*].`;

interface OneRound {
  readonly position: Node;
  readonly states: readonly Node[];
  readonly nexts: readonly Node[];
  readonly round: Round;
  readonly inside: Site;
}

function oneRound(
  expr: RepeatExpr,
  axis: Axis,
  path: string,
  carried: readonly Carried[],
  types: readonly TensorType[],
  here: Site,
): OneRound {
  const { ctx } = here;
  const builder = ctx.builder.at(origin(here, expr.span));
  const position = builder.argument({ elem: { kind: 'index', space: axis.space }, axes: [], masks: [] });
  const names = carried.flatMap(({ name, leaves }) => leaves.map(() => name));
  const states = types.map((type, k) => builder.argument({ ...type, masks: [] }, origin(here, expr.span, names[k]!)));
  const scope = new Scope(here.scope);
  const left = [...states];
  for (const { name, value } of carried) scope.define(name, { kind: 'value', value: withLeaves(value, left), span: null });
  const inside: Site = {
    ...here,
    scope,
    loops: [...here.loops, position],
    own: [...here.own, { axis, place: position, round: roundOf(path) }],
    taps: [],
    alignments: new Map(),
  };
  const number = builder.node({ kind: 'unary', fn: 'int' }, [position]);
  const made = runRound(expr, `${path}[*]`, { kind: 'value', value: tensor(number), span: expr.as?.span ?? null }, inside);
  if (made === null) throw new NotOneType('its body is right for some rounds at most');
  const nexts = carried.flatMap(({ name, value, leaves }) => {
    const next = made.carried.get(name);
    if (next === undefined) return leaves.map((_, k) => states[names.indexOf(name) + k]!);
    const own = shapeOf(next) === shapeOf(value) ? leavesOf(next) : value.kind === 'tensor' ? mainOf(next) : null;
    if (own === null) throw new NotOneType(`\`${name}\` becomes something else`);
    return own;
  });
  const all = [...nexts, ...emittedOf(made), ...made.states.map(({ next }) => next)];
  if (here.clocked && runsOn(all, new Set([position, ...states]))) throw new NotOneType('its rounds carry something along the clock');
  if (isPartlyLate(all, here)) throw new NotOneType('some of what it gives is known only after the choice');
  if (readsByRound(all, number, here.clocked ? null : new Set([position, ...states])))
    throw new NotOneType('which positions it reads depends on the round, and is known while compiling');
  if ([...carried.flatMap(({ leaves }) => leaves), ...nexts].some((node) => typeOf(node).masks.length > 0))
    throw new NotOneType('what it carries may be absent');
  return { position, states, nexts, round: made, inside };
}

const emittedOf = ({ found }: Round): readonly Node[] =>
  found.emits.flatMap(({ values }) => values.flatMap((value) => leavesOf(value) ?? []));

/** Is there anything, besides rows, that a step along a clock carries to the next? */
function runsOn(nodes: readonly Node[], round: ReadonlySet<Node>): boolean {
  const dependence = new Dependence();
  const body = reachable(nodes).filter((node) => [...dependence.of(node)].some((argument) => round.has(argument)));
  return [...body, ...reachable(body.flatMap(regionResults))].some(
    ({ op }) => op.kind === 'cumsum' || op.kind === 'cumprod' || op.kind === 'past' || (op.kind === 'scan' && op.axis.rounds !== true),
  );
}

/**
 * Do some of these, but not all, depend on the choice of a decoder's step? The loop is one node, which waits for everything that
 * it reads.
 */
function isPartlyLate(nodes: readonly Node[], { decoding }: Site): boolean {
  const dependence = new Dependence();
  const late = nodes.filter((node) => [...dependence.of(node)].some((argument) => argument === decoding?.chosen));
  return late.length > 0 && late.length < nodes.length;
}

/**
 * Is there an index computed from the round's number? Unrolled it is a constant, and the gather a shift. An outer value with one
 * element per round is a sequence of the loop. `round`: what the loop binds; null: a clock may be in what there is.
 */
function readsByRound(nodes: readonly Node[], number: Node, round: ReadonlySet<Node> | null): boolean {
  const ofRound = new Set([number]);
  for (const node of reachable(nodes)) if (node.inputs.some((input) => ofRound.has(input))) ofRound.add(node);
  const dependence = new Dependence();
  const isOutside = (node: Node): boolean => round !== null && ![...dependence.of(node)].some((argument) => round.has(argument));
  return [...ofRound].some(({ op, inputs }) => {
    if (op.kind !== 'gather' || !ofRound.has(inputs[1]!)) return false;
    return inputs[1] !== number || !op.inside || !isOutside(inputs[0]!);
  });
}

/** The tensor of a value with fields (a call of an attention, with its weights). */
function mainOf(value: Value): readonly Node[] | null {
  return value.kind === 'record' && value.main?.kind === 'tensor' ? [value.main.node] : null;
}

/** The fields of each name that carries a tensor and is assigned a value with fields. */
function fieldsOf(carried: readonly Carried[], round: Round): ReadonlyMap<string, ReadonlyMap<string, Value>> {
  return new Map(
    carried.flatMap(({ name, value }): [string, ReadonlyMap<string, Value>][] => {
      const next = round.carried.get(name);
      return value.kind === 'tensor' && next?.kind === 'record' ? [[name, next.fields]] : [];
    }),
  );
}

/** The fields of a value. */
function shapeOf(value: Value): string {
  if (value.kind !== 'record') return value.kind;
  return `{${[...value.fields].map(([name, field]) => `${name}: ${shapeOf(field)}`).join()}} ${value.main === null ? '' : shapeOf(value.main)}`;
}

/** The type of a carry that can hold both its previous and its next value; the same object if it can already. */
function joined(type: TensorType, next: Node, here: Site): TensorType {
  const given = typeOf(next);
  const kinds = [type.elem.kind, given.elem.kind];
  const differs = type.elem.kind !== given.elem.kind;
  const isOther = differs
    ? kinds.includes('bool') || !kinds.includes('float')
    : type.elem.kind === 'index' && !sameIndexSpace(type.elem, given.elem);
  if (isOther) throw new NotOneType('what it carries changes its element type');
  for (const axis of given.axes) {
    const own = labelled(type, axis);
    if (own !== undefined && own.id !== axis.id && agree(here, own.space, axis.space) !== 'equal')
      throw new NotOneType(`\`${axis.label}\` of what it carries grows from round to round`);
  }
  const wider = given.axes.filter((axis) => labelled(type, axis) === undefined);
  const order = [
    ...given.axes.map((axis) => labelled(type, axis) ?? axis),
    ...type.axes.filter((axis) => labelled(given, axis) === undefined),
  ];
  const isSame = wider.length === 0 && (!differs || type.elem.kind === 'float') && order.every((axis, k) => axis.id === type.axes[k]!.id);
  return isSame ? type : { elem: differs ? { kind: 'float' } : type.elem, axes: order, masks: [] };
}

/** With the carry's axes, in their order. */
function fitted(node: Node, type: TensorType, here: Site, expr: RepeatExpr): Node {
  const number = type.elem.kind === 'float' ? toFloat(node, here, expr.span) : node;
  const named = typeOf(number).axes.reduce((x, axis) => rename(x, axis, labelled(type, axis)!, here, expr.span), number);
  const own = typeOf(named).axes;
  if (own.length === type.axes.length && own.every(({ id }, k) => id === type.axes[k]!.id)) return named;
  return here.ctx.builder.at(origin(here, expr.span)).broadcast(named, type.axes);
}

type Body = OneRound & { readonly running: readonly (readonly [path: string, next: Node])[] };

function scanned(expr: RepeatExpr, axis: Axis, path: string, carried: readonly Carried[], body: Body, here: Site): Value | null {
  const { ctx } = here;
  const { round, inside, running } = body;
  const builder = ctx.builder.at(origin(here, expr.span));
  const firsts = carried.flatMap(({ leaves }) => leaves);
  const states = body.states.map((arg, k) => ({
    arg,
    init: fitted(firsts[k]!, typeOf(arg), here, expr),
    next: fitted(body.nexts[k]!, typeOf(arg), here, expr),
  }));
  const emitted = emitsOf(round.found.emits[0], inside);
  const weights = weightsIn(round).filter(([, node]) => isPlain(node, axis));
  const tap = round.taps.length === 1 && isPlain(round.taps[0]!.node, axis) ? round.taps[0]!.node : null;
  const fields = fieldsOf(carried, round);
  const besides = [...fields.values()].flatMap((each) => [...each.values()].flatMap((field) => leavesOf(field) ?? []));
  if ([...emitted.map(([, node]) => node), ...besides].some((node) => !isPlain(node, axis)))
    throw new NotOneType('what it emits may be absent');
  const nodes = [...emitted.map(([, node]) => node), ...weights.map(([, node]) => node), ...(tap === null ? [] : [tap]), ...besides];
  const nexts = round.states.map(({ next, type }) => builder.broadcast(next, type.axes));
  const emits = [...nodes, ...nexts, ...running.map(([, next]) => next)];
  const scan = builder.scan({ axis, reversed: false, position: body.position, xs: [], states, emits });
  const result = (k: number): Node => builder.result(scan, k);
  const outside = here.frame.axis(axis.label, axis.space);
  const stacked = (k: number): Node => builder.rename(result(states.length + k), axis.id, outside);
  running.forEach(([path], k) =>
    ctx.runningValues.set(
      path,
      rename(result(states.length + nodes.length + nexts.length + k), axis, frontAxis(path, true, 0, here), here, expr.span),
    ),
  );
  weights.forEach(([name], k) => here.alignments.set(name, stacked(emitted.length + k)));
  if (tap !== null) here.taps.push({ name: 'weights', node: stacked(emitted.length + weights.length) });
  const first = new FirstValues(axis, body.position, builder);
  passOn(
    round.states.map((state, k) => ({
      ...state,
      type: { ...state.type, axes: [axis, ...state.type.axes] },
      init: first.of(state),
      next: result(states.length + nodes.length + k),
    })),
    path,
    here,
  );
  for (const name of round.found.named.keys()) here.scope.hidden.set(name, 'repeat');
  const finals = states.map((_, k) => result(k));
  // Fields have the values of the last round.
  const last = size.sub(sizeOf(axis.space), size.int(1));
  const lasts = besides.map((_, k) =>
    builder.node({ kind: 'slice', axis: axis.id, start: last, into: null }, [result(states.length + nodes.length - besides.length + k)]),
  );
  for (const { name, value } of carried) {
    const main = withLeaves(value, finals);
    const own = fields.get(name);
    const made: Value =
      own === undefined
        ? main
        : { kind: 'record', fields: new Map([...own].map(([field, each]): [string, Value] => [field, withLeaves(each, lasts)])), main };
    if (round.carried.has(name)) here.scope.define(name, { kind: 'value', value: made, span: null });
  }
  if (emitted.length > 0) {
    const columns = new Map(emitted.map(([name], k): [string, Value] => [name, tensor(stacked(k))]));
    return columns.get('') ?? { kind: 'record', fields: columns, main: null };
  }
  const name = [...round.carried.keys()].at(-1);
  const entry = name === undefined ? null : here.scope.own(name);
  return entry?.kind === 'value' ? entry.value : null;
}

/** Present everywhere, and without the axis of rounds. */
const isPlain = (node: Node, axis: Axis): boolean => typeOf(node).masks.length === 0 && axisByLabel(node, axis.label) === null;

/** By name; an `emit` of a single value, without a record, has none. */
function emitsOf(emit: Collected['emits'][number] | undefined, inside: Site): readonly (readonly [string, Node])[] {
  const values = emit === undefined ? [] : emittedValues(emit, inside);
  if (values === null) throw new NotOneType('what it emits has no names');
  return values.map(({ name, value, span, field }) => {
    const node = asTensor(value, inside, span);
    if (node === null) throw new NotOneType('it emits what is not a tensor');
    return [field ? name : '', node];
  });
}
