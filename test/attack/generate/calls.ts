/** Ways to write a float by a call: the standard library's blocks, and blocks of its own, lifted, with one set of parameters or one per position. */
import type { Construct, Writer } from './writer.ts';
import { reducible } from './floats.ts';
import { within, without, type Axis, type Body, type Scope, type Want } from './scope.ts';

const any = (): boolean => true;

/** Wanted axes that parameters may have. */
function sized(want: Want, writer: Writer): readonly string[] {
  const fixed = writer.fixed(want.scope).map(({ label }) => label);
  return want.axes.filter((label) => fixed.includes(label));
}

/** Axes for the inside of a call: not wanted ones, and maybe one that is. */
function inputs(want: Want, writer: Writer): readonly string[] {
  return writer.others(want, ({ ragged, ofCall, inside }) => !ragged && ofCall !== true && inside === undefined).map(({ label }) => label);
}

const keys = (want: Want, writer: Writer): readonly string[] =>
  reducible(want, writer).filter((label) => writer.axis(want.scope, label).inside === undefined);

function attention(name: string, more: string): Construct {
  return {
    name,
    weight: 1.2,
    elem: 'float',
    fits: (want, writer) =>
      sized(want, writer).length > 0 &&
      inputs(want, writer).length > 0 &&
      keys(want, writer).some((key) => !inputs(want, writer).every((label) => label === key)),
    write: (want, writer) => {
      const { chance } = writer;
      const value = chance.pick(sized(want, writer));
      const rest = without(want.axes, value);
      const width = chance.pick(inputs(want, writer));
      const key = chance.pick(keys(want, writer).filter((label) => label !== width));
      const extras = chance.some(rest, 0.5);
      // All that is wanted must be somewhere.
      const query = writer.inner(want, { axes: [...rest, width], ends: [] });
      const ends = chance.is(0.5) ? [key] : [];
      const here = writer.inner(want, { axes: [...extras, key, width], ends });
      const values = writer.inner(want, { axes: [...extras, key, value], ends: [] });
      return `${name}[${more}key = ${key}, d = ${width}, v = ${value}](${query}, ${here}, ${values})`;
    },
  };
}

export const CALLS: readonly Construct[] = [
  {
    name: 'Linear',
    weight: 2,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0 && (inputs(want, writer).length > 0 || want.axes.length > 0),
    write: (want, writer) => {
      const out = writer.chance.pick(sized(want, writer));
      const into = writer.chance.pick([out, ...inputs(want, writer)]);
      return `Linear[${out}, in = ${into}](${writer.inner(want, { axes: [...without(want.axes, out), into], ends: [] })})`;
    },
  },
  {
    name: 'LayerNorm',
    weight: 1.5,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0,
    write: (want, writer) => `LayerNorm[features = ${writer.chance.pick(sized(want, writer))}](${writer.inner(want, { ends: [] })})`,
  },
  {
    name: 'FeedForward',
    weight: 0.7,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0,
    write: (want, writer) => `FeedForward[2, features = ${writer.chance.pick(sized(want, writer))}](${writer.inner(want, { ends: [] })})`,
  },
  {
    name: 'Maxout',
    weight: 0.5,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0,
    write: (want, writer) => {
      const out = writer.chance.pick(sized(want, writer));
      return `Maxout[${out}, in = ${out}](${writer.inner(want, { ends: [] })})`;
    },
  },
  {
    name: 'GRU, RNN',
    weight: 1.5,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0,
    write: (want, writer) => {
      const hidden = writer.chance.pick(sized(want, writer));
      const into = writer.chance.pick([hidden, ...inputs(want, writer)]);
      const x = writer.inner(want, { axes: [...without(want.axes, hidden), into], ends: [] });
      const h = writer.inner(want, { axes: [...writer.chance.some(without(want.axes, hidden), 0.3), hidden], ends: [] });
      return `${writer.chance.pick(['GRU', 'RNN'])}[hidden = ${hidden}, input = ${into}](${x}, ${h})`;
    },
  },
  attention('Dot', ''),
  attention('ScaledDot', ''),
  {
    name: 'Additive',
    weight: 0.8,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0 && keys(want, writer).length > 0,
    write: (want, writer) => {
      const value = writer.chance.pick(sized(want, writer));
      const key = writer.chance.pick(keys(want, writer));
      const query = writer.inner(want, { ends: [] });
      return `Additive[align = 2, q = ${value}, key = ${key}, k = ${value}](${query}, ${writer.inner(want, { axes: [key, value], ends: [key] })})`;
    },
  },
  { name: 'gelu', weight: 0.7, elem: 'float', fits: any, write: (want, writer) => `gelu(${writer.inner(want)})` },
  {
    name: 'binary_cross_entropy',
    weight: 0.5,
    elem: 'float',
    fits: any,
    write: (want, writer) => `binary_cross_entropy(${writer.inner(want)}, sigmoid(${writer.inner(want)}))`,
  },
  {
    name: 'norm, entropy',
    weight: 0.8,
    elem: 'float',
    fits: (want, writer) => keys(want, writer).some((label) => !writer.axis(want.scope, label).mayBeEmpty),
    write: (want, writer) => {
      const over = writer.chance.pick(keys(want, writer).filter((label) => !writer.axis(want.scope, label).mayBeEmpty));
      const value = writer.inner(want, { axes: [...want.axes, over], ends: [] });
      return writer.chance.is(0.5)
        ? `norm[width.. = ${over}](${value})`.replace('width.. = ', '')
        : `entropy[places = ${over}](softmax[${over}](${value}))`;
    },
  },
  {
    name: 'unit, cosine',
    weight: 0.6,
    elem: 'float',
    fits: (want, writer) => keys(want, writer).length > 0,
    write: (want, writer) => {
      const over = writer.chance.pick(keys(want, writer));
      const [a, b] = [
        writer.inner(want, { axes: [...want.axes, over], ends: [] }),
        writer.inner(want, { axes: [...want.axes, over], ends: [] }),
      ];
      return writer.chance.is(0.5) ? `cosine[width = ${over}](${a}, ${b})` : `sum[${over}](unit[${over}](${a}) * ${b})`;
    },
  },
  {
    name: 'BatchNorm',
    weight: 0.6,
    elem: 'float',
    fits: (want, writer) =>
      want.scope.clock === null && want.scope.scanned.length === 0 && !want.scope.inBlock && sized(want, writer).length > 0,
    write: (want, writer) => `BatchNorm[channel = ${writer.chance.pick(sized(want, writer))}](${writer.inner(want, { ends: [] })})`,
  },
  {
    name: 'own block',
    weight: 3,
    elem: 'float',
    fits: (want, writer) => sized(want, writer).length > 0 && !want.scope.inBlock,
    write: (want, writer) => {
      const on = writer.chance.pick(sized(want, writer));
      const name = block(writer, want.depth);
      return `${name}[u = ${on}](${writer.inner(want, { ends: [] })}, ${writer.inner(want, { axes: [...writer.chance.some(without(want.axes, on), 0.4), on], ends: [] })})`;
    },
  },
  {
    name: 'per',
    weight: 1.5,
    elem: 'float',
    fits: (want, writer) =>
      sized(want, writer).filter((label) => writer.axis(want.scope, label).dim === label).length > 1 && !want.scope.inBlock,
    write: (want, writer) => {
      const [on, each] = writer.chance.shuffled(sized(want, writer).filter((label) => writer.axis(want.scope, label).dim === label));
      const name = block(writer, want.depth);
      const rest = without(want.axes, on!, each!);
      return `(${name}[u = ${on}] per ${each} (${writer.inner(want, { axes: [...rest, ...(writer.chance.is(0.5) ? [each!] : []), on!], ends: [] })}, ${writer.inner(want, { axes: [on!], ends: [] })}))`;
    },
  },
  {
    name: 'let',
    weight: 0.8,
    elem: 'float',
    fits: (want, writer) => want.axes.length === 1 && sized(want, writer).length === 1 && want.scope.scanned.length === 0,
    write: (want, writer) => {
      const [on] = want.axes as readonly [string];
      const name = writer.fresh('f');
      want.scope.body.lines.push(`let ${name} = Linear[${writer.axisText(want.scope, on).replace(/^.*: /, '')}]`);
      return on === writer.axis(want.scope, on).dim ? `${name}(tanh(${name}(${writer.inner(want, { ends: [] })})))` : writer.leaf(want);
    },
  },
];

/** A block of two arguments over a formal axis `u`, its body written as any other. */
function block(writer: Writer, depth: number): string {
  const { chance } = writer;
  const name = writer.fresh('B');
  const u: Axis = { label: 'u', dim: 'u', ragged: false, mayBeEmpty: false };
  const body: Body = { lines: [] };
  const scope: Scope = {
    axes: [u, { ...u, label: 'u2' }],
    names: [
      { text: 'x', elem: 'float', axes: ['u'] },
      { text: 'h', elem: 'float', axes: ['u'] },
    ],
    body,
    clock: null,
    scanned: [],
    states: [],
    poison: false,
    inBlock: true,
  };
  const option = chance.is(0.25) ? writer.fresh('o') : null;
  const result = { elem: 'float', axes: ['u'], depth: Math.min(2, depth), ends: [], scope } as const;
  if (option !== null) {
    writer.count('option, match');
    writer.top.push(`option ${option} = one | two`);
    const arm = (): string => {
      const own: Body = { lines: [] };
      const value = writer.value({ ...result, scope: within(scope, { body: own }) });
      return [...own.lines, `z = ${value}`].join('; ');
    };
    body.lines.push(`match ${option} { one { ${arm()} } two { ${arm()} } }`);
  } else body.lines.push(`z = ${writer.value(result)}`);
  const lines = [...body.lines, `z + 0.1 * h * x`];
  writer.top.push(`block ${name}(x: [u], h: [u]) -> [u] {\n  ${lines.join('\n  ').replaceAll('\n  \n', '\n')}\n}`);
  return name;
}
