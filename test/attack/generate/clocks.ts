/** Programs along a clock: causal models, decoders step by step, decoders over the whole axis. */
import type { Kind } from './programs.ts';
import { stack } from './loops.ts';
import { copy, equations, indented, plain, total, want } from './parts.ts';
import { within, type Axis, type Body, type Elem, type Name, type Scope } from './scope.ts';
import type { Writer } from './writer.ts';

const float = (text: string, axes: readonly string[]): Name => ({ text, elem: 'float', axes });
const top = (writer: Writer): string => writer.top.map((each) => `${each}\n`).join('');

/** Optimisers and schedules, in turn. */
export function optimizer(writer: Writer): string {
  return writer.chance.pick([
    'sgd(rate = 0.1)',
    'adam(rate = 1e-3 * min(step ^ -0.5, step * 10 ^ -1.5))',
    'adagrad(rate = 0.1)',
    'rmsprop(rate = 0.01, momentum = 0.5)',
    'adadelta()',
    'sgd(rate = 0.1 * 0.5 ^ floor(epoch), momentum = 0.9)',
  ]);
}

function causal(writer: Writer): string {
  const { chance } = writer;
  const [d, k] = [chance.between(1, 3), chance.between(2, 3)];
  const axes: Axis[] = [plain('time', { ragged: true }), plain('d'), plain('k')];
  const other = chance.is(0.4) ? [plain('source', { ragged: true })] : [];
  const body: Body = { lines: [] };
  const names = [
    float('x', ['time', 'd']),
    ...(chance.is(0.5) ? [float('r', ['time'])] : []),
    ...(other.length > 0 ? [float('m', ['source', 'd'])] : []),
    ...(chance.is(0.3) ? [{ text: 'i', elem: 'index(k)', axes: ['time'] } as const] : []),
    ...(chance.is(0.3) ? [{ text: 'b', elem: 'bool', axes: ['time'] } as const] : []),
  ];
  const scope: Scope = {
    axes: [...axes, ...other, copy(axes[0]!, 'key')],
    names,
    body,
    clock: 'time',
    scanned: [],
    states: [],
    poison: false,
    inBlock: false,
  };
  const after = equations(writer, scope, chance.between(1, 2), chance.between(2, 3));
  const results = Array.from({ length: chance.between(1, 2) }, (_, n): Name => {
    const elem = chance.pick<Elem>(['float', 'float', 'float', 'int', 'bool']);
    const own = ['time', ...chance.some(['d', 'k'], 0.5)];
    body.lines.push(`y${n} = ${writer.value(want(after, elem, own, chance.between(1, 3)))}`);
    return { text: `y${n}`, elem, axes: own };
  });
  const typed = results.map(({ text, elem, axes: own }) => `${text}: ${elem === 'float' ? '' : elem}[${own.join(', ')}]`);
  const losses = results.filter(({ elem }) => elem === 'float').map(total);
  return `dim time: ragged, d = ${d}, k = ${k}
${other.length > 0 ? 'dim source: ragged\n' : ''}${top(writer)}model M(${names.map(({ text, elem, axes: own }) => `${text}: ${elem === 'float' ? '' : elem}[${own.join(', ')}]`).join(', ')}) -> ${results.length === 1 ? typed[0]! : `{ ${typed.join(', ')} }`} causal time {
${indented(body.lines)}
${results.length === 1 ? '' : `  { ${results.map(({ text }) => `${text} = ${text}`).join(', ')} }\n`}}
objective Fit for M { loss = ${losses.length === 0 ? '0.5' : losses.join(' + ')};  optimizer ${optimizer(writer)} }
`;
}

/** What reads a decoder's input, or nothing. */
function memory(writer: Writer): {
  readonly dims: string;
  readonly inputs: string;
  readonly equation: string;
  readonly axes: readonly Axis[];
} {
  if (writer.chance.is(0.5))
    return {
      dims: 'dim source: ragged\n',
      inputs: 'tokens: index(words)[source]',
      equation: '  param E: [words, d] = normal(1)\n  D(tanh(E[tokens]))',
      axes: [plain('source', { ragged: true })],
    };
  return { dims: 'dim source: ragged\n', inputs: 'x: [source, d]', equation: '  D(x)', axes: [plain('source', { ragged: true })] };
}

function parallel(writer: Writer): string {
  const { chance } = writer;
  const target = plain('target', { ragged: true });
  const read = memory(writer);
  const body: Body = { lines: ['param table: [words, d] = normal(1)', 'e = table[y]'] };
  const scope: Scope = {
    axes: [target, plain('d'), plain('words'), ...read.axes, copy(target, 'key')],
    names: [float('e', ['target', 'd']), float('m', ['source', 'd'])],
    body,
    clock: 'target',
    scanned: [],
    states: [],
    poison: false,
    inBlock: false,
  };
  const after = equations(writer, scope, chance.between(1, 2), 3);
  body.lines.push(`logits = ${writer.value({ ...want(after, 'float', ['target', 'words'], 3), ends: [] })} + e @[d] table`);
  body.lines.push(`at most ${chance.pick(['5', 'source + 2', '4'])}`);
  return `${read.dims}dim target: ragged, words = ${chance.between(4, 5)}, d = ${chance.between(1, 3)}
${top(writer)}decoder D(m: [source, d]) generates y: index(words)[target] start 1 end 2 {
${indented(body.lines)}
}
model M(${read.inputs}) generates y: index(words)[target] {
${read.equation}
}
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y')) + ${total(float('e', ['target', 'd']))};  metric right = mean[target](if argmax[words](logits) == y' then 1 else 0);  optimizer ${optimizer(writer)} }
`;
}

function recurrent(writer: Writer): string {
  const { chance } = writer;
  const read = memory(writer);
  const isPointing = chance.is(0.25);
  const space = isPointing ? 'source' : 'words';
  const body: Body = { lines: isPointing ? [] : ['param table: [words, d] = normal(1)'] };
  const starting = !isPointing && chance.is(0.7);
  const outer: Scope = {
    axes: [plain('d'), plain('words'), ...read.axes, copy(read.axes[0]!, 'key')],
    names: [float('m', ['source', 'd'])],
    body,
    clock: 'target',
    scanned: [],
    states: [],
    poison: false,
    inBlock: false,
  };
  const states = Array.from(
    { length: chance.between(1, 2) },
    (_, k): Name =>
      k === 0
        ? float('s', ['d'])
        : chance.pick<Name>([
            { text: 'c', elem: 'bool', axes: ['source'] },
            float('c', ['source', 'd']),
            { text: 'c', elem: 'int', axes: [] },
          ]),
  );
  for (const { text, elem, axes } of states) {
    const init = elem === 'bool' ? 'false' : elem === 'int' ? '0' : writer.value(want(outer, 'float', axes, 2));
    body.lines.push(`state ${text}: ${elem === 'float' ? '' : elem}[${axes.join(', ')}] = ${init}`);
  }
  // The previous output: after `first … then` where there is no start.
  const previous = isPointing ? 'm[y]' : 'table[y]';
  body.lines.push(starting ? `u = ${previous}` : `param go: [d] = normal(1)`, ...(starting ? [] : [`u = first go then ${previous}`]));
  let here = within(outer, { names: [...outer.names, ...states, float('u', ['d'])] });
  if (chance.is(0.25)) {
    writer.count('past in a decoder');
    body.lines.push('H = past[tape](s)');
    here = within(here, {
      axes: [...here.axes, { label: 'tape', dim: 'tape', ragged: true, mayBeEmpty: false, tape: true }],
      names: [...here.names, float('H', ['tape', 'd'])],
    });
  }
  if (chance.is(0.25)) here = stack(writer, outer, here, body, ['d'], 2);
  const after = equations(writer, here, chance.between(0, 1), 3);
  const sNext = writer.value(want(after, 'float', ['d'], 3));
  body.lines.push(`s' = tanh(${sNext} + 0.5 * s)`);
  const now = within(after, { names: [...after.names, float("s'", ['d'])] });
  const logits = writer.value(want(now, 'float', [space], 3));
  const how = chance.below(4);
  if (how === 0) body.lines.push(`probability = softmax[${space}](${logits})`);
  else if (how === 1 && isPointing && states[1]?.elem === 'bool') body.lines.push(`logits = ${logits} where not c`);
  else body.lines.push(`logits = ${logits}`);
  for (const { text, elem, axes } of states.slice(1)) {
    const chosen =
      elem === 'bool'
        ? `(c or position[source] == ${isPointing ? "y'" : '1'})`
        : elem === 'int'
          ? '(c + 1) mod 4'
          : `tanh(c + ${writer.value(want(now, 'float', axes, 2))})`;
    body.lines.push(`${text}' = ${chosen}`);
  }
  body.lines.push(`at most ${chance.pick(['5', 'source + 2', 'source'])}`);
  if (chance.is(0.4)) body.lines.push('rank logp / ((5 + length) / 6) ^ 0.6');
  const generates = `generates y: index(${space})[target]${starting ? ' start 1 end 2' : isPointing ? '' : ' end 2'}`;
  const loss =
    how === 0 ? "mean[target](-log(probability[y'] + 1e-6))" : how === 1 ? '0' : `mean[target](cross_entropy[${space}](logits, y'))`;
  return `${read.dims}dim target: ragged, words = ${chance.between(4, 5)}, d = ${chance.between(1, 3)}
${top(writer)}decoder D(m: [source, d]) ${generates} {
${indented(body.lines)}
}
model M(${read.inputs}) generates y: index(${space})[target] {
${read.equation}
}
objective Fit for M { loss = ${loss} + ${total(float('s', ['target', 'd']))};  optimizer ${optimizer(writer)} }
`;
}

export const CLOCKED: readonly Kind[] = [
  { name: 'causal model', weight: 3, write: causal },
  { name: 'decoder over the whole axis', weight: 2, write: parallel },
  { name: 'recurrent decoder', weight: 3, write: recurrent },
];
