/** A small translator, its graphs written by hand: every kind of function that a module can have. */
import { size } from '../../compiler/size/size.ts';
import { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, DecoderGraph, Input, Node, ObjectiveGraph, Origin, Program } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import type { CompiledModel, Roots } from '../../compiler/passes/core/compiled.ts';
import { layout } from '../../compiler/passes/layout/layout.ts';
import { axis, dim, float, index } from './support.ts';

export const text = `/// Reads words, writes tags.
model Translator(tokens: index(words)[source]) generates y: index(tags)[target] {
  x = table[tokens]
  weights = softmax[source](x @ s)
  context = sum[source](weights * x)
  s' = tanh(W @ context + s)
  logits = V @ s'
}
objective Tagging for Translator { loss = mean[target](-log(p)) }
`;
export const sources = new Map([['/home/me/translator.attn', text]]);

const B = dim('batch');
const S = dim('source', { ragged: true });
const T = dim('target', { ragged: true });
const H = dim('hidden');
const W = dim('words');
const G = dim('tags');
const [batch, source, target, hidden, words, tags] = [B, S, T, H, W, G].map((each) => axis(each)) as [Axis, Axis, Axis, Axis, Axis, Axis];
const inner = axis(H, 'in');
const beam: Axis = { id: 'beam', label: 'beam', space: { kind: 'dim', dim: dim('beam') } };

/** The origin of the equation that begins with these characters. */
function from(start: string, name: string | null = null): Origin {
  const at = text.indexOf(start);
  if (at < 0) throw new Error(`no ${start}`);
  return { file: '/home/me/translator.attn', start: at, end: at + start.length, name };
}

const tokens = (b: Builder): Node => b.at(from('x = table')).input('tokens', tensor(index(W), [batch, source]));
const x = (b: Builder): Node =>
  b.at(from('x = table', 'x')).gather(b.parameter('table', [words, hidden], from('x = table')), tokens(b), 'words', true);

/** One step of attention and recurrence over values that have `extra` axes. */
function step(b: Builder, read: Node, s: Node, extra: readonly Axis[]): { weights: Node; next: Node; logits: Node } {
  const at = (start: string, name: string | null = null): Builder => b.at(from(start, name));
  const score = at('weights =').contract(read, s, ['hidden']);
  const present = at('weights =').binary('lt', at('weights =').position(source), b.length(S, batch));
  const weights = at('weights =', 'weights').softmax(at('weights =').select(present, score, b.constant(-1e9)), 'source');
  const context = at('context =', 'context').contract(weights, read, ['source']);
  const next = at("s' =", "s'");
  const mapped = at("s' =").contract(b.parameter('W', [hidden, inner], from("s' =")), at("s' =").rename(context, 'hidden', inner), ['in']);
  const state = b.broadcast(next.unary('tanh', at("s' =").binary('add', mapped, s)), [batch, ...extra, hidden]);
  return {
    weights,
    next: state,
    logits: at('logits =', 'logits').contract(b.parameter('V', [tags, hidden], from('logits =')), state, ['hidden']),
  };
}

function teacherForced(b: Builder): { weights: Node; logits: Node } {
  const [s, t] = [b.at(from("s' =", 's')).argument(tensor(float, [batch, hidden])), b.step(target)];
  const read = x(b);
  const { weights, next, logits } = step(b, read, s, []);
  const scan = b.at(from("s' =")).scan({
    axis: target,
    position: t,
    xs: [],
    states: [{ arg: s, init: b.broadcast(b.constant(0), [batch, hidden]), next }],
    emits: [weights, logits],
  });
  return { weights: b.broadcast(b.result(scan, 1), [batch, target, source]), logits: b.result(scan, 2) };
}

function lossOf(b: Builder): Roots {
  const at = b.at(from('loss ='));
  const log = at.softmax(teacherForced(b).logits, 'tags', true);
  const y = at.input("y'", tensor(index(G), [batch, target]));
  const picked = at.gather(log, y, 'tags', true);
  const loss = at.unary('neg', at.reduce('mean', picked, ['batch', 'target']));
  return new Map([
    ['loss', b.at(from('loss =', 'loss')).binary('mul', loss, b.constant(1))],
    ['metric.log p', at.reduce('max', picked, ['batch', 'target'])],
  ]);
}

/** Stands for what differentiation gives: a graph with the parameters' axes that reads a dropout mask. */
function gradientsOf(b: Builder): Roots {
  const kept = b.random('keep', 0.5, 'Translator.dropout#0', [batch, source]);
  const dtable = b.scatter(b.binary('mul', x(b), kept), tokens(b), words, ['batch', 'source']);
  const zero = (axes: readonly Axis[]): Node => b.broadcast(b.constant(0), axes);
  return new Map<string, Node>([
    ...lossOf(b),
    ['gradient.table', dtable],
    ['gradient.W', zero([hidden, inner])],
    ['gradient.V', zero([tags, hidden])],
  ]);
}

export function translator(): CompiledModel {
  const b = new Builder();
  const input = (name: string, axes: readonly Axis[], of: typeof W): Input => ({
    name,
    type: tensor(index(of), axes),
    doc: name === 'tokens' ? 'The words to translate.' : null,
  });
  const objective: ObjectiveGraph = {
    name: 'Tagging',
    given: [input("y'", [target], G)],
    updates: [
      {
        name: null,
        trains: null,
        loss: b.constant(0),
        metrics: new Map([['log p', b.constant(0)]]),
        training: { loss: b.constant(0), metrics: new Map(), running: new Map() },
        optimizer: {
          kind: 'adam',
          options: new Map([
            [
              'rate',
              {
                kind: 'call',
                fn: 'mul',
                args: [
                  {
                    kind: 'call',
                    fn: 'pow',
                    args: [
                      { kind: 'size', size: H.size },
                      { kind: 'number', value: -0.5 },
                    ],
                  },
                  {
                    kind: 'call',
                    fn: 'min',
                    args: [
                      { kind: 'name', name: 'step' },
                      { kind: 'number', value: 100 },
                    ],
                  },
                ],
              },
            ],
          ]),
        },
        clip: { kind: 'norm', limit: 1 },
      },
    ],
  };
  const [logp, length] = [b.input('logp', tensor(float, [])), b.input('length', tensor(float, []))];
  const decoder: DecoderGraph = {
    kind: 'recurrent',
    name: 'Translator',
    output: 'y',
    axis: target,
    vocabulary: tags.space,
    previous: b.argument(tensor(index(G), [])),
    position: b.step(target),
    states: [],
    logits: b.constant(0),
    taps: new Map(),
    start: 1,
    end: 2,
    rank: b.binary('div', logp, b.binary('pow', length, b.constant(0.6))),
    atMost: b.binary('mul', b.constant(2, 'int'), b.size(S.size)),
  };
  const origin = from('model');
  const program: Program = {
    name: 'Translator',
    doc: 'Reads words, writes tags.',
    file: origin.file,
    fixed: [],
    hyperparameters: [
      { dim: H, value: 4, doc: 'Width of a state.' },
      { dim: W, value: 6, doc: null },
      { dim: G, value: 3, doc: null },
    ],
    ragged: [S, T],
    parameters: [
      { path: 'table', axes: [words, hidden], outs: 1, init: { kind: 'normal', deviation: 0.1 }, origin },
      { path: 'W', axes: [hidden, inner], outs: 1, init: { kind: 'glorot' }, origin },
      { path: 'V', axes: [tags, hidden], outs: 1, init: { kind: 'uniform', limit: 0.5 }, origin },
    ],
    running: [],
    inputs: [input('tokens', [source], W)],
    outputs: new Map(),
    decoder,
    causal: null,
    objectives: [objective],
    requirements: [{ kind: 'divides', a: size.int(2), b: H.size, origin, why: 'it is cut in two by `half`, ${half}' }],
  };
  const [memory, state] = [
    b.input('memory.x', tensor(float, [batch, source, hidden])),
    b.input('state.s', tensor(float, [batch, beam, hidden])),
  ];
  const previous = b.at(from('logits =')).input('previous', tensor({ kind: 'int' }, [batch, beam]));
  const one = step(b, memory, state, [beam]);
  const chosen = b.unary('float', previous);
  const place = b.unary('float', b.input('t', tensor({ kind: 'int' }, [])));
  const logits = b.broadcast(b.binary('add', one.logits, b.binary('mul', chosen, place)), [batch, beam, tags]);
  const forced = teacherForced(b);
  return {
    program,
    stored: new Map(),
    forward: layout(new Map([['weights', forced.weights]])),
    objectives: [{ objective, updates: [{ update: objective.updates[0]!, loss: layout(lossOf(b)), gradients: layout(gradientsOf(b)) }] }],
    stream: null,
    decoder: {
      decoder,
      fixed: null,
      prepare: layout(
        new Map([
          ['memory.x', x(b)],
          ['state.s', b.broadcast(b.constant(0), [batch, { ...beam, space: { kind: 'anon', size: size.int(1) } }, hidden])],
        ]),
      ),
      step: layout(
        new Map([
          ['logits', logits],
          ['state.s', one.next],
          ['tap.weights', b.broadcast(one.weights, [batch, beam, source])],
        ]),
      ),
    },
  };
}
