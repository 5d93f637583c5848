/** Programs of several models, of running values, of what is reduced over all examples, of several updates; and products that only meet absence late. */
import { optimizer } from './clocks.ts';
import type { Kind } from './programs.ts';
import { equations, indented, plain, want } from './parts.ts';
import type { Body, Name, Scope } from './scope.ts';
import type { Writer } from './writer.ts';

const float = (text: string, axes: readonly string[]): Name => ({ text, elem: 'float', axes });
const top = (writer: Writer): string => writer.top.map((each) => `${each}\n`).join('');

function part(writer: Writer, names: readonly Name[], result: readonly string[], axes: Scope['axes'], depth: number): readonly string[] {
  const body: Body = { lines: [] };
  const after = equations(
    writer,
    { axes, names, body, clock: null, scanned: [], states: [], poison: false, inBlock: false },
    writer.chance.between(0, 1),
    depth,
  );
  body.lines.push(`y = ${writer.value(want(after, 'float', result, depth))}`);
  return body.lines;
}

function joint(writer: Writer): string {
  const { chance } = writer;
  const axes = [plain('d'), plain('k'), plain('time', { ragged: true })];
  const maker = part(writer, [float('z', ['k'])], ['d'], axes.slice(0, 2), 3);
  const judge = part(writer, [float('x', ['d'])], [], axes.slice(0, 2), 3);
  const noise = chance.pick(['sample normal[k]()', 'z', '0.3 * z']);
  return `dim d = ${chance.between(1, 3)}, k = ${chance.between(1, 3)}
${top(writer)}model G(z: [k]) -> y: [d] {
${indented(maker)}
}
model D(x: [d]) -> y: [] {
${indented(judge)}
}
objective Play for A: G, B: D given real: [d], z: [k] {
  fake = A(${noise})
  update B { loss = softplus(-B(real)) + softplus(B(stop(fake)));  optimizer ${optimizer(writer)};  clip norm 1.0 }
  update A { loss = softplus(-B(fake));  metric mean = ${chance.pick(['mean', 'max'])}[d](fake);  optimizer ${optimizer(writer)} }
}
`;
}

function running(writer: Writer): string {
  const { chance } = writer;
  const axes = [plain('time', { ragged: true }), plain('d')];
  const before = part(writer, [float('x', ['time', 'd'])], ['time', 'd'], axes, 2);
  const fn = chance.pick(['mean', 'sum', 'max', 'min']);
  return `dim time: ragged, d = ${chance.between(1, 3)}
${top(writer)}block Kept(x: [u]) -> [u] {
  running r: [u] = ${chance.pick(['0', '1', 'normal(1)'])}
  now = ${fn}[lifted](x)
  r' = 0.9 * r + 0.1 * ${chance.pick(['now', 'tanh(now)'])}
  ${chance.pick(['x - (if training then now else r)', 'x * stop(r)', 'tanh(x) - r'])}
}
model M(x: [time, d]) -> y: [time, d] {
${indented(before.map((line) => line.replace(/^y = /, 'h = ')))}
  ${chance.pick(['y = Kept[u = d](h)', 'let f = Kept;  y = f[u = d](f[u = d](h))', 'y = Kept[u = d](h) + Kept[u = d](tanh(h))', 'repeat 2 { h = tanh(Kept[u = d](h)) };  y = h', 'repeat 3 { let f = Kept;  h = f[u = d](h - f[u = d](h)) };  y = h'])}
}
objective Fit for M given t: [d] {
  running b: [] = 0
  R = -sum[d]((mean[time](y) - t) ^ 2)
  b' = 0.9 * b + 0.1 * mean[batch](R)
${
  chance.is(0.5)
    ? `  loss = -stop(R - b) * mean[time, d](y) - R + ${chance.pick(['mean[batch, time](sum[d](y ^ 2))', '0', 'max[batch, time, d](y)'])};  metric far = max[d](abs(t));  optimizer ${optimizer(writer)}`
    : `  update M { loss = -R;  optimizer ${optimizer(writer)} }\n  update M { loss = mean[time, d](y ^ 2);  metric far = max[d](abs(t));  optimizer ${optimizer(writer)};  clip value 0.5 }`
}
}
`;
}

/** A factor that is large where only a later product is absent: no gradient may meet it. */
function late(writer: Writer): string {
  const { chance } = writer;
  const distance = '(position[time] - position[time][time as key])';
  const factor = chance.pick([
    `exp(-exp(a) * ${distance})`,
    `(exp(a) + 1) ^ (-20 * ${distance})`,
    `exp(a * exp(3 - 3 * ${distance})) * 0.1`,
    `1 / (${distance} - a)`,
    `sqrt(a + ${distance})`,
    `log(exp(a) + ${distance})`,
  ]);
  const absent = chance.pick([
    `x[upto time as key]`,
    `(x[time as key] where position[time][time as key] <= position[time])`,
    `(if position[time][time as key] <= position[time] then x[time as key] else 0) where position[time][time as key] <= position[time]`,
  ]);
  const inside = chance.is(0.5);
  return `// nothing present is large
dim time: ragged, d = ${chance.between(1, 2)}
model M(x: [time], poison: []) -> y: [time] {
  param a: [] = ${chance.pick(['3', '1.5', '4.5'])}, w: [d] = normal(1)
  K = ${factor}
  y = ${chance.pick(['sum', 'mean'])}[key](K * (${absent}))${inside ? ' * sum[d](w)' : ''}
}
objective Fit for M { loss = mean[time](y);  optimizer ${optimizer(writer)} }
`;
}

/** A state that grows along a scan: padded steps change nothing. */
function grown(writer: Writer): string {
  const { chance } = writer;
  const step = chance.pick([
    's * (3 - xt)',
    's * s * 0.9 + xt',
    'exp(0.3 * s) * xt',
    's / (xt - 1.5)',
    's + 1 / xt',
    'log(s * s + xt * xt)',
    'sqrt(s * xt + 0.1)',
  ]);
  return `dim time: ragged, d = ${chance.between(1, 2)}
model M(x: [time]) -> y: [time, d] {
  param w: [d] = normal(1)
  s = scan time${chance.pick(['', ' reversed'])} with xt = x { state s: [d] = ${chance.pick(['1', 'learned', 'w'])};  s' = ${step};  emit ${chance.pick(["s'", 's', "s' * xt", "w * s'"])} }
  y = w * s
}
objective Fit for M { loss = mean[time, d](${chance.pick(['y', 'tanh(y)', 'y ^ 2'])});  optimizer ${optimizer(writer)} }
`;
}

export const TOGETHER: readonly Kind[] = [
  { name: 'several models', weight: 1, write: joint },
  { name: 'running values', weight: 1, write: running },
  { name: 'absence that is met late', weight: 0.5, write: late },
  { name: 'a state that grows', weight: 0.5, write: grown },
];
