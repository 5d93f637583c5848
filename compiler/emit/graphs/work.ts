/** How much a laid-out function does, so that a way of execution can be chosen before it runs. */
import { size as sizes, type Size } from '../../size/size.ts';
import type { Axis, Node, Op } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { inOrder } from '../../passes/layout/build.ts';
import { axesOf } from '../../passes/layout/limits.ts';

export interface WorkSizes {
  /** Operations that are run, in all steps. */
  readonly operations: Size;
  /** Numbers that they give, without those of products. */
  readonly elements: Size;
  /** Multiplications of products. */
  readonly multiplications: Size;
}

/** What gives no tensor of its own. */
const FREE: ReadonlySet<Op['kind']> = new Set([
  'input',
  'parameter',
  'constant',
  'size',
  'length',
  'argument',
  'result',
  'rename',
  'reshape',
]);

/** @param loopOf the innermost loop that a node belongs to; null: it is outside of all */
export function workOf(roots: readonly Node[], loopOf: (node: Node) => Node | null): WorkSizes {
  const steps = new Map<Node | null, Size>([[null, sizes.int(1)]]);
  const stepsOf = (loop: Node | null): Size => {
    const known = steps.get(loop);
    if (known !== undefined || loop?.op.kind !== 'scan') return known ?? sizes.int(1);
    const all = sizes.mul(stepsOf(loopOf(loop)), sizeOf(loop.op.axis.space));
    steps.set(loop, all);
    return all;
  };
  const once = new Map<Node | null, { operations: number; elements: Size[]; multiplications: Size[] }>();
  for (const node of inOrder(roots)) {
    if (FREE.has(node.op.kind) || node.op.kind === 'scan') continue;
    const loop = loopOf(node);
    const own = once.get(loop) ?? { operations: 0, elements: [], multiplications: [] };
    once.set(loop, own);
    own.operations++;
    if (node.op.kind === 'matmul') own.multiplications.push(multiplicationsOf(node, node.op.transposeA));
    else own.elements.push(countOf(axesOf(node)));
  }
  const total = (each: (own: { operations: number; elements: Size[]; multiplications: Size[] }) => Size): Size =>
    [...once].map(([loop, own]) => sizes.mul(stepsOf(loop), each(own))).reduce((a, b) => sizes.add(a, b), sizes.int(0));
  const sum = (all: readonly Size[]): Size => all.reduce((a, b) => sizes.add(a, b), sizes.int(0));
  return {
    operations: total(({ operations }) => sizes.int(operations)),
    elements: total(({ elements }) => sum(elements)),
    multiplications: total(({ multiplications }) => sum(multiplications)),
  };
}

const countOf = (axes: readonly Axis[]): Size => axes.map(({ space }) => sizeOf(space)).reduce((a, b) => sizes.mul(a, b), sizes.int(1));

function multiplicationsOf(product: Node, isTransposed: boolean): Size {
  const contracted = axesOf(product.inputs[0]!).at(isTransposed ? -2 : -1)!;
  return sizes.mul(countOf(axesOf(product)), sizeOf(contracted.space));
}
