/** Loops: scans with states of every sort and what they have been, and rounds of `repeat`. */
import type { Construct, Writer } from './writer.ts';
import { within, without, type Axis, type Body, type Elem, type Name, type Scope, type Want } from './scope.ts';

/** Axes that a scan may go along: not the clock, where its states would have another axis of the clock, which no step can keep. */
function scannable(want: Want, writer: Writer): readonly string[] {
  const { scope } = want;
  return want.axes.filter((label) => {
    const axis = writer.axis(scope, label);
    const isSeenTwice = scope.clock === label && want.axes.some((other) => other !== label && writer.axis(scope, other).dim === label);
    return axis.dim === label && !isSeenTwice && axis.inside === undefined && !scope.axes.some(({ inside }) => inside === label);
  });
}

/** The scope of a step: what has the axis is one step's, or under another name the whole. */
export function stepScope(scope: Scope, along: string, more: readonly Name[]): Scope {
  return within(scope, {
    scanned: [...scope.scanned, along],
    axes: scope.axes.filter(({ label, dim }) => dim !== along || label === along || scope.names.some(({ axes }) => axes.includes(label))),
    names: [
      ...scope.names.filter(({ axes }) => !axes.includes(along)),
      ...more,
      { text: `(position[${along}] + 0)`, elem: 'int', axes: [] },
    ],
  });
}

const typeText = (writer: Writer, scope: Scope, { elem, axes }: { readonly elem: Elem; readonly axes: readonly string[] }): string =>
  `${elem === 'float' ? '' : elem}[${axes.map((label) => writer.axisText(scope, label)).join(', ')}]`;

interface State extends Name {
  readonly init: string;
}

function initial(want: Want, writer: Writer, elem: Elem, axes: readonly string[], outer: Scope): string {
  const fixed = writer.fixed(outer).map(({ label }) => label);
  if (elem === 'float' && axes.every((label) => fixed.includes(label)) && writer.chance.is(0.3)) return 'learned';
  if (elem === 'float' && writer.chance.is(0.3)) return writer.chance.pick(['0', '1', '0.5']);
  if (elem === 'int') return writer.chance.pick(['0', '2']);
  if (elem === 'bool') return writer.chance.pick(['true', 'false']);
  return writer.value({ elem, axes, depth: Math.min(2, want.depth - 1), ends: [], scope: outer });
}

export const LOOPS: readonly Construct[] = [
  {
    name: 'scan',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => want.depth >= 2 && scannable(want, writer).length > 0 && want.scope.scanned.length < 2,
    write: (want, writer) => {
      const { chance } = writer;
      const along = chance.pick(scannable(want, writer));
      const rest = without(want.axes, along);
      const { scope } = want;
      const outer = scope;
      const n = writer.fresh('');
      const xAxes = chance.is(0.7) ? rest : chance.some(rest, 0.5);
      const withs: Name[] = [{ text: `t${n}`, elem: 'float', axes: xAxes }];
      const sequence = writer.inner(want, { axes: [along, ...xAxes], ends: [] });
      const states = Array.from({ length: chance.between(1, 2) }, (_, k): State => {
        const elem = k === 0 ? 'float' : chance.pick<Elem>(['float', 'int', 'bool']);
        const axes = k === 0 ? rest : chance.some(rest, 0.5);
        return {
          text: `s${n}${'ab'[k]!}`,
          elem,
          axes,
          init: initial(
            want,
            writer,
            elem,
            axes,
            within(outer, { scanned: [...outer.scanned, along], names: outer.names.filter((name) => !name.axes.includes(along)) }),
          ),
        };
      });
      let here = stepScope(scope, along, [...withs, ...states]);
      const lines = states.map((state) => `state ${state.text}: ${typeText(writer, scope, state)} = ${state.init}`);
      const own = { lines };
      if (chance.is(0.25)) {
        writer.count('past');
        const [state] = states as [State, ...State[]];
        const tape: Axis = { label: `tape${n}`, dim: `tape${n}`, ragged: true, mayBeEmpty: false, tape: true };
        lines.push(`H${n} = past[tape${n}](${state.text})`);
        here = within(here, {
          axes: [...here.axes, tape],
          names: [...here.names, { text: `H${n}`, elem: 'float', axes: [tape.label, ...state.axes] }],
        });
      }
      for (const state of states) {
        const grown = writer.value({ elem: state.elem, axes: state.axes, depth: want.depth - 2, ends: [], scope: here });
        const bounded =
          state.elem === 'float' && chance.is(0.7)
            ? `tanh(${grown} + 0.5 * ${state.text})`
            : state.elem === 'int'
              ? `(${grown} mod 5)`
              : grown;
        lines.push(`${state.text}' = ${bounded}`);
        here = within(here, { names: [...here.names, { ...state, text: `${state.text}'` }] });
      }
      if (chance.is(0.2)) here = stack(writer, outer, here, own, rest, want.depth - 2);
      lines.push(`emit ${writer.value({ elem: 'float', axes: rest, depth: want.depth - 2, ends: [], scope: here })}`);
      const reversed = scope.clock !== along && chance.is(0.3) ? ' reversed' : '';
      if (reversed !== '') writer.count('reversed scan');
      if (scope.scanned.length > 0) writer.count('nested scan');
      return `(scan ${along}${reversed} with ${withs[0]!.text} = ${sequence} { ${own.lines.join('; ')} })`;
    },
  },
];

/** Equations that rounds define: a name that is carried, or rounds side by side. */
export function rounds(writer: Writer, scope: Scope, axes: readonly string[], depth: number): Scope {
  const { chance } = writer;
  const own = { lines: [] as string[] };
  const name = writer.fresh('r');
  const value = (text: string): string =>
    writer.value({
      elem: 'float',
      axes,
      depth,
      ends: [],
      scope: within(scope, { body: own, names: text === '' ? scope.names : [...scope.names, { text, elem: 'float', axes }] }),
    });
  const head = chance.pick(['2 as i', '3', 'over [1, 2] as i']);
  writer.count(head.startsWith('over') ? 'repeat over' : 'repeat');
  if (chance.is(0.4)) {
    writer.count('emit of rounds');
    const emitted = value('');
    scope.body.lines.push(
      `${name} = ${chance.pick(['sum', 'mean', 'max'])}[i](repeat ${head === '3' ? '3 as i' : head} { ${[...own.lines, `emit ${emitted}`].join('; ')} })`,
    );
  } else {
    scope.body.lines.push(`${name} = ${writer.value({ elem: 'float', axes, depth: 1, ends: [], scope })}`);
    const next = value(name);
    scope.body.lines.push(`repeat ${head} { ${[...own.lines, `${name} = tanh(${name} + ${next})`].join('; ')} }`);
  }
  return within(scope, { names: [...scope.names, { text: name, elem: 'float', axes }] });
}

/** Rounds in a step, with states of the steps around: a name that they carry, for what follows. `outer` holds first values, `own` the step. */
export function stack(writer: Writer, outer: Scope, here: Scope, own: Body, axes: readonly string[], depth: number): Scope {
  const { chance } = writer;
  const [name, state] = [writer.fresh('q'), writer.fresh('z')];
  const head = chance.pick(['2 as i', '3', '2']);
  writer.count('states in rounds');
  const typed: Name = { text: state, elem: 'float', axes };
  const init = chance.pick([
    '0',
    '1',
    ...(head === '2 as i' ? ['0.5 * i'] : []),
    writer.value({ elem: 'float', axes, depth: 1, ends: [], scope: outer }),
  ]);
  own.lines.push(`${name} = ${writer.value({ elem: 'float', axes, depth: 1, ends: [], scope: here })}`);
  const round: Body = { lines: [] };
  const names = [...here.names, { text: name, elem: 'float' as const, axes }, typed];
  const grown = writer.value({ elem: 'float', axes, depth: Math.max(1, depth), ends: [], scope: within(here, { body: round, names }) });
  const lines = [
    `state ${state}: ${typeText(writer, here, typed)} = ${init}`,
    ...round.lines,
    `${state}' = tanh(${grown} + 0.5 * ${state})`,
    `${name} = 0.5 * ${name} + ${state}'`,
  ];
  own.lines.push(`repeat ${head} { ${lines.join('; ')} }`);
  return within(here, { names: [...here.names, { text: name, elem: 'float', axes }] });
}
