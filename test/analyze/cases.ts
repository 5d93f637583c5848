/** Small programs with one fault each; `«»` stand around the place that the diagnostic points at. */
export interface Case {
  readonly code: string;
  readonly what: string;
  readonly source: string;
}

const dims = 'dim source: ragged, target: ragged, words = 9, embed = 4, hidden = 3\n';

/** The body of a block with `x: [source, embed]`, `h: [hidden]`, `s: [source, hidden]` and the equation of `y`. */
const body = (statements: string, result = '[source, embed]'): string => `${dims}block B(x: [source, embed], h: [hidden], s: [source, hidden], n: index(words)[source], c: bool[source]) -> ${result} {\n${statements}\n}\n`;

const decoder = (statements: string, generates = 'generates y: index(words)[target] start 1 end 2'): string =>
  `${dims}decoder D(c: [hidden]) ${generates} {\n  param table: [words, embed]\n${statements}\n}\n`;

const objective = (statements: string): string =>
  `${dims}model M(x: [source, embed]) -> y: [embed] { mean[source](x) }\nobjective O for M given t: [embed] {\n${statements}\n}\n`;

const c = (code: string, what: string, source: string): Case => ({ code, what, source });

export const cases: readonly Case[] = [
  // ---- names
  c('E0201', 'an unknown name', body('x + «hiden»')),
  c('E0201', 'an unknown block', body('«Linaer»[embed](x)')),
  c('E0201', 'an unknown dim in a size', 'dim a = «hiden» + 1\nblock B(x: [i]) -> [a: a, i] { x * position[a] }'),
  c('E0201', 'an objective of no model', `${dims}objective O for «M» { loss = 0 }`),
  c('E0202', 'an unknown axis in a parameter', body('param W: [«embd» <- embed]\nx')),
  c('E0202', 'a reduction over an axis that nothing has', body('softmax[«key»](x)')),
  c('E0202', 'position of an unknown axis', body('x + position[«sourc»]')),
  c('E0203', 'two equations', body('a = x\n«a» = x\na')),
  c('E0203', 'two parameters', body('param a: [embed]\nparam «a»: [embed]\nx + a')),
  c('E0203', 'an equation named as a dim', body('«words» = x\nx')),
  c('E0203', 'two declarations', 'block B(x: []) -> [] { x }\nblock «B»(x: []) -> [] { x }'),
  c('E0203', 'two dims', 'dim a = 3, «a» = 4\nblock B(x: [a]) -> [a] { x }'),
  c('E0203', 'two emitted values of one name', body('scan source with xt = x { state r: [embed] = 0;  r\' = xt;  «emit r, r\'» }', '{ a: [source, embed] }')),
  c('E0204', 'a name before its equation', body('a = «b» + x\nb = x\na + b')),
  c('E0204', 'the next value before its equation', body("scan source with xt = x { state r: [embed] = 0;  a = «r'»;  r' = xt;  emit a }")),
  c('E0205', 'a dim is called', body('«embed»(x)')),
  c('E0205', 'a block is added', body('x + «GRU»')),
  c('E0205', 'an operation without its operand', body('x + «tanh»')),
  c('E0205', 'a record is added', body('x + «LSTM[hidden](h, h, h)»')),
  c('E0205', 'a clause of another kind', objective('loss = sum[embed]((y - t) ^ 2)\noptimizer adam(rate = 0.1)\n«rank 3»')),
  c('E0205', 'first outside a decoder', body('«first x then x»')),
  c('E0209', 'a value that the option has not', `${body('match mode { linear { x }  round { x }  «square» { x } }')}option mode = linear | round`),
  c('E0209', 'a value without a branch', `${body('match «mode» { linear { x } }')}option mode = linear | round`),
  c('E0209', 'match on a value', body('match «x» { a { x } }')),
  c('E0209', 'a rate of dropout that is not known', body('dropout(x, «sum[hidden](h)»)')),
  c('E0210', 'an unknown field', body('r = LSTM[hidden](h, h, h)\nx + sum[hidden](r.«state»)')),
  c('E0211', 'a block that calls itself', 'block B(x: [i]) -> [i] { «B(x)» }'),
  // ---- axes and sizes
  c('E0301', 'lifted over an axis that the block gives', `block Outer(a: [i], b: [j]) -> [i, j] { a * b }\n${body('x * sum[source](«Outer(sum[hidden](s), sum[embed](x))»)')}`),
  c('E0301', 'renamed to an axis that is there', body('x[embed as «source»]')),
  c('E0301', 'a map gives what its operand has', body('param W: [source: 3 <- embed]\n«W @ x»')),
  c('E0301', 'an emit with the scanned axis', body("scan source with xt = x { state r: [embed] = 0;  r' = xt;  emit «onehot[source](0)» }", '[source]')),
  c('E0302', 'a sum without a common axis', body('y = «h + x»\nx')),
  c('E0303', 'two sizes under one name', body('«x + h[hidden as embed]» + x')),
  c('E0303', 'a ragged and a fixed axis', body('«x + h[hidden as source]»')),
  c('E0303', 'two formals that are renamed to one another', `block Score(q: [i], k: [j]) -> [] { q[i as j] @ k }\n${body('x * «Score(h, sum[source](x))»')}`),
  c('E0304', 'a reduction over an axis that is not there', body('softmax[«words»](x)')),
  c('E0304', 'a contraction over an axis of one side', body('x * (h @[«hidden»] x)')),
  c('E0305', 'a condition that is a float', body('x where «h[hidden = 0]»')),
  c('E0305', 'a bool is added', body('«x + c»')),
  c('E0305', 'tanh of a bool', body('x * «tanh(c)»')),
  c('E0305', 'a float as a place', body('x[«embed = h[hidden = 0]»]')),
  c('E0306', 'an index of another dim', body('param table: [v: embed, embed]\ntable[«n»]')),
  c('E0307', 'an axis too many', body('«x * h»')),
  c('E0307', 'an axis too few', body('«sum[source](x)»')),
  c('E0307', 'values taken apart that are none', body('«(a, b) = x»\nx + a + b')),
  c('E0308', 'no common axis', body('x * «(h @ x)»')),
  c('E0308', 'two common axes', body('x * «(x @ x)»')),
  c('E0308', 'a map on the right', body('param W: [hidden <- embed]\nx * sum[hidden](x @ «W»)')),
  c('E0309', 'one set of axes', body('sum[long](«concat[long](x, x)») * x')),
  c('E0310', 'sizes under a logarithm', 'dim a = 3\nblock B(x: []) -> [] { param v: [i: ceil(log2(a))], w: [i: ceil(log2(a + 1))]\nx * «(v @ w)» }'),
  c('E0311', 'half a place', 'dim b = 4, a = b * «0.5»\nblock B(x: [a]) -> [a] { x }'),
  c('E0311', 'no place', 'dim a = «0»\nblock B(x: [a]) -> [a] { x }'),
  c('E0311', 'division by nothing', 'dim b = 4, a = «b / 0»\nblock B(x: [a]) -> [a] { x }'),
  c('E0311', 'a requirement that compares nothing', body('require «embed»\nx')),
  c('E0312', 'a map without its axis', body('param W: [hidden <- words]\ny = «W @ x»\nx')),
  c('E0313', 'a split that does not fill', body('x[«embed as (hidden, words)»]')),
  c('E0314', 'no result', 'block «B»(x: [i]) -> [i] { y = x }'),
  c('E0314', 'a declared name that nothing defines', 'dim d = 3\nmodel «M»(x: [d]) -> y: [d] { z = x }'),
  c('E0314', 'a value that goes nowhere', body('«x + 1»\nx')),
  // ---- binding
  c('E0401', 'the trap of lifted keys', body('param W: [heads: 2, width: 3 <- embed]\nq = W @ x\nx * sum[heads, width](ScaledDot(q, «q», q))')),
  c('E0401', 'an outer product by place', 'block F(a: [p, q]) -> [p, q] { a / sum[p](a) }\nblock B(x: [i], y: [j]) -> [i, j] { F(«x * y») }'),
  c('E0402', 'an argument lacks an axis', body('x * GRU[hidden](h, «sum[hidden](h)»)')),
  c('E0402', 'a rigid axis under another name', `${dims}block R(x: [embed]) -> [embed] { x }\nblock B(h: [hidden]) -> [hidden] { R(«h») }`),
  c('E0403', 'an argument too few', body('x * sum[hidden](«GRU(h)»)')),
  c('E0403', 'an argument too many', body('x * sum[hidden](RNN(h, h, «h»))')),
  c('E0404', 'a static argument of no such name', body('Additive[«aling = 2»](h, x)')),
  c('E0404', 'an argument of no such name', body('x * sum[hidden](RNN(h, «state»: h))')),
  c('E0404', 'no axis for a reduction', body('x * «sum(x)»')),
  c('E0405', 'a static argument that nothing tells', 'block F[n](x: []) -> [] { param w: [n]\nx * sum[n](w) }\nblock B(x: []) -> [] { «F(x)» }'),
  c('E0406', 'one instance at two sizes', body('let f = Linear[embed]\nf(x) + «f(h)»')),
  c('E0407', 'an axis of a model that is no dim', 'dim source: ragged\nmodel M(x: [«souce»]) -> [] { sum[souce](x) }'),
  c('E0407', 'an axis of an encoder that is no dim', 'dim source: ragged\nencoder E(x: [«souce»]) -> [] { sum[souce](x) }'),
  // ---- per
  c('E0503', 'parameters for each place of a ragged axis', body('sum[hidden](Linear[hidden] per «source» (x)) * x')),
  c('E0202', 'per an axis that is not there', body('x * sum[hidden](Linear[hidden] per «heads» (h))')),
  c('E0301', 'per an axis twice', body('x * sum[hidden, words](Linear[hidden] per (words, «words») (h))')),
  c('E0205', 'an operation per an axis', body('«softmax[embed] per embed»(x)')),
  c('E0205', 'a decoder per an axis', `${dims}decoder D(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) }\nmodel M(c: [hidden]) generates y: index(words)[target] { «D per words»(c) }`),
  c('E0406', 'one instance with per and without', body('let f = Linear[embed]\nf(x) + sum[words](f per words (x)) + «f(x)»').replace('f(x) + sum', 'sum')),
  c('E0402', 'the axis of per is one of the block', `${dims}block R(x: [embed]) -> [embed] { x }\nblock B(x: [source, embed]) -> [source, embed] { R per embed («x») }`),
  c('E0303', 'another axis under the name of per', `${dims}block B(h: [words: 3, hidden]) -> [words, hidden] { «Linear[hidden, in = hidden] per words (h)» }`),
  // ---- absence
  c('E0501', 'an emit that may be absent', body("scan source with xt = x { state r: [embed] = 0;  r' = xt;  a = xt where r > 0;  emit «a» }")),
  c('E0501', 'a state that may be absent', body("scan source with xt = x { state r: [embed] = 0;  r' = «xt where r > 0»;  emit r }")),
  c('E0502', 'the last place of nothing', 'dim extra: ragged 0.., d = 3\nblock B(x: [extra, d]) -> [d] { x[extra = «last»] }'),
  c('E0503', 'a ragged parameter', body('param «w: [source]»\nx + w')),
  c('E0503', 'a block with a parameter on what is ragged here', body('«LayerNorm[features = source](x)»')),
  c('E0503', 'a parameter that an input would size', 'dim width = input\nmodel M(x: [width]) -> [] { param «w: [width]»;  x @ w }'),
  c('E0504', 'rounds that a call decides', 'dim width = input\nmodel M(x: [width]) -> [width] { y = x\nrepeat «width» { y = tanh(y) }\ny }'),
  c('E0506', 'a size that nothing gives', 'dim d = 3, width = input\nmodel «M»(x: [d]) -> [width] { sum[d](x) * position[width] }'),
  c('E0205', 'a size by inputs where there are none', 'block B(x: [d]) -> [d] { dim «w = input»\nx + w }'),
  c('E0305', 'a default that is no place', 'dim d = 3\nmodel M(x: [d], i: index(d) = «0.5») -> [] { x[i] }'),
  c('E0305', 'a default that is computed', 'dim d = 3\nmodel M(x: [d] = «d») -> [d] { x }'),
  c('E0504', 'rounds that an example decides', body('y = x\nrepeat «source» { y = tanh(y) }\ny')),
  // ---- recurrence
  c('E0601', 'the scanned axis from outside', body("scan source with xt = x { state r: [embed] = 0;  r' = xt + «x»;  emit r' }")),
  c('E0601', 'a field with the scanned axis', body("run = scan source with xt = x { state r: [embed] = 0;  r' = xt;  emit { r = r, q = r' } }\nscan source with xt = x { state r: [embed] = 0;  r' = xt + «run.r»;  emit r' }")),
  c('E0602', 'no next value', body('scan source with xt = x { state «r»: [embed] = 0;  emit r + xt }')),
  c('E0603', 'the prime of what is no state', body("scan source with xt = x { state r: [embed] = 0;  r' = xt;  «a'» = r;  emit r }")),
  c('E0603', 'a state in a block', body('«state r: [embed] = 0»\nx')),
  c('E0604', 'a state that changes its type', body("scan source with xt = x { state r: [embed] = 0;  r' = «xt * h»;  emit r }")),
  c('E0605', 'the output in its own logits', decoder("  state s: [hidden] = c\n  s' = RNN(table[y], s)\n  logits = Linear[words](concat(s', table[«y'»]))")),
  c('E0605', 'logits that read what the choice makes', decoder("  state s: [hidden] = c\n  s' = RNN(table[y'], s)\n  «logits» = Linear[words](s')")),
  c('E0605', 'the output in a value of the step', decoder("  state s: [hidden] = c\n  e = table[«y'»]\n  s' = RNN(e, s)\n  logits = Linear[words](s)")),
  c('E0606', 'no logits', `${dims}decoder «D»(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s }`),
  c('E0606', 'a model that does not generate', `${dims}decoder D(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) }\nmodel «M»(c: [hidden]) generates y: index(words)[target] { c }`),
  c('E0607', 'nothing emitted', body("scan «source» with xt = x { state r: [embed] = 0;  r' = xt }")),
  c('E0607', 'an attention without weights', 'attention «A»(q: [k], m: [key, k]) -> [k] { q + mean[key](m) }'),
  c('E0608', 'no first output', decoder("  state s: [hidden] = c\n  s' = RNN(table[«y»], s)\n  logits = Linear[words](s')", 'generates y: index(words)[target] end 2')),
  c('E0609', 'no end', decoder("  state s: [hidden] = c\n  s' = RNN(table[y], s)\n  logits = Linear[words](s')", '«generates y: index(words)[target] start 1»')),
  // ---- draws
  c('E0201', 'no such distribution', body('x + sample «gaussian»[embed]()')),
  c('E0202', 'a draw over no axis', body('x + sample normal[«embd»]()')),
  c('E0301', 'a draw over an axis twice', body('x + sample normal[embed, «embed»]()')),
  c('E0301', 'an axis that the probability has', body('if «sample bernoulli[source](sigmoid(x))» then x else 0')),
  c('E0304', 'a draw from an axis that is not there', body('param table: [words]\nx * table[sample categorical[«words»](x)]')),
  c('E0305', 'arithmetic with a truth value that is drawn', body('«x * sample bernoulli(0.5)»')),
  c('E0305', 'a draw from truth values', body('x + sample categorical[embed](«x > 0»)')),
  c('E0403', 'a draw of what takes no argument', body('x + «sample normal[embed](0.5)»')),
  c('E0403', 'a draw from nothing', body('x + «sample categorical[embed]()»')),
  c('E0404', 'a draw of one place from two axes', body('x + «sample categorical[source, embed](x)»')),
  c('E0404', 'a draw that does not say of what', body('x + «sample categorical(x)»')),
  c('E0404', 'a named argument of a draw', body('if sample bernoulli(«p» = 0.5) then x else 0')),
  c('E0502', 'a draw of nothing', 'dim extra: ragged 0..\nblock B(x: [extra]) -> [] { x[«sample categorical[extra](x)»] }'),
  // ---- objectives
  c('E0801', 'a loss with an axis', objective('«loss = (y - t) ^ 2»\noptimizer adam(rate = 0.1)')),
  c('E0802', 'no loss', objective('optimizer adam(rate = 0.1)').replace('objective O', 'objective «O»')),
  c('E0803', 'no such optimizer', objective('loss = sum[embed]((y - t) ^ 2)\noptimizer «adma»(rate = 0.1)')),
  c('E0803', 'no such setting', objective('loss = sum[embed]((y - t) ^ 2)\noptimizer adam(«rat» = 0.1)')),
  c('E0803', 'no optimizer', objective('loss = sum[embed]((y - t) ^ 2)').replace('objective O', 'objective «O»')),
  c('E0804', 'no such initialiser', body('param w: [embed] = «gaussian(0.1)»\nx + w')),
];

/** What is parsed, and has no meaning yet: each exactly one E0901. */
export const unsupported: readonly (readonly [what: string, source: string])[] = [
  ['past', body("scan source with xt = x { state r: [embed] = 0;  r' = xt + mean[tape](«past[tape](r)»);  emit r }")],
  ['running', body('«running m: [embed] = 0»\nx + m')],
  ['update', objective('«update M { loss = sum[embed]((y - t) ^ 2);  optimizer adam(rate = 0.1) }»')],
  ['several models', `${dims}model A(x: []) -> [] { x }\nmodel B(x: []) -> [] { x }\n«objective O for a: A, b: B { loss = 0;  optimizer adam(rate = 0.1) }»`],
  ['an objective of a decoder', `${dims}decoder D(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s;  logits = Linear[words](s) }\nobjective O for «D» { loss = 0 }`],
  ['probability', `${dims}decoder «D»(c: [hidden]) generates y: index(words)[target] start 1 end 2 { state s: [hidden] = c;  s' = s;  probability = softmax[words](Linear[words](s)) }`],
  ['ragged in', 'dim sentence: ragged, «word: ragged in sentence»\nmodel M(x: [sentence, word]) -> [] { sum[sentence, word](x) }'],
  ['an axis longer than a ragged dim, other than by a sum', 'dim time: ragged\nmodel M(x: [time]) -> [«twice: 2 * time»] { concat[twice](x, x[time as other]) }'],
  ['a map as an argument', 'block F(W: «[out.. <- in..]», x: [i]) -> [i] { x }'],
  ['batch', body('x - mean[«batch»](x)')],
  ['lifted', body('x - mean[«lifted»](x)')],
  ['argsort', body('y = «argsort[embed](x)»\nx')],
  ['cumprod', body('«cumprod[source](x)»')],
  ['grouping with mean', body('x * sum[words](mean[«source by n»](x[embed = 0]))')],
  ['a model called by a model', 'dim d = 3\nmodel A(x: [d]) -> [d] { x }\nmodel B(x: [d]) -> [d] { «A(x)» }'],
  ['BatchNorm', body('«BatchNorm(x)»')],
];

export const warnings: readonly Case[] = [
  c('W0201', 'an equation', 'block B(x: [d]) -> [d] { «a» = tanh(x);  x }'),
  c('W0201', 'a parameter', 'block B(x: [d]) -> [d] { param «w»: [d];  x }'),
  c('W0201', 'a value in a scan', "block B(x: [t]) -> [t] { scan t with xt = x { state s: [] = 0;  «a» = xt;  s' = xt;  emit s } }"),
  c('W0201', 'a dim', 'dim d = 3, «e» = 4\nblock B(x: [d]) -> [d] { x }'),
  c('W0201', 'an import', 'import «GRU» from "std/cells"\nblock B(x: [d]) -> [d] { x }'),
  c('W0401', 'a formal that looks like a dim', 'dim hidden = 3\nblock A(x: [hidden]) -> [hidden] { x }\nblock B(x: [«hiden»]) -> [hiden] { tanh(x) }'),
];
