/** Small graphs of every kind of operation, with the data they run on. */
import type { Builder } from '../../compiler/graph/builder.ts';
import type { Axis, Node, UnaryFn } from '../../compiler/graph/graph.ts';
import { tensor } from '../../compiler/graph/spaces.ts';
import { size } from '../../compiler/size/size.ts';
import { axis, dim, float, index, numbers, type Case } from './support.ts';

const B = dim('batch');
const S = dim('source', { ragged: true });
const H = dim('hidden');
const K = dim('keys');
const W = dim('words');
const [batch, source, hidden, keys, words] = [B, S, H, K, W].map((each) => axis(each)) as [Axis, Axis, Axis, Axis, Axis];
const inner = axis(H, 'in');
const sizes = { batch: 2, source: 3, hidden: 4, keys: 5, words: 6 };
const dims = [B, S, H, K, W];

const x = (b: Builder): Node => b.input('x', tensor(float, [batch, source, hidden]));
const xs = { x: numbers(24, 3) };
const mask = (b: Builder): Node => b.binary('lt', b.position(source), b.length(S, batch));
const lengths = { source: [3, 2] };

/** h' = z h + (1 - z) tanh(W x + U (z h)), the mask's select around it: scan with its emits and its last state. */
function gru(b: Builder, reversed: boolean, emitPrevious = false): Readonly<Record<string, Node>> {
  const weight = (path: string): Node => b.parameter(path, [hidden, inner]);
  const asIn = (node: Node): Node => b.rename(node, 'hidden', inner);
  const [xt, h, t] = [b.argument(tensor(float, [batch, hidden])), b.argument(tensor(float, [batch, hidden])), b.step(source)];
  const map = (w: string, v: Node): Node => b.contract(weight(w), asIn(v), ['in']);
  const z = b.unary('sigmoid', b.binary('add', map('Wz', xt), map('Uz', h)));
  const candidate = b.unary('tanh', b.binary('add', map('W', xt), map('U', b.binary('mul', z, h))));
  const next = b.binary('add', b.binary('mul', z, h), b.binary('mul', b.binary('sub', b.constant(1), z), candidate));
  const kept = b.broadcast(b.select(b.binary('lt', t, b.length(S, batch)), next, h), [batch, hidden]);
  const scan = b.scan({
    axis: source,
    reversed,
    position: t,
    xs: [{ arg: xt, value: x(b) }],
    states: [{ arg: h, init: b.broadcast(b.constant(0), [batch, hidden]), next: kept }],
    emits: emitPrevious ? [h, next] : [kept],
  });
  return {
    last: b.result(scan, 0),
    all: b.broadcast(b.result(scan, 1), [batch, source, hidden]),
    ...(emitPrevious ? { fresh: b.broadcast(b.result(scan, 2), [batch, source, hidden]) } : {}),
  };
}
const gruParameters = ['Wz', 'Uz', 'W', 'U'].map((path) => [path, [hidden, inner]] as const);

const [dy, dx] = ['dy', 'dx'].map((id) => axis(dim(id, { size: size.int(3) }))) as [Axis, Axis];
const filters = axis(dim('filters'));
const windowAxes = [filters, dy, dx, hidden];

export const cases: Readonly<Record<string, Case>> = {
  'a linear map with a bias': {
    dims,
    parameters: [
      ['W', [keys, hidden]],
      ['b', [keys]],
    ],
    data: { sizes, inputs: xs },
    build: (b) => ({
      y: b.broadcast(b.binary('add', b.contract(b.parameter('W', [keys, hidden]), x(b), ['hidden']), b.parameter('b', [keys])), [
        batch,
        source,
        keys,
      ]),
    }),
  },
  'a map over two axes and one to none': {
    dims,
    parameters: [
      ['W', [keys, source, hidden]],
      ['v', [hidden]],
    ].map(([p, a]) => [p as string, a as Axis[]] as const),
    data: { sizes, inputs: xs },
    build: (b) => ({
      y: b.broadcast(b.contract(b.parameter('W', [keys, source, hidden]), x(b), ['source', 'hidden']), [batch, keys]),
      e: b.broadcast(b.contract(b.parameter('v', [hidden]), b.unary('tanh', x(b)), ['hidden']), [batch, source]),
    }),
  },
  'operands that must be aligned': {
    dims,
    parameters: [['u', [source]]],
    data: { sizes, inputs: { ...xs, g: numbers(2, 5), s: numbers(6, 6) } },
    build: (b) => {
      const [g, s, u] = [b.input('g', tensor(float, [batch])), b.input('s', tensor(float, [source, batch])), b.parameter('u', [source])];
      return {
        scaled: b.binary('mul', x(b), g),
        minus: b.broadcast(b.binary('sub', u, x(b)), [batch, source, hidden]),
        turned: b.broadcast(b.binary('div', x(b), b.binary('add', b.constant(3), s)), [hidden, batch, source]),
        outer: b.broadcast(b.binary('mul', u, b.rename(s, 'source', axis(S, 'other'))), [batch, source, axis(S, 'other')]),
      };
    },
  },
  'masked attention': {
    dims,
    parameters: [
      ['W', [keys, hidden]],
      ['v', [keys]],
    ],
    data: { sizes, inputs: { ...xs, q: numbers(10, 8) }, lengths },
    build: (b) => {
      const q = b.input('q', tensor(float, [batch, keys]));
      const mapped = b.contract(b.parameter('W', [keys, hidden]), x(b), ['hidden']);
      const score = b.contract(b.parameter('v', [keys]), b.unary('tanh', b.binary('add', mapped, q)), ['keys']);
      const weights = b.softmax(b.select(mask(b), score, b.constant(-1e9)), 'source');
      const context = b.contract(weights, x(b), ['source']);
      return {
        weights: b.broadcast(weights, [batch, source]),
        context: b.broadcast(context, [batch, hidden]),
        log: b.broadcast(b.softmax(score, 'source', true), [batch, source]),
      };
    },
  },
  'attention of a sequence to itself': {
    dims,
    parameters: [
      ['Wq', [keys, words, hidden]],
      ['Wk', [keys, words, hidden]],
    ],
    data: { sizes, inputs: xs, lengths },
    build: (b) => {
      const other = axis(S, 'key');
      const q = b.contract(b.parameter('Wq', [keys, words, hidden]), x(b), ['hidden']);
      const k = b.rename(b.contract(b.parameter('Wk', [keys, words, hidden]), x(b), ['hidden']), 'source', other);
      const score = b.contract(q, k, ['words']);
      const seen = b.rename(mask(b), 'source', other);
      const weights = b.softmax(b.select(seen, score, b.constant(-1e9)), 'key');
      return {
        weights: b.broadcast(weights, [batch, keys, source, other]),
        read: b.broadcast(b.contract(weights, k, ['key']), [batch, source, keys, words]),
      };
    },
  },
  'a gradient of a map': {
    dims,
    data: { sizes, inputs: { ...xs, g: numbers(30, 4) } },
    build: (b) => ({
      dW: b.broadcast(b.contract(b.input('g', tensor(float, [batch, source, keys])), x(b), ['batch', 'source']), [keys, hidden]),
    }),
  },
  'dot products': {
    dims,
    data: { sizes, inputs: { ...xs, y: numbers(24, 9) } },
    build: (b) => {
      const y = b.input('y', tensor(float, [batch, source, hidden]));
      return {
        each: b.contract(x(b), y, ['hidden']),
        all: b.contract(x(b), y, ['batch', 'source', 'hidden']),
        none: b.contract(x(b), b.reduce('sum', y, ['hidden']), []),
      };
    },
  },
  'an embedding and its gradient': {
    dims,
    parameters: [['table', [words, hidden]]],
    data: { sizes, inputs: { ...xs, i: [0, 5, 2, 5, 5, 1] } },
    build: (b) => {
      const i = b.input('i', tensor(index(W), [batch, source]));
      return {
        x: b.broadcast(b.gather(b.parameter('table', [words, hidden]), i, 'words', true), [batch, source, hidden]),
        d: b.broadcast(b.scatter(x(b), i, words, ['batch', 'source']), [words, hidden]),
        hot: b.onehot(i, words),
      };
    },
  },
  'gathers along an axis of the batch': {
    dims,
    data: { sizes, inputs: { ...xs, i: [2, 1], j: [2, 0, 1, 0, 0, 2], k: [1, 0, 2, 2] } },
    build: (b) => {
      const i = b.input('i', tensor(index(S), [batch]));
      const j = b.input('j', tensor(index(S), [batch, axis(S, 'to')]));
      const k = b.input('k', tensor(index(S), [hidden]));
      return {
        one: b.broadcast(b.gather(x(b), i, 'source', true), [batch, hidden]),
        many: b.broadcast(b.gather(x(b), j, 'source', true), [batch, axis(S, 'to'), hidden]),
        shared: b.broadcast(b.gather(b.rename(x(b), 'hidden', inner), k, 'source', true), [batch, hidden, inner]),
        first: b.broadcast(b.slice(x(b), 'source', size.int(0), null), [batch, hidden]),
        back: b.broadcast(b.scatter(b.gather(x(b), j, 'source', true), j, source, ['to']), [batch, source, hidden]),
      };
    },
  },
  'positions with an origin': {
    dims: [...dims, dim('shift', { origin: size.int(-1) })],
    data: { sizes: { ...sizes, shift: 3 }, inputs: { w: numbers(10, 2) } },
    build: (b) => {
      const shift = axis(dim('shift', { origin: size.int(-1) }));
      const w = b.input('w', tensor(float, [batch, keys]));
      const place = b.binary('mod', b.binary('sub', b.position(keys), b.position(shift)), b.size(size.atom('keys')));
      const s = b.softmax(b.unary('float', b.position(shift)), 'shift');
      const turned = b.gather(w, place, 'keys', true);
      return {
        moved: b.broadcast(b.contract(s, turned, ['shift']), [batch, keys]),
        best: b.argmax(b.binary('mul', w, b.broadcast(b.constant(2), [batch, keys])), 'keys'),
      };
    },
  },
  'joining, cutting, merging': {
    dims: [...dims, dim('both')],
    parameters: [['stop', [hidden]]],
    data: { sizes: { ...sizes, both: 4 }, inputs: xs },
    build: (b) => {
      const both: Axis = {
        id: 'both',
        label: 'both',
        space: {
          kind: 'cat',
          parts: [
            { kind: 'anon', size: size.int(1) },
            { kind: 'dim', dim: S },
          ],
        },
      };
      const joined = b.concat(both, [
        [b.parameter('stop', [hidden]), null],
        [x(b), 'source'],
      ]);
      const flat: Axis = { id: 'flat', label: 'flat', space: { kind: 'merge', parts: [source.space, hidden.space] } };
      const merged = b.merge(x(b), ['source', 'hidden'], flat);
      return {
        merged: b.broadcast(merged, [batch, flat]),
        turned: b.merge(x(b), ['hidden', 'source'], {
          ...flat,
          id: 'turned',
          space: { kind: 'merge', parts: [hidden.space, source.space] },
        }),
        again: b.broadcast(b.split(merged, 'flat', [source, hidden]), [batch, source, hidden]),
        tail: b.broadcast(b.slice(joined, 'both', size.int(1), source), [batch, source, hidden]),
        running: b.cumsum(x(b), 'source', { exclusive: true, reversed: true }),
      };
    },
  },
  'reductions and truth': {
    dims,
    data: { sizes, inputs: xs, lengths },
    build: (b) => {
      const m = mask(b);
      const positive = b.binary('gt', x(b), b.constant(0));
      return {
        mean: b.reduce('mean', x(b), ['source']),
        max: b.reduce('max', x(b), ['batch', 'hidden']),
        prod: b.reduce('prod', x(b), ['source']),
        any: b.broadcast(b.reduce('any', b.binary('and', positive, m), ['hidden']), [batch, source]),
        all: b.reduce('all', b.binary('or', positive, b.unary('not', positive)), ['source']),
        turned: b.broadcast(positive, [hidden, batch, source]),
        first: b.reduce('any', positive, ['batch', 'source']),
        count: b.reduce('sum', b.unary('int', positive), ['source', 'hidden']),
        masked: b.broadcast(b.select(m, x(b), b.constant(0)), [batch, source, hidden]),
        whole: b.unary('floor', b.binary('mul', x(b), b.constant(10))),
        total: b.reduce('sum', x(b), ['batch', 'source', 'hidden']),
        ratio: b.binary('div', b.length(S, batch), b.size(size.atom('keys'))),
        same: x(b),
        twice: x(b),
        number: b.constant(2.5),
      };
    },
  },
  'functions of one number': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) =>
      Object.fromEntries(
        (['neg', 'exp', 'abs', 'sign', 'tanh', 'sigmoid', 'relu', 'softplus', 'erf'] as const).map((fn) => [fn, b.unary(fn, x(b))]),
      ),
  },
  sines: { dims, data: { sizes, inputs: xs }, build: (b) => ({ sin: b.unary('sin', x(b)), cos: b.unary('cos', x(b)) }) },
  'a gated recurrence': { dims, parameters: gruParameters, data: { sizes, inputs: xs, lengths }, build: (b) => gru(b, false) },
  'a gated recurrence backwards': { dims, parameters: gruParameters, data: { sizes, inputs: xs, lengths }, build: (b) => gru(b, true) },
  'a recurrence that keeps its previous states': {
    dims,
    parameters: gruParameters,
    data: { sizes, inputs: xs, lengths },
    build: (b) => gru(b, false, true),
  },
  'two states that begin alike, of which one is emitted': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const zero = b.broadcast(b.constant(0.5), [batch, hidden]);
      const [xt, h, c] = [
        b.argument(tensor(float, [batch, hidden])),
        b.argument(tensor(float, [batch, hidden])),
        b.argument(tensor(float, [batch, hidden])),
      ];
      // The other state is read first, and given up before the emitted one is read again.
      const next = ['tanh', 'sin', 'exp', 'sigmoid', 'cos'].reduce((value, fn) => b.unary(fn as UnaryFn, value), b.binary('add', c, xt));
      const out = b.binary('mul', b.unary('tanh', next), b.unary('exp', b.binary('mul', h, b.unary('sin', next))));
      const scan = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [
          { arg: h, init: zero, next: out },
          { arg: c, init: zero, next },
        ],
        emits: [out],
      });
      return { all: b.broadcast(b.result(scan, 2), [batch, source, hidden]) };
    },
  },
  'derivatives of tanh and sigmoid': {
    dims,
    data: { sizes, inputs: { ...xs, y: numbers(24, 9), g: numbers(6, 4) } },
    build: (b) => {
      const y = b.input('y', tensor(float, [batch, source, hidden]));
      const [one, g] = [b.constant(1), b.input('g', tensor(float, [batch, source]))];
      const tanh = b.binary('sub', one, b.binary('mul', y, y));
      return {
        tanh: b.binary('mul', x(b), tanh),
        turned: b.binary('mul', tanh, x(b)),
        narrow: b.binary('mul', tanh, g),
        sigmoid: b.binary('mul', x(b), b.binary('mul', y, b.binary('sub', one, y))),
        other: b.binary('mul', b.binary('mul', b.binary('sub', one, x(b)), x(b)), y),
      };
    },
  },
  'a loop over no position': {
    dims: [B, dim('source', { ragged: true, mayBeEmpty: true }), H],
    data: { sizes: { ...sizes, source: 0 }, inputs: { x: [], h: numbers(8, 2) }, lengths: { source: [0, 0] } },
    build: (b) => {
      const none = axis(dim('source', { ragged: true, mayBeEmpty: true }));
      const [xt, h] = [b.argument(tensor(float, [batch, hidden])), b.argument(tensor(float, [batch, hidden]))];
      const next = b.unary('tanh', b.binary('add', xt, h));
      const scan = b.scan({
        axis: none,
        position: b.step(none),
        xs: [{ arg: xt, value: b.input('x', tensor(float, [batch, none, hidden])) }],
        states: [{ arg: h, init: b.input('h', tensor(float, [batch, hidden])), next }],
        emits: [next],
      });
      return { last: b.result(scan, 0), all: b.broadcast(b.result(scan, 1), [batch, none, hidden]) };
    },
  },
  'states that change positions': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const state = (): Node => b.argument(tensor(float, [batch, hidden]));
      const [p, q, xt, t] = [state(), state(), state(), b.step(source)];
      const zero = b.broadcast(b.constant(1), [batch, hidden]);
      const scan = b.scan({
        axis: source,
        position: t,
        xs: [{ arg: xt, value: x(b) }],
        states: [
          { arg: p, init: zero, next: q },
          { arg: q, init: zero, next: b.binary('add', p, b.binary('mul', xt, b.unary('float', t))) },
        ],
        emits: [p, q],
      });
      return { p: b.result(scan, 0), q: b.result(scan, 1), ps: b.result(scan, 2), qs: b.result(scan, 3) };
    },
  },
  'a list that another loop reads': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const arg = (): Node => b.argument(tensor(float, [batch, hidden]));
      const zero = b.broadcast(b.constant(0), [batch, hidden]);
      const [h, xt, g, y] = [arg(), arg(), arg(), arg()];
      const forward = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [{ arg: h, init: zero, next: b.unary('tanh', b.binary('add', h, xt)) }],
        emits: [b.unary('sigmoid', b.binary('add', h, xt))],
      });
      const back = b.scan({
        axis: source,
        reversed: true,
        position: b.step(source),
        xs: [{ arg: y, value: b.result(forward, 1) }],
        states: [{ arg: g, init: b.result(forward, 0), next: b.binary('mul', g, y) }],
        emits: [g],
      });
      return { g: b.result(back, 0), gs: b.broadcast(b.result(back, 1), [batch, source, hidden]) };
    },
  },
  'a loop in a loop': {
    dims,
    data: { sizes, inputs: { ...xs, y: numbers(10, 5) } },
    build: (b) => {
      const y = b.input('y', tensor(float, [batch, keys]));
      const [h, xt, s, yt] = [
        b.argument(tensor(float, [batch])),
        b.argument(tensor(float, [batch, hidden])),
        b.argument(tensor(float, [batch])),
        b.argument(tensor(float, [batch])),
      ];
      const total = b.reduce('sum', xt, ['hidden']);
      const within = b.scan({
        axis: keys,
        position: b.step(keys),
        xs: [{ arg: yt, value: y }],
        states: [{ arg: s, init: h, next: b.binary('add', b.binary('mul', s, yt), total) }],
        emits: [],
      });
      const around = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [{ arg: h, init: b.reduce('sum', y, ['keys']), next: b.result(within, 0) }],
        emits: [b.result(within, 0)],
      });
      return { h: b.result(around, 0), hs: b.result(around, 1) };
    },
  },
  'previous states that start from a shared tensor, read by a later loop': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const arg = (): Node => b.argument(tensor(float, [batch, hidden]));
      const zero = b.broadcast(b.constant(0.5), [batch, hidden]);
      const [h, xt, g, previous, y] = [arg(), arg(), arg(), arg(), arg()];
      const next = b.unary('tanh', b.binary('add', h, xt));
      const forward = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [{ arg: h, init: zero, next }],
        emits: [next, h, h],
      });
      const back = b.scan({
        axis: source,
        reversed: true,
        position: b.step(source),
        xs: [
          { arg: previous, value: b.result(forward, 2) },
          { arg: y, value: x(b) },
        ],
        states: [{ arg: g, init: zero, next: b.binary('mul', g, b.binary('add', previous, y)) }],
        emits: [previous, b.rename(y, 'hidden', inner), zero],
      });
      return {
        g: b.result(back, 0),
        p: b.broadcast(b.result(back, 1), [batch, source, hidden]),
        y: b.broadcast(b.result(back, 2), [batch, source, inner]),
        z: b.result(back, 3),
        all: b.result(forward, 1),
        previous: b.result(forward, 3),
      };
    },
  },
  'elementwise operations over many axes': {
    dims,
    data: { sizes, inputs: { ...xs, y: numbers(60, 5) } },
    build: (b) => {
      const y = b.input('y', tensor(float, [keys, axis(S, 'other'), hidden]));
      const outer = b.binary('mul', x(b), b.rename(y, 'hidden', inner));
      const all = [batch, source, hidden, keys, axis(S, 'other'), inner];
      return {
        sum: b.broadcast(b.binary('add', outer, x(b)), all),
        chosen: b.broadcast(b.select(b.binary('gt', x(b), b.constant(0)), outer, b.rename(y, 'hidden', inner)), all),
      };
    },
  },
  'values some positions before and after': {
    dims,
    data: { sizes, inputs: xs, lengths },
    build: (b) => {
      const moved = (v: Node, over: string, by: number | string): Node =>
        b.shift(v, over, typeof by === 'number' ? size.int(by) : size.sub(size.atom(by), size.int(2)));
      const positive = b.binary('gt', x(b), b.constant(0));
      const number = b.unary('int', positive);
      return {
        later: moved(x(b), 'source', 1),
        earlier: moved(x(b), 'source', -2),
        last: moved(x(b), 'hidden', -1),
        first: moved(x(b), 'batch', 1),
        none: moved(x(b), 'source', 0),
        all: moved(x(b), 'source', 3),
        beyond: moved(x(b), 'hidden', -9),
        some: moved(x(b), 'hidden', 'hidden'),
        truth: moved(positive, 'source', 1),
        truths: moved(positive, 'hidden', -3),
        whole: moved(number, 'source', -1),
        gone: moved(positive, 'batch', 2),
        one: moved(b.reduce('sum', x(b), ['batch', 'source']), 'hidden', 3),
      };
    },
  },
  'values that come round from the other end': {
    dims,
    data: { sizes, inputs: xs, lengths },
    build: (b) => {
      const moved = (v: Node, over: string, by: number | string): Node =>
        b.shift(v, over, typeof by === 'number' ? size.int(by) : size.sub(size.atom(by), size.int(2)), true);
      const positive = b.binary('gt', x(b), b.constant(0));
      return {
        later: moved(x(b), 'source', 1),
        earlier: moved(x(b), 'source', -2),
        last: moved(x(b), 'hidden', -1),
        first: moved(x(b), 'batch', 1),
        none: moved(x(b), 'source', 0),
        round: moved(x(b), 'source', 3),
        further: moved(x(b), 'hidden', -9),
        some: moved(x(b), 'hidden', 'hidden'),
        truth: moved(positive, 'source', 1),
        truths: moved(positive, 'hidden', -3),
        whole: moved(b.unary('int', positive), 'source', -1),
        one: moved(b.reduce('sum', x(b), ['batch', 'source']), 'hidden', 3),
      };
    },
  },
  'taps of a window in two dimensions, and back': {
    dims: [B, H, K, W, dim('dy'), dim('dx'), dim('filters')],
    parameters: [
      ['W', windowAxes],
      ['V', windowAxes],
    ],
    data: {
      sizes: { ...sizes, hidden: 2, dy: 3, dx: 3, filters: 2 },
      inputs: { x: numbers(2 * 5 * 6 * 2, 3), g: numbers(2 * 5 * 6 * 2, 5) },
    },
    build: (b) => {
      const image = b.input('x', tensor(float, [batch, keys, words, hidden]));
      const near = (v: Node, over: Axis, into: Axis): Node =>
        b.concat(
          into,
          [1, 0, -1].map((by) => [by === 0 ? v : b.shift(v, over.id, size.int(by)), null]),
        );
      const taps = near(near(image, keys, dy), words, dx);
      const summed = ['dy', 'dx', 'hidden'];
      // The same from channels in front.
      const turned = near(near(b.broadcast(image, [hidden, words, batch, keys]), words, dx), keys, dy);
      const g = b.input('g', tensor(float, [batch, keys, words, filters]));
      const back = b.contract(g, b.parameter('W', windowAxes), ['filters']);
      const sum = (parts: readonly Node[]): Node => parts.reduce((p, q) => b.binary('add', p, q));
      const gathered = (v: Node, over: Axis, from: Axis): Node =>
        sum([-1, 0, 1].map((by, place) => b.shift(b.slice(v, from.id, size.int(place), null), over.id, size.int(by))));
      return {
        y: b.broadcast(b.contract(taps, b.parameter('W', windowAxes), summed), [batch, keys, words, filters]),
        z: b.broadcast(b.contract(turned, b.parameter('V', windowAxes), summed), [batch, keys, words, filters]),
        taps: b.broadcast(taps, [batch, keys, dy, words, dx, hidden]),
        dW: b.broadcast(b.contract(g, taps, ['batch', 'keys', 'words']), windowAxes),
        dx: b.broadcast(gathered(gathered(back, words, dx), keys, dy), [batch, keys, words, hidden]),
        part: b.broadcast(b.slice(taps, 'dx', size.int(1), axis(dim('two', { size: size.int(2) }))), [
          batch,
          keys,
          dy,
          words,
          axis(dim('two', { size: size.int(2) })),
          hidden,
        ]),
      };
    },
  },
  'a scan over a parameter, and one over the last state of another': {
    dims,
    parameters: [['F.W', [keys, hidden]]],
    data: { sizes, inputs: xs },
    build: (b) => {
      const rows = tensor(float, [batch, hidden]),
        grid = tensor(float, [batch, keys, hidden]);
      const [wt, s, xt, m, mt] = [
        b.argument(tensor(float, [hidden])),
        b.argument(rows),
        b.argument(rows),
        b.argument(grid),
        b.argument(rows),
      ];
      const within = b.scan({
        axis: keys,
        position: b.step(keys),
        xs: [{ arg: wt, value: b.parameter('F.W', [keys, hidden]) }],
        states: [{ arg: s, init: b.broadcast(b.constant(0), [batch, hidden]), next: b.binary('add', b.unary('tanh', s), wt) }],
        emits: [],
      });
      const memory = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [
          {
            arg: m,
            init: b.broadcast(b.constant(1), [batch, keys, hidden]),
            next: b.binary('mul', m, b.broadcast(b.unary('sigmoid', xt), [batch, keys, hidden])),
          },
        ],
        emits: [],
      });
      const r = b.argument(rows);
      const over = b.scan({
        axis: keys,
        position: b.step(keys),
        xs: [{ arg: mt, value: b.result(memory, 0) }],
        states: [{ arg: r, init: b.result(within, 0), next: b.binary('sub', mt, r) }],
        emits: [],
      });
      return { y: b.result(over, 0) };
    },
  },
  'states that nobody reads, that stay, and that take what another was': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const rows = tensor(float, [batch, hidden]);
      const [xt, unread, fixed, late, moved] = [b.argument(rows), b.argument(rows), b.argument(rows), b.argument(rows), b.argument(rows)];
      const first = (value: number): Node => b.broadcast(b.constant(value), [batch, hidden]);
      const scan = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        emits: [],
        states: [
          { arg: unread, init: first(1), next: b.binary('add', unread, xt) },
          { arg: fixed, init: first(2), next: fixed },
          { arg: late, init: first(3), next: fixed },
          { arg: moved, init: first(4), next: b.binary('mul', b.binary('add', moved, late), fixed) },
        ],
      });
      return { fixed: b.result(scan, 1), late: b.result(scan, 2), moved: b.result(scan, 3) };
    },
  },
  'one state that takes what another is': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const rows = tensor(float, [batch, hidden]);
      const [fixed, late] = [b.argument(rows), b.argument(rows)];
      const scan = b.scan({
        axis: source,
        position: b.step(source),
        xs: [],
        emits: [],
        states: [
          { arg: fixed, init: b.reduce('sum', x(b), ['source']), next: fixed },
          { arg: late, init: b.broadcast(b.constant(3), [batch, hidden]), next: fixed },
        ],
      });
      return { late: b.result(scan, 1) };
    },
  },
  'two states that change positions': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const rows = tensor(float, [batch, hidden]);
      const [p, q] = [b.argument(rows), b.argument(rows)];
      const scan = b.scan({
        axis: source,
        position: b.step(source),
        xs: [],
        emits: [],
        states: [
          { arg: p, init: b.reduce('sum', x(b), ['source']), next: q },
          { arg: q, init: b.broadcast(b.constant(3), [batch, hidden]), next: p },
        ],
      });
      return { p: b.result(scan, 0), q: b.result(scan, 1) };
    },
  },
  'positions of a list of steps': {
    dims,
    data: { sizes, inputs: xs },
    build: (b) => {
      const rows = tensor(float, [batch, hidden]);
      const [xt, h] = [b.argument(rows), b.argument(rows)];
      const scan = b.scan({
        axis: source,
        position: b.step(source),
        xs: [{ arg: xt, value: x(b) }],
        states: [{ arg: h, init: b.broadcast(b.constant(0), [batch, hidden]), next: b.binary('add', h, xt) }],
        emits: [b.unary('tanh', h)],
      });
      const all = b.result(scan, 1);
      return { first: b.slice(all, 'source', size.int(0), null), last: b.slice(all, 'source', size.sub(S.size, size.int(1)), null) };
    },
  },
  'a scalar as it is, and numbers of the host': {
    dims,
    data: { sizes, inputs: { i: [1, -5, 7, 2, 0, 3] } },
    build: (b) => {
      const i = b.input('i', tensor({ kind: 'int' }, [batch, source]));
      const total = b.reduce('sum', i, ['batch', 'source']);
      return {
        scalar: b.node({ kind: 'broadcast', axes: [] }, [total]),
        lowest: b.broadcast(b.reduce('max', b.unary('float', i), ['source']), [batch]),
        number: b.broadcast(b.binary('mul', b.unary('neg', b.unary('sqrt', b.constant(2))), b.constant(-0.5)), [batch]),
      };
    },
  },
};
