/** Brackets after a value: renaming, merging, splitting and indexing of axes. */
import type { BracketArg, Expr, Name, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space } from '../../graph/graph.ts';
import { beginsWith, isRagged, originOf, sameSpace, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { describeAxis, describeType, elemName } from '../scope/describe.ts';
import { evaluateTensor } from './evaluate.ts';
import { allAxes, asTensor, constant, holding, keepOrder, needAxis, rename, sizesAgree, tensorOrError } from '../types/operate.ts';
import { liesWithin } from '../types/interval.ts';
import { firstOf, isCounted, numberOf, refuseAlong, withParents } from '../types/inner-dims.ts';
import { refuseGrowing } from './past.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, isError, tensor } from '../scope/values.ts';
import { placeOf } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { agree, axisByLabel, typeOf } from '../scope/axes.ts';
import { constantOf, equalSizes, size, type Size } from '../../size/size.ts';
import { hasPositions } from '../types/types.ts';
import { unknownName } from '../scope/unknown.ts';

export function indexValue(base: Value, args: readonly BracketArg[], here: Site, span: Span): Value {
  let node = asTensor(base, here, span);
  for (const arg of args) {
    if (node === null) return ERROR;
    switch (arg.kind) {
      case 'as':
        node = reshaped(node, arg.from, arg.to, here, arg.span);
        break;
      case 'named': {
        const axis = needAxis(node, arg.name.text, '[…]', here, arg.span);
        node = axis === null ? null : gatherAt(node, axis, arg.value, here, arg.span);
        break;
      }
      case 'value':
        node = gatherByIndex(node, arg.value, here, arg.span);
        break;
      case 'upto':
        node = upTo(node, arg, here);
        break;
      case 'by':
        return report(here, 'E0205', arg.span, '`by` groups a reduction: it does not stand behind a value');
      case 'group':
        return report(here, 'E0205', arg.span, `\`${arg.name.text}..\` are axes, and no positions on one`, {
          fix: `a group of axes stands in a type, in a reduction, \`sum[${arg.name.text}..](x)\`, and in a call's brackets`,
        });
    }
  }
  return tensorOrError(node);
}

/** `[a as b]`, `[(a, b) as c]`, `[a as (b, c)]`. */
function reshaped(node: Node, from: readonly Name[], to: readonly Name[], here: Site, span: Span): Node | null {
  if (from.length === 1 && to.length === 1) return renameAxis(node, from[0]!, to[0]!, here);
  if (to.length === 1) return mergeAxes(node, from, to[0]!, here, span);
  if (from.length === 1) return splitAxis(node, from[0]!, to, here, span);
  // Row by row, through a single axis.
  const axes = axesOf(node, from, here);
  if (axes === null || !fresh(to, axes, node, here) || refuseGrowing(axes, 'merging', span, here)) return null;
  const space: Space = { kind: 'merge', parts: axes.map((axis) => axis.space) };
  const whole = here.frame.axis(from.map(({ text }) => text).join('*'), space);
  const merged = here.ctx.builder.node({ kind: 'merge', axes: axes.map((axis) => axis.id), into: whole }, [node], origin(here, span));
  return splitAxis(merged, { text: whole.label, span }, to, here, span, from.map(({ text }) => `\`${text}\``).join(' and '));
}

function renameAxis(node: Node, from: Name, to: Name, here: Site): Node | null {
  const axis = needAxis(node, from.text, 'as', here, from.span);
  if (axis === null) return null;
  if (from.text === to.text) return node;
  if (allAxes(node).some((other) => other.label === to.text)) {
    report(here, 'E0301', to.span, `the tensor already has an axis \`${to.text}\``, { given: describeType(typeOf(node)) });
    return null;
  }
  if (!formalsAgree(axis, to, here, from.span) || refuseAlong(node, axis, 'renaming', from.span, here)) return null;
  return rename(node, axis, here.frame.axis(to.text, declaredSpace(to, axis.space, here)), here, from.span);
}

/** R1: renaming one formal to another makes equal sizes part of the block's contract, which every call must keep. */
function formalsAgree(axis: Axis, to: Name, here: Site, span: Span): boolean {
  const from = here.scope.lookup(axis.label);
  const target = here.scope.lookup(to.text);
  if (from?.kind !== 'dim' || target?.kind !== 'dim' || from.span !== null || target.span !== null) return true;
  if (!sameSpace(from.space, axis.space) || agree(here, axis.space, target.space) === 'equal') return true;
  const call = here.calls.at(-1);
  const open = [axis.space, target.space].every((space) => space.kind === 'dim' && here.ctx.formals.has(space.dim.id));
  if (call === undefined || open) {
    here.ctx.facts.push({ left: sizeOf(axis.space), right: sizeOf(target.space) });
    return true;
  }
  here.ctx.problems.report({
    code: 'E0303',
    severity: 'error',
    place: call.place,
    message: `\`${axis.label}\` and \`${to.text}\` of \`${call.name}\` must be of one size`,
    expected: describeAxis({ ...axis, label: to.text, space: target.space }),
    given: describeAxis(axis),
    why: `\`${call.name}\` renames the one to the other`,
    related: [{ place: placeOf(here, span), message: 'here' }],
  });
  return false;
}

/** R3: `x[upto a as b]` is `x[a as b] where position[b] <= position[a]`: each position sees the positions up to its own. */
function upTo(node: Node, { axis: from, as, span }: Extract<BracketArg, { kind: 'upto' }>, here: Site): Node | null {
  const axis = needAxis(node, from.text, 'upto', here, from.span);
  if (axis === null) return null;
  if (from.text === as.text) {
    report(here, 'E0301', as.span, `the copy of \`${from.text}\` needs a name of its own, to be seen from \`${from.text}\``, {
      fix: `\`x[upto ${from.text} as key]\``,
    });
    return null;
  }
  const renamed = renameAxis(node, from, as, here);
  return renamed === null ? null : upToPosition(renamed, axisByLabel(renamed, as.text)!, axis, '<=', here, span);
}

/** `node where position[over] <= position[now]`. */
export function upToPosition(node: Node, over: Axis, now: Axis, op: '<=' | '<', here: Site, span: Span): Node {
  const b = here.ctx.builder.at(origin(here, span));
  return b.where(node, b.binary(op === '<=' ? 'le' : 'lt', b.position(over), here.steps.get(now.label) ?? b.position(now)));
}

/** A renamed axis keeps its space; if the new name is a dim of provably the same size, it takes that dim. */
function declaredSpace(name: Name, space: Space, here: Site): Space {
  const entry = here.scope.lookup(name.text);
  if (entry?.kind !== 'dim' || isRagged(space)) return space;
  return agree(here, entry.space, space) === 'equal' ? entry.space : space;
}

function mergeAxes(node: Node, from: readonly Name[], to: Name, here: Site, span: Span): Node | null {
  const axes = axesOf(node, from, here);
  if (
    axes === null ||
    !fresh([to], axes, node, here) ||
    refuseGrowing(axes, 'merging', span, here) ||
    axes.some((axis) => refuseAlong(node, axis, 'merging', span, here))
  )
    return null;
  const into = here.frame.axis(to.text, declaredSpace(to, { kind: 'merge', parts: axes.map((axis) => axis.space) }, here));
  return here.ctx.builder.node({ kind: 'merge', axes: axes.map((axis) => axis.id), into }, [node], origin(here, span));
}

function axesOf(node: Node, from: readonly Name[], here: Site): Axis[] | null {
  const axes: Axis[] = [];
  for (const name of from) {
    const axis = needAxis(node, name.text, 'as', here, name.span);
    if (axis === null) return null;
    if (axes.includes(axis)) {
      report(here, 'E0301', name.span, `\`${name.text}\` is merged twice`);
      return null;
    }
    axes.push(axis);
  }
  return axes;
}

/** Are these names all different, and none of them the name of an axis that stays? */
function fresh(names: readonly Name[], gone: readonly Axis[], node: Node, here: Site): boolean {
  const kept = allAxes(node)
    .filter((axis) => !gone.some(({ id }) => id === axis.id))
    .map(({ label }) => label);
  const twice = names.find((name, k) => kept.includes(name.text) || names.slice(0, k).some((other) => other.text === name.text));
  if (twice === undefined) return true;
  report(here, 'E0301', twice.span, `the result would hold \`${twice.text}\` twice`, { given: describeType(typeOf(node)) });
  return false;
}

function splitAxis(node: Node, from: Name, to: readonly Name[], here: Site, span: Span, of?: string): Node | null {
  const axis = needAxis(node, from.text, 'as', here, from.span);
  if (axis === null) return null;
  if (!fresh(to, [axis], node, here) || refuseGrowing([axis], 'splitting', span, here) || refuseAlong(node, axis, 'splitting', span, here))
    return null;
  const into: Axis[] = [];
  const parts = axis.space.kind === 'merge' && axis.space.parts.length === to.length ? axis.space.parts : null;
  for (const [k, name] of to.entries()) {
    const entry = here.scope.lookup(name.text);
    const space = entry?.kind === 'dim' ? entry.space : parts?.[k];
    if (space === undefined) {
      if (!isError(entry)) unknownName(here, 'E0202', name, 'dim', here.scope.names());
      return null;
    }
    into.push(here.frame.axis(name.text, space));
  }
  const product = into.map((part) => sizeOf(part.space)).reduce((a, b) => size.mul(a, b), size.int(1));
  if (equalSizes(product, sizeOf(axis.space), here.ctx.facts) !== 'equal') {
    report(here, 'E0313', span, `${of ?? `\`${from.text}\``} cannot be split into these axes`, {
      expected: `axes whose sizes multiply to that of ${of ?? `\`${from.text}\``}`,
      given: into.map((part) => part.label).join(', '),
      fix:
        of !== undefined
          ? 'derive one of the sizes from the others: `dim d = a * b / c`'
          : `let \`${from.text}\` have that size: \`dim ${from.text} = ${into.map((part) => part.label).join(' * ')}\`, or split it into other dims`,
    });
    return null;
  }
  return here.ctx.builder.node({ kind: 'split', axis: axis.id, into }, [node], origin(here, span));
}

/** `t[a = e]`; `first` and `last` are positions. */
function gatherAt(node: Node, axis: Axis, value: Expr, here: Site, span: Span): Node | null {
  if (value.kind === 'place') {
    const empty = isRagged(axis.space) && mayBeEmpty(axis.space);
    if (empty && !here.filled) {
      report(here, 'E0502', value.span, `\`${axis.label}\` may be empty: it has no ${value.which} position`, {
        fix: 'declare the dim without `0..`, or guard with `else`',
      });
      return null;
    }
    const b = here.ctx.builder.at(origin(here, span));
    if (value.which === 'first') return b.gather(node, firstOf(axis.space, here, span), axis.id, !empty);
    return b.gather(node, b.binary('add', numberOf(axis.space, here, span), firstOf(axis.space, here, span, -1)), axis.id, !empty);
  }
  const index = evaluateTensor(value, here);
  return index === null ? null : gather(node, axis, index, here, span);
}

export function mayBeEmpty(space: Space): boolean {
  switch (space.kind) {
    case 'dim':
      return space.dim.mayBeEmpty;
    case 'anon':
      return false;
    case 'cat':
      return space.parts.every(mayBeEmpty);
    case 'merge':
      return space.parts.some(mayBeEmpty);
  }
}

/** `t[i]`: at the one axis that `i` counts. */
function gatherByIndex(node: Node, value: Expr, here: Site, span: Span): Node | null {
  const index = evaluateTensor(value, here);
  if (index === null) return null;
  const elem = typeOf(index).elem;
  if (elem.kind !== 'index') {
    report(here, 'E0305', span, 'this index does not say which axis it counts', {
      expected: 'an index',
      given: elemName(elem),
      fix: 'name the axis: `t[axis = i]`',
    });
    return null;
  }
  const exact = typeOf(node).axes.filter((axis) => sameSpace(axis.space, elem.space));
  const fits =
    exact.length > 0
      ? exact
      : typeOf(node).axes.filter((axis) => partOf(elem.space, axis.space, here) || partOf(axis.space, elem.space, here));
  if (fits.length === 1) return gather(node, fits[0]!, index, here, span);
  report(here, 'E0306', span, fits.length === 0 ? 'the tensor has no axis that this index counts' : 'more than one axis fits this index', {
    expected: `an axis of the space of ${elemName(elem)}`,
    given: describeType(typeOf(node)),
    why: 'an index holds positions on one declared dim, and only an axis of that dim has those positions',
    fix:
      fits.length > 1
        ? `name it: ${fits.map(({ label }) => `\`[${label} = …]\``).join(' or ')}`
        : typeOf(node).axes.length === 0
          ? 'index what has an axis of that dim'
          : placesFix(elem.space, typeOf(node).axes[0]!),
  });
  return null;
}

/** How to use positions of one dim as positions of an axis of another. */
function placesFix(from: Space, to: Axis): string {
  const number = `as a plain number, which may fall outside: \`[${to.label} = i + 0]\``;
  if (from.kind !== 'dim' || to.space.kind !== 'dim') return number;
  const bound = from.dim.ragged
    ? `declare \`dim ${from.dim.label}: ragged <= ${to.space.dim.label}\``
    : `state that it holds: \`require ${from.dim.label} <= ${to.space.dim.label}\``;
  return to.space.dim.ragged ? number : `${bound}; or ${number}`;
}

/** The selected axis is replaced by the index's axes; what is not provably inside may be absent (semantics 3). */
export function gather(node: Node, axis: Axis, index: Node, here: Site, span: Span): Node | null {
  const elem = typeOf(index).elem;
  if (elem.kind !== 'index' && elem.kind !== 'int') {
    report(here, 'E0305', span, 'a position is a whole number', {
      expected: 'int or index',
      given: elemName(elem),
      fix: 'take `floor(…)`',
    });
    return null;
  }
  if (
    elem.kind === 'index' &&
    !sameSpace(elem.space, axis.space) &&
    !partOf(elem.space, axis.space, here) &&
    !partOf(axis.space, elem.space, here)
  ) {
    report(here, 'E0306', span, `these are positions on another axis than \`${axis.label}\``, {
      expected: elemName({ kind: 'index', space: axis.space }),
      given: elemName(elem),
      why: 'two dims are two spaces, even where their sizes are equal',
      fix: placesFix(elem.space, axis),
    });
    return null;
  }
  if (refuseAlong(node, axis, 'an index into', span, here)) return null;
  // The axes that stay zip with the index's; the selected axis may come back through the index.
  let place = index;
  for (const other of allAxes(node)) {
    const same = allAxes(place).find((candidate) => candidate.label === other.label);
    if (other.id === axis.id || same === undefined || same.id === other.id) continue;
    if (!sizesAgree(other, same, 'x[…]', here, span, node, place)) return null;
    place = rename(holding(place, same, here, span), same, other, here, span);
  }
  const made = here.ctx.builder.at(origin(here, span)).gather(node, place, axis.id, provablyInside(index, axis, here));
  keepOrder(made, [node, place], here);
  return made;
}

function provablyInside(index: Node, axis: Axis, here: Site): boolean {
  const { elem } = typeOf(index);
  const { space } = axis;
  // The number of a round is a position of the axis that counts rounds.
  if (index.op.kind === 'unary' && index.op.fn === 'int' && here.own.some(({ place }) => place === index.inputs[0]))
    return provablyInside(index.inputs[0]!, axis, here);
  if (elem.kind === 'index')
    return (
      (sameSpace(elem.space, space) && isCounted(space, typeOf(index).axes, here)) ||
      (partOf(elem.space, space, here) && originOf(elem.space).key === originOf(space).key)
    );
  if (!startsAtZero(space)) return !isRagged(space) && liesWithin(index, space);
  const extent = sizeOf(space);
  if (isRagged(space)) return !mayBeEmpty(axis.space) && isWrapped(index, extent, here);
  if (index.op.kind === 'constant') {
    const { value } = index.op;
    const known = constantOf(extent);
    if (value < 0 || (known !== null && value >= known)) return false;
    if (known === null) {
      here.ctx.requirements.push({
        kind: 'atMost',
        a: size.int(value + 1),
        b: extent,
        origin: index.origin,
        why: `position ${value} of \`${axis.label}\` is used`,
      });
    }
    return true;
  }
  return liesWithin(index, space) || isWrapped(index, extent, here);
}

/** `e mod n`, or `clamp(e, 0, n - 1)`, where n is the size of the axis. */
function isWrapped(index: Node, extent: Size, here: Site): boolean {
  if (index.op.kind !== 'binary') return false;
  const [left, right] = index.inputs as [Node, Node];
  if (index.op.fn === 'mod') return isSize(right, extent, here);
  const below =
    index.op.fn === 'min' &&
    right.op.kind === 'binary' &&
    right.op.fn === 'sub' &&
    isSize(right.inputs[0]!, extent, here) &&
    isConstant(right.inputs[1]!, 1);
  return below && left.op.kind === 'binary' && left.op.fn === 'max' && isConstant(left.inputs[1]!, 0);
}

function isSize(node: Node, extent: Size, here: Site): boolean {
  return node.op.kind === 'size' && equalSizes(node.op.size, extent, here.ctx.facts) === 'equal';
}

function isConstant(node: Node, value: number): boolean {
  return node.op.kind === 'constant' && node.op.value === value;
}

/**
 * Is a position on `part` one on `whole`? A sum's first summand is part of it; so is whatever a declaration or a `require` bounds
 * by it.
 */
function partOf(part: Space, whole: Space, here: Site): boolean {
  if (beginsWith(whole, part)) return true;
  return here.ctx.parts.some((pair) => sameSpace(pair.part, part) && sameSpace(pair.whole, whole));
}

/** `zeros[a, b]`, `ones[a]`: a number at every position of the axes. */
export function filled(expr: Extract<Expr, { kind: 'bracket' }>, value: number, here: Site): Value {
  const axes: Axis[] = [];
  for (const arg of expr.args) {
    if (arg.kind !== 'value' || arg.value.kind !== 'name')
      return report(here, 'E0205', arg.span, 'here stand the axes of the tensor: `zeros[a, b]`');
    const label = arg.value.name;
    const entry = here.scope.lookup(label);
    const space = entry?.kind === 'dim' ? entry.space : here.frame.space(label);
    if (isError(entry)) return ERROR;
    if (space === null) return unknownName(here, 'E0202', { text: label, span: arg.value.span }, 'axis or dim', here.scope.names());
    if (!hasPositions(sizeOf(space), arg.value.span, here)) return ERROR;
    if (here.steps.has(label))
      return report(here, 'E0601', arg.span, `inside the steps along \`${label}\` a value is one step's`, { fix: 'leave the axis out' });
    if (axes.some((axis) => axis.label === label)) return report(here, 'E0301', arg.span, `\`${label}\` stands twice in one type`);
    axes.push(here.frame.axis(label, space));
  }
  const whole = withParents(axes, here);
  return tensor(
    here.ctx.builder.node({ kind: 'broadcast', axes: whole }, [constant(value, 'float', here, expr.span)], origin(here, expr.span)),
  );
}

/** `position[a]`: the positions of an axis as numbers; inside a scan along it, this step's. */
export function positionOf(expr: Extract<Expr, { kind: 'bracket' }>, here: Site): Value {
  const arg = expr.args[0];
  if (expr.args.length !== 1 || arg?.kind !== 'value' || arg.value.kind !== 'name') {
    return report(here, 'E0205', expr.span, '`position` wants one axis: `position[a]`');
  }
  const label = arg.value.name;
  const step = here.steps.get(label);
  if (step !== undefined) return tensor(step);
  const entry = here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : here.frame.space(label);
  if (isError(entry)) return ERROR;
  if (space === null) return unknownName(here, 'E0202', { text: label, span: arg.value.span }, 'axis or dim', here.scope.names());
  if (!hasPositions(sizeOf(space), arg.value.span, here)) return ERROR;
  const axis = here.frame.axis(label, space);
  const places = here.ctx.builder.at(origin(here, expr.span)).position(axis);
  const axes = withParents([axis], here);
  return tensor(axes.length === 1 ? places : here.ctx.builder.node({ kind: 'broadcast', axes }, [places], origin(here, expr.span)));
}
