/** `repeat` as a loop inside the steps of a scan or of a decoder: each round has states of its own. */
import { describe, expect, it } from 'vitest';
import { useBackend, type GenerativeModel } from '../../runtime/index.ts';
import { agrees, translating, type Subject } from './agrees.ts';
import { agreeEverywhere, emit, type Source } from './programs.ts';

const fit = (loss: string): string => `\nobjective Fit for M { loss = ${loss};  optimizer sgd(rate = 0.1) }\n`;
const dims = 'dim time: ragged, d = 3, layers = 3\n';

const cases: Readonly<Record<string, Source>> = {
  'stacked LSTMs': {
    text: `${dims}model M(x: [time, d]) -> { y: [time, d], h: [time, layers, d], c: [layers, d] } {
  run = scan time with xt = x {
    z = xt
    all = repeat layers { state h, c: [d] = 0;  (h', c') = LSTM(z, h, c);  z = h';  emit h', c' }
    emit { y = z, h = all.h, c = all.c }
  }
  { y = run.y, h = run.h, c = run.c[time = last] }
}${fit('sum[time, d](y ^ 2) + sum[time, layers, d](h) + sum[layers, d](c ^ 2)')}`,
  },
  'reversed, with states that could run away in the padding': {
    text: `${dims}model M(x: [time, d]) -> { y: [time, d], z: [time, d] } {
  y = scan time reversed with xt = x { z = xt;  repeat layers { state s: [d] = 1;  s' = s * 3 + z;  z = sin(s') };  emit z }
  z = scan time with xt = x { z = xt;  repeat layers { state s: [d] = 1;  s' = s * z * 1e9 + z;  z = sin(s * 1e-9) };  emit z }
  { y = y, z = z }
}${fit('sum[time, d](y ^ 2 + z)')}`,
  },
  'first values that are learned, of the round’s number, of its parameters and of what there is for each': {
    text: `${dims}model M(x: [time, d], H: [layers, d]) -> y: [time, d] {
  m = tanh(H)
  scan time with xt = x {
    z = xt
    repeat layers as i {
      param W: [d <- e: d]
      state a: [d] = learned, b: [d] = 0.1 * i, f: [d] = tanh(W @ m[layers = i, d as e]), g: [d] = m[layers = i], k: [d] = m[layers = (i + 1) mod layers], n: int[] = i
      z = tanh(Linear[d](z) + a + b + f - g + k + W @ z[d as e])
      a' = 0.5 * a + z;  b' = b * z;  f' = f + b;  g' = z;  k' = RNN(z, k);  n' = n + 1
      z = z + n / 9
    }
    emit z
  }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'rounds in rounds, and a state of the scan beside those': {
    text: `dim time: ragged, d = 3, outer = 2, inner = 3
model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x {
    state own: [d] = 0.1
    z = xt + own
    repeat outer as i {
      state s: [d] = 0.2 * i
      repeat inner as j { param P: [d] = normal(1);  state t: [d] = 0.1 * j + 0.3 * i + P;  t' = RNN(z, t);  z = z + t' * s }
      s' = GRU(z, s);  z = s'
    }
    own' = tanh(z);  emit z
  }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'in a block that is called twice, lifted, and per an axis': {
    text: `dim time: ragged, rows: ragged, d = 3, groups = 2, layers = 2
block Deep(x: [time, d]) -> [time, d] { scan time with xt = x { z = xt;  repeat layers { state s: [d] = learned;  s' = GRU(z, s);  z = z + s' };  emit z } }
model M(x: [time, d], u: [rows, time, d]) -> { a: [time, d], b: [time, groups, d], c: [rows, time, d] } { { a = Deep(x) + Deep(2 * x), b = Deep per groups (x), c = Deep(u) } }${fit('sum[time, d](a ^ 2) + sum[time, groups, d](b ^ 2) + sum[rows, time, d](c ^ 2)')}`,
  },
  'what the rounds have kept': {
    text: `${dims}model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x {
    z = xt
    repeat layers { state s: [d] = learned;  s' = RNN(z, s);  z = s' + MultiHead[3](z, past[before](s)) + mean[before](past[before](s)) }
    emit z
  }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'a scan in the rounds of a scan': {
    text: `dim time: ragged, rows: ragged, d = 3, layers = 2
model M(x: [time, d], u: [rows, d]) -> y: [time, d] {
  scan time with xt = x {
    z = xt
    repeat layers as i {
      state s: [d] = (scan rows with ut = u { state q: [d] = 0.1 * i;  q' = RNN(ut, q);  emit q' })[rows = last]
      r = scan rows with ut = u { state q: [d] = s;  q' = RNN(ut + z, q);  emit q' }
      s' = r[rows = last];  z = z + s'
    }
    emit z
  }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'what there is for each round, read in it': {
    text: `${dims}model M(x: [time, d], H: [layers, d]) -> { y: [time, d], v: [time, d] } {
  param P: [layers, d] = normal(1)
  y = scan time with xt = x {
    G = H * xt
    z = xt
    repeat layers as i { state s: [d] = H[layers = i] + P[layers = i];  s' = RNN(z, s) + G[layers = i];  z = s' * P[layers = i] }
    emit z
  }
  v = x;  repeat layers as i { v = tanh(Linear[d](v) + P[layers = i]) + 0.1 * sum[time](x) + H[layers = i] }
  { y = y, v = v }
}${fit('sum[time, d](y ^ 2 + v)')}`,
  },
  'draws in the rounds': {
    text: `${dims}model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x { z = xt;  repeat layers { state h, c: [d] = 0.1;  (h', c') = LSTM(dropout(z, 0.3), h, c);  z = h' };  emit z }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'in a block whose formal says how many rounds there are, by an option, in an attention with weights': {
    text: `dim time: ragged, source: ragged, d = 4, layers = 3
option cell = gru | rnn
block Deep[n](x: [time, d], m: [source, d]) -> { z: [time, d], w: [time, n, source] } {
  run = scan time with xt = x {
    z = xt
    w = repeat n {
      state s: [d] = 0.1
      match cell { gru { s' = GRU(z, s) } rnn { s' = RNN(z, s) } }
      c = ScaledDot(s', m, m);  z = z + c;  emit c.weights
    }
    emit { z = z, w = w }
  }
  { z = run.z, w = run.w }
}
model M(x: [time, d], m: [source, d]) -> { z: [time, d], w: [time, layers, source], v: [time, d] } { r = Deep[layers](x, m);  { z = r.z, w = r.w, v = Deep[layers - 1](x, m).z } }${fit('sum[time, d](z ^ 2 + v) + sum[time, layers, source](w ^ 2)')}`,
    set: { cell: 'rnn' },
  },
  'booleans, whole numbers, indices, and no axes': {
    text: `${dims}model M(x: [time, d], i: index(d)[time]) -> y: [time, d] {
  scan time with xt = x, it = i {
    z = xt
    repeat layers as l {
      state b: bool[d] = false, n: int[d] = l, k: index(d)[] = it0(l), t: [] = 1 / (l + 1)
      b' = (z > 0) or (not b);  n' = n + (if b then 2 else 1);  k' = it;  t' = t * z[d = k]
      z = (if b then z else 0.5 * z) + 0.1 * n + t
    }
    emit z
  }
}
block it0(l: int[]) -> index(d)[] { argmax[d](zeros[d]) }${fit('sum[time, d](y ^ 2)')}`,
  },
  'of steps in steps': {
    text: `dim time: ragged, rows: ragged, d = 3, layers = 2
model M(x: [time, d], u: [rows, d]) -> y: [time, d] {
  scan time with xt = x {
    state o: [d] = 0.1
    r = scan rows with ut = u { z = ut + o;  repeat layers as i { state q: [d] = xt * (i + 1);  q' = RNN(z, q);  z = q' + o };  emit z }
    z = r[rows = last]
    repeat layers { state q: [d] = o_0;  q' = GRU(z, q);  z = z + q' }
    o' = tanh(z)
    emit z
  }
}${fit('sum[time, d](y ^ 2)')}`.replace('o_0', '0.2'),
  },
  'running values of a round, and sizes that are known': {
    text: `${dims}model M(x: [time, d]) -> y: [time, d] {
  let norm = LayerNorm
  scan time with xt = x { z = norm(xt);  repeat 2 { state s: [d] = 0;  s' = RNN(LayerNorm(z), s);  z = norm(s') };  repeat 1 { state s: [d] = 1;  s' = z * s;  z = s' };  emit z }
}${fit('sum[time, d](y ^ 2)')}`,
  },
  'what has the axis of the rounds inside them': {
    text: `${dims}model M(x: [time, d]) -> { y: [layers, time, d] } { h = x; y = repeat layers as l { param P, Q: [layers, d] = normal(1); g = tanh(h * P); w = softmax[layers](g * Q); h = sum[layers](w * g * g) + tanh(Linear[d](h)); emit h };  {y = y} }${fit('sum[layers, time, d](y ^ 2)')}`,
  },
  'what is picked in a block': {
    text: `${dims}block Pick(H: [layers, d], i: int[]) -> [d] { H[layers = (i + 1) mod layers] }
model M(x: [time, d]) -> y: [time, d] { param P: [layers, d] = normal(1); H = tanh(P); h = x;  repeat layers as l { h = tanh(Linear[d](h)) * Pick(H, l) };  h }${fit('sum[time, d](y ^ 2)')}`,
  },
  'what has the axis of the rounds inside them, in steps': {
    text: `${dims}model M(x: [time, d]) -> { y: [time, d] } { y = scan time with xt = x { z = xt; repeat layers as l { param P, Q: [layers, d] = normal(1); state s: [d] = 0; g = tanh(z * P + s); w = softmax[layers](g * Q); s' = sum[layers](w * g * g) + tanh(Linear[d](z)); z = s' }; emit z };  {y = y} }${fit('sum[time, d](y ^ 2)')}`,
  },
  'a state that begins as what is picked in a block': {
    text: `${dims}block Pick(H: [layers, d], i: int[]) -> [d] { H[layers = (i + 1) mod layers] }
model M(x: [time, d]) -> y: [time, d] { param P: [layers, d] = normal(1); H = tanh(P); scan time with xt = x { z = xt;  repeat layers as l { state s: [d] = Pick(H, l); s' = RNN(z, s) * Pick(H, l);  z = s' * Pick(H, l) }; emit z } }${fit('sum[time, d](y ^ 2)')}`,
  },
  'a state of the steps that the rounds read': {
    text: `${dims}model M(x: [time, d]) -> y: [time, d] { scan time with xt = x { state S: [layers, d] = 0.1; z = xt;  T = repeat layers as l { z = RNN(z, S[layers = l]); emit z }; S' = T + sum[layers](S); emit z } }${fit('sum[time, d](y ^ 2)')}`,
  },
  'one count in itself': {
    text: `${dims}model M(x: [time, d]) -> { y: [layers, time, d], v: [time, d], w: [layers, d] } { h = x; y = repeat layers { repeat layers { h = tanh(Linear[d](h)) + RNN(h, h) }; emit h };
  r = scan time with xt = x { z = xt; w = repeat layers as i { state a: [d] = 0.1 * i; repeat layers as j { state b: [d] = 0.1 * j + i; b' = RNN(z, b); z = b' }; a' = RNN(z, a); emit a' }; emit { z = z, w = w } }; { y = y, v = r.z, w = r.w[time = last] } }${fit('sum[layers, time, d](y ^ 2) + sum[time, d](v) + sum[layers, d](w ^ 2)')}`,
  },
  'written out: states of other sizes in each round': {
    text: `${dims}model M(x: [time, d]) -> y: [time, d] {
  scan time with xt = x { z = xt;  repeat layers as i { state s: [wide: 2 ^ i] = 0.1;  s' = s + mean[d](z);  z = z * mean[wide](s') };  emit z }
}${fit('sum[time, d](y ^ 2)')}`,
  },
};

describe('states of rounds', () => {
  agreeEverywhere(cases);

  it.each(Object.keys(cases))('are those of a loop, or of rounds that are written out: %s', async (title) => {
    const { program } = await emit(cases[title]!);
    expect((program.unrolled?.size ?? 0) > 0).toBe(title.startsWith('written out'));
  });
});

const generating = (body: string): string => `dim source: ragged, target: ragged, words = 7, d = 4, layers = 3
decoder Write(m: [source, d], H: [layers, d], C: [layers, d]) generates y: index(words)[target] start 1 end 2 {
  param table: [words, d]
  ${body}
}
model M(tokens: index(words)[source]) generates y: index(words)[target] {
  param E: [words, d]
  read = scan source with xt = E[tokens] {
    z = xt
    all = repeat layers { state h, c: [d] = 0;  (h', c') = LSTM(z, h, c);  z = h';  emit h', c' }
    emit { z = z, h = all.h, c = all.c }
  }
  Write(read.z, read.h[source = last], read.c[source = last])
}
objective Fit for M { loss = mean[target](cross_entropy[words](logits, y'));  optimizer sgd(rate = 0.1) }
`;
const stack = `x = table[y]
  repeat layers as l { state h, c: [d] = H[layers = l], C[layers = l];  (h', c') = LSTM(x, h, c);  x = h' }
  context = MultiHead[2](x, m)
  logits = table @ (x + context)`;
const subject = (title: string, path: string, body: string): Subject => translating(title, path, generating(body));

describe('states of rounds, in what generates', () => {
  agrees([
    subject('stacked LSTMs', 'states-stack.attn', stack),
    subject(
      'rounds in rounds, with a state around, and what is the same at all steps',
      'states-nested.attn',
      `state own: [d] = mean[source](m)
  x = table[y] + own
  repeat layers as l {
    state s: [d] = tanh(Linear[d](H[layers = l]))
    repeat 2 as k { state t: [d] = 0.1 * k + C[layers = l];  t' = GRU(x, t);  x = t' * tanh(Linear[d](mean[source](m))) }
    s' = RNN(x, s);  x = s'
  }
  own' = x
  logits = table @ x`,
    ),
    subject(
      'what the rounds have kept, and a state that waits for the choice',
      'states-past.attn',
      `x = table[y]
  repeat layers as l {
    state s: [d] = H[layers = l], u: [d] = 0
    s' = RNN(x, s);  u' = u * 0.5 + s * sum[d](table[y'])
    x = s' + mean[before](past[before](s)) + 0.1 * u
  }
  logits = table @ x`,
    ),
  ]);
});

describe('the number of rounds', () => {
  const text = cases['stacked LSTMs']!.text;

  it('is the constructor’s to choose', async () => {
    await useBackend('cpu');
    const { create } = await emit({ text });
    const five = create({ dims: { layers: 5 } });
    expect((await five.forward([{ x: [[1, 2, 3]] }]))[0]!.h).toMatchObject({ shape: [1, 5, 3] });
  });

  it('is so in a decoder, whose steps give what teaching gives', async () => {
    await useBackend('cpu');
    const { create } = await emit({ text: generating(stack) });
    const five = create({ dims: { layers: 5 } }) as unknown as GenerativeModel<Record<string, number>, object, object>;
    expect(five.parameters.filter(({ path }) => path.startsWith('Write.repeat[4].')).length).toBe(12);
    const given = { tokens: [3, 5, 1] };
    const [made] = await five.generate([given], { method: 'beam', width: 3, atMost: 4 });
    const [taught] = await five.forward([{ ...given, y: [...made!.ids] }]);
    const logits = taught!.logits!;
    const words = logits.shape[1]!;
    const each = [...made!.ids].map((id, t) => {
      const row = Array.from(logits.data.slice(t * words, (t + 1) * words));
      return row[id]! - Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
    });
    expect(made!.logProbability).toBeCloseTo(
      each.reduce((sum, x) => sum + x, 0),
      4,
    );
  });
});
