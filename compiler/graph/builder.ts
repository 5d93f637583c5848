/** Makes nodes: types are inferred, ids increase, and nodes are never shared implicitly (a pass does that). */
import type { Size } from '../size/size.ts';
import { GraphError } from './errors.ts';
import type {
  Axis,
  BinaryFn,
  Binding,
  CallRegion,
  Dim,
  Draw,
  Elem,
  Node,
  NodeOf,
  Op,
  Origin,
  ReduceFn,
  ScanRegion,
  TensorType,
  UnaryFn,
} from './graph.ts';
import { infer, isGiven, typeOf } from './infer.ts';
import { showType, tensor } from './spaces.ts';

/** For nodes that correspond to no source text. */
export const NOWHERE: Origin = { file: '', start: 0, end: 0, name: null };

export interface ScanParts {
  readonly axis: Axis;
  readonly reversed?: boolean;
  /** The argument `index(axis) []` through which the body reads this step's position. */
  readonly position: Node;
  readonly xs: readonly { readonly arg: Node; readonly value: Node }[];
  readonly states: readonly { readonly arg: Node; readonly init: Node; readonly next: Node }[];
  readonly emits: readonly Node[];
  readonly tape?: Dim | undefined;
}

export class Builder {
  /** The origin of every node made through this view. */
  readonly origin: Origin;
  readonly #ids: { next: number };

  constructor(origin: Origin = NOWHERE, ids = { next: 0 }) {
    this.origin = origin;
    this.#ids = ids;
  }

  /** The same builder with another origin. */
  at(origin: Origin): Builder {
    return new Builder(origin, this.#ids);
  }

  node<O extends Op>(op: O, inputs: readonly Node[], origin: Origin = this.origin): Node & { readonly op: O } {
    return this.#make(op, inputs, infer(op, inputs), origin);
  }

  /** A node whose operation does not determine its type. */
  leaf(op: Op, type: TensorType, origin: Origin = this.origin): Node {
    if (!isGiven(op)) throw new GraphError(`the type of ${op.kind} is inferred, not given: ${showType(type)}`);
    return this.#make(op, [], [type], origin);
  }

  #make<O extends Op>(op: O, inputs: readonly Node[], types: readonly TensorType[], origin: Origin): Node & { readonly op: O } {
    return { id: this.#ids.next++, op, inputs, types, origin };
  }

  /** The same computation as a separate node, with another name or location. */
  copy(node: Node, origin: Origin): Node {
    return this.#make(node.op, node.inputs, node.types, origin);
  }

  // ---------------------------------------------------------------- leaves

  argument(type: TensorType, origin?: Origin): Node {
    return this.leaf({ kind: 'argument' }, type, origin);
  }

  input(name: string, type: TensorType, origin?: Origin): Node {
    return this.leaf({ kind: 'input', name }, type, origin);
  }

  parameter(path: string, axes: readonly Axis[], origin?: Origin): Node {
    return this.leaf({ kind: 'parameter', path }, tensor({ kind: 'float' }, axes), origin);
  }

  constant(value: number, elem: Elem['kind'] & ('float' | 'int' | 'bool') = 'float'): Node {
    return this.leaf({ kind: 'constant', value }, tensor({ kind: elem }, []));
  }

  size(size: Size): Node {
    return this.node({ kind: 'size', size }, []);
  }

  /** The lengths of a ragged dim, one per example. */
  length(dim: Dim, batch: Axis): Node {
    return this.leaf({ kind: 'length', dim }, tensor({ kind: 'int' }, [batch]));
  }

  position(axis: Axis): Node {
    return this.node({ kind: 'position', axis }, []);
  }

  /** `positions`: of the scans around it, outermost first. */
  random(draw: Draw, rate: number, site: string, axes: readonly Axis[], positions: readonly Node[] = []): Node {
    return this.node({ kind: 'random', draw, rate, site, axes }, positions);
  }

  // ---------------------------------------------------------------- elementwise and absence

  unary(fn: UnaryFn, x: Node): Node {
    return this.node({ kind: 'unary', fn }, [x]);
  }

  binary(fn: BinaryFn, a: Node, b: Node): Node {
    return this.node({ kind: 'binary', fn }, [a, b]);
  }

  select(condition: Node, then: Node, otherwise: Node): Node {
    return this.node({ kind: 'select' }, [condition, then, otherwise]);
  }

  where(x: Node, condition: Node): Node {
    return this.node({ kind: 'where' }, [x, condition]);
  }

  otherwise(p: Node, q: Node): Node {
    return this.node({ kind: 'otherwise' }, [p, q]);
  }

  // ---------------------------------------------------------------- over axes

  reduce(fn: ReduceFn, x: Node, axes: readonly string[]): Node {
    return this.node({ kind: 'reduce', fn, axes }, [x]);
  }

  softmax(x: Node, axis: string, log = false): Node {
    return this.node({ kind: 'softmax', axis, log }, [x]);
  }

  argmax(x: Node, axis: string): Node {
    return this.node({ kind: 'argmax', axis }, [x]);
  }

  contract(a: Node, b: Node, axes: readonly string[]): Node {
    return this.node({ kind: 'contract', axes }, [a, b]);
  }

  cumsum(x: Node, axis: string, { exclusive = false, reversed = false } = {}): Node {
    return this.node({ kind: 'cumsum', axis, exclusive, reversed }, [x]);
  }

  cumprod(x: Node, axis: string, { exclusive = false, reversed = false } = {}): Node {
    return this.node({ kind: 'cumprod', axis, exclusive, reversed }, [x]);
  }

  // ---------------------------------------------------------------- positions

  gather(t: Node, i: Node, axis: string, inside = false): Node {
    return this.node({ kind: 'gather', axis, inside }, [t, i]);
  }

  scatter(g: Node, i: Node, axis: Axis, over: readonly string[]): Node {
    return this.node({ kind: 'scatter', axis, over }, [g, i]);
  }

  onehot(i: Node, axis: Axis): Node {
    return this.node({ kind: 'onehot', axis }, [i]);
  }

  /** For each part, the id of the axis that is joined; null: a single position. */
  concat(axis: Axis, parts: readonly (readonly [Node, string | null])[]): Node {
    return this.node(
      { kind: 'concat', axis, parts: parts.map(([, part]) => part) },
      parts.map(([node]) => node),
    );
  }

  slice(x: Node, axis: string, start: Size, into: Axis | null): Node {
    return this.node({ kind: 'slice', axis, start, into }, [x]);
  }

  shift(x: Node, axis: string, by: Size, circular = false): Node {
    return this.node({ kind: 'shift', axis, by, circular }, [x]);
  }

  // ---------------------------------------------------------------- shape

  rename(x: Node, from: string, to: Axis): Node {
    return this.node({ kind: 'rename', from, to }, [x]);
  }

  merge(x: Node, axes: readonly string[], into: Axis): Node {
    return this.node({ kind: 'merge', axes, into }, [x]);
  }

  split(x: Node, axis: string, into: readonly Axis[]): Node {
    return this.node({ kind: 'split', axis, into }, [x]);
  }

  /** `x` itself if it has exactly these axes in this order. */
  broadcast(x: Node, axes: readonly Axis[]): Node {
    const own = typeOf(x).axes;
    if (own.length === axes.length && own.every((axis, k) => axis.id === axes[k]!.id)) return x;
    return this.node({ kind: 'broadcast', axes }, [x]);
  }

  permute(x: Node, order: readonly string[]): Node {
    return this.node({ kind: 'permute', order }, [x]);
  }

  reshape(x: Node, axes: readonly Axis[]): Node {
    return this.node({ kind: 'reshape', axes }, [x]);
  }

  matmul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
    return this.node({ kind: 'matmul', transposeA, transposeB }, [a, b]);
  }

  // ---------------------------------------------------------------- structure

  /** The argument for `ScanParts.position`. */
  step(axis: Axis): Node {
    return this.argument(tensor({ kind: 'index', space: axis.space }, []));
  }

  /** Results: the final states, then the emits; read them with `result`. */
  scan({ axis, reversed = false, position, xs, states, emits, tape }: ScanParts): Node {
    const region: ScanRegion = {
      position,
      xs: xs.map(({ arg }) => arg),
      states: states.map(({ arg }) => arg),
      nexts: states.map(({ next }) => next),
      emits,
      ...(tape === undefined ? {} : { tape }),
    };
    return this.node({ kind: 'scan', axis, reversed, region }, [...xs.map(({ value }) => value), ...states.map(({ init }) => init)]);
  }

  call(callee: string, region: CallRegion, binding: Binding, inputs: readonly Node[]): Node {
    return this.node({ kind: 'call', callee, region, binding }, inputs);
  }

  /** `results` as computed position by position along `axis`. */
  clock(axis: Axis, sequences: readonly { readonly arg: Node; readonly value: Node }[], results: readonly Node[]): NodeOf<'clock'> {
    return this.node(
      { kind: 'clock', axis, region: { args: sequences.map(({ arg }) => arg), results } },
      sequences.map(({ value }) => value),
    );
  }

  result(node: Node, index: number): Node {
    return this.node({ kind: 'result', index }, [node]);
  }
}
