/**
 * 'laid-out' to 'laid-out', over all functions of a model: chooses the device layout of each parameter so that no function
 * transposes it. One of the views of a parameter becomes its layout; products may read it transposed, which costs less the more
 * of them read it untransposed. The runtime permutes values into that layout when they are set, and back when they are read.
 */
import type { Axis, Node, NodeOf } from '../../graph/graph.ts';
import { isOf } from '../../graph/walk.ts';
import { isOfRounds } from '../core/axes.ts';
import { GRADIENT, gradientsOf, type Roots } from '../core/compiled.ts';
import { inOrder, type LaidOut } from './build.ts';
import { axesOf, merged } from './limits.ts';
import { axesInRound, roundParameters, roundsOf, type RoundParameters } from './round-parameters.ts';
import { readersOf, rewritten, scanAgain, type Readers, type RootRule, type Rule } from './rewrite.ts';
import { isPartOfProduct, transposed } from './transposed.ts';
import { turned } from './turned.ts';
import { liesAs, seenIn, viewed, viewsOf, wholeOf, type Groups, type View, type Views } from './views.ts';

/** By path, the layout of parameters that are not stored as declared. For a parameter of rounds, the layout of each round's part. */
export type Stored = ReadonlyMap<string, Groups>;

/** How a value with views is read: the layouts that would need no transposition, the best first. */
interface Use {
  readonly wants: readonly Groups[];
  /** The cost of any of them but the first. */
  readonly otherwise: number;
}

/** The cost of a transposition in memory, relative to 1 for a transposed read. */
const TRANSPOSITION = 1000;

/** `functions`: the roots of each. `declared`: paths of what is stored as declared. */
export function chooseStored(functions: readonly Roots[], declared: ReadonlySet<string>): Stored {
  const uses = new Map<string, { readonly axes: readonly Axis[]; readonly all: Use[] }>();
  const others = new Set(declared);
  const use = (path: string, axes: readonly Axis[], each: Use): void => {
    const known = uses.get(path) ?? { axes, all: [] };
    uses.set(path, known);
    known.all.push(each);
  };
  for (const roots of functions) {
    const graph = graphOf(roots);
    for (const [{ source }, each] of usesIn(graph, graph.parameters)) use(pathOf(source, graph), axesOf(source), each);
    for (const [path, root] of gradientsOf(roots)) {
      const slope = graph.rounds.slopes.get(path) ?? root;
      if (!isOfRounds(slope)) use(path, axesOf(slope), gradientUse(slope, graph));
    }
    for (const path of graph.rounds.others) others.add(path);
  }
  return new Map(
    [...uses].flatMap(([path, { axes, all }]): [string, Groups][] => {
      const best = inShape(axes, all, ranked(axes, all)[0]!);
      return others.has(path) || isWhole(best) ? [] : [[path, best]];
    }),
  );
}

/** Parameters of rounds that have to be stored as declared: they are read, or their gradients arrive, in other ways than round by round. */
export function storedAsDeclared(functions: readonly Roots[]): ReadonlySet<string> {
  return new Set(functions.flatMap((roots) => [...graphOf(roots).rounds.others]));
}

/** Parameters that are joined for a product are joined in the order in which they are stored. */
export function joinedAsStored(roots: Roots, stored: Stored): Roots {
  const graph = graphOf(roots);
  const { joins, joinViews: views } = graph;
  if (joins.size === 0) return roots;
  // What is joined again follows what it becomes a part of.
  const orders = new Map<Node, Groups>();
  for (const [node, uses] of joins) {
    const axes = axesOf(node);
    const wanted = [...orders].flatMap(([outer, order]) =>
      outer.inputs.flatMap((operand) => (views.get(operand)?.source === node ? [ordered(views.get(operand)!.groups, order)] : [])),
    );
    const cost = (order: Groups): number =>
      costOf(axes, uses, order) +
      TRANSPOSITION * (movedIn(node, order, graph, stored) + wanted.filter((each) => !liesAs(each, order, axes)).length);
    orders.set(node, leastOf(ranked(axes, uses), cost));
  }
  return replaced(
    roots,
    viewsOf(graph.nodes, (node) => orders.has(node)),
    (node, inputs, build) => ({ lies: orders.get(node)!, made: joined(node as NodeOf<'concat'>, inputs, orders.get(node)!, build) }),
  );
}

/** How many of the parameters that are joined in this order have to be transposed. */
function movedIn(join: Node, order: Groups, graph: Graph, stored: Stored): number {
  return join.inputs.reduce((count, operand) => {
    const { source, groups } = (graph.parameters.get(operand) ?? graph.joinViews.get(operand))!;
    const own = ordered(groups, order);
    if (graph.joins.has(source)) return count + movedIn(source, own, graph, stored);
    const lies = stored.get(pathOf(source, graph)) ?? wholeOf(axesOf(source));
    return liesAs(own, lies, axesOf(source)) ? count : count + 1;
  }, 0);
}

/** The graph with parameters, and their gradients, as they are stored. */
export function withStored(roots: Roots, stored: Stored): Roots {
  const graph = graphOf(roots);
  const views = viewsOf(graph.nodes, (node) => graph.parameters.get(node)?.source === node && stored.has(pathOf(node, graph)));
  const sources = new Map<Node, Node>();
  const place: Place = (node, _, build) => {
    const lies = stored.get(pathOf(node, graph))!;
    const made = placed(node, lies, build);
    sources.set(node, made);
    return { lies, made };
  };
  const made = replaced(roots, views, place, inRounds(graph.rounds, stored, sources), (name, root, of, build) => {
    const groups = name.startsWith(GRADIENT) && !isOfRounds(root) ? stored.get(name.slice(GRADIENT.length)) : undefined;
    return groups === undefined ? null : slopeAs(root, groups, of, build);
  });
  return turned(transposed(made));
}

/** A parameter, or the part of it that a loop over rounds reads, as it is stored. */
function placed({ op, types, origin }: Node, lies: Groups, build: LaidOut): Node {
  const { axes } = types[0]!;
  const rounds = roundsOf(axes);
  const type = { ...types[0]!, axes: [...axes.slice(0, rounds), ...storedAxes(axesInRound(axes), lies)] };
  if (op.kind !== 'parameter') return build.leaf(op, [type], origin);
  const groups = [...axes.slice(0, rounds).map((_, k) => [k]), ...lies.map((group) => group.map((k) => k + rounds))];
  return build.leaf({ ...op, stored: { axes, groups } }, [type], origin);
}

function slopeAs(slope: Node, groups: Groups, of: (node: Node) => Node, build: LaidOut): Node {
  const { source, groups: lies } = seenIn(slope);
  const atoms = axesOf(slope);
  return viewed(build, of(source), { atoms, lies, groups, axes: storedAxes(atoms, groups) }, slope.origin);
}

/** What loops over rounds read of stored parameters, and emit of their gradients. `sources`: the elements they read, as stored. */
function inRounds({ sequences, lists, emits }: RoundParameters, stored: Stored, sources: ReadonlyMap<Node, Node>): Rule {
  const isStored = (paths: ReadonlyMap<Node, string>, node: Node): boolean => stored.has(paths.get(node) ?? '');
  return (node, inputs, build, of) => {
    if (isStored(sequences, node))
      return isOf(node, 'rename') ? build.make(node.op, inputs, node.origin) : placed(node, stored.get(sequences.get(node)!)!, build);
    if (isStored(lists, node)) return build.make(node.op, inputs, node.origin);
    if (!isOf(node, 'scan')) return null;
    const { region, axis } = node.op;
    const slopes = emits.get(node);
    const emitted = region.emits.map((emit, k) => {
      const groups = stored.get(slopes?.get(k) ?? '');
      return groups === undefined || isOfRounds(emit) ? of(emit) : slopeAs(emit, groups, of, build);
    });
    const types = node.types.map((type, k) => {
      const emit = emitted[k - region.states.length];
      return emit === undefined ? type : { ...type, axes: [axis, ...axesOf(emit)] };
    });
    return scanAgain({ ...node, types }, inputs, build, of, { xs: region.xs.map((x) => sources.get(x) ?? of(x)), emits: emitted });
  };
}

/** The axes as stored on the device. */
function storedAxes(axes: readonly Axis[], groups: Groups): readonly Axis[] {
  return groups.map((group, k) =>
    merged(
      group.map((each) => axes[each]!),
      k,
    ),
  );
}

const isParameter = (node: Node): node is NodeOf<'parameter'> => isOf(node, 'parameter');
const pathOf = (source: Node, { rounds }: Graph): string => (isParameter(source) ? source.op.path : rounds.elements.get(source)!);
const isWhole = (groups: Groups): boolean => groups.every((group, k) => group.length === 1 && group[0] === k);

// ---------------------------------------------------------------- uses

/** One function. */
interface Graph {
  readonly nodes: readonly Node[];
  readonly readers: Readers;
  /** The source is what the function treats as one parameter: of a parameter of rounds, one round's part. */
  readonly parameters: Views;
  readonly rounds: RoundParameters;
  /** Concatenations of parameters, or of such concatenations, and how they are read: the outermost first. */
  readonly joins: ReadonlyMap<Node, readonly Use[]>;
  readonly joinViews: Views;
}

function graphOf(roots: Roots): Graph {
  const nodes = inOrder([...roots.values()]);
  const readers = readersOf(roots);
  const rounds = roundParameters(nodes, roots, readers);
  const isOne = (node: Node): boolean => (isParameter(node) && !isOfRounds(node)) || rounds.elements.has(node);
  const graph = { nodes, readers, rounds, parameters: viewsOf(nodes, isOne) };
  const joinViews = viewsOf(
    nodes,
    (node, before) => isOf(node, 'concat') && node.inputs.every((input) => graph.parameters.has(input) || before.has(input)),
  );
  const joins = new Map<Node, Use[]>();
  for (const [node, view] of [...joinViews].reverse())
    joins.set(view.source, [...(joins.get(view.source) ?? []), ...usesOf(node, view, { ...graph, joins }, joinViews)]);
  return { ...graph, joins, joinViews };
}

function usesIn(graph: Graph, views: Views): readonly (readonly [View, Use])[] {
  return [...views].flatMap(([node, view]) => usesOf(node, view, graph, views).map((use) => [view, use] as const));
}

function usesOf(node: Node, view: View, graph: Pick<Graph, 'readers' | 'joins'>, views: Views): readonly Use[] {
  return (graph.readers.get(node) ?? []).flatMap((reader) =>
    reader !== null && views.get(reader)?.source === view.source ? [] : [useBy(reader, node, view, graph)],
  );
}

function useBy(reader: Node | null, node: Node, { groups }: View, { joins }: Pick<Graph, 'joins'>): Use {
  const joining = reader === null ? undefined : joins.get(reader);
  if (reader !== null && joining !== undefined)
    return { wants: ranked(axesOf(reader), joining).map((order) => ordered(groups, order)), otherwise: 1 };
  if (reader === null || !isOf(reader, 'matmul')) return { wants: [groups], otherwise: 0 };
  const { transposeA, transposeB } = reader.op;
  const isTransposed = reader.inputs[0] === node ? transposeA : transposeB;
  return { wants: isTransposed ? [swapped(groups), groups] : [groups, swapped(groups)], otherwise: 1 };
}

/** If nothing else reads the product, or the product that it is a part of, it can be computed in either order. */
function gradientUse(root: Node, { readers }: Graph): Use {
  const { source, groups } = seenIn(root);
  const isFree = isOf(source, 'slice') ? isPartOfProduct(source, readers) : isOf(source, 'matmul') && readers.get(source)!.length === 1;
  return { wants: isFree ? [groups, swapped(groups)] : [groups], otherwise: 0 };
}

const swapped = (groups: Groups): Groups => [...groups.slice(0, -2), ...groups.slice(-2).reverse()];
/** A view's groups in another order. */
const ordered = (groups: Groups, order: Groups): Groups => order.flat().map((k) => groups[k]!);

function costOf(axes: readonly Axis[], uses: readonly Use[], lies: Groups): number {
  return uses.reduce((sum, { wants, otherwise }) => {
    const way = wants.findIndex((wanted) => liesAs(wanted, lies, axes));
    return sum + (way < 0 ? TRANSPOSITION : way === 0 ? 0 : otherwise);
  }, 0);
}

/** Every order that some use wants, cheapest first; the declared order wins ties. */
function ranked(axes: readonly Axis[], uses: readonly Use[]): readonly Groups[] {
  const orders = [wholeOf(axes), ...uses.flatMap(({ wants }) => wants.map((wanted) => wanted.flat().map((k) => [k])))];
  const different = new Map(orders.map((order) => [order.join(), order]));
  return [...different.values()]
    .map((order) => ({ order, cost: costOf(axes, uses, order) }))
    .sort((a, b) => a.cost - b.cost)
    .map(({ order }) => order);
}

/** The shape, among those in this order, that most readers use. */
function inShape(axes: readonly Axis[], uses: readonly Use[], order: Groups): Groups {
  const readers = new Map<string, { readonly shape: Groups; count: number }>([[JSON.stringify(order), { shape: order, count: 0 }]]);
  for (const { wants } of uses) {
    const shape = wants.find((wanted) => liesAs(wanted, order, axes));
    if (shape === undefined) continue;
    const key = JSON.stringify(shape);
    const known = readers.get(key) ?? { shape, count: 0 };
    known.count += 1;
    readers.set(key, known);
  }
  return leastOf([...readers.values()], ({ count }) => -count).shape;
}

/** The first with the least cost. */
function leastOf<T>(all: readonly T[], cost: (each: T) => number): T {
  const costs = all.map(cost);
  return all[costs.indexOf(Math.min(...costs))]!;
}

// ---------------------------------------------------------------- rewriting

/** A source in its new layout. */
interface Placed {
  readonly lies: Groups;
  readonly made: Node;
}

type Place = (node: Node, inputs: readonly Node[], build: LaidOut) => Placed;

/** Replaces the sources under their views, and whatever else `rule` rewrites. */
function replaced(roots: Roots, views: Views, place: Place, rule: Rule = () => null, rootRule?: RootRule): Roots {
  const sources = new Map<Node, Placed>();
  return rewritten(
    roots,
    (node, inputs, build, of) => {
      const view = views.get(node);
      if (view === undefined) return rule(node, inputs, build, of);
      if (view.source === node) sources.set(node, place(node, inputs, build));
      const { lies, made } = sources.get(view.source)!;
      return viewed(build, made, { atoms: axesOf(view.source), lies, groups: view.groups, axes: axesOf(node) }, node.origin);
    },
    rootRule,
  );
}

/** A concatenation of operands with their axes in this order. */
function joined({ op, types, origin }: NodeOf<'concat'>, inputs: readonly Node[], lies: Groups, build: LaidOut): Node {
  const order = lies.flat().map((k) => types[0]!.axes[k]!);
  const operands = inputs.map((x, k) => {
    const own = (axis: Axis): Axis => axesOf(x).find(({ id }) => id === (axis.id === op.axis.id ? op.parts[k] : axis.id))!;
    return build.permuted(x, order.map(own), origin);
  });
  return build.make(op, operands, origin);
}
