/** Whole numbers of programs: int32 from the input to the output, on every backend and in the oracle. */
import { beforeAll, describe, expect, it } from 'vitest';
import { interpret } from '../../compiler/oracle/interpret.ts';
import { useBackend, type Model } from '../../runtime/index.ts';
import { compile } from '../analyze/support.ts';
import { compiled, usableBackends, type Compiled } from './support.ts';

type Tested = Model<Record<string, number>, object, object>;
const usable = await usableBackends();

const MOST = 2147483647;
const LEAST = -2147483648;

/** By output: its type, its expression, and what it is for the example. */
type Cases = Readonly<Record<string, readonly [type: string, text: string, expected: readonly number[]]>>;

const T = [1700000001, 16777217, -16777219, MOST, LEAST, 7];
const U = [86400, 7, 5, MOST, 3, -3];
const G = [0, 1, 0, 2, 2, 1];
const modulo = (a: number, b: number): number => Number(((BigInt(a) % BigInt(b)) + BigInt(b)) % BigInt(b));
const S = [16777217, 16777219, -16777217, 4, 2100000001, 40];

const ARITHMETIC: Cases = {
  remainder: ['int[time]', 't mod u', T.map((x, k) => modulo(x, U[k]!))],
  day: ['int[time]', 't mod 86400', T.map((x) => modulo(x, 86400))],
  odd: ['int[time]', 't mod 2', T.map((x) => modulo(x, 2))],
  down: ['int[time]', 'floor(t / u)', T.map((x, k) => Math.floor(x / U[k]!))],
  week: ['int[time]', 'floor(t / 7)', T.map((x) => Math.floor(x / 7))],
  up: ['int[time]', 'ceil(t / u)', T.map((x, k) => Math.ceil(x / U[k]!) + 0)],
  same: ['int[time]', 'floor(t) + 0 * ceil(t)', T],
  larger: ['int[time]', 'max(t, u)', T.map((x, k) => Math.max(x, U[k]!))],
  smaller: ['int[time]', 'min(t, u)', T.map((x, k) => Math.min(x, U[k]!))],
  held: ['int[time]', 'clamp(t, -16777217, 16777217)', T.map((x) => Math.max(-16777217, Math.min(16777217, x)))],
  sign: ['int[time]', 'sign(t)', T.map(Math.sign)],
  chosen: ['int[time]', 'if t > u then t else u', T.map((x, k) => Math.max(x, U[k]!))],
  near: [
    'int[time]',
    '(if t == 16777217 then 1 else 0) + (if t > 16777216 then 2 else 0) + (if t <= 16777216 then 4 else 0) + (if t != 7 then 8 else 0)',
    [10, 11, 12, 10, 12, 4],
  ],
  highest: ['int[]', 'max[time](t)', [MOST]],
  lowest: ['int[]', 'min[time](t)', [LEAST]],
  masked: ['int[]', 'max[time](t where t < 1700000000)', [16777217]],
  place: ['int[]', 'argmax[time](if t == 2147483647 then 16777217 else 16777216) + 0', [3]],
  picked: ['int[]', '(t[time = 3] else 0) - max(t[time = 1] else 0, 1)', [MOST - 16777217]],
  before: ['int[time]', 't[time = position[time] - 1] else 5', [5, ...T.slice(0, -1)]],
  turned: ['int[time]', 't[time = 5 - position[time]] else 0', [...T].reverse()],
  root: ['[time]', 'sqrt(abs(t mod 4))', T.map((x) => Math.sqrt(modulo(x, 4)))],
};
const SUMS: Cases = {
  total: ['int[]', 'sum[time](s)', [S.reduce((a, b) => a + b)]],
  running: ['int[time]', 'cumsum[time](s)', S.map((_, k) => S.slice(0, k + 1).reduce((a, b) => a + b))],
  earlier: ['int[time]', 'cumsum[time](s, exclusive)', S.map((_, k) => S.slice(0, k).reduce((a, b) => a + b, 0))],
  grouped: ['int[groups]', 'sum[time by g](s)', [0, 16777259, 2100000005]],
  groupedAnywhere: ['int[groups]', 'sum[time by groups = s mod 4](s)', [44, 2116777218, 0]],
  groupedMost: ['int[groups]', 'max[time by g](s)', [16777217, 16777219, 2100000001]],
  groupedLeast: ['int[groups]', 'min[time by g](s)', [-16777217, 40, 4]],
  groupedTimes: [
    'int[groups]',
    'prod[time by g](s mod 4001)',
    [0, 1, 2].map((g) => S.reduce((product, x, k) => (G[k] === g ? product * modulo(x, 4001) : product), 1)),
  ],
  times: ['int[]', 'prod[time](1 + s mod 29)', [S.reduce((product, x) => product * (1 + modulo(x, 29)), 1)]],
  square: ['int[time]', '(s mod 40000) ^ 2', S.map((x) => modulo(x, 40000) ** 2)],
  cube: ['int[time]', '(s mod 1000) ^ 3', S.map((x) => modulo(x, 1000) ** 3)],
  power: ['[time]', '2 ^ (s mod 31)', S.map((x) => 2 ** modulo(x, 31))],
  whole: ['int[time]', 'floor(3 ^ (s mod 16))', S.map((x) => 3 ** modulo(x, 16))],
  scanned: [
    'int[time]',
    "scan time with st = s { state a: int[] = 1;  a' = (a * 31 + st) mod 1000003;  emit a' }",
    S.reduce<number[]>((all, x) => [...all, modulo((all.at(-1) ?? 1) * 31 + x, 1000003)], []),
  ],
  kept: ['int[]', "max[time](scan time with st = s { state a: int[] = -2147483648;  a' = max(a, st);  emit a' })", [2100000001]],
  joined: ['int[]', 'max[both](concat[both](s, s[time = first]))', [2100000001]],
};

const textOf = (inputs: string, cases: Cases): string => `dim time: ragged, groups = 3
model M(${inputs}) -> { ${Object.entries(cases)
  .map(([name, [type]]) => `${name}: ${type}`)
  .join(', ')} } {
  { ${Object.entries(cases)
    .map(([name, [, text]]) => `${name} = ${text}`)
    .join(', ')} }
}`;

describe.each<[string, string, Cases, Readonly<Record<string, readonly number[]>>]>([
  ['arithmetic', textOf('t: int[time], u: int[time]', ARITHMETIC), ARITHMETIC, { t: T, u: U }],
  ['sums and products', textOf('s: int[time], g: index(groups)[time]', SUMS), SUMS, { s: S, g: G }],
])('%s', (title, text, cases, example) => {
  let tested: Compiled<Tested>;
  beforeAll(async () => {
    tested = await compiled<Tested>(`integers-${title.replaceAll(' ', '-')}.attn`, new Map(), text);
  });

  it('in the oracle', () => {
    const names = Object.keys(cases);
    const values = interpret(
      names.map((name) => tested.program.outputs.get(name)!),
      {
        sizes: new Map([
          ['time', 6],
          ['groups', 3],
        ]),
        inputs: new Map(Object.entries(example)),
        parameters: new Map(),
      },
    );
    for (const [k, name] of names.entries()) {
      const { data } = values[k]!;
      expect(
        [...data].map((x) => x + 0),
        name,
      ).toEqual(cases[name]![2]);
    }
  });

  it.each(usable)('on %s, beside a shorter example', async (backend) => {
    await useBackend(backend);
    const model = tested.create({});
    const short = Object.fromEntries(Object.entries(example).map(([name, values]) => [name, values.slice(3, 5)]));
    const given = ((await model.forward([short, example])) as Record<string, { data: ArrayLike<number> }>[])[1]!;
    for (const [name, [type, , expected]] of Object.entries(cases)) {
      const { data } = given[name]!;
      expect(data, `${name}: ${type}`).toBeInstanceOf(type.startsWith('int') ? Int32Array : Float32Array);
      if (type.startsWith('int')) expect([...Array.from(data)], name).toEqual(expected.map((x) => x + 0));
      else for (const [k, x] of expected.entries()) expect(data[k], name).toBe(Math.fround(x));
    }
    model.dispose();
  });
});

describe('what leaves int32', () => {
  const text = `dim time: ragged
model M(t: int[time], u: int[time], n: int[], big: []) -> { OUT } { BODY }`;
  const one = (type: string, body: string): string => text.replace('OUT', `y: ${type}`).replace('BODY', `{ y = ${body} }`);
  const give = { t: [MOST, 1], u: [1, 0], n: 70000, big: 3e9 };
  const fine = { t: [5, -1], u: [2, 1], n: 3, big: 2.5 };

  it.each<[string, string, string, string, readonly number[]]>([
    ['a sum', 'int[time]', 't + u', '`time` 0', [7, 0]],
    ['a difference', 'int[time]', '-2 - t', '', [-7, -1]],
    ['a product', 'int[]', 'n * n', '', [9]],
    ['a power', 'int[]', 'n ^ 3', '', [27]],
    ['a total', 'int[]', 'sum[time](t)', '', [4]],
    ['a running total', 'int[time]', 'cumsum[time](t)', '`time` 1', [5, 4]],
    ['a running product', 'int[time]', 'cumprod[time](n + 0 * t)', '`time` 1', [3, 9]],
    ['a product of all', 'int[]', 'prod[time](n + 0 * t)', '', [9]],
    ['a sum of products', 'int[]', 'sum[time](n * n + t * 0)', '', [18]],
    ['a quotient by 0', 'int[time]', 'floor(t / u)', '`time` 1', [2, -1]],
    ['a rounded float', 'int[]', 'floor(big)', '', [2]],
    ['in a scan', 'int[]', "sum[time](scan time with x = t { state a: int[] = 1;  a' = a * n;  emit a' mod 2 })", '', [2]],
    ['as a float afterwards', '[time]', '(t + u) / 2', '`time` 0', [3.5, 0]],
  ])('%s', async (name, type, body, where, expected) => {
    const { create, program } = await compiled<Tested>(`integers-leave-${name.replaceAll(' ', '-')}.attn`, new Map(), one(type, body));
    await useBackend('cpu');
    const model = create({});
    const out = (values: object[]): unknown => (values as { y: { data: ArrayLike<number> } }[]).map(({ y }) => [...Array.from(y.data)]);
    expect(out(await model.forward([fine]))).toEqual([expected]);
    await expect(model.forward([fine, give])).rejects.toThrow(
      new RegExp(`example 1: .* leaves int32 here, or is divided by 0${where === '' ? '' : ` at position ${where}`}`),
    );
    if (type.startsWith('int')) {
      const bound = { sizes: new Map([['time', 2]]), inputs: new Map(Object.entries(give)), parameters: new Map() };
      expect(() => interpret([program.outputs.get('y')!], bound)).toThrow('leaves int32');
    }
    model.dispose();
  });

  it.each<[string, string, readonly number[]]>([
    ['sums whose parts leave it', 'sum[time](t) - 1 * sum[time](u)', [0]],
    ['what an if does not take', 'sum[time](if u != 0 then floor(t / u) else 0)', [MOST]],
    ['what another condition excludes', 'sum[time](if u != 0 and floor(t / u) > 5 then 1 else 0)', [1]],
    ['what a condition behind it excludes', 'sum[time](if floor(t / u) > 5 and u != 0 then 1 else 0)', [1]],
    ['what the first of two excludes', 'sum[time](if floor(t / (u + 1)) > 5 and floor(t / u) > 5 then 1 else 0)', [1]],
    ['what a where leaves out', 'sum[time](floor(t / u) where u != 0)', [MOST]],
    ['what is behind the end of an example', 'sum[time](floor(1 / u))', [1]],
  ])('but not %s', async (name, body, expected) => {
    const { create } = await compiled<Tested>(`integers-stay-${name.replaceAll(' ', '-')}.attn`, new Map(), one('int[]', body));
    await useBackend('cpu');
    const model = create({});
    const data = name.startsWith('sums')
      ? { ...give, t: [MOST, MOST, -MOST, -MOST], u: [0, 0, 0, 0] }
      : name.startsWith('what is behind')
        ? { ...give, t: [1], u: [1] }
        : { ...give, t: [MOST, 5], u: [1, 0] };
    const given = (
      (await model.forward([data, { ...give, t: [1, 2, 3], u: [1, 1, 1] }])) as unknown as {
        y: { data: ArrayLike<number> };
      }[]
    )[0]!;
    expect([...Array.from(given.y.data)]).toEqual(expected);
    model.dispose();
  });

  it.each(['t + 3000000000', 't * 2147483648', 'if t > 0 then 3000000000 else t', 'max(t, -2147483649)'])(
    'nor may a literal: %s',
    (body) => {
      expect(compile(one('int[time]', body)).diagnostics.map(({ code }) => code)).toContain('E0111');
    },
  );
  it.each(['t + 2147483647', 'max(t, -2147483648)', 'floor(big + 3000000000) + t'])('a literal may: %s', (body) => {
    expect(compile(one('int[time]', body)).diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('step by step', () => {
  const counting = `dim time: ragged
model M(t: int[time], n: int[]) -> { total: int[time], mixed: int[time], most: int[time] } causal time {
  h = scan time with x = t { state a: int[] = 7;  a' = (a * 1103 + x) mod 1000003;  emit a' }
  { total = cumsum[time](t), mixed = h * 2 + floor(t / 3), most = max[k <= time](t[time as k]) + n }
}`;
  it.each(usable)('a stream on %s', async (backend) => {
    const { create } = await compiled<Tested>('integers-stream.attn', new Map(), counting);
    await useBackend(backend);
    const model = create({}) as unknown as {
      forward(examples: object[]): Promise<Record<string, { data: Int32Array }>[]>;
      stream(
        examples: object[],
        options: object,
      ): { step(places: object[]): Promise<Record<string, { data: Int32Array }>[]>; dispose(): void };
      dispose(): void;
    };
    const t = [1000000007, 16777217, -5, 1000000009];
    const whole = (await model.forward([{ t, n: 3 }]))[0]!;
    let [a, sum] = [7, 0];
    const expected = t.map((x) => {
      [a, sum] = [modulo(a * 1103 + x, 1000003), sum + x];
      return { total: sum, mixed: a * 2 + Math.floor(x / 3) };
    });
    expect([...whole.total!.data]).toEqual(expected.map(({ total }) => total));
    expect([...whole.mixed!.data]).toEqual(expected.map(({ mixed }) => mixed));
    expect([...whole.most!.data]).toEqual([1000000010, 1000000010, 1000000010, 1000000012]);
    const stream = model.stream([{ n: 3 }], {});
    for (const [k, x] of t.entries()) {
      const place = (await stream.step([{ t: x }]))[0]!;
      for (const name of ['total', 'mixed', 'most']) expect(place[name]!.data, name).toEqual(whole[name]!.data.slice(k, k + 1));
    }
    await expect(stream.step([{ t: 147483650 }])).rejects.toThrow('leaves int32');
    stream.dispose();
    model.dispose();
  });

  it('across examples, in a loss', async () => {
    const { create } = await compiled<Tested>(
      'integers-across.attn',
      new Map(),
      `dim d = 2
model M(t: int[d]) -> y: [d] { param w: [d] = 1;  w * t }
objective F for M { loss = mean[batch, d](y) + 1e-30 * sum[batch, d](t);  optimizer sgd(rate = 0.1) }`,
    );
    await useBackend('cpu');
    const model = create({});
    expect((await model.loss([{ t: [MOST, 1] }, { t: [-5, 2] }])).loss).toBeCloseTo((MOST - 2) / 4, -3);
    await expect(model.loss([{ t: [MOST, 1] }, { t: [5, 2] }])).rejects.toThrow('leaves int32');
    await expect(model.gradients([{ t: [MOST, 1] }, { t: [5, 2] }])).rejects.toThrow('leaves int32');
    model.dispose();
  });
});

describe('of a loop it is read', () => {
  it('before the end of an example, and a next state where another step follows', async () => {
    const { create } = await compiled<Tested>(
      'integers-loops.attn',
      new Map(),
      `dim time: ragged, three = 3
model M(x: int[time], k: int[]) -> { forth: int[time], back: int[time], end: int[], mixed: int[time], few: int[three] } {
  forth = scan time with xt = x { state n: int[] = 1;  n' = n * k;  emit n + xt }
  back = scan time reversed with xt = x { state n: int[] = 1;  n' = n * k;  emit n + xt }
  ends = scan time with xt = x { state n: int[] = 1;  n' = n + k * xt;  emit n' }
  end = ends[time = last]
  mixed = scan time with xt = x { state n: int[] = 1, m: int[] = 0;  n' = n * k;  m' = m + n' mod 2;  emit m + n' mod 10 }
  few = scan three { state n: int[] = 1;  n' = n * k * k;  emit n }
  { forth = forth, back = back, end = end, mixed = mixed, few = few }
}`,
    );
    await useBackend('cpu');
    const model = create({});
    const give = async (...examples: object[]): Promise<Record<string, number[]>[]> =>
      ((await model.forward(examples)) as unknown as Record<string, { data: Int32Array }>[]).map((values) =>
        Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, [...data]])),
      );
    const long = { x: [1, 2, 3, 4, 5, 6], k: 2 };
    const short = { x: [1], k: 181 };
    const [own] = await give(short);
    expect(own).toEqual({ forth: [2], back: [2], end: [182], mixed: [1], few: [1, 181 ** 2, 181 ** 4] });
    const [first, second] = await give(short, long);
    expect(first).toEqual(own);
    expect(second).toMatchObject({ forth: [2, 4, 7, 12, 21, 38], back: [33, 18, 11, 8, 7, 7] });
    await expect(give({ x: [1, 1, 1], k: 46341 }, long)).rejects.toThrow("example 0: `n' = n * k`");
    model.dispose();
  });
});

it('outside of a loop a whole number is not checked under a condition of its steps', async () => {
  const text = `dim time: ragged, d = 3
model M(x: [time], g: [d]) -> y: [d] {
  s = scan time with xt = x { state s: [d] = 0;  s' = xt * g + (if s >= 0.1 then (d + 0) ^ 3 else s);  emit s' }
  s[time = last]
}`;
  await useBackend('cpu');
  const model = (await compiled<Tested>('outside.attn', new Map(), text)).create({ seed: 1 });
  const first = (await model.forward([{ x: [1, 1], g: [1, 0, -1] }]))[0]!;
  expect(Array.from(first.y!.data)).toEqual([28, 0, -2]);
});
