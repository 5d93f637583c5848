/** What holds for every graph, and what each dialect adds. Runs after every pass in tests. */
import { atomsOf, equalSizes, showSize, size, type Size } from '../size/size.ts';
import { GraphError } from './errors.ts';
import type { Axis, Node, Op, OpOf, TensorType } from './graph.ts';
import { infer, isGiven, typeOf } from './infer.ts';
import { excessOf } from './limits.ts';
import { printAround } from './print.ts';
import { agree, axisOf, isRagged, isUnit, raggedAtoms, sameType, showAxis, showType, sizeOf } from './spaces.ts';
import { Dependence, reachable, regionArguments, regionResults } from './walk.ts';

export type Dialect = 'calls' | 'inlined' | 'batched' | 'laid-out';
export type Facts = Parameters<typeof equalSizes>[2];

export interface VerifyOptions {
  readonly dialect: Dialect;
  /** Equalities of sizes that `require a == b` declares. */
  readonly facts?: Facts;
  /** Arguments that the program itself binds, such as those of a decoder's step. */
  readonly free?: readonly Node[];
}

/** Operations that must not occur in a dialect. */
const FORBIDDEN: { readonly [D in Dialect]: readonly Op['kind'][] } = {
  calls: ['length', 'shift', 'permute', 'reshape', 'matmul', 'append', 'before'],
  inlined: ['length', 'shift', 'permute', 'reshape', 'matmul', 'call', 'clock'],
  batched: ['across', 'permute', 'reshape', 'matmul', 'call', 'clock', 'where', 'otherwise'],
  'laid-out': ['across', 'call', 'clock', 'where', 'otherwise', 'contract', 'past'],
};

/** Throws `GraphError` with the first violation, its node and the nodes around it. */
export function verify(roots: readonly Node[], options: VerifyOptions): void {
  new Verifier(roots, options).run();
}

class Verifier {
  readonly #roots: readonly Node[];
  readonly #options: VerifyOptions;
  readonly #nodes: readonly Node[];
  readonly #dependence = new Dependence();
  readonly #axes = new Map<string, Axis>();

  constructor(roots: readonly Node[], options: VerifyOptions) {
    this.#roots = roots;
    this.#options = options;
    this.#nodes = reachable(roots);
  }

  run(): void {
    for (const node of this.#nodes) {
      try {
        this.#node(node);
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        throw new GraphError(`${error.message}\n${printAround(node, this.#roots)}`);
      }
    }
    this.#scoping();
    this.#raggedSizes();
  }

  #node(node: Node): void {
    const { dialect } = this.#options;
    const { op } = node;
    require(!FORBIDDEN[dialect].includes(op.kind), () => `${op.kind} in a graph that is '${dialect}'`);
    for (const before of [...node.inputs, ...regionArguments(node), ...regionResults(node)]) {
      require(before.id < node.id, () => `%${before.id} comes before %${node.id} but was made after it`);
    }
    if (isGiven(op)) require(node.inputs.length === 0 && node.types.length === 1, () => `${op.kind} is a leaf of one type`);
    else this.#inferred(node);
    for (const type of node.types) this.#type(type);
    if (op.kind === 'constant' || op.kind === 'length') {
      const rank = op.kind === 'constant' ? 0 : op.dim.inside === undefined ? 1 : 2;
      require(node.types[0]!.axes.length === rank, () => `${op.kind} is ${showType(node.types[0]!)}`);
    }
    if (op.kind === 'concat' || op.kind === 'merge' || op.kind === 'split') this.#sizes(node, op);
    if (op.kind === 'rename') this.#agree(axisOf(typeOf(node.inputs[0]!), op.from), op.to);
    if (dialect === 'laid-out') this.#laidOut(node);
  }

  #inferred(node: Node): void {
    const types = infer(node.op, node.inputs);
    const same = types.length === node.types.length && types.every((type, k) => sameType(type, node.types[k]!));
    require(same, () => `the node says ${node.types.map(showType).join('; ')}, its operation gives ${types.map(showType).join('; ')}`);
  }

  #type(type: TensorType): void {
    const { dialect } = this.#options;
    require(new Set(type.axes.map(({ id }) => id)).size === type.axes.length, () => `an axis stands twice in ${showType(type)}`);
    require(dialect === 'calls' || dialect === 'inlined' || type.masks.length === 0, () =>
      `absence is explicit here, not ${showType(type)}`);
    for (const axis of [...type.axes, ...type.masks.flat()]) this.#agree(this.#axes.get(axis.id) ?? axis, axis);
  }

  /** The same id means the same size: also checks against ids seen before. */
  #agree(a: Axis, b: Axis): void {
    if (!this.#axes.has(b.id)) this.#axes.set(b.id, b);
    const ok = (isUnit(a) && isUnit(b)) || agree(a, b, this.#options.facts);
    require(ok, () => `${showAxis(a)} and ${showAxis(b)} do not agree`);
  }

  #sizes(node: Node, op: OpOf<'concat' | 'merge' | 'split'>): void {
    const total = (sizes: readonly Size[]): Size => sizes.reduce((m, n) => size.add(m, n), size.int(0));
    const product = (axes: readonly Axis[]): Size => axes.reduce((n, axis) => size.mul(n, sizeOf(axis.space)), size.int(1));
    const [left, right] =
      op.kind === 'merge'
        ? [product(op.axes.map((id) => axisOf(typeOf(node.inputs[0]!), id))), product([op.into])]
        : op.kind === 'split'
          ? [product([axisOf(typeOf(node.inputs[0]!), op.axis)]), product(op.into)]
          : [
              total(op.parts.map((part, k) => (part === null ? size.int(1) : sizeOf(axisOf(typeOf(node.inputs[k]!), part).space)))),
              product([op.axis]),
            ];
    require(equalSizes(left, right, this.#options.facts) === 'equal', () =>
      `${showSize(left)} and ${showSize(right)} positions are not proved equal`);
  }

  /**
   * Within the limits of every backend; operands of elementwise operations are aligned with the result's axes as tfjs does it:
   * from the right.
   */
  #laidOut(node: Node): void {
    const excess = excessOf(node);
    if (excess !== null) throw new GraphError(excess);
    if (!['binary', 'select'].includes(node.op.kind)) return;
    const result = node.types[0]!.axes;
    for (const input of node.inputs) {
      const { axes } = typeOf(input);
      const aligned = axes.every((axis, k) => isUnit(axis) || axis.id === result[result.length - axes.length + k]?.id);
      require(aligned, () => `${showType(typeOf(input))} does not align with ${showType(node.types[0]!)}`);
    }
  }

  /**
   * Every argument is bound by one region, and used only inside it. A call's body reads nothing from outside but parameters and
   * constants.
   */
  #scoping(): void {
    const owners = new Map<Node, Node>();
    for (const node of this.#nodes) {
      for (const argument of regionArguments(node)) {
        const other = owners.get(argument);
        this.#at(node, argument.op.kind === 'argument', () => `%${argument.id} is bound but is not an argument`);
        this.#at(node, other === undefined, () => `argument %${argument.id} is bound by %${other?.id} too`);
        owners.set(argument, node);
      }
      if (node.op.kind === 'call') this.#closed(node);
    }
    const free = this.#options.free ?? [];
    for (const root of this.#roots) {
      for (const argument of this.#dependence.of(root)) {
        this.#at(root, free.includes(argument), () => `argument %${argument.id} is used outside its region`);
      }
    }
  }

  #closed(call: Node): void {
    const own = new Set(regionArguments(call));
    for (const result of regionResults(call)) {
      for (const argument of this.#dependence.of(result))
        this.#at(call, own.has(argument), () => `the body reads argument %${argument.id} of another region`);
    }
    const input = reachable(regionResults(call)).find(({ op }) => op.kind === 'input');
    this.#at(call, input === undefined, () => `the body reads input %${input?.id}`);
  }

  /** In a batch a ragged dim has no single size: a `size` of it must have become lengths. */
  #raggedSizes(): void {
    if (this.#options.dialect === 'calls' || this.#options.dialect === 'inlined') return;
    const ragged = new Set([...this.#axes.values()].flatMap(({ space }) => (isRagged(space) ? [...raggedAtoms(space)] : [])));
    for (const node of this.#nodes) {
      if (node.op.kind !== 'size' && node.op.kind !== 'shift') continue;
      const atom = [...atomsOf(node.op.kind === 'size' ? node.op.size : node.op.by)].find((name) => ragged.has(name));
      this.#at(node, atom === undefined, () => `the size of ${atom} differs from example to example`);
    }
  }

  #at(node: Node, condition: boolean, message: () => string): void {
    require(condition, () => `${message()}\n${printAround(node, this.#roots)}`);
  }
}

function require(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new GraphError(message());
}
