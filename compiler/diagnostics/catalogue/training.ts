/** E08xx: parameters, objectives, training; W08xx. E09xx: the compiler itself. W02xx: names. */
import { inPhase, type Entries } from './entry.ts';

const entry = inPhase('parameters, objectives, training');
const names = inPhase('names');
const compiler = inPhase('the compiler');

export const training = {
  E0801: entry(
    'loss is not one number',
    'A loss is one float for each example; the mean over the batch is taken by itself. Reduce the axes that are left, and say how: `mean`, `sum`.',
    "loss = cross_entropy[words](logits, y')   // [target]",
    "loss = mean[target](cross_entropy[words](logits, y'))",
  ),
  E0802: entry(
    'objective without a loss',
    'An objective, and each `update` in one, defines `loss`.',
    'objective Copy for M given target: [out] { optimizer adam(rate = 1e-3) }',
    'objective Copy for M given target: [out] {\n  loss = mean[out]((M.y - target) ^ 2)\n  optimizer adam(rate = 1e-3)\n}',
  ),
  E0803: entry(
    'unknown optimizer or setting',
    'The message lists the optimizers, or the settings that this one takes.',
    'optimizer adam(beta = 0.9)',
    'optimizer adam(rate = 1e-3, beta1 = 0.9)',
  ),
  E0804: entry(
    'unknown initialiser',
    'A parameter begins with a number, `zeros`, `ones`, or one of the initialisers that the message lists. `orthogonal` and `glorot` are for maps, which say what is summed: a tensor of two axes or more does not.',
    'param W: [out <- in] = gaussian(0.01)',
    'param W: [out <- in] = normal(0.01)',
  ),
  E0805: entry(
    'an `update` that says too much or too little',
    'An objective has one loss, or it has updates, each with a loss, metrics, an optimizer and clipping of its own, and each for the models that it names. What updates share, equations, stands in front of them.',
    'loss = relu(1 - D(x))\nupdate D { optimizer adam(rate = 1e-3) }',
    'update D {\n  loss = relu(1 - D(x))\n  optimizer adam(rate = 1e-3)\n}',
  ),
  E0806: entry(
    'reduction over examples in the wrong place',
    '`sum`, `mean`, `max` and `min` may go over `batch`, all examples, in an objective, and over `lifted`, all examples and all that the block is lifted over, in an objective or in a block that keeps `running` values. Inside a `scan`, a decoder or a causal model there is no such value.',
    'block Centre(x: [d]) -> [d] { x - mean[batch](x) }',
    "running b: [] = 0\nb' = 0.9 * b + 0.1 * mean[batch](R)",
  ),
  E0807: entry(
    'running value without one next value',
    "A running value `u` has one equation for `u'`, and it is one for all examples, for all that its block is lifted over, and for all steps of a scan: of what differs among them only a reduction over `lifted` or `batch` may enter. Each update evaluates it once.",
    "running m: [channel] = 0\nm' = 0.9 * m + 0.1 * x",
    "running m: [channel] = 0\nm' = 0.9 * m + 0.1 * mean[lifted](x)",
  ),
  // W-DEAD
  W0801: entry(
    'parameter that nothing trains',
    'No gradient of any loss reaches the parameter: it is not used, or only through `argmax`, comparisons, `floor`, `sample` or `stop`, whose gradient is 0.',
    "loss = mean[target](if argmax[words](logits) == y' then 0 else 1)",
    "loss = mean[target](cross_entropy[words](logits, y'))",
  ),
  E0901: compiler(
    'beyond what a backend can compute',
    'A compiled module runs on every backend, and each has its limits: `docs/backends.md` lists them. The compiler says a program in another way where that brings it within them; what no other way helps is refused, with the backend that would fail.',
    'dim a = 2, b = 2, c = 2   // and so on, 253 in all\nmodel M(x: [a, b, c]) -> [a, b, c] { tanh(x) }',
    'dim cells = 8   // what always goes together as one dim\nmodel M(x: [cells]) -> [cells] { tanh(x) }',
  ),
  E0999: compiler(
    'internal error',
    "The compiler has broken one of its own rules. It is not your program's fault, whatever the program says; please report it with the text that brought it about.",
    '// any program',
    '// the same program, once the compiler is mended',
  ),
  W0201: names(
    'name never used',
    'The equation, dim, option or import is read by nothing. A name that an objective reads counts as used, and so do `weights`.',
    'h = tanh(x)\nk = sigmoid(x)   // and k stands nowhere else\nh',
    'h = tanh(x)\nh',
  ),
} satisfies Entries;
