/** Brackets behind a value: renaming, merging, splitting and indexing of axes. */
import type { BracketArg, Expr, Name, Span } from '../../grammar/ast.ts';
import type { Axis, Node, Space } from '../graph/graph.ts';
import { isRagged, sameSpace, showType, sizeOf } from '../graph/spaces.ts';
import { evaluateTensor } from './expr.ts';
import { alignAxes, asTensor, binary, constant, elemName, needAxis, rename, tensorOrError } from './operate.ts';
import type { Here, Value } from './scope.ts';
import { agree, ERROR, notYet, origin, report, tensor, typeOf, unknownName } from './scope.ts';
import { constantOf, equalSizes, size } from './size.ts';

export function indexValue(base: Value, args: readonly BracketArg[], here: Here, span: Span): Value {
  let node = asTensor(base, here, span);
  for (const arg of args) {
    if (node === null) return ERROR;
    switch (arg.kind) {
      case 'as':
        node = arg.from.length === 1 && arg.to.length === 1 ? renameAxis(node, arg.from[0]!, arg.to[0]!, here)
          : arg.to.length === 1 ? mergeAxes(node, arg.from, arg.to[0]!, here, arg.span)
          : arg.from.length === 1 ? splitAxis(node, arg.from[0]!, arg.to, here, arg.span)
          : null;
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
        return notYet(here, arg.span, '`upto` (a causal view of an axis)');
      case 'by':
        return report(here, 'E0205', arg.span, '`by` groups a reduction: it does not stand behind a value');
      case 'group':
        return notYet(here, arg.span, 'indexing by a group of axes');
    }
  }
  return tensorOrError(node);
}

function renameAxis(node: Node, from: Name, to: Name, here: Here): Node | null {
  const axis = needAxis(node, from.text, 'as', here, from.span);
  if (axis === null) return null;
  if (from.text === to.text) return node;
  if (typeOf(node).axes.some((other) => other.label === to.text)) {
    report(here, 'E0301', to.span, `the tensor already has an axis \`${to.text}\``, { given: showType(typeOf(node)) });
    return null;
  }
  return rename(node, axis, here.frame.axis(to.text, declaredSpace(to, axis.space, here)), here, from.span);
}

/** A renamed axis keeps its space; where the new name is a dim of provably that size, it becomes that dim. */
function declaredSpace(name: Name, space: Space, here: Here): Space {
  const entry = here.scope.lookup(name.text);
  if (entry?.kind !== 'dim' || isRagged(space)) return space;
  return agree(here, entry.space, space) === 'equal' ? entry.space : space;
}

function mergeAxes(node: Node, from: readonly Name[], to: Name, here: Here, span: Span): Node | null {
  const axes: Axis[] = [];
  for (const name of from) {
    const axis = needAxis(node, name.text, 'as', here, name.span);
    if (axis === null) return null;
    axes.push(axis);
  }
  const into = here.frame.axis(to.text, declaredSpace(to, { kind: 'merge', parts: axes.map((axis) => axis.space) }, here));
  return here.ctx.builder.node({ kind: 'merge', axes: axes.map((axis) => axis.id), into }, [node], origin(here, span));
}

function splitAxis(node: Node, from: Name, to: readonly Name[], here: Here, span: Span): Node | null {
  const axis = needAxis(node, from.text, 'as', here, from.span);
  if (axis === null) return null;
  const into: Axis[] = [];
  const parts = axis.space.kind === 'merge' && axis.space.parts.length === to.length ? axis.space.parts : null;
  for (const [k, name] of to.entries()) {
    const entry = here.scope.lookup(name.text);
    const space = entry?.kind === 'dim' ? entry.space : parts?.[k];
    if (space === undefined) {
      unknownName(here, 'E0202', name, 'dim', here.scope.names());
      return null;
    }
    into.push(here.frame.axis(name.text, space));
  }
  const product = into.map((part) => sizeOf(part.space)).reduce((a, b) => size.mul(a, b), size.int(1));
  if (equalSizes(product, sizeOf(axis.space), here.ctx.facts) !== 'equal') {
    report(here, 'E0313', span, `\`${from.text}\` cannot be split into these axes`, {
      expected: `axes whose sizes multiply to that of \`${from.text}\``, given: into.map((part) => part.label).join(', '),
    });
    return null;
  }
  return here.ctx.builder.node({ kind: 'split', axis: axis.id, into }, [node], origin(here, span));
}

/** `t[a = e]`; `first` and `last` are places. */
function gatherAt(node: Node, axis: Axis, value: Expr, here: Here, span: Span): Node | null {
  if (value.kind === 'place') {
    if (isRagged(axis.space) && mayBeEmpty(axis.space)) {
      report(here, 'E0502', value.span, `\`${axis.label}\` may be empty: it has no ${value.which} place`, {
        fix: 'declare the dim without `0..`, or guard with `else`',
      });
      return null;
    }
    const b = here.ctx.builder.at(origin(here, span));
    const first = constant(0, 'int', here, span);
    if (value.which === 'first') return b.gather(node, first, axis.id, true);
    const last = binary('sub', b.size(sizeOf(axis.space)), constant(1, 'int', here, span), here, span);
    return last === null ? null : b.gather(node, last, axis.id, true);
  }
  const index = evaluateTensor(value, here);
  return index === null ? null : gather(node, axis, index, here, span);
}

function mayBeEmpty(space: Space): boolean {
  switch (space.kind) {
    case 'dim': return space.dim.mayBeEmpty;
    case 'anon': return false;
    case 'cat': return space.parts.every(mayBeEmpty);
    case 'merge': return space.parts.some(mayBeEmpty);
  }
}

/** `t[i]`: the one axis that `i` counts. */
function gatherByIndex(node: Node, value: Expr, here: Here, span: Span): Node | null {
  const index = evaluateTensor(value, here);
  if (index === null) return null;
  const elem = typeOf(index).elem;
  if (elem.kind !== 'index') {
    report(here, 'E0305', span, 'this index does not say which axis it counts', {
      expected: 'an index', given: elemName(elem), fix: 'name the axis: `t[axis = i]`',
    });
    return null;
  }
  const fits = typeOf(node).axes.filter((axis) => sameSpace(axis.space, elem.space) || partOf(elem.space, axis.space) || partOf(axis.space, elem.space));
  if (fits.length === 1) return gather(node, fits[0]!, index, here, span);
  report(here, 'E0306', span, fits.length === 0 ? 'the tensor has no axis that this index counts' : 'more than one axis fits this index', {
    expected: `an axis of the space of ${elemName(elem)}`, given: showType(typeOf(node)),
    why: 'an index holds positions on one declared dim, and only an axis of that dim has those places',
    ...(fits.length > 1 ? { fix: `name it: \`[${fits[0]!.label} = …]\`` } : {}),
  });
  return null;
}

/** (Gath): the selected axis goes, the index's axes enter; what is not provably inside may be absent (R3, R4). */
export function gather(node: Node, axis: Axis, index: Node, here: Here, span: Span): Node | null {
  const elem = typeOf(index).elem;
  if (elem.kind !== 'index' && elem.kind !== 'int') {
    report(here, 'E0305', span, 'a place is a whole number', { expected: 'int or index', given: elemName(elem), fix: 'take `floor(…)`' });
    return null;
  }
  if (elem.kind === 'index' && !sameSpace(elem.space, axis.space) && !partOf(elem.space, axis.space) && !partOf(axis.space, elem.space)) {
    report(here, 'E0306', span, `these are positions on another axis than \`${axis.label}\``, {
      expected: `index(${axis.label})`, given: elemName(elem), why: 'two dims are two spaces, even where their sizes are equal',
    });
    return null;
  }
  const b = here.ctx.builder.at(origin(here, span));
  // The axes that stay zip with the index's; the selected one may come back through the index.
  const rest = typeOf(node).axes.filter((other) => other.id !== axis.id);
  let place = index;
  for (const other of rest) {
    const same = typeOf(place).axes.find((candidate) => candidate.label === other.label && candidate.id !== other.id);
    if (same === undefined) continue;
    const aligned = alignAxes(node, place, 'x[…]', here, span);
    if (aligned === null) return null;
    place = aligned[1];
  }
  return b.gather(node, place, axis.id, provablyInside(index, axis, here));
}

function provablyInside(index: Node, axis: Axis, here: Here): boolean {
  const { elem } = typeOf(index);
  if (elem.kind === 'index') return sameSpace(elem.space, axis.space) || partOf(elem.space, axis.space);
  if (index.op.kind === 'constant' && !isRagged(axis.space)) {
    const value = index.op.value;
    const extent = sizeOf(axis.space);
    const known = constantOf(extent);
    if (value < 0 || (known !== null && value >= known)) return false;
    if (known === null) {
      here.ctx.requirements.push({ kind: 'atMost', a: size.int(value + 1), b: extent, origin: index.origin, why: `place ${value} of \`${axis.label}\` is used` });
    }
    return true;
  }
  // `e mod n` with n the size of the axis.
  if (index.op.kind === 'binary' && index.op.fn === 'mod') {
    const divisor = index.inputs[1]!;
    return divisor.op.kind === 'size' && equalSizes(divisor.op.size, sizeOf(axis.space), here.ctx.facts) === 'equal' && !isRagged(axis.space);
  }
  return false;
}

/** Is `part` the first summand of `whole`, or bounded by it? */
function partOf(part: Space, whole: Space): boolean {
  return whole.kind === 'cat' && whole.parts.length > 0 && sameSpace(whole.parts[0]!, part);
}

/** `position[a]`: the places of an axis as numbers; inside a scan along it, this step's. */
export function positionOf(expr: Extract<Expr, { kind: 'bracket' }>, here: Here): Value {
  const arg = expr.args[0];
  if (expr.args.length !== 1 || arg?.kind !== 'value' || arg.value.kind !== 'name') {
    return report(here, 'E0205', expr.span, '`position` wants one axis: `position[a]`');
  }
  const label = arg.value.name;
  const step = here.steps.get(label);
  if (step !== undefined) return tensor(step);
  const entry = here.scope.lookup(label);
  const space = entry?.kind === 'dim' ? entry.space : here.frame.space(label);
  if (space === null) return unknownName(here, 'E0202', { text: label, span: arg.value.span }, 'axis or dim', here.scope.names());
  return tensor(here.ctx.builder.at(origin(here, expr.span)).position(here.frame.axis(label, space)));
}

