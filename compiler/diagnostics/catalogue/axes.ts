/** E03xx: axes and sizes. */
import { inPhase, type Entries } from './entry.ts';

const entry = inPhase('axes and sizes');

export const axes = {
  // E-TWICE
  E0301: entry(
    'axis twice in one tensor',
    'A tensor has no two axes of one name. Where a result would, rename one of the arguments with `as`: both then range over the same positions under two names. A map `[hidden <- hidden]` is legal, as its sides are apart.',
    '// block Outer(a: [i], b: [j]) -> [i, j]\ny = Outer(x, x)   // x: [source]',
    'y = Outer(x, x[source as key])   // [source, key]',
  ),
  // E-OUTER
  E0302: entry(
    'sum of tensors without a common axis',
    'Operators pair axes by name. In `+`, `-`, comparisons and the like, one operand must have all axes of the other, or they must share one: else every element of one would meet every element of the other, which is hardly ever meant. `*` makes outer products.',
    'y = x + b   // x: [source], b: [target]',
    'y = x + b[target as source]   // if they are the same positions\nz = x * b   // an outer product, on purpose',
  ),
  // E-SIZE
  E0303: entry(
    'sizes differ',
    'Two axes of one name meet, and their sizes cannot be proved equal for all values of the dims. Defaults prove nothing: with `embed = 512` and `hidden = 512` the two still differ, as either may be set to another value. `require a == b` states an equality, which is then checked when the model is made.',
    'dim hidden = 512, embed = 512\ny = h + x[embed as hidden]   // h: [hidden]',
    'dim hidden = 512, embed = 512\nrequire embed == hidden\ny = h + x[embed as hidden]',
  ),
  // E-NO-AXIS
  E0304: entry(
    'no such axis in the tensor',
    'A reduction, a rename, a contraction or an index names an axis that is there, but not one of this tensor. The message gives the axes that it has.',
    'm = mean[target](x)   // x: [source, hidden]',
    'm = mean[source](x)   // [hidden]',
  ),
  E0305: entry(
    'element types do not fit',
    'Tensors hold floats, ints, bools or positions on an axis. Ints become floats where a float is wanted; nothing else is converted by itself. Conditions are bools.',
    'y = x where mask   // mask: [source], floats',
    'y = x where mask > 0',
  ),
  E0306: entry(
    'index of another axis',
    'A value of type `index(a)` holds positions on `a` and selects from an axis over `a`, not from another of equal size: 8000 words of one vocabulary are not 8000 words of another. One of the two may be a declared part of the other (`dim source: ragged <= positions`).',
    'e = table[ids]   // ids: index(words), table: [vocab, embed]',
    'param table: [words, embed]\ne = table[ids]',
  ),
  E0307: entry(
    'result is not what was declared',
    'The body is checked once, for all sizes; what it yields must have the declared axes (in any order), with sizes that are provably equal, and the declared element type.',
    'block F(x: [in]) -> [out] { x }',
    'block F[out](x: [in]) -> [out] { Linear[out](x) }',
  ),
  // E-DOT
  E0308: entry(
    'unclear what `@` contracts',
    'Between two tensors `@` sums over the one axis that both have. If they share none, or several, name what is meant: `a @[axis] b`.',
    'e = q @ k   // both [heads, dk]',
    'e = q @[dk] k   // [heads]',
  ),
  E0309: entry(
    'unclear which axis grows',
    'The operands of `concat` agree in all axes but one each; those are laid end to end. If all axes are the same, say which one grows and what the longer one is called.',
    'concat[annotation](forward, backward)   // both [source, hidden]',
    'concat[hidden as annotation](forward, backward)   // [source, annotation]',
  ),
  E0310: entry(
    'sizes cannot be decided',
    'Whether the two sizes are always equal is beyond what is decided: too many cases under `div`, or a function such as `log2`, which equals only itself. State what you know with `require a == b`; it is checked when the model is made.',
    'dim n = ceil(log2(time))\ny = a + b[n as layers]   // a: [layers]',
    'dim n = ceil(log2(time))\nrequire n == layers\ny = a + b[n as layers]',
  ),
  E0311: entry(
    'not a size',
    'Sizes are made of whole numbers, dims and `+ - * ^`, `/` (exact), `ceil(a / n)`, `floor(a / n)`, `ceil(log2(a))`, `floor(log2(a))`, `max` and `min`; an axis has one position or more.',
    'dim half = hidden * 0.5',
    'dim half = hidden / 2',
  ),
  E0312: entry(
    'map without its input axis',
    '`W @ x` with `W: [out <- in]` sums over `in`, so `x` must have that axis. Rename the axis of `x` with `as`, or declare the map for the axis that `x` has.',
    'param W: [hidden <- input]\nh = W @ x   // x: [source, embed]',
    'param W: [hidden <- embed]\nh = W @ x   // [source, hidden]',
  ),
  E0313: entry(
    'split does not fill the axis',
    '`x[pixel as (height, width)]` cuts an axis row by row; the product of the new sizes must be provably the old size.',
    'dim pixel = 60, height = 8, width = 8\ny = x[pixel as (height, width)]',
    'dim height = 8, width = 8, pixel = height * width\ny = x[pixel as (height, width)]',
  ),
  E0314: entry(
    'no result',
    'A block that declares a result ends in the expression that yields it, or defines the declared name; a record gives every declared field.',
    'block F(x: [d]) -> [d] { y = tanh(x) }',
    'block F(x: [d]) -> [d] { tanh(x) }',
  ),
  E0315: entry(
    'map and tensor',
    'A map `[out <- in]` has two sides, a tensor has none. A block that declares a map among its parameters is given one; what comes from outside or goes there (inputs and results of a model, `given` data), and what a `state` carries, are tensors. A map is the tensor of its axes wherever one is wanted; `plain(W, to = a, from = b)` names them where both sides have one name. A block whose result is declared as a map makes a tensor one.',
    '// block Half(W: [out <- in]) -> [out <- in] { W / 2 }\ny = Half(t) @ x   // t: [hidden, embed]',
    'param W: [hidden <- embed]\ny = Half(W) @ x',
  ),
  W0301: entry(
    'sizes that do not fit',
    'With the defaults of the dims, or the values given by `--set`, a size would be no whole number, a `require` would not hold or a position not exist. The program is right for other sizes; a model can be made only with such.',
    'dim model = 8, heads = 3, width = model / heads',
    'dim model = 8, heads = 4, width = model / heads',
  ),
} satisfies Entries;
