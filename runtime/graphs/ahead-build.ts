/**
 * Many steps of decoding as one graph, which chooses by itself. Each iteration takes the choice before it, moves the states of
 * beams to where they go on, runs the step, and chooses; where the host has given choices in advance, it takes those. So the
 * host may go on from the last position with another choice than the graph's.
 */
import type { BuiltGraph, BuildOptions, Checked, Value } from './build.ts';
import { Builder, cursor, isTensor, leaves, shaped } from './build.ts';
import { beams, greedy, sampled, type Choice, type Choosing } from './choices.ts';
import type { ElementType, Expression, Instruction, StepFunction } from './format.ts';
import { Body, type Tensor } from './graph-def.ts';
import type { Nodes } from './operations.ts';

export interface AheadOptions extends BuildOptions {
  readonly choosing: Choosing;
  /** The choice after which an example goes on no more, if the graph shall stop when all have. */
  readonly end: number | null;
  /** Names of the taps that are wanted. */
  readonly taps: readonly string[];
}

export function buildAhead(step: StepFunction, options: AheadOptions): BuiltGraph {
  return new AheadBuilder(step, options).ahead();
}

/** What the loop hands from one iteration to the next, by name. */
type Carried = ReadonlyMap<string, Value>;

/** What each iteration gives out. */
interface Told {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Expression[];
}

const PER_HYPOTHESIS: readonly Expression[] = ['batch', 'beam'];

class AheadBuilder extends Builder {
  readonly #step: StepFunction;
  readonly #options: AheadOptions;
  readonly #changes: (each: Instruction) => boolean;
  readonly #values = new Map<number, Value>();

  constructor(step: StepFunction, options: AheadOptions) {
    super(options);
    this.#step = step;
    this.#options = options;
    this.#changes = changing(step);
  }

  ahead(): BuiltGraph {
    const m = this.nodes(this.top);
    const { states, body: instructions } = this.#step;
    const before = this.run(
      instructions.filter((each) => !this.#changes(each)),
      this.top,
      this.#values,
    );
    const begin = this.#begin();
    const told = this.#told();
    const room = m.numbers.scalar('ahead', 'int');
    const lists = told.map(({ type, shape }) => m.list(type, m.numbers.shape(shape), room));
    const [time, count] = ['time', 'count'].map((name) => this.#fed(name, 'int')) as [Tensor, Tensor];
    const flat = [...begin.values()].flatMap(leaves);
    const zero = m.constant([0], 'int');
    // The step of the loop, which jumps to its end where all is over; and the positions computed.
    const all = [zero, zero, ...flat, ...lists];

    const body = new Body(this.top);
    const b = this.nodes(body);
    const variables = all.map(({ type }) => body.argument(type));
    const index = variables[0]!;
    const carried = likewise(begin, variables.slice(2));
    const checked = [...before, ...this.#runStep(body, carried, b.binary('AddV2', time, index))];
    const next = this.#next(b, carried, index);
    const items = told.map(({ name }) => (next.has(name) ? (next.get(name) as Tensor) : this.whole(b, this.#result(name))));
    const kept = lists.map((_, k) => b.withItem(variables[2 + flat.length + k]!, index, items[k]!, told[k]!.type));
    const after = b.binary('AddV2', index, b.constant([1], 'int'));
    const done = next.get('done') as Tensor | undefined;
    const step = done === undefined ? after : b.select(b.reduce('All', done, [0]), body.own(count), after);
    // Also what was checked once: each position may have other examples that are read.
    const checks = this.kept(m, b, body, checked, index, room);
    const results = [step, after, ...[...begin.keys()].flatMap((name) => leaves(next.get(name)!)), ...kept, ...checks.items];

    const ended = this.while(this.top, body, [...all, ...checks.begin], results, count);
    const last = likewise(begin, ended.slice(2));
    const given = [
      { name: 'ran', value: ended[1]! },
      ...told.map(({ name, type, shape }, k) => ({ name, value: m.stack(ended[2 + flat.length + k]!, m.numbers.shape(shape), type) })),
      ...states.map(({ name }) => ({ name, value: last.get(name)! })),
    ];
    return this.finished(given, checks.within(ended.slice(all.length)));
  }

  #fed(name: string, type: ElementType): Tensor {
    return this.given(name, type) as Tensor;
  }

  #result(name: string): Value {
    return this.#values.get(this.#step.results.find((each) => each.name === name)!.id)!;
  }

  #told(): readonly Told[] {
    const { choosing, taps } = this.#options;
    const { results, shapes } = this.#step;
    return [
      ...['ids', ...(choosing.method === 'beam' ? ['parents'] : [])].map((name): Told => ({ name, type: 'int', shape: PER_HYPOTHESIS })),
      ...['logits', ...taps.map((name) => `tap.${name}`)].map(
        (name): Told => ({ name, type: results.find((each) => each.name === name)!.type, shape: shapes[name]! }),
      ),
    ];
  }

  /** The choice before the first position, and the states. */
  #begin(): Carried {
    const begin = new Map<string, Value>(this.#choices().map((name) => [name, this.#fed(name, TYPES[name])]));
    if (this.#options.end !== null) begin.set('done', this.#fed('done', 'bool'));
    for (const { name, type, rounds } of this.#step.states) begin.set(name, this.given(name, type, this.counts(rounds)));
    return begin;
  }

  #choices(): readonly (keyof Choice)[] {
    return this.#options.choosing.method === 'beam' ? ['ids', 'parents', 'logProbabilities'] : ['ids'];
  }

  /** Runs the step in the body of the loop, from the states of the hypotheses that were chosen. */
  #runStep(body: Body, carried: Carried, t: Tensor): readonly Checked[] {
    const b = this.nodes(body);
    const parents = carried.get('parents') as Tensor | undefined;
    const placed = (value: Value): Value => {
      if (parents === undefined) return value;
      return isTensor(value) ? b.gather(value, parents, 1, 1) : value.map(placed);
    };
    const states = new Map(this.#step.states.map(({ name }) => [name, placed(carried.get(name)!)]));
    const varying = this.#step.body.filter(this.#changes);
    for (const each of varying) {
      if (each.op !== 'input') continue;
      const value = each.of === 't' ? t : each.of === this.#step.previous ? carried.get('ids') : states.get(each.of);
      this.#values.set(each.id, value!);
    }
    return this.run(
      varying.filter(({ op }) => op !== 'input'),
      body,
      this.#values,
    );
  }

  /** The choice at this position, and the states after it. */
  #next(b: Nodes, carried: Carried, index: Tensor): Carried {
    const own = this.#chosen(b, carried, index);
    const given = (name: keyof Choice): Tensor => b.gather(this.#fed(`forced.${name}`, TYPES[name]), index);
    const isGiven = b.compare('GreaterEqual', given('ids'), b.constant([0], 'int'));
    const next = new Map<string, Value>(this.#choices().map((name) => [name, b.select(isGiven, given(name), own[name]!)]));
    const { end } = this.#options;
    if (end !== null) {
      const id = b.reduce('Max', next.get('ids') as Tensor, [1]);
      next.set('done', b.logical('LogicalOr', carried.get('done') as Tensor, b.compare('Equal', id, b.constant([end], 'int'))));
    }
    for (const { name, rounds } of this.#step.states) next.set(name, this.listed(b, this.#result(name), this.counts(rounds)));
    return next;
  }

  #chosen(b: Nodes, carried: Carried, index: Tensor): Choice {
    const { choosing } = this.#options;
    const logits = this.whole(b, this.#result('logits'));
    const vocabulary = this.#step.shapes.logits!.at(-1)!;
    if (choosing.method === 'greedy') return greedy(b, logits);
    if (choosing.method === 'beam') return beams(b, logits, carried.get('logProbabilities') as Tensor, vocabulary, choosing.end);
    const scaled = b.binary('RealDiv', logits, this.#fed('temperature', 'float'));
    const drawn = b.gather(this.#fed('drawn', 'float'), index);
    return sampled(b, scaled, drawn, this.#fed('topP', 'float'), vocabulary, choosing.filtered);
  }
}

const TYPES = { ids: 'int', parents: 'int', logProbabilities: 'float' } as const satisfies Readonly<Record<keyof Choice, ElementType>>;

/** These tensors in place of those. */
function likewise(values: Carried, tensors: readonly Tensor[]): Carried {
  const next = cursor(tensors);
  return new Map([...values].map(([name, value]) => [name, shaped(value, next)]));
}

/** Whether an instruction depends on what changes from step to step; the others are computed once, before the loop. */
function changing({ body, previous }: StepFunction): (each: Instruction) => boolean {
  const found = new Set<number>();
  const reads = (each: Instruction): readonly number[] =>
    'in' in each
      ? each.op === 'scan'
        ? [...each.in, ...each.nexts, ...each.emits.map(({ id }) => id), ...each.body.flatMap(reads)]
        : each.in
      : [];
  for (const each of body) {
    const isGiven = each.op === 'input' && (each.of === 't' || each.of === previous || each.of.startsWith('state.'));
    if (isGiven || reads(each).some((id) => found.has(id))) found.add(each.id);
  }
  return ({ id }) => found.has(id);
}
