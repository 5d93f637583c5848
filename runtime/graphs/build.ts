/** A function of a module as one graph of TensorFlow: loops over steps are functions of the graph's library, rounds are written out. */
import type { Refusal } from '../definition.ts';
import type { ElementType, Expression, GraphFunction, Instruction, Loop } from './format.ts';
import { Body, Graph, type Scope, type Tensor } from './graph-def.ts';
import { evaluate } from './expressions.ts';
import { computed, Nodes, type Numbers } from './operations.ts';

type Random = Extract<Instruction, { readonly op: 'random' }>;

/** What a graph is given at each call, by the name of its input. */
export type Fed =
  | { readonly kind: 'parameter'; readonly path: string }
  | { readonly kind: 'input'; readonly of: string; readonly rounds?: readonly number[] }
  | { readonly kind: 'length'; readonly dim: string }
  | { readonly kind: 'number'; readonly value: Expression; readonly type: ElementType }
  | { readonly kind: 'shape'; readonly shape: readonly Expression[] }
  | { readonly kind: 'random'; readonly draw: Random };

/** A result; of rounds, a list. */
export type Given = string | readonly Given[];

export interface BuiltGraph {
  readonly xla: boolean;
  readonly bytes: Uint8Array;
  readonly inputs: ReadonlyMap<string, Fed>;
  /** The names of the graph's outputs, in order. */
  readonly named: readonly string[];
  /** By the name of the function's result: the outputs of the graph. */
  readonly outputs: readonly { readonly name: string; readonly given: Given }[];
  readonly checks: readonly (Omit<Refusal, 'wrong'> & { readonly output: string })[];
}

/** What no graph is built of. */
export class NoGraph extends Error {
  override readonly name = 'NoGraph';
}

/** A tensor, or of rounds a list. */
export type Value = Tensor | readonly Value[];

export const isTensor = (value: Value): value is Tensor => !Array.isArray(value);

/** What a check found: in loops for each step, the outermost in front. */
export interface Checked {
  readonly wrong: Tensor;
  readonly shape: readonly Expression[];
  readonly what: string;
  readonly labels: readonly string[];
  /** As of a refusal. */
  readonly order: readonly number[];
}

/** How a loop keeps what its checks find: what it begins with, what a step makes of that, and what it is in the end. */
export interface KeptChecks {
  readonly begin: readonly Tensor[];
  readonly items: readonly Tensor[];
  readonly within: (ended: readonly Tensor[]) => readonly Checked[];
}

/** What a function is nodes of, if not of a graph of its own: it refuses by itself what its checks find. */
export interface Around {
  readonly graph: Graph;
  /** What the function reads, instead of an input of the graph. */
  given(fed: Fed, type: ElementType): Tensor;
}

/** A result, by its name. */
export interface BuiltResult {
  readonly name: string;
  readonly value: Value;
}

export interface NodeOptions {
  /** The sizes that all calls have in common: for `xla`, which compiles for one shape, all of them. */
  readonly n: Readonly<Record<string, number>>;
  /** The numbers of rounds in a parameter's path, outermost first. */
  readonly roundsOf: (path: string) => readonly number[];
}

export interface BuildOptions extends NodeOptions {
  readonly xla: boolean;
}

export function buildGraph(made: GraphFunction, options: BuildOptions): BuiltGraph {
  return new Builder(options).build(made);
}

/** The function as nodes of a graph that has others. */
export function buildNodes(made: GraphFunction, options: NodeOptions, around: Around): readonly BuiltResult[] {
  return new Builder({ ...options, xla: false }, around).results(made)[0];
}

/** Subclasses build other things of instructions. */
export class Builder {
  readonly #n: Readonly<Record<string, number>>;
  readonly #roundsOf: (path: string) => readonly number[];
  protected readonly graph: Graph;
  readonly #around: Around | null;
  /** What the function's own instructions are nodes of: the graph, or the function that XLA compiles. */
  protected readonly top: Scope;
  /** By sequence: the same as a list of its elements. */
  readonly #lists = new Map<Tensor, Tensor>();
  readonly #inputs = new Map<string, Fed>();
  /** By what it is fed with. */
  readonly #fed = new Map<string, Tensor>();

  constructor({ n, roundsOf, xla }: BuildOptions, around: Around | null = null) {
    this.#n = n;
    this.#roundsOf = roundsOf;
    this.#around = around;
    this.graph = around?.graph ?? new Graph();
    this.top = xla ? new Body(this.graph) : this.graph;
  }

  results({ body, results }: GraphFunction): readonly [given: readonly BuiltResult[], checked: readonly Checked[]] {
    const values = new Map<number, Value>();
    const checked = this.run(body, this.top, values);
    const m = this.nodes(this.top);
    const given = results.map(({ name, id, rounds }) => {
      const value = values.get(id)!;
      return { name, value: rounds === undefined ? this.#separate(name, value) : this.listed(m, value, this.counts(rounds)) };
    });
    return [given, checked];
  }

  build(made: GraphFunction): BuiltGraph {
    const [given, checked] = this.results(made);
    return this.finished(given, checked);
  }

  protected finished(given: readonly BuiltResult[], checked: readonly Checked[]): BuiltGraph {
    const wrong = checked.map((check) => check.wrong);
    const called = this.called([...given.flatMap(({ value }) => leaves(value)), ...wrong]);
    const texts = called.map(
      (tensor) => this.graph.node('Identity', [tensor], { T: { type: tensor.type } }, 'output', tensor.type, 'out').text,
    );
    const next = cursor(texts);
    const outputs = given.map(({ name, value }) => ({ name, given: named(value, next) }));
    const checks = checked.map(({ what, labels, order }) => ({ output: next(), what, axes: labels, order }));
    return { xla: this.top !== this.graph, bytes: this.graph.savedModel(), inputs: this.#inputs, named: texts, outputs, checks };
  }

  /** One tensor for each round of what has them in its name. */
  #separate(name: string, value: Value): Value {
    const m = this.nodes(this.top);
    const [count] = name.includes('[*]') ? this.#roundsOf(name.replace(/^(gradient|running)\./, '')) : [];
    if (count === undefined) return this.whole(m, value);
    return Array.from({ length: count }, (_, i) =>
      this.#separate(name.replace('[*]', `[${i}]`), isTensor(value) ? m.gather(value, m.constant([i], 'int')) : value[i]!),
    );
  }

  /** The results as the graph has them: those of the function that XLA compiles are what a call of it gives. */
  protected called(results: readonly Tensor[]): readonly Tensor[] {
    if (!(this.top instanceof Body)) return results;
    const own = results.map((each) => this.top.own(each));
    const types = own.map(({ type }) => type);
    const name = this.graph.unused('compiled');
    this.graph.add(this.top.definition(name, own, { _XlaMustCompile: { bool: true } }));
    return this.graph.nodes(
      'PartitionedCall',
      this.top.captures,
      { Tin: { types: this.top.types() }, Tout: { types }, f: { function: name }, _XlaMustCompile: { bool: true } },
      'output',
      types,
      'call',
    );
  }

  protected input(fed: Fed, type: ElementType, hint: string): Tensor {
    if (this.#around !== null) return this.#around.given(fed, type);
    const key = JSON.stringify(fed);
    let tensor = this.#fed.get(key);
    if (tensor === undefined) {
      tensor = this.graph.input(`in_${hint}`, type);
      this.#fed.set(key, tensor);
      this.#inputs.set(tensor.text, fed);
    }
    return tensor;
  }

  protected nodes(scope: Scope): Nodes {
    const numbers: Numbers = {
      scalar: (value, type) => {
        const known = evaluate(value, this.#n);
        return known === null ? this.input({ kind: 'number', value, type }, type, 'number') : nodes.constant([known], type);
      },
      shape: (shape) => {
        const known = shape.map((size) => evaluate(size, this.#n));
        if (known.every((size) => size !== null)) return nodes.constant(known, 'int', [known.length]);
        return this.input({ kind: 'shape', shape }, 'int', 'shape');
      },
    };
    const nodes = new Nodes(scope, numbers, this.top !== this.graph);
    return nodes;
  }

  /** @returns what its checks found */
  protected run(body: readonly Instruction[], scope: Scope, values: Map<number, Value>): readonly Checked[] {
    const m = this.nodes(scope);
    const checked: Checked[] = [];
    const tensor = (id: number): Tensor => this.whole(m, values.get(id)!);
    for (const each of body) {
      switch (each.op) {
        case 'argument':
          break;
        case 'input':
          values.set(
            each.id,
            this.given(
              each.of,
              each.type,
              (each.rounds ?? []).map((size) => this.known(size)),
            ),
          );
          break;
        case 'parameter':
          values.set(each.id, this.#parameter(each.path, this.#roundsOf(each.path)));
          break;
        case 'length':
          values.set(each.id, this.input({ kind: 'length', dim: each.dim }, 'int', each.dim));
          break;
        case 'number':
          values.set(each.id, m.numbers.scalar(each.value, each.type));
          break;
        case 'range': {
          const [from, to, step] = [each.from, each.to, 1].map((value) => m.numbers.scalar(value, 'int')) as [Tensor, Tensor, Tensor];
          values.set(each.id, m.range(from, to, step));
          break;
        }
        case 'random':
          values.set(each.id, this.#random(m, each, each.in.map(tensor)));
          break;
        case 'check': {
          if (this.#around !== null) {
            values.set(each.id, m.unless(each.what, tensor(each.in[0]!), tensor(each.in[1]!), each.labels.length));
            break;
          }
          const { id, what, labels, shape } = each;
          checked.push({ wrong: tensor(each.in[1]!), shape, what, labels, order: [id] });
          values.set(each.id, values.get(each.in[0]!)!);
          break;
        }
        case 'scan': {
          const [value, within] = each.rounds ? this.#rounds(each, scope, values) : this.#loop(each, m, values);
          values.set(each.id, value);
          for (const { shape, order, ...rest } of within)
            checked.push({ ...rest, shape: [each.count, ...shape], order: [each.id, ...order] });
          break;
        }
        case 'result':
          values.set(each.id, (values.get(each.in[0]!) as readonly Value[])[each.index]!);
          break;
        default:
          values.set(each.id, computed(m, each, each.type, each.in.map(tensor)));
      }
    }
    return checked;
  }

  /** A list of rounds as one tensor, where something reads it so. */
  protected whole(m: Nodes, value: Value): Tensor {
    return isTensor(value) ? value : m.pack(value.map((each) => this.whole(m, each)));
  }

  protected known(size: Expression): number {
    const value = evaluate(size, this.#n);
    if (value === null) throw new NoGraph('rounds whose number the call decides');
    return value;
  }

  protected counts(rounds: readonly Expression[] = []): readonly number[] {
    return rounds.map((size) => this.known(size));
  }

  /** As a list with one element per round, and so on inwards, or as one tensor. */
  protected listed(m: Nodes, value: Value, [count, ...rest]: readonly number[]): Value {
    if (count === undefined) return this.whole(m, value);
    const elements = isTensor(value) ? Array.from({ length: count }, (_, i) => m.gather(value, m.constant([i], 'int'))) : value;
    return elements.map((each) => this.listed(m, each, rest));
  }

  /** An input; of rounds, a list. */
  protected given(of: string, type: ElementType, counts: readonly number[] = [], rounds: readonly number[] = []): Value {
    const [count, ...rest] = counts;
    if (count === undefined) return this.input({ kind: 'input', of, ...(rounds.length === 0 ? {} : { rounds }) }, type, of);
    return Array.from({ length: count }, (_, i) => this.given(of, type, rest, [...rounds, i]));
  }

  /** Each round's own. */
  #parameter(path: string, counts: readonly number[]): Value {
    const [count, ...rest] = counts;
    if (count === undefined) return this.input({ kind: 'parameter', path }, 'float', path);
    return Array.from({ length: count }, (_, i) => this.#parameter(path.replace('[*]', `[${i}]`), rest));
  }

  #random(m: Nodes, draw: Random, positions: readonly Tensor[]): Tensor {
    let drawn = this.input({ kind: 'random', draw }, 'float', draw.draw);
    for (const [k, position] of positions.entries()) {
      const { first } = draw.loops[k]!;
      const from = first === 0 ? position : m.binary('Sub', position, m.numbers.scalar(first, 'int'));
      drawn = m.gather(drawn, from);
    }
    return drawn;
  }

  #element(m: Nodes, sequence: Value, position: Tensor, index: number | null): Value {
    return isTensor(sequence) || index === null ? m.gather(this.whole(m, sequence), position) : sequence[index]!;
  }

  /** @returns what it gives, and what the checks in its body found in each step */
  #rounds(loop: Loop, scope: Scope, values: Map<number, Value>): readonly [given: Value, within: readonly Checked[]] {
    const [count, first] = [this.known(loop.count), this.known(loop.first)];
    const m = this.nodes(scope);
    let states = loop.states.map((_, k) => values.get(loop.in[loop.xs.length + k]!)!);
    const emitted = loop.emits.map((): Value[] => []);
    const checked: (readonly Checked[])[] = [];
    for (let step = 0; step < count; step++) {
      const i = loop.reversed ? count - 1 - step : step;
      const position = m.constant([i + first], 'int');
      const place = m.constant([i], 'int');
      const own = new Map(values);
      own.set(loop.position, position);
      loop.xs.forEach((x, k) => own.set(x, this.#element(m, values.get(loop.in[k]!)!, place, i)));
      loop.states.forEach(({ id }, k) => own.set(id, states[k]!));
      checked.push(this.run(loop.body, scope, own));
      states = loop.nexts.map((next) => own.get(next)!);
      loop.emits.forEach((emit, k) => {
        emitted[k]![i] = own.get(emit.id)!;
      });
    }
    const within = (checked[0] ?? []).map((first, k) => ({ ...first, wrong: m.pack(checked.map((step) => step[k]!.wrong)) }));
    return [[...states, ...emitted], within];
  }

  #loop(loop: Loop, m: Nodes, values: Map<number, Value>): readonly [given: Value, within: readonly Checked[]] {
    if (evaluate(loop.count, this.#n) === 0) return [this.#noStep(loop, m, values), []];
    const rounds = loop.states.map((state) => (state.rounds === undefined ? [] : [this.known(state.rounds)]));
    const firsts = rounds.map((length, k) => this.listed(m, values.get(loop.in[loop.xs.length + k]!)!, length));
    const flat = firsts.flatMap(leaves);
    const count = m.numbers.scalar(loop.count, 'int');
    const lists = loop.emits.map(({ type, shape }) => m.list(type, m.numbers.shape(shape), count));
    const begin = [m.constant([0], 'int'), ...flat, ...lists];
    const body = new Body(m.scope);
    const b = this.nodes(body);
    const variables = begin.map(({ type }) => body.argument(type));
    const [step] = variables as [Tensor];
    const one = b.constant([1], 'int');
    const index = loop.reversed ? b.binary('Sub', b.binary('Sub', body.own(count), one), step) : step;
    const own = new Map(values);
    own.set(loop.position, loop.first === 0 ? index : b.binary('AddV2', index, b.numbers.scalar(loop.first, 'int')));
    loop.xs.forEach((x, k) => own.set(x, this.#item(b, this.whole(m, values.get(loop.in[k]!)!), index)));
    const at = cursor(variables.slice(1));
    loop.states.forEach(({ id }, k) => own.set(id, shaped(firsts[k]!, at)));
    const checked = this.run(loop.body, body, own);
    const nexts = loop.nexts.map((next, k) => this.listed(b, own.get(next)!, rounds[k]!));
    const items = loop.emits.map(({ id, type }, k) =>
      b.withItem(variables[1 + flat.length + k]!, index, this.whole(b, own.get(id)!), type),
    );
    const checks = this.kept(m, b, body, checked, step, count);
    const results = [b.binary('AddV2', step, one), ...nexts.flatMap(leaves), ...items, ...checks.items];
    const ended = this.while(m.scope, body, [...begin, ...checks.begin], results, count);
    const final = cursor(ended.slice(1));
    const states = firsts.map((first) => shaped(first, final));
    const stacks = loop.emits.map(({ type, shape }, k) => {
      const list = ended[1 + flat.length + k]!;
      const stack = m.stack(list, m.numbers.shape(shape), type);
      this.#lists.set(stack, list);
      return stack;
    });
    return [[...states, ...stacks], checks.within(ended.slice(begin.length))];
  }

  /** Lists of what the checks in a body find in each step. */
  protected kept(m: Nodes, b: Nodes, body: Body, checked: readonly Checked[], step: Tensor, count: Tensor): KeptChecks {
    const begin = checked.map(({ shape }) => m.list('bool', m.numbers.shape(shape), count));
    return {
      begin,
      items: checked.map(({ wrong }) => b.withItem(body.argument('list'), step, wrong, 'bool')),
      within: (ended) => checked.map((each, k) => ({ ...each, wrong: m.stack(ended[k]!, m.numbers.shape(each.shape), 'bool') })),
    };
  }

  /** The element that a step reads: in a plain graph from a list, which hands it on as it is. */
  #item(b: Nodes, sequence: Tensor, index: Tensor): Tensor {
    if (this.top !== this.graph) return b.gather(sequence, index);
    let list = this.#lists.get(sequence);
    if (list === undefined) {
      list = this.nodes(sequence.scope).listOf(sequence);
      this.#lists.set(sequence, list);
    }
    return b.item(b.scope.own(list), index, sequence.type);
  }

  /** XLA refuses the elements of an empty sequence even where no step reads them. */
  #noStep(loop: Loop, m: Nodes, values: Map<number, Value>): Value {
    const states = loop.states.map((_, k) => values.get(loop.in[loop.xs.length + k]!)!);
    return [...states, ...loop.emits.map(({ type, shape }) => m.fill(m.numbers.shape([0, ...shape]), m.constant([0], type)))];
  }

  /** `count` steps of the body, whose arguments are the step, what it changes, and what it reads from around it. */
  protected while(scope: Scope, body: Body, begin: readonly Tensor[], results: readonly Tensor[], count: Tensor): readonly Tensor[] {
    // What the body gives of what is around it becomes an argument before the arguments are counted.
    for (const each of [...results, count]) body.own(each);
    const inner = body.captures.map((each) => body.own(each));
    const name = this.graph.unused('body');
    this.graph.add(body.definition(name, [...results, ...inner]));
    const types = body.types();
    const condition = new Body(scope);
    const given = types.map((type) => condition.argument(type));
    const limit = given[begin.length + body.captures.findIndex((each) => each.text === body.around.own(count).text)]!;
    const isBefore = condition.node('Less', [given[0]!, limit], { T: { type: 'int' } }, 'z', 'bool');
    const conditionName = this.graph.unused('more');
    this.graph.add(condition.definition(conditionName, [isBefore]));
    return scope
      .nodes(
        body.isRefusing ? 'While' : 'StatelessWhile',
        [...begin, ...body.captures],
        {
          T: { types },
          cond: { function: conditionName },
          body: { function: name },
          output_shapes: { shapes: 0 },
          parallel_iterations: { int: 10 },
        },
        'output',
        types,
        'loop',
      )
      .slice(0, begin.length);
  }
}

export const leaves = (value: Value): readonly Tensor[] => (isTensor(value) ? [value] : value.flatMap(leaves));

export function cursor<T>(items: readonly T[]): () => T {
  let at = 0;
  return () => items[at++]!;
}

function named(value: Value, next: () => string): Given {
  return isTensor(value) ? next() : value.map((each) => named(each, next));
}

/** The next tensors, as lists of rounds where the value is one. */
export function shaped(value: Value, next: () => Tensor): Value {
  return isTensor(value) ? next() : value.map((each) => shaped(each, next));
}
