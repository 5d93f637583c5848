/** One function of a laid-out model as data: axes by position, each instruction in the list of the loop that it belongs to. */
import { constantOf, size as sizes } from '../../size/size.ts';
import type { Axis, Node, Op, OpOf } from '../../graph/graph.ts';
import { originOf, isRagged, sizeOf } from '../../graph/spaces.ts';
import { Dependence } from '../../graph/walk.ts';
import { BATCH, BEAM, HYPOTHESES, isCapacity, isGrowing, isOfRounds, isSlots } from '../../passes/core/axes.ts';
import type { Roots } from '../../passes/core/compiled.ts';
import { isRows } from '../../passes/core/pass.ts';
import { inOrder, nativeOrder } from '../../passes/layout/build.ts';
import { axesOf } from '../../passes/layout/limits.ts';
import type { ElementType, Expression, GraphFunction, Instruction, StateData, StepFunction } from '../../../runtime/graphs/format.ts';
import { gradientOf } from '../derivatives.ts';
import { numberExpression, sizeExpression } from './expressions.ts';
import { workOf } from './work.ts';

/** What no data is written for: draws at a computed position, and caches that grow from step to step. */
export class NotAsData extends Error {
  override readonly name = 'NotAsData';
}

/** @param atom the name of an atom in `n` @param place says in messages where in the program a node stands */
export function lowerFunction(roots: Roots, atom: (name: string) => string, place: (node: Node) => string): GraphFunction {
  return new Lowering(roots, atom, place).function();
}

/** A step of decoding whose caches have a fixed capacity. */
export function lowerStep(roots: Roots, atom: (name: string) => string, place: (node: Node) => string): StepFunction {
  return new Lowering(roots, atom, place).step();
}

type Own = Instruction extends infer I ? (I extends Instruction ? Omit<I, 'id' | 'type' | 'name'> : never) : never;

/** What a check calls by no name: the examples and, in a step of decoding, their hypotheses. */
const EXAMPLES: ReadonlySet<string> = new Set([BATCH.id, BEAM.id, HYPOTHESES.id]);

const elementOf = (node: Node): ElementType => {
  const { kind } = node.types[0]!.elem;
  return kind === 'float' || kind === 'bool' ? kind : 'int';
};
/** All that an instruction reads, in its body as well. */
function idsRead(each: Instruction): readonly number[] {
  if (!('in' in each)) return [];
  return each.op === 'scan' ? [...each.in, ...each.nexts, ...each.emits.map(({ id }) => id), ...each.body.flatMap(idsRead)] : each.in;
}

/** Without what nothing reads, as operations that a single one stands for. */
function needed(body: readonly Instruction[], given: readonly number[]): readonly Instruction[] {
  const read = new Set(given);
  return body
    .toReversed()
    .filter((each) => {
      if (read.has(each.id)) for (const id of idsRead(each)) read.add(id);
      return read.has(each.id);
    })
    .reverse();
}

const at = (node: Node, id: string): number => axesOf(node).findIndex((axis) => axis.id === id);

class Lowering {
  readonly #roots: Roots;
  readonly #atom: (name: string) => string;
  readonly #place: (node: Node) => string;
  readonly #dependence = new Dependence();
  /** By argument: the loop that binds it. */
  readonly #binder = new Map<Node, Node>();
  readonly #depths = new Map<Node, number>();
  /** By loop, null: the function's own. */
  readonly #bodies = new Map<Node | null, Instruction[]>([[null, []]]);
  readonly #ids = new Map<Node, number>();
  readonly #numbers = new Map<Node, Expression>();
  #count = 0;
  #ownT: number | null = null;

  constructor(roots: Roots, atom: (name: string) => string, place: (node: Node) => string) {
    this.#roots = roots;
    this.#atom = atom;
    this.#place = place;
  }

  function(): GraphFunction {
    const nodes = inOrder([...this.#roots.values()]);
    for (const node of nodes) {
      if (node.op.kind !== 'scan') continue;
      const { position, xs, states } = node.op.region;
      for (const argument of [position, ...xs, ...states]) this.#binder.set(argument, node);
      this.#bodies.set(node, []);
    }
    for (const node of nodes) this.#visit(node);
    const results = [...this.#roots].map(([name, node]) => ({
      name,
      id: this.#id(node),
      type: elementOf(node),
      // What steps read by round is handed to them so.
      ...(isOfRounds(node) && /^(memory|state)\./u.test(name) ? { rounds: this.#rounds(node) } : {}),
    }));
    const body = needed(
      this.#bodies.get(null)!,
      results.map(({ id }) => id),
    );
    return { body, results, work: this.#work() };
  }

  #work(): GraphFunction['work'] {
    const { operations, elements, multiplications } = workOf([...this.#roots.values()], (node) => this.#home(node));
    const [a, b, c] = [operations, elements, multiplications].map((size) => sizeExpression(size, this.#atom)) as [
      Expression,
      Expression,
      Expression,
    ];
    return { operations: a, elements: b, multiplications: c };
  }

  step(): StepFunction {
    const made = this.function();
    const isState = ([name]: readonly [string, Node]): boolean => name.startsWith('state.');
    const results = [...this.#roots].filter((each) => !isState(each));
    const isPrevious = ({ op }: Node): boolean => op.kind === 'input' && op.name.split('.').at(-1) === 'previous';
    const previous = inOrder([...this.#roots.values()]).find(isPrevious);
    return {
      ...made,
      previous: previous?.op.kind === 'input' ? previous.op.name : 'previous',
      states: [...this.#roots].filter(isState).map(([name, node]) => this.#state(name, node)),
      shapes: Object.fromEntries(results.map(([name, node]) => [name, this.#shape(axesOf(node))])),
    };
  }

  #state(name: string, node: Node): StateData {
    const rounds = this.#rounds(node);
    const own = axesOf(node).slice(rounds.length);
    return { name, type: elementOf(node), rounds, ...(isRows(node) ? { cache: this.#shape(own) } : {}) };
  }

  /** The sizes of a list of rounds, outermost first. */
  #rounds(node: Node): readonly Expression[] {
    const axes = axesOf(node);
    const depth = axes.findIndex((axis) => axis.rounds !== true);
    return this.#shape(depth < 0 ? axes : axes.slice(0, depth));
  }

  #visit(node: Node): void {
    const operands = node.inputs.map((input) => this.#numbers.get(input) ?? null);
    const number = numberExpression(node, operands, this.#atom);
    if (number !== null && axesOf(node).length === 0) {
      this.#numbers.set(node, number);
      return;
    }
    const { op } = node;
    if (op.kind === 'rename' || (op.kind === 'unary' && op.fn === 'stop')) this.#ids.set(node, this.#id(node.inputs[0]!));
    else this.#add(node, this.#own(node, op));
  }

  #add(node: Node, own: Own, type = elementOf(node)): number {
    const id = this.#count++;
    this.#ids.set(node, id);
    const { name } = node.origin;
    const home = this.#home(node);
    this.#bodies.get(home)!.push({ ...own, id, type, ...(name === null ? {} : { name }) } as Instruction);
    return id;
  }

  /** A step on the way to a node. */
  #part(node: Node, own: Own, type: ElementType): number {
    const id = this.#count++;
    this.#bodies.get(this.#home(node))!.push({ ...own, id, type } as Instruction);
    return id;
  }

  /** A number of the host becomes a tensor where something reads it as one. */
  #id(node: Node): number {
    const known = this.#ids.get(node);
    if (known !== undefined) return known;
    const value = this.#numbers.get(node);
    if (value === undefined) throw new Error(`graphs: %${node.id} (${node.op.kind}) is used before it is lowered`);
    const id = this.#count++;
    this.#ids.set(node, id);
    this.#bodies.get(null)!.push({ op: 'number', value, id, type: elementOf(node) });
    return id;
  }

  /** The innermost loop on whose arguments the node depends. */
  #home(node: Node): Node | null {
    let home: Node | null = null;
    for (const argument of this.#dependence.of(node)) {
      const loop = this.#binder.get(argument);
      if (loop !== undefined && (home === null || this.#depth(loop) > this.#depth(home))) home = loop;
    }
    return home;
  }

  #depth(loop: Node): number {
    let depth = this.#depths.get(loop);
    if (depth === undefined) {
      const outer = this.#home(loop);
      depth = outer === null ? 0 : this.#depth(outer) + 1;
      this.#depths.set(loop, depth);
    }
    return depth;
  }

  #size(axis: Axis): Expression {
    return sizeExpression(sizeOf(axis.space), this.#atom);
  }

  #shape(axes: readonly Axis[]): readonly Expression[] {
    return axes.map((axis) => this.#size(axis));
  }

  #product(axes: readonly Axis[]): Expression {
    return sizeExpression(
      axes.map(({ space }) => sizeOf(space)).reduce((a, b) => sizes.mul(a, b), sizes.int(1)),
      this.#atom,
    );
  }

  /** As the operation wants it: elementwise operands have one type. */
  #as(node: Node, input: Node, type: ElementType): number {
    const id = this.#id(input);
    return elementOf(input) === type ? id : this.#part(node, { op: 'cast', in: [id] }, type);
  }

  #own(node: Node, op: Op): Own {
    const [x, y] = [node.inputs[0]!, node.inputs[1]!];
    const ids = (): number[] => node.inputs.map((input) => this.#id(input));
    switch (op.kind) {
      case 'input':
        return { op: 'input', of: op.name, ...(isOfRounds(node) ? { rounds: this.#rounds(node) } : {}) };
      case 'parameter':
        return { op: 'parameter', path: op.path };
      case 'length':
        return { op: 'length', dim: op.dim.label };
      case 'argument':
        return { op: 'argument' };
      case 'position': {
        const first = originOf(op.axis.space);
        return {
          op: 'range',
          from: sizeExpression(first, this.#atom),
          to: sizeExpression(sizes.add(sizeOf(op.axis.space), first), this.#atom),
        };
      }
      case 'random':
        return this.#random(node, op);
      case 'unary':
        if (op.fn === 'float' || op.fn === 'int' || op.fn === 'stop') return { op: 'cast', in: ids() };
        return { op: 'unary', fn: op.fn, in: ids() };
      case 'binary': {
        const slope = op.fn === 'mul' ? gradientOf(x, y) : null;
        if (slope !== null) return { op: 'binary', fn: slope.call, in: [this.#id(slope.y), this.#id(slope.g)] };
        const types = [elementOf(x), elementOf(y)];
        const common = types.includes('float') ? 'float' : types.includes('int') ? 'int' : 'bool';
        return { op: 'binary', fn: op.fn, in: [this.#as(node, x, common), this.#as(node, y, common)] };
      }
      case 'select':
        return {
          op: 'select',
          in: [this.#id(x), this.#as(node, y, elementOf(node)), this.#as(node, node.inputs[2]!, elementOf(node))],
        };
      case 'reduce':
        return { op: 'reduce', fn: op.fn, axes: op.axes.map((id) => at(x, id)).sort((a, b) => a - b), in: ids() };
      case 'softmax':
        return { op: 'softmax', log: op.log, rank: axesOf(x).length, in: ids() };
      case 'argmax': {
        const axis = axesOf(x)[at(x, op.axis)]!;
        const best: Own = { op: 'argmax', axis: at(x, op.axis), rank: axesOf(x).length, in: ids() };
        if (constantOf(originOf(axis.space)) === 0) return best;
        return { op: 'binary', fn: 'add', in: [this.#part(node, best, 'int'), this.#first(axis)] };
      }
      case 'matmul':
        return { op: 'matmul', transposeA: op.transposeA, transposeB: op.transposeB, in: ids() };
      case 'check': {
        const labels = axesOf(y).map(({ id, label }) => (EXAMPLES.has(id) ? '' : label));
        return { op: 'check', what: `${this.#place(node)}: ${op.what}`, labels, shape: this.#shape(axesOf(y)), in: ids() };
      }
      case 'gather':
        return this.#gather(node, op, x, y);
      case 'scatter':
        return this.#scatter(node, op, x, y);
      case 'onehot':
        return { op: 'onehot', depth: this.#size(op.axis), in: [this.#index(node, x, op.axis)] };
      case 'concat':
        return { op: 'concat', axis: axesOf(node).findIndex(({ id }) => id === op.axis.id), in: ids() };
      case 'slice':
        return this.#slice(node, op, x);
      case 'shift': {
        const after = axesOf(x).slice(at(x, op.axis) + 1);
        return {
          op: 'shift',
          circular: op.circular,
          by: sizeExpression(op.by, this.#atom),
          places: this.#size(axesOf(x)[at(x, op.axis)]!),
          width: this.#product(after),
          shape: this.#shape(axesOf(x)),
          in: ids(),
        };
      }
      case 'broadcast':
        return { op: 'broadcast', shape: this.#shape(axesOf(node)), in: ids() };
      case 'reshape':
        return { op: 'reshape', shape: this.#shape(axesOf(node)), in: ids() };
      case 'cumsum':
      case 'cumprod':
        return { op: op.kind, axis: at(x, op.axis), exclusive: op.exclusive, reversed: op.reversed, in: ids() };
      case 'permute':
        return { op: 'permute', order: op.order.map((id) => at(x, id)), in: ids() };
      case 'result':
        return { op: 'result', index: op.index, in: ids() };
      case 'scan':
        return this.#scan(node, op);
      case 'append':
        if (!isCapacity(op.axis)) throw new NotAsData(op.kind);
        return { op: 'write', axis: at(node, op.axis.id), shape: this.#shape(axesOf(node)), in: [...ids(), this.#t()] };
      case 'before':
        throw new NotAsData(op.kind);
      default:
        throw new Error(`graphs: ${op.kind} is not laid out`);
    }
  }

  /** The position that a step of decoding computes. */
  #t(): number {
    const known = [...this.#ids.keys()].find(({ op }) => op.kind === 'input' && op.name === 't');
    if (known !== undefined) return this.#id(known);
    if (this.#ownT === null) {
      this.#ownT = this.#count++;
      this.#bodies.get(null)!.push({ op: 'input', of: 't', id: this.#ownT, type: 'int' });
    }
    return this.#ownT;
  }

  #first({ space }: Axis): number {
    const id = this.#count++;
    this.#bodies.get(null)!.push({ op: 'number', value: sizeExpression(originOf(space), this.#atom), id, type: 'int' });
    return id;
  }

  /** An index counted from 0. */
  #index(node: Node, index: Node, axis: Axis): number {
    const id = this.#as(node, index, 'int');
    if (constantOf(originOf(axis.space)) === 0) return id;
    return this.#part(node, { op: 'binary', fn: 'sub', in: [id, this.#first(axis)] }, 'int');
  }

  /** In the order of the node's type. */
  #inOrder(node: Node, own: Own): Own {
    const native = nativeOrder(node);
    const axes = axesOf(node);
    if (native === null || native.every((axis, k) => axis.id === axes[k]!.id)) return own;
    const order = axes.map(({ id }) => native.findIndex((axis) => axis.id === id));
    return { op: 'permute', order, in: [this.#part(node, own, elementOf(node))] };
  }

  #gather(node: Node, op: OpOf<'gather'>, table: Node, index: Node): Own {
    const axis = at(table, op.axis);
    const zip = axesOf(index).filter(({ id }) => id !== op.axis && at(table, id) >= 0).length;
    const place = this.#index(node, index, axesOf(table)[axis]!);
    return this.#inOrder(node, { op: 'gather', axis: zip === 0 ? axis : zip, zip, in: [this.#id(table), place] });
  }

  #scatter(node: Node, op: OpOf<'scatter'>, updates: Node, index: Node): Own {
    const places = axesOf(index).filter(({ id }) => op.over.includes(id));
    const leading = axesOf(index).filter(({ id }) => !op.over.includes(id));
    const rest = axesOf(updates).slice(axesOf(index).length);
    return this.#inOrder(node, {
      op: 'scatter',
      groups: this.#product(leading),
      places: this.#product(places),
      size: this.#size(op.axis),
      width: this.#product(rest),
      shape: this.#shape([...leading, op.axis, ...rest]),
      in: [this.#index(node, index, op.axis), this.#id(updates)],
    });
  }

  #slice(node: Node, op: OpOf<'slice'>, x: Node): Own {
    const position = at(x, op.axis);
    const begin = axesOf(x).map((_, k): Expression => (k === position ? sizeExpression(op.start, this.#atom) : 0));
    const size = axesOf(x).map((_, k): Expression => (k === position ? (op.into === null ? 1 : this.#size(op.into)) : -1));
    const part: Own = { op: 'slice', begin, size, in: [this.#id(x)] };
    if (op.into !== null) return part;
    return { op: 'reshape', shape: this.#shape(axesOf(node)), in: [this.#part(node, part, elementOf(node))] };
  }

  #random(node: Node, op: OpOf<'random'>): Own {
    const loops = node.inputs.map((input) => {
      const loop = this.#binder.get(input);
      if (loop?.op.kind !== 'scan' || loop.op.region.position !== input) throw new NotAsData('a draw at a computed position');
      return { first: sizeExpression(originOf(loop.op.axis.space), this.#atom), count: this.#size(loop.op.axis) };
    });
    const ragged = op.axes.slice(1).map((axis) => isRagged(axis.space) || isGrowing(axis) || isSlots(axis.space));
    return {
      op: 'random',
      draw: op.draw,
      rate: op.rate,
      site: op.site,
      shape: this.#shape(op.axes),
      ragged,
      loops,
      in: node.inputs.map((input) => this.#id(input)),
    };
  }

  #scan(node: Node, { axis, reversed, region }: OpOf<'scan'>): Own {
    const argument = (each: Node): number => {
      const known = this.#ids.get(each);
      if (known !== undefined) return known;
      const id = this.#count++;
      this.#ids.set(each, id);
      return id;
    };
    // Its body may leave out elements of a sequence.
    const given = [...region.nexts, ...region.emits].map((each) => this.#id(each));
    const body = needed(this.#bodies.get(node)!, given);
    const ids = new Set([...body.flatMap(idsRead), ...given]);
    const read = region.xs.map((x) => ids.has(argument(x)));
    const inputs = node.inputs.filter((_, k) => read[k] !== false);
    return {
      op: 'scan',
      count: this.#size(axis),
      rounds: axis.rounds === true,
      reversed,
      first: sizeExpression(originOf(axis.space), this.#atom),
      position: argument(region.position),
      xs: region.xs.filter((_, k) => read[k]).map(argument),
      states: region.states.map((state) => ({
        id: argument(state),
        ...(isOfRounds(state) ? { rounds: this.#size(axesOf(state)[0]!) } : {}),
      })),
      nexts: region.nexts.map((next) => this.#id(next)),
      emits: region.emits.map((emit) => ({ id: this.#id(emit), type: elementOf(emit), shape: this.#shape(axesOf(emit)) })),
      body,
      in: inputs.map((input) => this.#id(input)),
    };
  }
}
