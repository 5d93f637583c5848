/**
 * 'laid-out' to 'laid-out': what a step computes from parameters and constants alone (a transposed map, a table of sines) is
 * computed once, by `prepare`, and handed on as memory. This is the last pass of a step: only the layout knows which operands are
 * transposed.
 */
import { atomsOf } from '../../size/size.ts';
import type { Node, Op, ScanRegion } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import type { Roots, StepRoots } from '../core/compiled.ts';
import { keptName } from '../core/kept.ts';
import { inOrder } from './build.ts';

/** `changing`: atoms of sizes that differ from step to step, or between `prepare` and a step. */
export function hoist({ prepare, step }: StepRoots, changing: ReadonlySet<string>): StepRoots {
  const nodes = inOrder([...step.values()]);
  const fixed = new Set<Node>();
  for (const node of nodes) if (isFixed(node, fixed, changing)) fixed.add(node);
  const used = new Set(
    nodes.flatMap((node) =>
      fixed.has(node) ? [] : node.op.kind === 'scan' ? [...node.inputs, ...node.op.region.nexts, ...node.op.region.emits] : node.inputs,
    ),
  );
  const more = new Map<string, Node>();
  const leaves = new Map<Node, Node>();
  const isTaken = (name: string): boolean => [prepare, more].some((roots) => roots.has(`memory.${name}`));
  for (const node of nodes) {
    if (!fixed.has(node) || !used.has(node) || isCheap(node, fixed)) continue;
    const name = `memory.${keptName(node, isTaken)}`;
    more.set(name, node);
    leaves.set(node, { ...node, op: { kind: 'input', name }, inputs: [] });
  }
  return more.size === 0 ? { prepare, step } : { prepare: new Map([...prepare, ...more]), step: replaced(step, nodes, leaves) };
}

function isFixed({ op, inputs, types }: Node, fixed: ReadonlySet<Node>, changing: ReadonlySet<string>): boolean {
  if (op.kind === 'parameter' || op.kind === 'constant') return true;
  if (['input', 'length', 'argument', 'random', 'scan', 'result'].includes(op.kind)) return false;
  const sizes = [
    ...types.flatMap(({ axes }) => axes.map(({ space }) => sizeOf(space))),
    ...(op.kind === 'size' ? [op.size] : op.kind === 'slice' ? [op.start] : []),
  ];
  return inputs.every((input) => fixed.has(input)) && !sizes.some((size) => [...atomsOf(size)].some((atom) => changing.has(atom)));
}

/** Not worth keeping: leaves, host numbers, and reshaped parameters. */
function isCheap(node: Node, fixed: ReadonlySet<Node>): boolean {
  const { op, inputs, types } = node;
  if (inputs.length === 0 && op.kind !== 'position') return true;
  if (types[0]!.axes.length === 0) return true;
  return (op.kind === 'reshape' || op.kind === 'rename') && inputs.every((input) => isCheap(input, fixed));
}

/** The roots with `leaves` substituted for their nodes. Ids keep their order. */
function replaced(roots: Roots, nodes: readonly Node[], leaves: ReadonlyMap<Node, Node>): Roots {
  const made = new Map<Node, Node>();
  const of = (node: Node): Node => made.get(node) ?? node;
  for (const node of nodes) {
    const leaf = leaves.get(node);
    if (leaf !== undefined) made.set(node, leaf);
    else {
      const op = node.op.kind === 'scan' ? { ...node.op, region: region(node.op.region, of) } : node.op;
      const changes = op !== node.op || node.inputs.some((input) => of(input) !== input);
      if (changes) made.set(node, { ...node, op: op as Op, inputs: node.inputs.map(of) });
    }
  }
  return new Map([...roots].map(([name, node]) => [name, of(node)]));
}

function region({ position, xs, states, nexts, emits }: ScanRegion, of: (node: Node) => Node): ScanRegion {
  return { position, xs, states, nexts: nexts.map(of), emits: emits.map(of) };
}
