/** What is known of nodes before they are lowered. */
import { nonNegative, size as sizes } from '../../../size/size.ts';
import type { Node, OpOf, Origin } from '../../../graph/graph.ts';
import { BINARY } from '../../../graph/operations/binary.ts';
import { UNARY } from '../../../graph/operations/unary.ts';
import { isOfRounds } from '../../../passes/core/axes.ts';
import type { DepthOf } from './depths.ts';

export type OriginOf = (node: Node) => Origin;

/** What is known of nodes before they are lowered. */
export interface NodeFacts {
  readonly roles: ReadonlyMap<Node, ArgumentRole>;
  readonly uses: ReadonlyMap<Node, number>;
  /** Without the equation's name for what is only on the way to its result. */
  readonly origin: OriginOf;
  readonly depthOf: DepthOf;
}

/** Passes give what they make for an equation its origin; its name is that of the result alone, and of no mask. */
export function originsOf(nodes: readonly Node[], equation: (origin: Origin) => string): OriginOf {
  const keys = new Map(nodes.map((node) => [node, equation(node.origin)]));
  /** By node: the named results of its equation that it goes into. */
  const into = new Map<Node, Set<string>>();
  const unnamed = new Map<Node, Origin>();
  const masks = masksIn(nodes);
  for (const node of nodes.toReversed()) {
    const { name, start, file, frame } = node.origin;
    const key = `${name} ${start} ${file} ${frame?.path}`;
    const own = into.get(node) ?? new Set();
    if (name !== null && (own.has(key) || masks.has(node))) unnamed.set(node, { ...node.origin, name: null });
    for (const input of node.inputs.filter((each) => keys.get(each) === keys.get(node))) {
      into.set(input, new Set([...(into.get(input) ?? []), ...own, ...(name === null ? [] : [key])]));
    }
  }
  return (node) => unnamed.get(node) ?? node.origin;
}

/** What is made of nothing but lengths and positions, and of a length. */
function masksIn(nodes: readonly Node[]): ReadonlySet<Node> {
  const masks = new Set<Node>();
  const isFixed = new Set<Node>();
  for (const node of nodes) {
    const { kind } = node.op;
    if (kind === 'argument' || kind === 'input' || kind === 'parameter' || kind === 'scan' || kind === 'result' || kind === 'random')
      continue;
    if (!node.inputs.every((each) => isFixed.has(each) || masks.has(each))) continue;
    if (kind === 'length' || node.inputs.some((each) => masks.has(each))) masks.add(node);
    else isFixed.add(node);
  }
  return masks;
}

export interface ArgumentRole {
  readonly position: boolean;
  readonly hint: string;
  /** One round's parameter: the path in pieces, between which stand the positions of the rounds so far. */
  readonly parameter?: { readonly path: string; readonly rounds: readonly Node[] };
}

/** What the arguments of loops are and, for those without a name, what they may be called. */
export function argumentsOf(nodes: readonly Node[], origin: OriginOf): ReadonlyMap<Node, ArgumentRole> {
  const roles = new Map<Node, ArgumentRole>();
  // Loops around come first: those inside read what they bind.
  for (const { op, inputs } of [...nodes].sort((a, b) => regionStart(a) - regionStart(b))) {
    if (op.kind !== 'scan') continue;
    const { position, xs, states, nexts } = op.region;
    roles.set(position, { position: true, hint: op.axis.rounds === true ? 'i' : 't' });
    xs.forEach((x, k) => {
      const parameter = parameterOf(inputs[k]!, roles);
      if (parameter === null) roles.set(x, { position: false, hint: sourceName(inputs[k]!, origin) });
      else
        roles.set(x, {
          position: false,
          hint: parameter.path.split('.').at(-1)!,
          parameter: { path: parameter.path, rounds: [...parameter.rounds, position] },
        });
    });
    states.forEach((state, k) => roles.set(state, { position: false, hint: origin(nexts[k]!).name ?? 'state' }));
  }
  return roles;
}

/** Arguments of loops around are made before those of loops inside. */
function regionStart({ op }: Node): number {
  return op.kind === 'scan' ? op.region.position.id : 0;
}

/** What a sequence of rounds is, if it is a parameter. */
function parameterOf(sequence: Node, roles: ReadonlyMap<Node, ArgumentRole>): NonNullable<ArgumentRole['parameter']> | null {
  let from = sequence;
  while (from.op.kind === 'rename') from = from.inputs[0]!;
  if (from.op.kind === 'argument') return roles.get(from)?.parameter ?? null;
  return from.op.kind === 'parameter' && isOfRounds(from) ? { path: from.op.path, rounds: [] } : null;
}

export function usesOf(nodes: readonly Node[], roots: readonly Node[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  roots.forEach(use);
  for (const { op, inputs } of nodes) {
    inputs.forEach(use);
    if (op.kind === 'scan') [...op.region.nexts, ...op.region.emits].forEach(use);
  }
  return uses;
}

/** What a tensor of this number is called. */
export function filling({ value }: OpOf<'constant'>): string {
  return value === 0 ? 'zeros' : value === 1 ? 'ones' : 'filled';
}

export function sourceName(node: Node, origin: OriginOf): string {
  const { op, inputs } = node;
  const { name } = origin(node);
  if (name !== null) return name;
  if (op.kind === 'input') return op.name;
  if (op.kind === 'parameter') return op.path.split('.').at(-1)!;
  if (op.kind === 'result') return resultName(inputs[0]!, op.index, origin);
  if (op.kind === 'unary') return UNARY[op.fn].typescript.call === null ? sourceName(inputs[0]!, origin) : UNARY[op.fn].typescript.hint;
  if (op.kind === 'matmul') return 'product';
  if (op.kind === 'constant') return filling(op);
  const shapes = op.kind === 'permute' || op.kind === 'reshape' || op.kind === 'rename' || op.kind === 'broadcast';
  return shapes ? sourceName(inputs[0]!, origin) : op.kind === 'binary' ? BINARY[op.fn].typescript.hint : 'x';
}

function resultName({ op, inputs }: Node, index: number, origin: OriginOf): string {
  const { xs, states, emits } = (op as OpOf<'scan'>).region;
  const inner = states[index] ?? emits[index - states.length]!;
  if (inner.op.kind !== 'argument') return sourceName(inner, origin);
  const sequence = inputs[xs.indexOf(inner)];
  return origin(inner).name ?? (sequence === undefined ? 'previous' : sourceName(sequence, origin));
}

/** What a node was before it was reshaped and transposed. */
export function original(node: Node): Node {
  let from = node;
  while (from.op.kind === 'reshape' || from.op.kind === 'permute' || from.op.kind === 'rename') from = from.inputs[0]!;
  return from;
}

/** For lengths compared with the positions along a ragged axis, or with that of a step: that axis's label. */
export function maskedAxis(...operands: readonly Node[]): string | null {
  const bases = operands.map((operand) => original(operand).op);
  const position = bases.find((op) => op.kind === 'position');
  const length = bases.find((op) => op.kind === 'length');
  return length === undefined
    ? null
    : position !== undefined
      ? position.axis.label
      : bases.some((op) => op.kind === 'argument')
        ? length.dim.label
        : null;
}

/** Is one position told from another of the same kind by which comes first? */
export function areOrdered(...operands: readonly [Node, Node]): boolean {
  const [a, b] = operands.map((operand) => original(operand).op);
  return a!.kind === 'position' && b!.kind === 'position';
}

export const isPositive = ({ op, inputs }: Node): boolean =>
  (op.kind === 'constant' && op.value > 0) ||
  (op.kind === 'size' && nonNegative(sizes.sub(op.size, sizes.int(1)))) ||
  ((op.kind === 'reshape' || op.kind === 'broadcast') && isPositive(inputs[0]!));
