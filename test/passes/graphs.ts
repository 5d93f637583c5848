/** Graphs written by hand, for the passes to work on: 'inlined', one example, absence implicit. */
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node } from '../../compiler/graph/graph.ts';
import { axis, dim, floats, index } from '../graph/support.ts';

export const source = axis('source', dim('source', { ragged: true }));
export const target = axis('target', dim('target', { ragged: true }));
export const words = axis('words');
export const embed = axis('embed');
export const hidden = axis('hidden');
export const align = axis('align');
export const annotation: Axis = {
  id: 'annotation',
  label: 'annotation',
  space: { kind: 'anon', size: size.add(size.atom('hidden'), size.atom('hidden')) },
};
export const SIZES = { words: 5, embed: 3, hidden: 2, align: 3 };

export const as = (id: string, like: Axis): Axis => ({ id, label: id, space: like.space });

/** W: [out <- in] applied to x. */
export function map(b: Builder, path: string, out: Axis, x: Node, from: Axis): Node {
  const inner = as(`${path}.in`, from);
  return b.contract(b.parameter(path, [out, inner]), b.rename(x, from.id, inner), [inner.id]);
}

/** Like `map`, where out and in may be one axis. */
export function square(b: Builder, path: string, h: Node, over: Axis): Node {
  return map(b, path, over, h, over);
}

export function gru(b: Builder, path: string, x: Node, from: readonly Axis[], h: Node, parts: readonly Node[] = [x]): Node {
  const gate = (name: string, state: Node): Node =>
    parts
      .map((part, k) => map(b, `${path}.W${name}${k}`, hidden, part, from[k]!))
      .reduce(
        (p, q) => b.binary('add', p, q),
        b.binary('add', square(b, `${path}.U${name}`, state, hidden), b.parameter(`${path}.b${name}`, [hidden])),
      );
  const z = b.unary('sigmoid', gate('z', h));
  const r = b.unary('sigmoid', gate('r', h));
  const c = b.unary('tanh', gate('h', b.binary('mul', r, h)));
  return b.binary('add', b.binary('mul', b.binary('sub', b.constant(1), z), h), b.binary('mul', z, c));
}

export function zeros(b: Builder, axes: readonly Axis[]): Node {
  return b.broadcast(b.constant(0), axes);
}

export function gruScan(
  b: Builder,
  path: string,
  x: Node,
  over: Axis,
  from: Axis,
  reversed: boolean,
): { readonly final: Node; readonly all: Node } {
  const position = b.step(over);
  const xt = b.argument(floats(from));
  const h = b.argument(floats(hidden));
  const next = gru(b, path, xt, [from], h);
  const scan = b.scan({
    axis: over,
    reversed,
    position,
    xs: [{ arg: xt, value: x }],
    states: [{ arg: h, init: zeros(b, [hidden]), next }],
    emits: [next],
  });
  return { final: b.result(scan, 0), all: b.result(scan, 1) };
}

/** One step of additive attention: weights [source] and context [annotation]. */
export function attend(b: Builder, s: Node, keys: Node, annotations: Node): { readonly weights: Node; readonly context: Node } {
  const query = map(b, 'attention.W', align, s, hidden);
  const score = b.contract(b.parameter('attention.v', [align]), b.unary('tanh', b.binary('add', keys, query)), ['align']);
  const weights = b.softmax(score, 'source');
  return { weights, context: b.contract(weights, annotations, ['source']) };
}

/** RNNsearch: a bidirectional encoder, additive attention, a recurrent decoder with a maxout readout (models.md calls it Bahdanau). */
export function bahdanau(): {
  readonly b: Builder;
  readonly roots: Map<string, Node>;
  readonly encode: Encoded;
  readonly step: (b: Builder, y: Node, s: Node, encoded: Encoded) => Step;
} {
  const b = new Builder();
  const x = b.gather(b.parameter('source.table', [words, embed]), b.input('x', index(words, source)), 'words', true);
  const forward = gruScan(b, 'forward', x, source, embed, false);
  const backward = gruScan(b, 'backward', x, source, embed, true);
  const annotations = b.concat(annotation, [
    [forward.all, 'hidden'],
    [backward.all, 'hidden'],
  ]);
  const keys = map(b, 'attention.U', align, annotations, annotation);
  const encoded = { annotations, keys, init: b.unary('tanh', map(b, 'init', hidden, backward.final, hidden)) };
  const position = b.step(target);
  const y = b.argument(index(words));
  const s = b.argument(floats(hidden));
  const step = decoderStep(b, y, s, encoded);
  const scan = b.scan({
    axis: target,
    position,
    xs: [{ arg: y, value: b.input('y', index(words, target)) }],
    states: [{ arg: s, init: encoded.init, next: step.s }],
    emits: [step.logits, step.weights],
  });
  const [logits, weights] = [b.result(scan, 1), b.result(scan, 2)];
  const loss = b.unary(
    'neg',
    b.reduce('mean', b.gather(b.softmax(logits, 'words', true), b.input("y'", index(words, target)), 'words', true), ['target']),
  );
  return {
    b,
    encode: encoded,
    step: decoderStep,
    roots: new Map([
      ['logits', logits],
      ['weights', weights],
      ['loss', loss],
    ]),
  };
}

export interface Encoded {
  readonly annotations: Node;
  readonly keys: Node;
  readonly init: Node;
}

export interface Step {
  readonly s: Node;
  readonly logits: Node;
  readonly weights: Node;
}

const pair: Axis = { id: 'pair', label: 'pair', space: { kind: 'anon', size: size.int(2) } };
const both: Axis = { id: 'both', label: 'both', space: { kind: 'merge', parts: [hidden.space, pair.space] } };

function decoderStep(b: Builder, y: Node, s: Node, { annotations, keys }: Encoded): Step {
  const { weights, context } = attend(b, s, keys, annotations);
  const previous = b.gather(b.parameter('target.table', [words, embed]), y, 'words', true);
  const next = gru(b, 'decoder', previous, [embed, annotation], s, [previous, context]);
  const deep = [
    map(b, 'readout.U', both, s, hidden),
    map(b, 'readout.V', both, previous, embed),
    map(b, 'readout.C', both, context, annotation),
  ].reduce((p, q) => b.binary('add', p, q));
  const maxout = b.reduce('max', b.split(deep, 'both', [hidden, pair]), ['pair']);
  return { s: next, weights, logits: map(b, 'readout.W', words, maxout, hidden) };
}
