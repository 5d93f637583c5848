/** The cost of one example, from the sizes in the graph. */
import { evaluate, size, SizeError, substitute, type Size } from '../../size/size.ts';
import type { Axis, Node, Program } from '../../graph/graph.ts';
import { isGiven } from '../../graph/infer.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { Dependence, operands, reachable, regionArguments, tapePositions } from '../../graph/walk.ts';
import { inline } from '../../passes/clock/inline.ts';

export interface Cost {
  /** Multiply-adds of contractions. */
  readonly multiplyAdds: number;
  /** All other arithmetic: one operation per result, or per operand of what is summed, compared or searched. */
  readonly otherOperations: number;
  /** An upper bound in bytes for the float32 values that the backward pass needs: the results of all operations. */
  readonly activationBytes: number;
}

export type Sizes = (size: Size) => number;

/**
 * The value of each dim, by its id.
 *
 * @param lengths of ragged dims by label; a missing one has no value
 */
export function valuesOf(
  program: Pick<Program, 'hyperparameters' | 'ragged'>,
  dims: ReadonlyMap<string, number>,
  lengths: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const values = new Map(program.hyperparameters.map(({ dim, value }) => [dim.id, dims.get(dim.label) ?? value]));
  for (const dim of program.ragged) if (lengths.has(dim.label)) values.set(dim.id, lengths.get(dim.label)!);
  return values;
}

/** A size with a dim that has no value throws a SizeError. */
export function sizesOf(...given: Parameters<typeof valuesOf>): Sizes {
  const values = valuesOf(...given);
  return (size) => evaluate(size, (atom) => values.get(atom) ?? Number.NaN);
}

/** Operations that only rename, cut or repeat values. */
const FREE = new Set([
  'rename',
  'merge',
  'split',
  'broadcast',
  'slice',
  'result',
  'scan',
  'call',
  'where',
  'otherwise',
  'size',
  'position',
]);

/** Operations that reduce many elements to one. */
const REDUCING = new Set(['reduce', 'across', 'argmax', 'scatter']);

/**
 * One example's forward pass of the first objective, or of the outputs where there is none.
 *
 * @throws SizeError where a size has no value
 */
export function costOf(program: Program, sizes: Sizes): Cost {
  const updates = program.objectives[0]?.updates ?? [];
  const roots = inline(updates.length === 0 ? program.outputs : new Map(updates.map(({ training }, k) => [`loss${k}`, training.loss])));
  const nodes = reachable([...roots.values()]);
  // Calls and clocks have been opened: only loops have arguments.
  const loops = new Map<Node, { readonly node: Node; readonly axis: Axis }>();
  for (const node of nodes)
    if (node.op.kind === 'scan') for (const argument of regionArguments(node)) loops.set(argument, { node, axis: node.op.axis });
  const dependence = new Dependence(tapePositions([...roots.values()]));
  const tapes = tapeSizes(nodes);
  const count = (axes: Iterable<Axis>): number =>
    [...axes].reduce((product, axis) => product * sizes(substitute(sizeOf(axis.space), tapes)), 1);
  const around = new Map<Node, ReadonlyMap<Node, Axis>>();
  /** The loops around a node, and the axis that each runs along. */
  const loopsOf = (node: Node): ReadonlyMap<Node, Axis> => {
    const known = around.get(node);
    if (known !== undefined) return known;
    const own = [...dependence.of(node)].map((argument) => loops.get(argument)!);
    const all = new Map(own.flatMap((loop): [Node, Axis][] => [[loop.node, loop.axis], ...loopsOf(loop.node)]));
    around.set(node, all);
    return all;
  };

  let multiplyAdds = 0,
    otherOperations = 0,
    activationBytes = 0;
  for (const node of nodes) {
    if (isGiven(node.op) || FREE.has(node.op.kind)) continue;
    const times = count(loopsOf(node).values());
    const results = times * node.types.reduce((sum, type) => sum + count(type.axes), 0);
    activationBytes += 4 * results;
    if (node.op.kind === 'contract') {
      const all = new Map(operands(node).flatMap((input) => input.types[0]!.axes.map((axis): [string, Axis] => [axis.id, axis])));
      multiplyAdds += times * count(all.values());
    } else {
      const taken = REDUCING.has(node.op.kind) ? times * Math.max(...operands(node).map((input) => count(input.types[0]!.axes))) : 0;
      otherOperations += Math.max(results, taken);
    }
  }
  return { multiplyAdds, otherOperations, activationBytes };
}

/** The slots of every tape in a module: one for each step, and one for the initial value. */
function tapeSizes(nodes: readonly Node[]): ReadonlyMap<string, Size> {
  const sizes = new Map<string, Size>();
  // Outer loops first: an inner one may run along their tape.
  for (const { op } of nodes.toReversed()) {
    if (op.kind === 'scan' && op.region.tape !== undefined)
      sizes.set(op.region.tape.id, size.add(substitute(sizeOf(op.axis.space), sizes), size.int(1)));
  }
  return sizes;
}

export { SizeError };
