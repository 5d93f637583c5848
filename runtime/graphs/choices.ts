/** How a graph chooses the next outputs from logits, as the searches on the host do, in float32. */
import type { Expression } from './format.ts';
import type { Tensor } from './graph-def.ts';
import { logSoftmax, type Nodes } from './operations.ts';

export type Choosing =
  | { readonly method: 'greedy' }
  | { readonly method: 'beam'; readonly end: number | null }
  /** `filtered`: some choices are excluded, by topK or topP. */
  | { readonly method: 'sample'; readonly filtered: boolean };

/** int, int, float [batch, beam]. Without beams there is one hypothesis, which needs no more than the ids. */
export interface Choice {
  readonly ids: Tensor;
  readonly parents?: Tensor;
  readonly logProbabilities?: Tensor;
}

/** The first of the largest. @param logits [batch, 1, vocabulary] */
export function greedy(m: Nodes, logits: Tensor): Choice {
  const types = { T: { type: logits.type }, Tidx: { type: 'int' }, output_type: { type: 'int' } } as const;
  return { ids: m.scope.node('ArgMax', [m.ofRank(logits, 3), m.constant([2], 'int')], types, 'output', 'int') };
}

interface Top {
  readonly values: Tensor;
  readonly at: Tensor;
}

/** Along the last axis, best first; of equals the first. */
function top(m: Nodes, x: Tensor, k: Tensor): Top {
  const types = { sorted: { bool: true }, T: { type: 'float' }, Tk: { type: 'int' }, index_type: { type: 'int' } } as const;
  const [values, at] = m.scope.nodes('TopKV2', [x, k], types, ['values', 'indices'], ['float', 'int']);
  return { values: values!, at: at! };
}

const mul = (a: Expression, b: Expression): Expression => ({ fn: 'mul', of: [a, b] });

/**
 * As `BeamSearch`: of twice as many candidates as there are beams, those that do not end.
 *
 * @param logits [batch, beam, vocabulary]
 * @param sums the log-probabilities so far, [batch, beam]
 */
export function beams(m: Nodes, logits: Tensor, sums: Tensor, vocabulary: Expression, end: number | null): Choice {
  const each = m.binary('AddV2', m.expand(sums, 2), logSoftmax(m, logits));
  const all = mul('beam', vocabulary);
  const flat = m.reshape(each, m.numbers.shape(['batch', all]));
  const best = top(m, flat, m.numbers.scalar({ fn: 'min', of: [mul(2, 'beam'), all] }, 'int'));
  const count = m.numbers.scalar(vocabulary, 'int');
  const least = m.constant([-Infinity], 'float');
  const goes =
    end === null
      ? best.values
      : m.select(m.compare('Equal', m.binary('FloorMod', best.at, count), m.constant([end], 'int')), least, best.values);
  const live = top(m, goes, m.numbers.scalar('beam', 'int'));
  const at = m.gather(best.at, live.at, 1, 1);
  return { ids: m.binary('FloorMod', at, count), parents: m.binary('FloorDiv', at, count), logProbabilities: live.values };
}

/**
 * As `Sampling`.
 *
 * @param logits [batch, 1, vocabulary], divided by the temperature
 * @param drawn [batch], in [0, 1)
 * @param reach the probability that the likeliest choices reach together
 */
export function sampled(m: Nodes, logits: Tensor, drawn: Tensor, reach: Tensor, vocabulary: Expression, filtered: boolean): Choice {
  const shape = m.numbers.shape(['batch', vocabulary]);
  const likely = m.unary('Softmax', m.ofRank(m.reshape(logits, shape), 2), 'softmax');
  const running = (x: Tensor, exclusive: boolean): Tensor =>
    m.scope.node(
      'Cumsum',
      [x, m.constant([1], 'int')],
      { exclusive: { bool: exclusive }, reverse: { bool: false }, T: { type: 'float' }, Tidx: { type: 'int' } },
      'out',
      'float',
    );
  const index = (upTo: Tensor, total: Tensor, last: Tensor): Tensor => {
    const isPast = m.compare('LessEqual', upTo, m.binary('Mul', m.expand(drawn, 1), total));
    return m.binary('Minimum', m.reduce('Sum', m.cast(isPast, 'int'), [1], true), last);
  };
  if (!filtered) {
    const last = m.numbers.scalar({ fn: 'sub', of: [vocabulary, 1] }, 'int');
    return { ids: index(running(likely, false), m.reduce('Sum', likely, [1], true), last) };
  }
  const best = top(m, likely, m.numbers.scalar('topK', 'int'));
  const isAllowed = m.compare('Less', running(best.values, true), reach);
  const allowed = m.select(isAllowed, best.values, m.constant([0], 'float'));
  const last = m.binary('Sub', m.reduce('Sum', m.cast(isAllowed, 'int'), [1], true), m.constant([1], 'int'));
  return { ids: m.gather(best.at, index(running(allowed, false), m.reduce('Sum', allowed, [1], true), last), 1, 1) };
}
