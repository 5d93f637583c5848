/** Sorting, running products, grouping: what they mean, and the same from emitted modules on every backend. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/size/size.ts';
import { interpret, type Nested } from '../../compiler/oracle/interpret.ts';
import { sizeOf } from '../../compiler/graph/spaces.ts';
import { compile } from '../analyze/support.ts';
import { agreeEverywhere, type Source } from './programs.ts';

const DIMS = 'dim source: ragged, words = 3, d = 4\n';
const model = (
  body: string,
  type: string,
  inputs = 'x: [source, d], ids: index(words)[source], here: bool[source], n: int[source]',
): string => `${DIMS}model M(${inputs}) -> y: ${type} { ${body} }`;
/** With a parameter in what is computed, and a loss. */
const trained = (body: string, type: string, loss = 'sum[LABELS](y ^ 2 * 0.1)'): Source => ({
  text: `${model(`param p: [d] = normal(0.7), q: [d] = normal(0.7);  z = x * p + q;  ${body}`, type)}
objective Fit for M { loss = ${loss.replace('LABELS', type.replace(/[[\]]/g, '').replace(/: \w+/g, ''))};  optimizer sgd(rate = 0.1) }`,
});

/** What the oracle gives for the first example. */
function given(
  text: string,
  inputs: Readonly<Record<string, Nested>>,
  source: number,
): { readonly data: number[]; readonly present: number[] | null } {
  const { diagnostics, programs } = compile(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const program = programs[0]!;
  const sizes = new Map([...program.hyperparameters.map(({ dim, value }): [string, number] => [dim.id, value]), ['source', source]]);
  for (const { axes } of program.parameters) for (const { space } of axes) evaluate(sizeOf(space), (atom) => sizes.get(atom)!);
  const value = interpret([program.outputs.get('y')!], { sizes, inputs: new Map(Object.entries(inputs)), parameters: new Map() })[0]!;
  return { data: [...value.data], present: value.present === null ? null : [...value.present] };
}

const w = (body: string, type: string): string =>
  model(body, type, 'w: [source], ids: index(words)[source], here: bool[source], n: int[source]');
const four = { w: [0.5, -1, 0.5, 2], ids: [2, 0, 2, 2], here: [1, 1, 0, 1], n: [0, 3, -1, 2] };

describe('what is computed', () => {
  it.each<[string, string, string, number[]]>([
    ['argsort', 'argsort[source as rank](w)[rank as source] + 0', 'int[source]', [1, 0, 2, 3]],
    ['argsort, of equal ones the earlier first', 'argsort[source as rank](0 * w)[rank as source] + 0', 'int[source]', [0, 1, 2, 3]],
    ['argsort, sorted values', 'w[argsort[source as rank](w)][rank as source]', '[source]', [-1, 0.5, 0.5, 2]],
    ['argsort of whole numbers, descending', 'n[argsort[source as rank](-n)][rank as source]', 'int[source]', [3, 2, 0, -1]],
    [
      'argsort, absent positions last and absent',
      '(w where here)[argsort[source as rank](w where here)][rank as source] else -9',
      '[source]',
      [-1, 0.5, 2, -9],
    ],
    ['cumprod', 'cumprod[source](w)', '[source]', [0.5, -0.5, -0.25, -0.5]],
    ['cumprod, exclusive', 'cumprod[source](w, exclusive)', '[source]', [1, 0.5, -0.5, -0.25]],
    ['cumprod where', 'cumprod[source](w where here)', '[source]', [0.5, -0.5, -0.5, -1]],
    ['cumsum, exclusive', 'cumsum[source](w, exclusive)', '[source]', [0, 0.5, -0.5, 0]],
    ['mean by', 'mean[source by ids](w)', '[words]', [-1, 0, 1]],
    ['mean by, where', 'mean[source by ids](w where here)', '[words]', [-1, 0, 1.25]],
    ['max by', 'max[source by ids](w)', '[words]', [-1, 0, 2]],
    ['min by', 'min[source by ids](w)', '[words]', [-1, 0, 0.5]],
    ['prod by', 'prod[source by ids](w)', '[words]', [-1, 1, 0.5]],
    ['any by', 'if any[source by ids](w > 0) then 1 else 0', 'int[words]', [0, 0, 1]],
    ['all by', 'if all[source by ids](w > 0.5) then 1 else 0', 'int[words]', [0, 1, 0]],
    ['max by whole numbers, dropping what falls outside', 'max[source by words = n](w)', '[words]', [0.5, 0, 2]],
    [
      'softmax by',
      'softmax[source by ids](w)',
      '[source]',
      [1 / (2 + Math.exp(1.5)), 1, 1 / (2 + Math.exp(1.5)), Math.exp(1.5) / (2 + Math.exp(1.5))],
    ],
    [
      'softmax by, where',
      'softmax[source by ids](w where here)',
      '[source]',
      [1 / (1 + Math.exp(1.5)), 1, 0, Math.exp(1.5) / (1 + Math.exp(1.5))],
    ],
    ['max by one place for all', 'max[source by ids[source = first]](w)', '[words]', [0, 0, 2]],
    ['softmax by one place for all', 'softmax[source by ids[source = first]](0 * w)', '[source]', [0.25, 0.25, 0.25, 0.25]],
    ['softmax by what falls outside', 'softmax[source by words = n](w)', '[source]', [1, 0, 0, 1]],
    ['ceil', 'ceil(w)', 'int[source]', [1, -1, 1, 2]],
    ['log2', 'log2(w + 2)', '[source]', [Math.log2(2.5), 0, Math.log2(2.5), 2]],
  ])('%s', (_name, body, type, expected) => {
    const { data, present } = given(w(body, type), four, 4);
    expect(present).toBeNull();
    expect(data.map((value) => value + 0)).toHaveLength(expected.length);
    data.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 10));
  });

  it('the allocation of a differentiable neural computer: the product of what is used less', () => {
    const { data } = given(
      `dim slots = 4
      model M(u: [slots]) -> y: [slots] { order = argsort[slots as rank](u);  sum[rank by order]((1 - u[order]) * cumprod[rank](u[order], exclusive)) }`,
      { u: [0.5, 0.1, 1, 0.2] },
      1,
    );
    // In ascending order 0.1, 0.2, 0.5, 1.
    [0.5 * 0.02, 0.9, 0, 0.8 * 0.1].forEach((value, k) => expect(data[k]).toBeCloseTo(value, 12));
  });
});

const cases: Readonly<Record<string, Source>> = {
  'sorted by what is learnt': trained(
    'o = argsort[source as rank](sum[d](z));  (z[o] * (1 + position[rank]))[rank as source]',
    '[source, d]',
  ),
  'each row sorted by itself': trained('o = argsort[d as rank](z);  y = (z[o] * (1 + position[rank]))[rank as d]', '[source, d]'),
  'sorted where present': trained(
    'v = z where here;  o = argsort[source as rank](sum[d](v));  (v[o] * (1 + position[rank]))[rank as source] else 0.3',
    '[source, d]',
  ),
  'running products': trained('cumprod[source](z) + 0.5 * cumprod[d](z, exclusive)', '[source, d]'),
  'running products of zeros': trained(
    'cumprod[d](z * (if position[d] == 1 then 0 else 1)) + cumprod[source](z * (if position[source] == 1 then 0 else 1), exclusive)',
    '[source, d]',
  ),
  'running products where present': trained('cumprod[source](z where here) + cumsum[source](z where here, exclusive)', '[source, d]'),
  products: trained('prod[source](z) + sum[source](prod[d](z)) + prod[source, d](z)', '[d]'),
  'running products in a scan': {
    text: `dim time: ragged, slots = 3
model M(x: [time, slots]) -> y: [time, slots] {
  scan time with xt = x { state u: [slots] = 0.3;  u' = sigmoid(Linear[slots](xt) + cumprod[slots](1 - u));  emit cumprod[slots](u', exclusive) }
}
objective Fit for M { loss = sum[time, slots](y ^ 2);  optimizer sgd(rate = 0.1) }`,
  },
  'grouped means': trained('mean[source by ids](z) + mean[source by ids](z where here)', '[words, d]'),
  'grouped extremes': trained('max[source by ids](z) + 0.5 * min[source by ids](z where here)', '[words, d]'),
  'grouped products': trained('prod[source by ids](z)', '[words, d]'),
  'grouped truth': trained(
    '(if any[source by ids](z > 0.2) then 1 else 0) + (if all[source by ids](z > 0 where here) then 2 else 0) + 0 * sum[source](z)',
    '[words, d]',
    'sum[words, d](y * 0.1)',
  ),
  'grouped by whole numbers': trained('max[source by words = n](z) + mean[source by words = n](z)', '[words, d]'),
  'grouped into a ragged axis': {
    text: `dim source: ragged, target: ragged, d = 4
model M(x: [source, d], at: index(target)[source], e: [target]) -> y: [target, d] { param p: [d] = normal(0.7);  (max[source by at](x * p) + mean[source by at](x * p)) * e }
objective Fit for M { loss = sum[target, d](y ^ 2);  optimizer sgd(rate = 0.1) }`,
  },
  'weights within groups': trained(
    'softmax[source by ids](z) * z + softmax[source by ids](z where here) + softmax[source by words = n](z)',
    '[source, d]',
  ),
  'graph attention on a list of edges': {
    text: `dim edge: ragged, nodes = 3, d = 4
model M(x: [nodes, d], from: index(nodes)[edge], to: index(nodes)[edge]) -> y: [nodes, d] {
  h = Linear[d](x);  e = tanh(Linear[](concat[d as both](h[from], h[to])))
  sum[edge by to](softmax[edge by to](e) * h[from])
}
objective Fit for M { loss = sum[nodes, d](y ^ 2);  optimizer sgd(rate = 0.1) }`,
  },
  'ceil and log2': trained('z * ceil(3 * x) + log2(1.5 + tanh(z))', '[source, d]'),
  allocation: {
    text: `dim slots = 5
model M(x: [slots]) -> y: [slots] {
  u = sigmoid(Linear[slots](x));  order = argsort[slots as rank](u)
  sum[rank by order]((1 - u[order]) * cumprod[rank](u[order], exclusive))
}
objective Fit for M { loss = sum[slots](y ^ 2 * (1 + position[slots]));  optimizer sgd(rate = 0.1) }`,
  },
};

agreeEverywhere(cases);
