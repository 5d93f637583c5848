/** Parameters of rounds in one function: a loop over rounds reads one round's part of each, and emits its gradient. */
import type { Axis, Node, NodeOf } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import { gradientsOf, type Roots } from '../core/compiled.ts';
import { isOfRounds } from '../core/axes.ts';
import type { Readers } from './rewrite.ts';

export interface RoundParameters {
  /** The elements that the innermost loop reads, with the parameter's path. */
  readonly elements: ReadonlyMap<Node, string>;
  /** The parameter, its renames along the axis of rounds, and the elements that outer loops read. */
  readonly sequences: ReadonlyMap<Node, string>;
  /** By path, the gradient that the innermost loop emits. */
  readonly slopes: ReadonlyMap<string, Node>;
  /** By loop: the emits, by index, that are a gradient or a list of gradients. */
  readonly emits: ReadonlyMap<Node, ReadonlyMap<number, string>>;
  /** Those lists, outside the loops that emit them. */
  readonly lists: ReadonlyMap<Node, string>;
  /** Paths of parameters that are read, or whose gradient arrives, in any other way. */
  readonly others: ReadonlySet<string>;
}

/** The axes after those that count rounds. */
export const axesInRound = (axes: readonly Axis[]): readonly Axis[] => axes.slice(roundsOf(axes));
export const roundsOf = (axes: readonly Axis[]): number => axes.filter(({ rounds }) => rounds === true).length;

type Scan = NodeOf<'scan'>;

export function roundParameters(nodes: readonly Node[], roots: Roots, readers: Readers): RoundParameters {
  const [elements, sequences, others] = [new Map<Node, string>(), new Map<Node, string>(), new Set<string>()];
  for (const node of nodes) if (isOf(node, 'parameter') && isOfRounds(node)) sequences.set(node, node.op.path);
  for (const scan of nodes.filter((node): node is Scan => isOf(node, 'scan')).sort((a, b) => regionStart(a) - regionStart(b))) {
    scan.op.region.xs.forEach((x, k) => {
      const names = namesOf(scan.inputs[k]!);
      const path = sequences.get(names.at(-1)!);
      if (path === undefined) return;
      for (const name of names) sequences.set(name, path);
      (isOfRounds(x) ? sequences : elements).set(x, path);
    });
  }
  for (const [node, path] of sequences) {
    const isRead = (reader: Node | null): boolean =>
      reader !== null && (isOf(reader, 'scan') ? isSequenceOf(node, reader) : sequences.has(reader));
    if (!(readers.get(node) ?? []).every(isRead)) others.add(path);
  }
  return { elements, sequences, others, ...gradientsIn(roots, readers, others) };
}

function gradientsIn(roots: Roots, readers: Readers, others: Set<string>): Pick<RoundParameters, 'slopes' | 'emits' | 'lists'> {
  const [slopes, emits, lists] = [new Map<string, Node>(), new Map<Node, Map<number, string>>(), new Map<Node, string>()];
  for (const [path, root] of gradientsOf(roots)) {
    let slope = root;
    while (isOfRounds(slope) && !others.has(path)) {
      const names = namesOf(slope);
      const result = names.at(-1)!;
      const scan = isOf(result, 'result') ? (result.inputs[0] as Scan) : null;
      const k = isOf(result, 'result') && scan !== null ? result.op.index - scan.op.region.states.length : -1;
      if (scan === null || k < 0 || names.some((name) => readers.get(name)?.length !== 1)) others.add(path);
      else {
        for (const name of names) lists.set(name, path);
        emits.set(scan, new Map([...(emits.get(scan) ?? []), [k, path]]));
        slope = scan.op.region.emits[k]!;
      }
    }
    if (slope !== root && !others.has(path)) slopes.set(path, slope);
  }
  return { slopes, emits, lists };
}

/** A list and what it is renamed from. */
function namesOf(list: Node): readonly Node[] {
  const names = [list];
  for (let node = list; isOf(node, 'rename') && node.op.to.rounds === true; names.push(node)) node = node.inputs[0]!;
  return names;
}

/** Outer loops come first: their arguments are made before those of inner loops. */
const regionStart = ({ op }: Scan): number => op.region.position.id;

function isSequenceOf(node: Node, { op, inputs }: Scan): boolean {
  const { xs, nexts, emits } = op.region;
  return ![...inputs.slice(xs.length), ...nexts, ...emits].includes(node);
}
