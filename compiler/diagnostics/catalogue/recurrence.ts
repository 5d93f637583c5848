/** E06xx: recurrence and decoders; E07xx: causality; W07xx. */
import { inPhase, type Entries } from './entry.ts';

const loop = inPhase('recurrence and decoders');
const clock = inPhase('causality');

export const recurrence = {
  // E-SCAN-CAPTURE
  E0601: loop(
    'scan reads its own axis from outside',
    'The body of a `scan` is one step and has no such axis. For the value at this step name it in `with`; for all steps at once rename the axis, so that both can be told apart.',
    "scan source { state h: [hidden] = 0;  h' = GRU(x, h);  emit h' }   // x: [source, embed]",
    "scan source with xt = x { state h: [hidden] = 0;  h' = GRU(xt, h);  emit h' }",
  ),
  E0602: loop(
    'state without one next value',
    "Every state has exactly one equation for its next value, `h' = …`. Without it the state would never change; with two it would be unclear.",
    "state h, c: [hidden] = 0\nh' = GRU(xt, h)",
    "state h, c: [hidden] = 0\n(h', c') = LSTM(xt, h, c)",
  ),
  E0603: loop(
    'prime on what is not a state',
    "A prime is the next value of a `state` or `running` name, or the output now predicted (`y'`). Other names have one value.",
    "context' = Additive(s, annotations)",
    'context = Additive(s, annotations)',
  ),
  E0604: loop(
    'state changes its type',
    'The next value of a state has the axes and the element type of the state. A reduction that is missing, or an axis too many in the initial value, shows here.',
    "state h: [hidden] = 0\nh' = h + annotations   // [source, hidden]",
    "state h: [hidden] = 0\nh' = h + sum[source](annotations)",
  ),
  // E-FUTURE (of y')
  E0605: loop(
    'the output is not known yet',
    "In a decoder `y` is the previous output; `y'` is the one that this step predicts, and exists only after the choice. It may stand in the equations of next states and in objectives.",
    "logits = Linear[words](concat(s, table[y']))",
    'logits = Linear[words](concat(s, table[y]))',
  ),
  E0606: loop(
    'decoder without logits',
    'A decoder defines `logits` (scores before softmax) or `probability` over the axis of its outputs: that is what the next output is chosen from.',
    "decoder D(c: [hidden]) generates y: index(words)[target] end 2 {\n  state s: [hidden] = c\n  s' = GRU(table[y], s)\n}",
    "decoder D(c: [hidden]) generates y: index(words)[target] end 2 {\n  state s: [hidden] = c\n  s' = GRU(table[y], s)\n  logits = Linear[words](s')\n}",
  ),
  E0607: loop(
    'nothing emitted',
    'The value of a `scan` is what its body emits at each step. A body without an `emit` gives nothing: emit the state, and take its last position (`s[source = last]`) where only that is wanted.',
    "scan source with xt = x { state h: [hidden] = 0;  h' = GRU(xt, h) }",
    "scan source with xt = x { state h: [hidden] = 0;  h' = GRU(xt, h);  emit h' }",
  ),
  E0608: loop(
    'first output unknown',
    'At the first step there is no previous output. Either the decoder has a `start`, or every use of `y` stands in the second branch of `first … then …`.',
    'decoder D(e: [points, hidden]) generates y: index(points)[tour] {\n  logits = e @ Linear[hidden](e[y])\n}',
    'decoder D(e: [points, hidden]) generates y: index(points)[tour] {\n  param go: [hidden]\n  logits = e @ Linear[hidden](first go then e[y])\n}',
  ),
  E0609: loop(
    'decoding has no end',
    'A ragged output needs `end` (the output that ends it) or a bound (`at most n`); an output over a dim of known size has exactly that many steps.',
    'generates y: index(words)[target] start 1',
    'generates y: index(words)[target] start 1 end 2',
  ),
  E0610: loop(
    'past of what is not a state',
    '`past[tape](h)` is the values that the state `h` has had: its initial one, and one for each step before this. Only a state of a `scan` or decoder is kept from step to step.',
    "scan source with xt = x {\n  state h: [hidden] = 0\n  h' = tanh(sum[tape](past[tape](xt)) + h)\n  emit h'\n}",
    "scan source with xt = x {\n  state h: [hidden] = 0\n  h' = tanh(sum[tape](past[tape](h)) + xt)\n  emit h'\n}",
  ),
  E0611: loop(
    'what grows leaves its scan',
    'The axis of a `past` has one position more at every step. Reduce it before the value leaves the step; no scan goes along it, and `concat` does not join it, nor `as` merge or split it.',
    "scan source with xt = x { state h: [hidden] = 0;  h' = tanh(h + xt);  emit past[tape](h) }",
    "scan source with xt = x { state h: [hidden] = 0;  h' = tanh(h + xt);  emit sum[tape](past[tape](h)) }",
  ),
  // E-FUTURE
  E0701: clock(
    'looks into the future',
    'The generated axis (and one named with `causal`) is a clock: a position is computed from the positions that exist then. A sum over the whole axis, its last position, its length, a reversed scan, a negative shift and a convolution that reaches forward need positions that do not exist yet. A sum over a copy of the axis (`x[target as key]`) ranges over the positions up to now by itself.',
    'x = x - mean[target](x)   // in a decoder over target',
    'before = x[target as key]\nx = x - mean[key](before where position[key] <= position[target])',
  ),
  // E-ANCHOR
  E0702: clock(
    'two clocks to choose from',
    'A sum over a copy of the generated axis ranges over the positions up to "now". Here two other axes of the tensor could be "now"; name one.',
    'softmax[k](e)   // e: [q: target, r: target, k: target]',
    'softmax[k <= q](e)',
  ),
  E0703: clock(
    'not along the clock',
    'A step of a `causal` model takes one position of every input along the clock and gives one position of every result. So some input lies along it, and every result does.',
    'model M(x: [time, d]) -> [d] causal time { mean[time](x) }',
    'model M(x: [time, d]) -> [time, d] causal time { cumsum[time](x) / (position[time] + 1) }',
  ),
  E0704: clock(
    'no step of its own',
    'From the proof that nothing looks ahead the compiler derives one step: what a later position reads is kept. For this expression it does not know how: what is to be kept stands inside a loop along another axis.',
    "scan source with mt = m { state h: [target, d] = x;  h' = tanh(ScaledDot(h, h[target as key], h[target as key]) + mt);  emit h' }   // in a decoder over target",
    "seen = ScaledDot(x, x[target as key], x[target as key])\nscan source with mt = m { state h: [target, d] = x;  h' = tanh(seen + h + mt);  emit h' }",
  ),
} satisfies Entries;
