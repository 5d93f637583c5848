/** What whole programs are made of: dims, inputs, equations. */
import { rounds } from './loops.ts';
import type { Axis, Elem, Name, Scope, Want } from './scope.ts';
import type { Writer } from './writer.ts';

// ---------------------------------------------------------------- dims

interface Declared {
  readonly axes: readonly Axis[];
  readonly lines: readonly string[];
}

export const plain = (label: string, more: Partial<Axis> = {}): Axis => ({ label, dim: label, ragged: false, mayBeEmpty: false, ...more });

/** Some dims of every sort, few enough to meet each other. */
export function dims({ chance }: Writer): Declared {
  const [d, k, n] = [chance.between(1, 3), chance.between(2, 4), chance.between(1, 3)];
  const axes: Axis[] = [plain('d'), plain('k')];
  const lines = [`dim d = ${d}, k = ${k}`];
  const ragged = (label: string, text: string, more: Partial<Axis> = {}): void => {
    axes.push(plain(label, { ragged: true, ...more }));
    lines.push(`dim ${label}: ${text}`);
  };
  ragged('time', 'ragged');
  if (chance.is(0.3)) {
    axes.push(plain('n'));
    lines.push(`dim n = ${n}`);
  }
  if (chance.is(0.25)) ragged('extra', 'ragged 0..', { mayBeEmpty: true });
  if (chance.is(0.15)) {
    lines.push(`const dim most = 6`);
    ragged('short', 'ragged <= most');
  }
  if (chance.is(0.15)) {
    ragged('word', 'ragged in time', { inside: 'time' });
  }
  if (chance.is(0.1)) {
    axes.push(plain('room', { ofCall: true }));
    lines.push('dim room = input');
  }
  if (chance.is(0.1)) {
    axes.push(plain('near', { origin: -1 }));
    lines.push('dim near = -1..1');
  }
  if (chance.is(0.15)) ragged('half', 'HALF');
  return { axes, lines: lines.map((line) => line.replace(/^dim half: HALF$/, 'dim half = ceil(time / 2)')) };
}

export const copy = (axis: Axis, label: string): Axis => ({ ...axis, label });

// ---------------------------------------------------------------- inputs

export interface Input {
  readonly name: Name;
  readonly text: string;
}

/** The data of a program: together they have every ragged dim. */
export function inputs({ chance }: Writer, axes: readonly Axis[]): readonly Input[] {
  const data = axes.filter(({ label }) => label !== 'half');
  const open = data.filter(({ ragged, ofCall }) => ragged || ofCall === true);
  const own = (name: string, elem: Elem, over: readonly Axis[], otherwise = ''): Input => ({
    name: { text: name, elem, axes: over.map(({ label }) => label) },
    text: `${name}: ${elem === 'float' ? '' : elem}[${over.map(({ label }) => label).join(', ')}]${otherwise}`,
  });
  const whole = (axis: Axis): readonly Axis[] =>
    axis.inside === undefined ? [axis] : [data.find(({ label }) => label === axis.inside)!, axis];
  const over = (): readonly Axis[] => [
    ...new Set([
      ...(open.length > 0 && chance.is(0.8) ? whole(chance.pick(open)) : []),
      ...(chance.is(0.7) ? [chance.pick(data.filter(({ ragged }) => !ragged))] : []),
    ]),
  ];
  const list: Input[] = [];
  // So that every ragged dim is sized by the data.
  for (const axis of open)
    if (!list.some(({ name }) => name.axes.includes(axis.label)))
      list.push(own(`x${list.length}`, 'float', [...whole(axis), ...(chance.is(0.6) ? [data[0]!] : [])]));
  for (let count = chance.below(3); count > 0; count--) {
    const axes = over();
    const elem = chance.pick<Elem>(['float', 'float', 'bool', 'int', 'index(k)', 'index(d)']);
    list.push(
      own(
        `${elem[0]}${list.length}`,
        elem,
        axes,
        elem === 'float' && chance.is(0.15) ? ' = 0.5' : elem === 'bool' && chance.is(0.2) ? ' = true' : '',
      ),
    );
  }
  if (chance.is(0.3)) list.push(own('poison', 'float', []));
  return list;
}

// ---------------------------------------------------------------- bodies

export function want(scope: Scope, elem: Elem, axes: readonly string[], depth: number): Want {
  return { elem, axes, depth, ends: [], scope };
}

/** Axes of a value to be written: few, an inner one with its outer. */
export function someAxes({ chance }: Writer, scope: Scope, most: number): readonly string[] {
  const found = chance.shuffled(scope.axes.filter(({ label, dim }) => label === dim)).slice(0, chance.between(0, most));
  return [...new Set(found.flatMap(({ label, inside }) => (inside === undefined ? [label] : [inside, label])))];
}

/** Equations, each of which the later ones may read. */
export function equations(writer: Writer, scope: Scope, count: number, depth: number): Scope {
  let here = scope;
  for (let k = 0; k < count; k++) {
    const elem = writer.chance.pick<Elem>(['float', 'float', 'float', 'int', 'bool']);
    const axes = someAxes(writer, here, 3);
    if (writer.chance.is(0.12)) {
      here = rounds(writer, here, axes, depth - 1);
      continue;
    }
    const name = writer.fresh('v');
    here.body.lines.push(`${name} = ${writer.value(want(here, elem, axes, depth))}`);
    here = { ...here, names: [...here.names, { text: name, elem, axes }] };
  }
  return here;
}

export const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line.replaceAll('\n', '\n  ')}`).join('\n');

/** Whatever it has, as one number that is not too steep. */
export function total({ text, elem, axes }: Name): string {
  const value = elem === 'float' ? text : elem === 'bool' ? `(if ${text} then 1.0 else 0.0)` : `(0.1 * ${text})`;
  const bent = `${value} * ${value} + 0.5 * ${value}`;
  return axes.length === 0 ? `(${bent})` : `mean[${axes.join(', ')}](${bent})`;
}
