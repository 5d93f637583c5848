/** Grouping: `sum[source by ids](w)` reduces the elements that `ids` maps to the same position. */
import type { BracketArg, Span } from '../../../grammar/ast.ts';
import type { Axis, Node, Space } from '../../graph/graph.ts';
import { isRagged, originOf, sameSpace, sizeOf } from '../../graph/spaces.ts';
import { elemName } from '../scope/describe.ts';
import { evaluateTensor } from './evaluate.ts';
import { alignAxes, allAxes, asNumber, holding, needAxis, number, reduce, rename, toFloat, unary } from '../types/operate.ts';
import type { Site } from '../scope/context.ts';
import { type Value, ERROR, tensor } from '../scope/values.ts';
import { origin, report } from '../scope/report.ts';
import { nameOfSpace, typeOf } from '../scope/axes.ts';
import { liesWithin } from '../types/interval.ts';

type By = Extract<BracketArg, { kind: 'by' }>;

/** What is grouped, by which positions, over which axes, and into which axis. */
interface Groups {
  readonly x: Node;
  readonly places: Node;
  readonly over: readonly Axis[];
  readonly into: Axis;
}

const grouped = ['sum', 'mean', 'max', 'min', 'prod', 'any', 'all', 'softmax'];

export function groupBy(name: string, x: Node, by: By, here: Site, span: Span): Value {
  if (!grouped.includes(name)) {
    return report(here, 'E0404', by.span, `\`${name}\` does not group`, {
      expected: grouped.map((each) => `\`${each}\``).join(', '),
      fix: 'leave `by` out, or reduce in another way',
    });
  }
  const truth = name === 'any' || name === 'all';
  if (truth !== (typeOf(x).elem.kind === 'bool')) {
    return report(here, 'E0305', span, `\`${name}\` does not fit this element type`, {
      expected: truth ? 'bool' : 'numbers',
      given: elemName(typeOf(x).elem),
    });
  }
  const groups = groupsOf(
    name,
    truth ? x : name === 'mean' || name === 'softmax' ? toFloat(x, here, span) : asNumber(x, here, span),
    by,
    here,
    span,
  );
  if (groups === null) return ERROR;
  if (name === 'softmax') return softmaxBy(groups, here, span);
  const kept = [...allAxes(groups.x), ...allAxes(groups.places)].find(
    (axis) => axis.label === groups.into.label && !groups.over.some(({ id }) => id === axis.id),
  );
  if (kept !== undefined) return report(here, 'E0301', span, `the result would hold \`${groups.into.label}\` twice`);
  return tensor(GROUPED[name as keyof typeof GROUPED](groups, here, span));
}

function groupsOf(name: string, x: Node, by: By, here: Site, span: Span): Groups | null {
  const index = evaluateTensor(by.value, here);
  if (index === null || (typeOf(x).elem.kind !== 'bool' && number(x, name, here, span) === null)) return null;
  const fault = (code: 'E0305' | 'E0306', message: string, detail: Parameters<typeof report>[4]): null => {
    report(here, code, by.span, message, detail);
    return null;
  };
  const { elem } = typeOf(index);
  if (elem.kind !== 'index' && elem.kind !== 'int')
    return fault('E0305', '`by` groups by positions', { expected: 'int or index', given: elemName(elem), fix: 'take `floor(…)`' });
  const label = by.label?.text ?? (elem.kind === 'index' ? nameOfSpace(elem.space, here) : null);
  const entry = label === null ? null : here.scope.lookup(label);
  const space = by.label === null && elem.kind === 'index' ? elem.space : entry?.kind === 'dim' ? entry.space : null;
  if (elem.kind === 'index' && space !== null && !sameSpace(elem.space, space)) {
    return fault('E0306', 'these are positions on another dim', { expected: `index(${label})`, given: elemName(elem) });
  }
  if (label === null || space === null) return fault('E0306', 'the index does not say into which axis it groups', { fix: '`by axis = i`' });
  const aligned = alignAxes(x, index, 'by', here, span);
  if (aligned === null) return null;
  const over: Axis[] = [];
  for (const axisName of by.axes) {
    const axis =
      typeOf(aligned[1]).axes.find((own) => own.label === axisName.text) ?? needAxis(aligned[0], axisName.text, name, here, axisName.span);
    if (axis === null) return null;
    over.push(axis);
  }
  // What is outside is read by no group, so the mask belongs to the value itself. Inside a clock, the length of its axis is not
  // known.
  const isInside = elem.kind === 'index' || (isRagged(space) ? here.clocked : liesWithin(index, space));
  return {
    x: isInside ? aligned[0] : inside(aligned[0], aligned[1], over, space, here, span),
    places: aligned[1],
    over,
    into: { id: `${here.frame.id}by~${label}`, label, space },
  };
}

function inside(x: Node, place: Node, over: readonly Axis[], space: Space, here: Site, span: Span): Node {
  const b = here.ctx.builder.at(origin(here, span));
  const first = b.size(originOf(space));
  const condition = b.binary('and', b.binary('ge', place, first), b.binary('lt', place, b.binary('add', b.size(sizeOf(space)), first)));
  return b.where(
    x,
    over.reduce((held, axis) => holding(held, axis, here, span), condition),
  );
}

type Grouping = (groups: Groups, here: Site, span: Span) => Node;

/** Sums are scattered directly; for the others each group is reduced as a whole. */
const GROUPED: Readonly<Record<'sum' | 'mean' | 'max' | 'min' | 'prod' | 'any' | 'all', Grouping>> = {
  sum: (groups, here, span) => scattered(groups.x, groups, here, span),
  mean: (groups, here, span) => {
    const b = here.ctx.builder.at(origin(here, span));
    const one = b.constant(1);
    // 1 where an element is present, absent where it is not.
    const ones = b.select(b.binary('eq', groups.x, groups.x), one, one);
    return b.binary('div', scattered(groups.x, groups, here, span), b.binary('max', scattered(ones, groups, here, span), one));
  },
  max: within('max'),
  min: within('min'),
  prod: within('prod'),
  any: (groups, here, span) => counted('gt', groups.x, groups, here, span),
  all: (groups, here, span) => counted('eq', unary('not', groups.x, here, span), groups, here, span),
};

function scattered(x: Node, { places, over, into }: Groups, here: Site, span: Span): Node {
  return here.ctx.builder.at(origin(here, span)).scatter(
    x,
    places,
    here.frame.axis(into.label, into.space),
    over.map(({ id }) => id),
  );
}

/** Compares the count of true elements at each position with 0. */
function counted(fn: 'gt' | 'eq', x: Node, groups: Groups, here: Site, span: Span): Node {
  const b = here.ctx.builder.at(origin(here, span));
  return b.binary(fn, scattered(b.select(x, b.constant(1), b.constant(0)), groups, here, span), b.constant(0));
}

/** x for every group, present where it belongs to the group. */
function belonging({ x, places, over, into }: Groups, here: Site, span: Span): Node {
  const b = here.ctx.builder.at(origin(here, span));
  // Both get all grouped axes, even those along which one of them is constant.
  const along = (value: Node): Node => over.reduce((held, axis) => holding(held, axis, here, span), value);
  return b.where(along(x), along(b.binary('eq', b.unary('int', places), b.unary('int', b.position(into)))));
}

function within(fn: 'max' | 'min' | 'prod'): Grouping {
  return (groups, here, span) => {
    const { into } = groups;
    return rename(
      reduce(fn, belonging(groups, here, span), groups.over, here, span),
      into,
      here.frame.axis(into.label, into.space),
      here,
      span,
    );
  };
}

/** Each position belongs to at most one group: of its weights in all groups, its own group's remains. */
function softmaxBy(groups: Groups, here: Site, span: Span): Value {
  const [axis, ...more] = groups.over;
  if (axis === undefined || more.length > 0)
    return report(here, 'E0404', span, '`softmax` goes over exactly one axis', { given: `${groups.over.length}` });
  const b = here.ctx.builder.at(origin(here, span));
  return tensor(reduce('sum', b.softmax(belonging(groups, here, span), axis.id), [groups.into], here, span));
}
