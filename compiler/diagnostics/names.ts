/** Suggestions for unknown names. */
import { didYouMean, editDistance } from '../../runtime/near.ts';

/** Names from other libraries, and how the same is written here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['len', "a dim's name in an expression is its size, of a ragged one the example's own length"],
  ['shape', "a dim's name in an expression is its size"],
  ['pow', 'write `x ^ n`'],
  ['square', 'write `x ^ 2`'],
  ['norm', 'write `sqrt(sum[a](x ^ 2))`'],
  ['dot', 'write `sum[a](x * y)`'],
  ['matmul', 'write `W @ x`, or `x @[a] y` for the axis that is summed'],
  ['einsum', 'axes that are to be summed are named: `sum[a](x * y)`'],
  ['leaky_relu', 'write `max(x, 0.01 * x)`'],
  ['leakyRelu', 'write `max(x, 0.01 * x)`'],
  ['swish', 'write `silu(x)`'],
  ['mse', 'write `mean[a]((x - y) ^ 2)`'],
  ['arange', 'write `position[a]`'],
  ['range', 'write `position[a]`'],
  ['embedding', 'a table and an index: `param table: [words, d]`, `table[tokens]`'],
  ['Embedding', 'a table and an index: `param table: [words, d]`, `table[tokens]`'],
  ['Dense', 'write `Linear[a](x)`'],
  ['cat', 'write `concat[a](x, y)`'],
  ['reshape', 'axes are merged and split by name: `x[(a, b) as c]`, `x[c as (a, b)]`'],
  ['view', 'axes are merged and split by name: `x[(a, b) as c]`, `x[c as (a, b)]`'],
  ['permute', 'axes have names and no order: there is nothing to transpose'],
  ['squeeze', 'axes have names and no order: what lacks an axis is the same at all of its positions'],
  ['unsqueeze', 'axes have names and no order: what lacks an axis is the same at all of its positions'],
  ['masked_fill', 'write `x where c`: what is absent takes no part'],
  ['T', 'axes have names and no order: there is nothing to transpose; a second copy of an axis is `x[a as b]`'],
  ['True', 'write `true`'],
  ['False', 'write `false`'],
  ['None', 'axes have names and no order: what lacks an axis is the same at all of its positions'],
  ['CrossEntropyLoss', 'write `cross_entropy[a](logits, target)`'],
  ['MSELoss', 'write `mean[a]((x - y) ^ 2)`'],
  ['lr', 'write `rate`'],
  ['learning_rate', 'write `rate`'],
  ['eps', 'write `epsilon`'],
  ['betas', 'write `beta1` and `beta2`'],
  ['tril', 'write `softmax[k <= q](e)`'],
  ['adamw', 'write `adam(rate = …, weightDecay = …)`: its decay is decoupled'],
]);

export interface Advice {
  readonly fix: string;
  /** The candidate that was probably meant; null: the name is known from other libraries. */
  readonly near: string | null;
}

export function adviceOn(name: string, candidates: Iterable<string>): Advice | null {
  const known = ELSEWHERE.get(name);
  if (known !== undefined) return { fix: known, near: null };
  const near = didYouMean(name, candidates);
  return near === null ? null : { fix: `did you mean \`${near}\`?`, near };
}

/** Do the names differ deliberately: in number (`place`, `places`), digits (`head1`, `head2`), or a one-letter part (`len_q`, `len_k`)? */
export function differOnPurpose(a: string, b: string): boolean {
  if (withoutDigits(a) === withoutDigits(b) || isPlural(a, b) || isPlural(b, a)) return true;
  const [x, y] = [partsOf(a), partsOf(b)];
  return (
    x.length > 1 && x.length === y.length && x.every((part, k) => part === y[k] || ([...part].length === 1 && [...y[k]!].length === 1))
  );
}

const withoutDigits = (name: string): string => name.replace(/[\p{N}_]/gu, '');

function isPlural(many: string, one: string): boolean {
  return [`${one}s`, `${one}es`, one.replace(/y$/u, 'ies'), one.replace(/(?:e|i)x$/u, 'ices'), one.replace(/is$/u, 'es')].includes(many);
}

/** `lenQ` and `len_q` both have two parts. */
function partsOf(name: string): string[] {
  return name
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, '_')
    .split('_')
    .filter((part) => part !== '');
}

/**
 * Is `written` a typing mistake for `meant`: another case, two letters swapped, one too many or too few, or in a long word one
 * replaced? Short words are often one letter apart, and so are words with a prefix letter (`dmodel`, `model`).
 */
export function isSlip(written: string, meant: string): boolean {
  if (written === meant || differOnPurpose(written, meant)) return false;
  const [a, b] = [[...written], [...meant]];
  const shorter = Math.min(a.length, b.length);
  if (written.toLowerCase() === meant.toLowerCase()) return shorter > 2;
  if (editDistance(written, meant, 2) > 1) return false;
  const first = a.findIndex((letter, k) => letter !== b[k]);
  const at = first < 0 ? a.length : first;
  if (a.length !== b.length) return at > 0 && shorter > (at < shorter ? 3 : 4);
  if (a[at] === b[at + 1]) return shorter > 3;
  return shorter > 5 && at > 0 && at < shorter - 1;
}
