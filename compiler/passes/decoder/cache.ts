/** The key/value cache of a step: the rows kept from step to step, how they begin, and their order of axes. */
import { size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node, NodeOf, Op } from '../../graph/graph.ts';
import { typeOf } from '../../graph/infer.ts';
import { hasAxis, without } from '../../graph/spaces.ts';
import type { Roots } from '../core/compiled.ts';
import { GraphBuilder, type Loop } from '../core/graph-builder.ts';
import { axesOf, BATCH, BEAM, BEFORE, isGrowing } from '../core/axes.ts';
import { freeName } from '../core/kept.ts';
import type { Making } from '../core/making.ts';
import { analyse, mapRoots, Pass, type Facts, type Scan } from '../core/pass.ts';
import { algebra } from '../core/algebra.ts';
import { rowwise } from '../loops/tape.ts';

/**
 * Appends `row` to the rows kept as the state `name`, along `axis`; `rounds`: the open loops over rounds, each of whose rounds
 * keeps rows of its own.
 */
export function appendToCache(
  m: GraphBuilder,
  name: string,
  row: Node,
  axis: Axis,
  rounds: readonly { readonly scan: Scan; readonly loop: Loop }[] = [],
): Node {
  const before: Axis = { id: `${axis.id}.${BEFORE}`, label: axis.label, space: { kind: 'anon', size: sizes.atom(BEFORE) } };
  const axes = [...rounds.map(({ scan }) => scan.op.axis), ...axesOf(row), before];
  const leaf = m.leaf({ kind: 'input', name: `state.${name}` }, { ...typeOf(row), axes });
  const rows = rounds.reduce((list, { loop }) => loop.scanned(list), leaf);
  return m.make({ kind: 'append', axis, before: before.id, keep: null }, [rows, row]);
}

/**
 * In a decoder's step, caches the past of a state, or what the step computes from each of its rows separately: each row is
 * computed once, in its own step.
 */
export function pastAsCache(roots: Roots): Roots {
  const facts = analyse(roots.values());
  if (!facts.nodes.some(({ op }) => op.kind === 'past')) return roots;
  const isStep = reachesStep(facts);
  const rows = rowwise(isGrowing, (node) => !isStep(node));
  const pass = new PastAsCache(
    facts,
    rows,
    new Set(rows.kept([...roots.values()])),
    new Set([...roots.keys()].filter((name) => name.startsWith('state.'))),
  );
  const made = mapRoots(roots, (node) => pass.get(node));
  return new Map([...made, ...pass.states]);
}

function reachesStep({ nodes }: Facts): (node: Node) => boolean {
  const found = new Set<Node>();
  for (const node of nodes) {
    const { op } = node;
    if (
      (op.kind === 'input' && (op.name === 'previous' || op.name === 't' || op.name.startsWith('state.'))) ||
      node.inputs.some((input) => found.has(input))
    )
      found.add(node);
  }
  return (node) => found.has(node);
}

class PastAsCache extends Pass {
  readonly states = new Map<string, Node>();
  readonly #rows: ReturnType<typeof rowwise>;
  readonly #kept: ReadonlySet<Node>;
  readonly #taken: Set<string>;

  constructor(facts: Facts, rows: ReturnType<typeof rowwise>, kept: ReadonlySet<Node>, taken: Set<string>) {
    super(new GraphBuilder(algebra), facts);
    this.#rows = rows;
    this.#kept = kept;
    this.#taken = taken;
  }

  override *visit(node: Node): Making<Node> {
    if (!this.#kept.has(node)) return yield* super.visit(node);
    const past = this.#rows.of(node)!;
    const value = yield* this.one(past.inputs[0]!);
    yield* this.all(this.#rows.fixed(node));
    const row = this.#rows.row(this.m, node, value, (fixed) => this.value(fixed));
    this.m.origin = node.origin;
    const axis = axesOf(node).find(isGrowing)!;
    const name = this.#name(past, node);
    const made = appendToCache(this.m, name, row, axis);
    this.states.set(`state.${name}`, made);
    return made;
  }

  #name(past: Node, node: Node): string {
    const own = stateOf(past).replace(/^state\./, '');
    const wanted = node === past ? `${own}Past` : `${own}Kept`;
    const name = freeName(wanted, (each) => this.#taken.has(`state.${each}`));
    this.#taken.add(`state.${name}`);
    return name;
  }
}

// ---------------------------------------------------------------- layout of rows

/** The state whose past a step reads, which is an input. */
const stateOf = ({ inputs: [state] }: Node): string => (state as NodeOf<'input'>).op.name;

/** The state that these rows belong to; each round has its own rows, as one element of the state. */
function rowsOf(node: Node, facts: Facts): string {
  let rows = node.inputs[0]!;
  for (let place = facts.arguments.get(rows); place !== undefined; place = facts.arguments.get(rows))
    rows = place.scan.inputs[place.index]!;
  return (rows as NodeOf<'input'>).op.name;
}

/** By state: the largest number of last rows that is read; null: all rows. */
function windows(facts: Facts): ReadonlyMap<string, Size | null> {
  const found = new Map<string, Size | null>();
  for (const node of facts.nodes) {
    for (const input of node.inputs) {
      if (input.op.kind !== 'append') continue;
      const name = rowsOf(input, facts);
      const known = found.get(name);
      if (node.op.kind !== 'before' || known === null) found.set(name, null);
      else found.set(name, sizes.fn('max', [known ?? sizes.int(1), sizes.add(node.op.by, sizes.int(1))]));
    }
  }
  return found;
}

/**
 * Lays out rows so that their reader need not permute them: axes that the other operand of a product shares and keeps come before
 * the positions, the rest after them.
 */
export function layOutCache(roots: Roots): Roots {
  const facts = analyse(roots.values());
  const keep = windows(facts);
  const kept = new Map<Node, Set<string>>();
  const origin = (node: Node): Node => {
    let from = node;
    while (from.op.kind === 'rename' || (from.op.kind === 'broadcast' && axesOf(from).length === axesOf(from.inputs[0]!).length))
      from = from.inputs[0]!;
    return from;
  };
  for (const { op, inputs } of facts.nodes) {
    if (op.kind !== 'contract') continue;
    inputs.forEach((input, k) => {
      const rows = origin(input);
      if (rows.op.kind !== 'append') return;
      const shared = kept.get(rows) ?? new Set<string>();
      for (const { id } of axesOf(input)) if (!op.axes.includes(id) && hasAxis(axesOf(inputs[1 - k]!), id)) shared.add(id);
      kept.set(rows, shared);
    });
  }
  const pass = new LayRows(facts, kept, keep);
  return mapRoots(roots, (node) => pass.get(node));
}

class LayRows extends Pass {
  readonly #shared: ReadonlyMap<Node, ReadonlySet<string>>;
  readonly #keep: ReadonlyMap<string, Size | null>;
  /** By argument of the loop. */
  readonly #loops = new Map<Node, Loop>();

  constructor(facts: Facts, shared: ReadonlyMap<Node, ReadonlySet<string>>, keep: ReadonlyMap<string, Size | null>) {
    super(new GraphBuilder(algebra), facts);
    this.#shared = shared;
    this.#keep = keep;
  }

  /** Rows are bound where they are appended to, in the axis order found there. */
  protected override enter(x: Node, sequence: Node, loop: Loop, axis: Axis): void {
    this.#loops.set(x, loop);
    super.enter(x, sequence, loop, axis);
  }

  /** The rows, or their list over rounds, in this order. */
  #laid(rows: Node, axes: readonly Axis[]): Node {
    const place = this.facts.arguments.get(rows);
    if (place === undefined) return this.m.leaf(rows.op, { ...typeOf(rows), axes });
    return this.#loops.get(rows)!.scanned(this.#laid(place.scan.inputs[place.index]!, [place.scan.op.axis, ...axes]));
  }

  override *visit(node: Node): Making<Node> {
    const { op } = node;
    if (op.kind !== 'append') return yield* super.visit(node);
    const { m } = this;
    const [rows, row] = [node.inputs[0]!, node.inputs[1]!];
    const made = yield* this.one(row);
    const shared = this.#shared.get(node);
    const front = axesOf(rows).filter(({ id }) => id === BATCH.id || id === BEAM.id);
    const places = axesOf(rows).filter(({ id }) => id === op.before);
    const rest = without(
      axesOf(rows),
      [...front, ...places].map(({ id }) => id),
    );
    const axes = [...front, ...rest.filter(({ id }) => shared?.has(id)), ...places, ...rest.filter(({ id }) => shared?.has(id) !== true)];
    m.origin = node.origin;
    const kept: Op = { ...op, keep: this.#keep.get(rowsOf(node, this.facts)) ?? null };
    return m.make(kept, [this.#laid(rows, axes), made]);
  }
}
