/** A value handed from one emitted function to another is named after what the program calls it, or else after what it is. */
import type { Node } from '../../graph/graph.ts';
import { hasAxis } from '../../graph/spaces.ts';
import { nameOf } from '../../graph/walk.ts';
import { axesOf, BATCH } from './axes.ts';

/** A name for a kept value that is not taken yet. */
export function keptName(node: Node, isTaken: (name: string) => boolean): string {
  return freeName(described(node), isTaken);
}

/** The name itself, or the first numbered variant of it that is not taken yet. */
export function freeName(wanted: string, isTaken: (name: string) => boolean): string {
  let name = wanted;
  for (let count = 2; isTaken(name); count++) name = `${wanted}${count}`;
  return name;
}

/** The program's name for a value, or else what it is. */
export function described(node: Node): string {
  const { op, inputs } = node;
  const bases = inputs.map(base);
  // No equation of the program computes a mask, whatever the mask was made for.
  const masked =
    op.kind === 'binary' && bases.some((each) => each.op.kind === 'length') ? bases.find((each) => each.op.kind === 'position') : undefined;
  if (masked?.op.kind === 'position') return `${masked.op.axis.label}Mask`;
  const own = nameOf(node);
  if (own !== null) return own;
  switch (op.kind) {
    case 'rename':
    case 'broadcast':
    case 'reshape':
    case 'permute':
      return described(inputs[0]!);
    case 'input':
      return op.name.replace(/^place\./, '');
    case 'position':
      return `${op.axis.label}Positions`;
    case 'contract':
    case 'matmul': {
      const map = bases.map(parameterName).find((name) => name !== null);
      return map == null ? 'product' : `${map}Product`;
    }
    case 'concat':
      return 'joined';
    case 'unary':
    case 'binary':
      return op.fn;
    default:
      return op.kind;
  }
}

/** A parameter, or one round's part of it: an argument that no example changes. */
function parameterName(node: Node): string | null {
  const isRound = node.op.kind === 'argument' && !hasAxis(axesOf(node), BATCH.id);
  return node.op.kind === 'parameter' || isRound ? nameOf(node) : null;
}

/** The node without changes of its axes. */
function base(node: Node): Node {
  let from = node;
  while (['rename', 'broadcast', 'reshape', 'permute'].includes(from.op.kind)) from = from.inputs[0]!;
  return from;
}
