import { describe, expect, it } from 'vitest';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import { axis, close, literal, run, type Shown } from './support.ts';

const b = new Builder();
const [d, e, key] = [axis('d', 2), axis('e', 2), axis('key', 3)];
const q = literal(b, [1, 2], [d]);
const M = literal(
  b,
  [
    [1, 0],
    [0, 1],
    [1, 1],
  ],
  [key, d],
);
const weights = (scores: Node): Node => b.softmax(scores, 'key');
const norm = (x: Node): Node => b.unary('sqrt', b.reduce('sum', b.binary('mul', x, x), ['d']));

/** Published to 6 decimals. */
function is(node: Node, expected: Shown): void {
  const given = run(node);
  expect(close(given, expected, 1e-6), JSON.stringify(given)).toBe(true);
}

describe('attention scores, q = [1, 2] on M = [[1, 0], [0, 1], [1, 1]]', () => {
  const dot = b.contract(M, q, ['d']);

  it('dot, with the third row masked too', () => {
    is(dot, [1, 2, 3]);
    is(weights(dot), [0.090031, 0.244728, 0.665241]);
    is(b.contract(weights(dot), M, ['key']), [0.755271, 0.909969]);
    is(weights(b.where(dot, literal(b, [true, true, false], [key], 'bool'))), [0.268941, 0.731059, 0]);
  });

  it('scaled dot', () => is(weights(b.binary('div', dot, b.constant(Math.SQRT2))), [0.140029, 0.283995, 0.575975]));

  it('cosine', () => {
    const scores = b.binary('div', dot, b.binary('mul', norm(M), norm(q)));
    is(scores, [0.447214, 0.894427, 0.948683]);
    is(weights(scores), [0.237243, 0.371035, 0.391722]);
    is(weights(b.binary('mul', b.constant(5), scores)), [0.044191, 0.413476, 0.542333]);
  });

  it('general, the query on the left of W', () => {
    const W = literal(
      b,
      [
        [1, 2],
        [0, 1],
      ],
      [d, e],
    );
    const scores = b.contract(b.contract(q, W, ['d']), b.rename(M, 'd', e), ['e']);
    is(scores, [1, 4, 5]);
    is(weights(scores), [0.013213, 0.265388, 0.721399]);
  });

  it('additive with W = U = I, v = 1', () => {
    const scores = b.reduce('sum', b.unary('tanh', b.binary('add', q, M)), ['d']);
    is(scores, [1.928055, 1.756649, 1.959082]);
    is(weights(scores), [0.347948, 0.293139, 0.358913]);
  });

  it('local-p: S = 10, D = 2, p = 4.3', () => {
    const s = axis('s', 10);
    const at = b.unary('float', b.position(s));
    const window = b.binary('le', b.unary('abs', b.binary('sub', at, b.constant(4))), b.constant(2));
    const a = b.softmax(b.where(b.binary('mul', at, b.constant(0)), window), 's');
    const off = b.binary('sub', at, b.constant(4.3));
    const y = b.binary('mul', a, b.unary('exp', b.binary('div', b.unary('neg', b.binary('mul', off, off)), b.constant(2))));
    is(y, [0, 0, 0.014201, 0.085911, 0.191199, 0.156541, 0.047149, 0, 0, 0]);
    is(b.reduce('sum', y, ['s']), 0.495002);
  });

  it('causal self-attention by a mask from outside', () => {
    const query = axis('query', 3);
    const X = b.rename(M, 'key', query);
    const scores = b.binary('div', b.contract(X, M, ['d']), b.constant(Math.SQRT2));
    const past = b.binary('le', b.position(key), b.position(query));
    is(b.contract(b.softmax(b.where(scores, past), 'key'), M, ['key']), [
      [1, 0],
      [0.330238, 0.669762],
      [0.751745, 0.751745],
    ]);
  });
});

describe('cells', () => {
  const [x, h, c] = [b.constant(0.5), b.constant(0.2), b.constant(0.3)];
  const gate = b.unary('sigmoid', b.binary('add', x, h));

  it('LSTM, every weight 1', () => {
    const candidate = b.unary('tanh', b.binary('add', x, h));
    const next = b.binary('add', b.binary('mul', gate, c), b.binary('mul', gate, candidate));
    is(next, 0.604287);
    is(b.binary('mul', gate, b.unary('tanh', next)), 0.360884);
  });

  it('GRU: z on the new state, and on the old one', () => {
    const candidate = b.unary('tanh', b.binary('add', x, b.binary('mul', gate, h)));
    const keep = b.binary('sub', b.constant(1), gate);
    is(b.binary('add', b.binary('mul', keep, h), b.binary('mul', gate, candidate)), 0.440916);
    is(b.binary('add', b.binary('mul', gate, h), b.binary('mul', keep, candidate)), 0.319636);
  });

  it('maxout in pools of 2', () => {
    const four = literal(b, [1, 4, -2, -3], [axis('units', 4)]);
    is(b.reduce('max', b.split(four, 'units', [axis('out', 2), axis('pool', 2)]), ['pool']), [4, -2]);
  });
});
