/**
 * As how many lists in each other values are kept: what a loop emits is a list, one element per step; so is what has the rounds of
 * a `repeat` in front, as far as these make and read it element by element.
 */
import { folded } from '../../../graph/fold.ts';
import type { Node, OpOf } from '../../../graph/graph.ts';
import { isOfRounds } from '../../../passes/core/axes.ts';
import { axesOf } from '../../../passes/layout/limits.ts';
import { dtypeOfNode } from './pieces.ts';

/** The number of a value's first axes that lists stand for; 0: it is one tensor. */
export type DepthOf = (node: Node) => number;

/** @param isList whether a root is given as lists, one element per round */
export function depthsOf(nodes: readonly Node[], roots: readonly Node[], isList: (root: number) => boolean): DepthOf {
  const bound = boundIn(nodes);
  const natural = depths(bound, new Set());
  const uses = usesIn(nodes);
  roots.forEach((root, k) => uses.get(root)!.push(isList(k)));
  return depths(bound, inRounds(nodes, { bound, uses, natural }));
}

/** How many axes in front count rounds. */
export function roundsIn(node: Node): number {
  const axes = axesOf(node);
  const others = axes.findIndex(({ rounds }) => rounds !== true);
  return others < 0 ? axes.length : others;
}

/** What is computed from tensors element by element: for lists, round by round. */
export function isElementwise({ op }: Node): boolean {
  return op.kind === 'select' || (op.kind === 'binary' && (op.fn === 'add' || op.fn === 'sub' || op.fn === 'mul'));
}

interface Bound {
  readonly states: ReadonlySet<Node>;
  /** By argument: the sequence that it is an element of. */
  readonly sequences: ReadonlyMap<Node, Node>;
}

function boundIn(nodes: readonly Node[]): Bound {
  const states = new Set<Node>();
  const sequences = new Map<Node, Node>();
  for (const { op, inputs } of nodes) {
    if (op.kind !== 'scan') continue;
    for (const state of op.region.states) states.add(state);
    op.region.xs.forEach((x, k) => sequences.set(x, inputs[k]!));
  }
  return { states, sequences };
}

/** @param listed what else is a list over rounds */
function depths({ states, sequences }: Bound, listed: ReadonlySet<Node>): DepthOf {
  const source = (node: Node): Node | undefined => emitOf(node) ?? sequences.get(node) ?? (isSame(node) ? node.inputs[0] : undefined);
  return folded<Node, number>(
    (node) => [source(node) ?? []].flat(),
    (node, of) => {
      const from = source(node);
      const own = listed.has(node) ? 1 : 0;
      if (emitOf(node) !== undefined) return 1 + (isOfRounds(from!) ? of(from!) : 0);
      if (sequences.has(node)) return Math.max(own, of(from!) - 1);
      if (from !== undefined) return of(from);
      return node.op.kind === 'result' || node.op.kind === 'input' || states.has(node) ? roundsIn(node) : own;
    },
  );
}

/** What a loop emits as this result; undefined: it is no such thing. */
function emitOf({ op, inputs }: Node): Node | undefined {
  if (op.kind !== 'result') return undefined;
  const { region } = inputs[0]!.op as OpOf<'scan'>;
  return region.emits[op.index - region.states.length];
}

/** Is the node lowered to the value of its operand? */
function isSame(node: Node): boolean {
  const { op, inputs } = node;
  if (op.kind === 'rename') return true;
  if (op.kind !== 'unary') return false;
  const isKept = op.fn === 'int' || op.fn === 'float' || op.fn === 'floor';
  return op.fn === 'stop' || (isKept && dtypeOfNode(node) === dtypeOfNode(inputs[0]!));
}

/** Is it read as a list over rounds? If another node decides that, which. */
type Use = boolean | Node;

function usesIn(nodes: readonly Node[]): Map<Node, Use[]> {
  const uses = new Map(nodes.map((node) => [node, [] as Use[]]));
  for (const node of nodes) {
    const { op, inputs } = node;
    if (op.kind !== 'scan') {
      for (const input of inputs) uses.get(input)!.push(isElementwise(node) || isSame(node) ? node : false);
      continue;
    }
    const { xs, states, nexts, emits } = op.region;
    inputs.forEach((input, k) => uses.get(input)!.push(k < xs.length ? op.axis.rounds === true : isOfRounds(states[k - xs.length]!)));
    nexts.forEach((next, k) => uses.get(next)!.push(isOfRounds(states[k]!)));
    for (const emit of emits) uses.get(emit)!.push(isOfRounds(emit));
  }
  return uses;
}

interface Reading {
  readonly bound: Bound;
  readonly uses: ReadonlyMap<Node, readonly Use[]>;
  readonly natural: DepthOf;
}

/**
 * What steps read of a sequence, and what they compute of lists, is a list if nothing reads it in another way. So this begins with
 * whatever could be one, and takes away what could not, until all can.
 */
function inRounds(nodes: readonly Node[], { bound: { sequences }, uses, natural }: Reading): ReadonlySet<Node> {
  const listed = new Set(nodes.filter((node) => roundsIn(node) === 1 && (sequences.has(node) || isElementwise(node) || isSame(node))));
  const isList = (node: Node): boolean => natural(node) > 0 || listed.has(node);
  const goes = (node: Node): boolean =>
    uses.get(node)!.every((use) => (typeof use === 'boolean' ? use : listed.has(use))) &&
    (sequences.has(node) || node.inputs.some((input) => isOfRounds(input) && isList(input)));
  for (let wrong = [...listed]; wrong.length > 0; ) {
    wrong = [...listed].filter((node) => !goes(node));
    for (const node of wrong) listed.delete(node);
  }
  return listed;
}
