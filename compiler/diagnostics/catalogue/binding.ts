/** E04xx: binding and lifting; W04xx. */
import { inPhase, type Entries } from './entry.ts';

const entry = inPhase('binding and lifting');

export const binding = {
  // E-BIND
  E0401: entry(
    'unclear which axis is meant',
    'A call with more axes than the signature names is lifted over the rest. Which axis plays which part must follow from names, or from there being no choice. Where it does not, say it in brackets: `formal = axis`. The message gives the full form.',
    'ScaledDot(Wq @ x, Wk @ x, Wv @ x)   // each [time, heads, dk]: is key time or heads?',
    'ScaledDot[key = time](Wq @ x, Wk @ x, Wv @ x)',
  ),
  // E-MISSING
  E0402: entry(
    'argument lacks an axis',
    'The signature names an axis for which the argument has none left. An axis that is a `dim` of the file of the block must be there under that very name.',
    '// attention Additive(query: [q], keys: [key, k]) -> [k]\nAdditive(s, h)   // h: [hidden]',
    'Additive(s, annotations)   // annotations: [source, annotation]',
  ),
  E0403: entry(
    'wrong number of arguments',
    'A call gives every parameter that has no default, once, in order or by name.',
    "h' = GRU(x)",
    "h' = GRU(x, h)",
  ),
  E0404: entry(
    'unknown argument',
    'The block has no parameter, in parentheses or in brackets, of this name. Axes of the signature can be given in brackets as well.',
    'Additive[aling = 128](s, annotations)',
    'Additive[align = 128](s, annotations)',
  ),
  E0405: entry(
    'static parameter unknown',
    'A parameter in brackets that is left out is taken from the axes of the arguments. This one stands on no argument and has no default, so it has to be given.',
    'y = Linear(x)',
    'y = Linear[hidden](x)',
  ),
  // E-SHARE
  E0406: entry(
    'one instance at two sizes',
    'A name given with `let` is one instance, with one set of parameters: the axes that its parameters use have one size in all its calls. Write the block itself where each position is to have its own.',
    'let f = Linear[hidden]\na = f(x)   // x: [embed]\nb = f(y)   // y: [hidden]',
    'a = Linear[hidden](x)\nb = Linear[hidden](y)',
  ),
  E0407: entry(
    'unknown axis in the signature of a model',
    'A model, encoder, decoder or objective stands for itself: there is no caller from which an axis could be taken, so every axis of its signature is a `dim` of the file.',
    'dim source: ragged, embed = 64\nencoder Read(x: [souce, embed]) -> [source, embed] { x }',
    'dim source: ragged, embed = 64\nencoder Read(x: [source, embed]) -> [source, embed] { x }',
  ),
  W0401: entry(
    'axis looks like a misspelt dim',
    'An axis in a signature that is not a `dim` of the file is a formal, which stands for any axis of a caller. This one is a slip of the hand away from a dim, or stands nowhere else. Of names that differ as names do on purpose, as `place` and `places`, `head1` and `head2`, nothing is said.',
    'dim hidden = 8\nblock F(x: [hiden]) -> [hiden] { tanh(x) }',
    'dim hidden = 8\nblock F(x: [hidden]) -> [hidden] { tanh(x) }',
  ),
} satisfies Entries;
