/** Whole programs: dims, inputs, blocks, one model or several, an objective. */
import { Chance } from '../chance.ts';
import { CALLS } from './calls.ts';
import { FLOATS } from './floats.ts';
import { CLOCKED } from './clocks.ts';
import { LOOPS } from './loops.ts';
import { TOGETHER } from './together.ts';
import { copy, dims, equations, indented, inputs, someAxes, total, want } from './parts.ts';
import { WHOLES } from './wholes.ts';
import type { Body, Elem, Name, Scope } from './scope.ts';
import { Writer, type Construct } from './writer.ts';

export interface Generated {
  readonly text: string;
  readonly kind: string;
  readonly used: ReadonlyMap<string, number>;
}

const TABLE: readonly Construct[] = [...FLOATS, ...WHOLES, ...CALLS, ...LOOPS];

export interface Kind {
  readonly name: string;
  readonly weight: number;
  write(writer: Writer): string;
}

export function generate(seed: number, at: number): Generated {
  const chance = new Chance(seed, at);
  const writer = new Writer(chance, TABLE);
  const kind = chance.weighted(KINDS);
  const text = kind.write(writer);
  return { text, kind: kind.name, used: new Map([...writer.used, [kind.name, 1]]) };
}

// ---------------------------------------------------------------- models

function model(writer: Writer): string {
  const { chance } = writer;
  const { axes, lines } = dims(writer);
  const given = inputs(writer, axes);
  const copies = axes
    .filter(
      ({ inside, label }) => inside === undefined && label !== 'half' && !axes.some((other) => other.inside === label) && chance.is(0.4),
    )
    .map((axis) => copy(axis, `${axis.label}2`));
  const body: Body = { lines: [] };
  const scope: Scope = {
    axes: [...axes, ...copies],
    names: given.map(({ name }) => name).filter(({ text }) => text !== 'poison'),
    body,
    clock: null,
    scanned: [],
    states: [],
    poison: given.some(({ name }) => name.text === 'poison'),
    inBlock: false,
  };
  const after = equations(writer, scope, chance.between(1, 2), chance.between(1, 3));
  const results = Array.from({ length: chance.between(1, 2) }, (_, k): Name => {
    const elem = chance.pick<Elem>(['float', 'float', 'float', 'int', 'bool']);
    const own = someAxes(writer, scope, 3);
    body.lines.push(`y${k} = ${writer.value(want(after, elem, own, chance.between(1, 3)))}`);
    return { text: `y${k}`, elem, axes: own };
  });
  const typed = results.map(({ text, elem, axes: own }) => `${text}: ${elem === 'float' ? '' : elem}[${own.join(', ')}]`);
  const named = [...results, ...after.names.slice(scope.names.length)].filter(({ elem }) => elem === 'float');
  const loss = named.length === 0 ? '0.5' : named.map(total).join(' + ');
  const record = results.map(({ text }) => `${text} = ${text}`).join(', ');
  return `${lines.join('\n')}
${writer.top.map((each) => `${each}\n`).join('')}model M(${given.map(({ text }) => text).join(', ')}) -> ${results.length === 1 ? typed[0]! : `{ ${typed.join(', ')} }`} {
${indented(body.lines)}
${results.length === 1 ? '' : `  { ${record} }\n`}}
objective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }
`;
}

const KINDS: readonly Kind[] = [{ name: 'model', weight: 10, write: model }, ...CLOCKED, ...TOGETHER];
