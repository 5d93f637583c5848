/** Linear maps as values: operations that keep the arrow, and maps as arguments and results of blocks. */
import type { CallExpr, Name, Span } from '../../../grammar/ast.ts';
import type { Axis, BinaryFn, Node, UnaryFn } from '../../graph/graph.ts';
import { sizeOf } from '../../graph/spaces.ts';
import { describeAxis, describeMap, describeSize, describeType } from '../scope/describe.ts';
import { evaluate } from './evaluate.ts';
import { conform, rename, toFloat } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type MapValue, type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { agree, typeOf } from '../scope/axes.ts';
import { inAxis } from '../types/types.ts';

/** The axes of the two sides; the in-axes' ids end in `~in`. */
export type Sides = Pick<MapValue, 'outs' | 'ins'>;

const COMPARISONS: ReadonlySet<BinaryFn> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or']);

/** The operands over one map's axes: maps between the same axes, and numbers. Null: the maps are treated as tensors. */
function onOneMap(values: readonly Value[], here: Site, span: Span): { readonly map: MapValue; readonly nodes: readonly Node[] } | null {
  const map = values.find((value) => value.kind === 'map');
  if (map === undefined) return null;
  const nodes: Node[] = [];
  for (const given of values) {
    const value = given.kind === 'record' && given.main !== null ? given.main : given;
    if (value.kind === 'map') {
      const aligned = onSides(value, map, here, span);
      if (aligned === null) return null;
      nodes.push(aligned);
    } else if (value.kind === 'tensor') {
      const { elem, axes, masks } = typeOf(value.node);
      if (axes.length > 0 || masks.length > 0 || elem.kind === 'bool') return null;
      nodes.push(toFloat(value.node, here, span));
    } else return null;
  }
  return { map, nodes };
}

/** The map's node over the axes of these sides, if it is between the same axes. */
function onSides(map: MapValue, sides: Sides, here: Site, span: Span): Node | null {
  let { node } = map;
  for (const [own, wanted] of [
    [map.outs, sides.outs],
    [map.ins, sides.ins],
  ] as const) {
    if (own.length !== wanted.length) return null;
    for (const axis of own) {
      const to = wanted.find(({ label }) => label === axis.label);
      if (to === undefined || agree(here, axis.space, to.space) !== 'equal') return null;
      node = rename(node, axis, to, here, span);
    }
  }
  return node;
}

/** `c * W`, `W / σ`, `W + V`: an operation on maps between the same axes, or on a map and a number, gives a map. */
export function mapBinary(fn: BinaryFn, left: Value, right: Value, here: Site, span: Span): Value | null {
  if (COMPARISONS.has(fn)) return null;
  const operands = onOneMap([left, right], here, span);
  if (operands === null) {
    if (left.kind !== 'map' || right.kind !== 'map' || ![left, right].some(hasOneName)) return null;
    return report(here, 'E0303', span, 'the two maps do not go between the same axes', {
      expected: describeMap(left),
      given: describeMap(right),
      why: 'an operation of two maps is one of each of their elements',
    });
  }
  const { map, nodes } = operands;
  return { ...map, node: here.ctx.builder.node({ kind: 'binary', fn }, nodes, origin(here, span)) };
}

/** Do two axes, one on each side, have the same name, so that the map is not a plain tensor? */
function hasOneName({ outs, ins }: Sides): boolean {
  return outs.some((out) => ins.some(({ label }) => label === out.label));
}

/** `-W`, `tanh(W)`, `stop(W)`; elementwise truth values and whole numbers are not maps. */
export function mapUnary(fn: UnaryFn, map: MapValue, here: Site, span: Span): Value | null {
  if (fn === 'not' || fn === 'int' || fn === 'floor') return null;
  return { ...map, node: here.ctx.builder.node({ kind: 'unary', fn }, [map.node], origin(here, span)) };
}

/** `transpose(W)`, `plain(W, to = a, from = b)`. */
export function mapCall(name: 'transpose' | 'plain', expr: CallExpr, here: Site): Value {
  const [first, ...more] = expr.args;
  if (first === undefined || first.name !== null || (name === 'transpose' && more.length > 0)) {
    return report(here, 'E0403', expr.span, `\`${name}\` has the wrong number of arguments`, {
      expected: name === 'transpose' ? '`transpose(W)`' : '`plain(W, to = a, from = b)`',
      given: `${expr.args.length}`,
    });
  }
  const value = evaluate(first.value, here);
  if (value.kind === 'error') return ERROR;
  if (value.kind !== 'map') {
    const given = value.kind === 'tensor' ? { given: describeType(typeOf(value.node)) } : {};
    return report(here, 'E0315', first.value.span, `\`${name}\` wants a map`, {
      expected: 'a map `[out <- in]`',
      ...given,
      ...(name === 'transpose' ? { fix: 'axes of a tensor have names and no order: it needs no transposing' } : {}),
    });
  }
  if (name === 'transpose') return transposed(value, here, expr.span);
  const names: { to?: Name; from?: Name } = {};
  for (const { name: side, value: label } of more) {
    if ((side?.text !== 'to' && side?.text !== 'from') || label.kind !== 'name' || label.prime || names[side.text] !== undefined) {
      return report(here, 'E0404', side?.span ?? label.span, '`plain` says once each what the two sides are called', {
        fix: '`plain(W, to = a, from = b)`',
      });
    }
    names[side.text] = { text: label.name, span: label.span };
  }
  return plain(value, names, here, expr.span);
}

function transposed({ node, outs, ins }: MapValue, here: Site, span: Span): Value {
  const swapped: Sides = {
    outs: ins.map((axis) => here.frame.axis(axis.label, axis.space)),
    ins: outs.map((axis) => inAxis(here.frame.axis(axis.label, axis.space))),
  };
  let made = node;
  // Through temporary names: `[hidden <- hidden]` swaps its sides.
  const away = outs.map((axis): Axis => ({ ...axis, id: `${axis.id}~out` }));
  outs.forEach((axis, k) => {
    made = rename(made, axis, away[k]!, here, span);
  });
  ins.forEach((axis, k) => {
    made = rename(made, axis, swapped.outs[k]!, here, span);
  });
  away.forEach((axis, k) => {
    made = rename(made, axis, swapped.ins[k]!, here, span);
  });
  return { kind: 'map', ...swapped, node: here.ctx.builder.at(origin(here, span)).broadcast(made, [...swapped.outs, ...swapped.ins]) };
}

function plain(map: MapValue, names: { readonly to?: Name; readonly from?: Name }, here: Site, span: Span): Value {
  let { node } = map;
  const labels: string[] = [];
  for (const [axes, name] of [
    [map.outs, names.to],
    [map.ins, names.from],
  ] as const) {
    if (name !== undefined && axes.length !== 1) {
      return report(
        here,
        'E0404',
        name.span,
        `this side of the map has ${axes.length} axes, and they cannot all be called \`${name.text}\``,
        { given: describeMap(map), fix: 'leave the name out: several axes keep their own' },
      );
    }
    for (const axis of axes) {
      const label = name?.text ?? axis.label;
      if (labels.includes(label))
        return report(here, 'E0301', name?.span ?? span, `the tensor would hold \`${label}\` twice`, {
          given: describeMap(map),
          fix: 'give each side its name: `plain(W, to = a, from = b)`',
        });
      labels.push(label);
    }
  }
  // The out-axes first: an in-axis may get the name that one of them had.
  for (const axis of map.outs) node = rename(node, axis, here.frame.axis(names.to?.text ?? axis.label, axis.space), here, span);
  for (const axis of map.ins) node = rename(node, axis, here.frame.axis(names.from?.text ?? axis.label, axis.space), here, span);
  return tensor(node);
}

/** A value as the map that a signature declares: a map between these axes, or a tensor with the axes of both sides. */
export function conformMap(value: Value, declared: Sides, what: string, here: Site, span: Span): Value {
  if (value.kind === 'error') return ERROR;
  if (value.kind === 'tensor') {
    const twice = declared.outs.find((out) => declared.ins.some(({ label }) => label === out.label));
    if (twice !== undefined) {
      return report(here, 'E0315', span, `${what} is a tensor, and the declared map has \`${twice.label}\` on both sides`, {
        expected: describeMap(declared),
        given: describeType(typeOf(value.node)),
        why: 'a tensor has one axis of a name: it cannot tell the sides apart',
      });
    }
    const flat = declared.ins.map((axis) => here.frame.axis(axis.label, axis.space));
    const made = conform(value.node, { elem: { kind: 'float' }, axes: [...declared.outs, ...flat], masks: [] }, what, here, span, false);
    if (made === null || !unmasked(made, what, here, span)) return ERROR;
    return { kind: 'map', ...declared, node: declared.ins.reduce((node, axis, k) => rename(node, flat[k]!, axis, here, span), made) };
  }
  if (value.kind !== 'map')
    return report(here, 'E0315', span, `${what} is declared as a map`, {
      expected: describeMap(declared),
      given: value.kind === 'record' ? 'a record' : 'a block',
    });
  for (const side of ['outs', 'ins'] as const) {
    const [own, wanted] = [value[side], declared[side]];
    const pair = (axis: Axis): Axis | undefined => wanted.find(({ label }) => label === axis.label);
    if (own.length !== wanted.length || !own.every((axis) => pair(axis) !== undefined)) {
      return report(here, 'E0307', span, `${what} is a map between other axes than declared`, {
        expected: describeMap(declared),
        given: describeMap(value),
      });
    }
    for (const axis of own) {
      const verdict = agree(here, pair(axis)!.space, axis.space);
      if (verdict === 'equal') continue;
      return report(
        here,
        verdict === 'unknown' ? 'E0310' : 'E0303',
        span,
        `the axis \`${axis.label}\` of ${what} has another size than declared`,
        {
          expected: describeAxis(pair(axis)!),
          given: describeAxis(axis),
          ...(verdict === 'unknown'
            ? { fix: `write \`require ${describeSize(sizeOf(pair(axis)!.space))} == ${describeSize(sizeOf(axis.space))}\`` }
            : {}),
        },
      );
    }
  }
  const node = onSides(value, declared, here, span)!;
  return { kind: 'map', ...declared, node: here.ctx.builder.at(origin(here, span)).broadcast(node, [...declared.outs, ...declared.ins]) };
}

function unmasked(node: Node, what: string, here: Site, span: Span): boolean {
  if (typeOf(node).masks.length === 0) return true;
  report(here, 'E0501', span, `${what} may be absent at some positions: a map is all there`, {
    fix: 'say what stands there instead: `… else 0`',
  });
  return false;
}

/** An argument for a parameter that is a map. Null: not a map (reported). */
export function mapArgument(value: Value, what: string, here: Site, span: Span): MapValue | null {
  if (value.kind === 'error') return null;
  if (value.kind === 'map') return value;
  report(here, 'E0315', span, `${what} is a map, and this is none`, {
    expected: 'a map `[out <- in]`',
    given: value.kind === 'tensor' ? describeType(typeOf(value.node)) : value.kind === 'record' ? 'a record' : 'a block',
    why: 'a tensor has no sides',
    fix: 'declare it so: `param W: [out <- in]`; a block makes a tensor a map: `block Map(t: [out, in]) -> [out <- in] { t }`',
  });
  return null;
}

/** Inputs, results and states must be tensors. */
export function noMap(what: string, span: Span, here: Site): Value {
  return report(here, 'E0315', span, `${what} is a tensor, not a map`, {
    why: 'an arrow says how a value is used, and data is not used by itself',
    fix: 'declare its axes: `[out, in]`; a block makes it a map: `block Map(t: [out, in]) -> [out <- in] { t }`',
  });
}
