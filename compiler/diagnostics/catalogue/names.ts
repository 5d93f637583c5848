/** E02xx: names. */
import { inPhase, type Entries } from './entry.ts';

const entry = inPhase('names');

export const names = {
  E0201: entry(
    'unknown name',
    'No equation, parameter, dim, option or declaration of this name can be seen from here. A name is known in its own body, after the line that defines it, and in the bodies inside.',
    'h = tanh(W @ imput)',
    'h = tanh(W @ input)',
  ),
  E0202: entry(
    'unknown axis',
    'In brackets after a reduction or a tensor stand names of axes. No dim, formal or axis of any tensor here has this name. (A name that is an axis elsewhere, but not of this tensor, is E0304.)',
    'm = mean[sorce](x)\nw = softmax[key](q @[dk] k)   // both are [source, dk]',
    'm = mean[source](x)\nw = softmax[key](q @[dk] k[source as key])   // [source, key]',
  ),
  E0203: entry(
    'name defined twice',
    'Every name is defined once in its body: an equation is a definition, not an assignment. Dims and values share one namespace. Only a name from outside a `repeat` may be redefined in it; it is then carried from round to round.',
    'h = tanh(x)\nh = h + x',
    'h = tanh(x)\nsum = h + x',
  ),
  // E-BEFORE
  E0204: entry(
    'used before its equation',
    "Equations stand in textual order, so that a reader can follow them. The next value `h'` of a state exists only after the equation that defines it; before, `h` is the previous value.",
    "context = Additive(s', annotations)\ns' = GRU(context, s)",
    "context = Additive(s, annotations)\ns' = GRU(context, s)",
  ),
  E0205: entry(
    'used as what it is not',
    'The name is known, but names another kind of thing: a dim or option is not called, a block is not a tensor, an encoder or model stands only where its kind may stand.',
    'dim hidden = 8\nblock F(x: [hidden]) -> [hidden] { hidden(x) }',
    'dim hidden = 8\nblock F(x: [hidden]) -> [hidden] { Linear[hidden](x) }',
  ),
  E0206: entry(
    'import not found',
    'The file behind `from` was not found. A path beginning with `./` or `../` is taken from the folder of the importing file and ends in `.attn`; `std/…` names a file of the standard library.',
    'import GRU from "std/cell"',
    'import GRU from "std/cells"',
  ),
  E0207: entry(
    'imports in a circle',
    'Files that import each other have no order in which they could be checked. Move what both need into a third file.',
    '// a.attn\nimport B from "./b.attn"\n// b.attn\nimport A from "./a.attn"',
    '// a.attn\nimport Shared from "./shared.attn"\n// b.attn\nimport Shared from "./shared.attn"',
  ),
  E0208: entry(
    'name not in the imported file',
    'The imported file was found and declares nothing of this name. All that a file declares can be imported, and nothing that it imports itself: name the file that declares it.',
    'import Aditive from "std/attention"',
    'import Additive from "std/attention"',
  ),
  E0209: entry(
    'unknown value of an option',
    'An option that lists its choices takes one of them, in the file, in brackets and on the command line. A `match` has a branch for every choice, and for no others.',
    'option score = dot | general\nmatch score { dot { a }  additive { b } }',
    'option score = dot | general\nmatch score { dot { a }  general { b } }',
  ),
  E0210: entry(
    'unknown field',
    'After a point stands a field of a record, or what an instance makes visible: `weights` of an attention. The message lists the fields that there are.',
    'r = Read(x)\ny = r.outputs',
    'r = Read(x)\ny = r.output',
  ),
  E0211: entry(
    'block calls itself',
    'A call is replaced by the body of its block, so a block that reaches itself, alone or through others, would have no end. `scan` repeats along an axis, `repeat` a number of times.',
    'block F(x: [d]) -> [d] { F(tanh(x)) }',
    'block F(x: [d]) -> [d] { repeat 3 { x = tanh(x) };  x }',
  ),
  E0212: entry(
    'name that is taken',
    'Names such as `constructor`, `toString` or `__proto__` are members of every object of JavaScript, so the emitted module could not tell them from your own. `batch` and `lifted` cannot be dims: in the brackets of a reduction they are words of the language.',
    'dim batch = 2',
    'dim rows = 2',
  ),
} satisfies Entries;
