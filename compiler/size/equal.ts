/**
 * Deciding whether two sizes agree for all values of their atoms.
 *
 *  1. Facts (`require a == b`) are solved for an atom where they can be and substituted.
 *  2. Quotients of a lone atom are eliminated: `model / heads` puts model = heads * dk with dk new. Complete, as the requirement says so.
 *  3. Other opaque factors that are provably equal become one new atom.
 *  4. If the difference still holds a `div n`, residue splitting: an atom under it is written L*a + r for every r < L, with L the
 *     lcm of the products of nested divisors; every `div` comes out exact and polynomial identity decides. Complete for `div`.
 */
import {
  add,
  atom,
  atomOf,
  big,
  build,
  constantTerm,
  dividePolynomials,
  factorsOf,
  gcd,
  mul,
  partsOf,
  quot,
  rebuild,
  sub,
  type Factor,
  type Size,
} from './normal.ts';

/** Equalities assumed from `require a == b`; oriented: if either side could be rewritten, the left one is. */
export type Facts = readonly { readonly left: Size; readonly right: Size }[];

export type Verdict = 'equal' | 'different' | 'unknown';

const MAX_CASES = 4096;

/**
 * 'equal': for all values that satisfy the facts. 'different': for some values (for which both sides are defined). 'unknown':
 * more than 4096 cases, or opaque terms remain; the user can write `require a == b`.
 */
export function equalSizes(a: Size, b: Size, facts: Facts = []): Verdict {
  if (a.key === b.key) return 'equal';
  return decide(
    a,
    b,
    facts.map(({ left, right }) => [left, right] as const),
  );
}

type Replacement = (s: Size) => Size;

function decide(a: Size, b: Size, facts: readonly (readonly [Size, Size])[]): Verdict {
  let sides: Size[] = [a, b];
  let open = facts.map(([left, right]) => [left, right] as [Size, Size]);
  const leftovers: Size[] = [];
  let sure = true;
  const apply = (replace: Replacement): void => {
    sides = sides.map(replace);
    open = open.map(([left, right]) => [replace(left), replace(right)]);
    for (let i = 0; i < leftovers.length; i++) leftovers[i] = replace(leftovers[i]!);
  };

  while (open.length > 0) {
    const [left, right] = open.shift()!;
    if (left.key === right.key) continue;
    const solved = solve(left, right);
    if (solved === null) leftovers.push(sub(left, right));
    else {
      if (!nonNegative(solved.value)) sure = false;
      apply(replaceAtom(solved.atom, solved.value));
    }
  }
  for (let next = eliminable(sides); next !== null; next = eliminable(sides)) apply(replaceAtom(next.atom, next.value));

  const difference = sub(sides[0]!, sides[1]!);
  if (difference.terms.length === 0) return 'equal';
  // Quotients that cancel in the difference still restrict the values for which both sides are defined.
  const constraints: Size[] = [];
  for (const f of sides.flatMap((s) => [...factorsOf(s)])) {
    if (f.kind !== 'quot') continue;
    if (numberUnder(f) === null) sure = false;
    else constraints.push(quot(f.of, f.by));
  }
  const named = nameOpaque([difference, ...constraints, ...leftovers]);
  const [goal, ...others] = named.sizes;
  const search = new ResidueSearch(named.opaque, sure && leftovers.length === 0);
  return search.run({ goal: goal!, constraints: others.slice(0, constraints.length), leftovers: others.slice(constraints.length) });
}

const replaceAtom =
  (name: string, value: Size): Replacement =>
  (s) =>
    rebuild(s, (f) => (f.kind === 'atom' && f.name === name ? value : null));

export function atomsOf(s: Size): ReadonlySet<string> {
  const names = new Set<string>();
  for (const f of factorsOf(s)) if (f.kind === 'atom') names.add(f.name);
  return names;
}

/** True only if the form of the size shows that it cannot be negative for atoms >= 0. */
export function nonNegative(s: Size): boolean {
  return s.terms.every((t) => t.coefficient >= 0n && t.powers.every(({ base, exponent }) => exponent % 2 === 0 || factorNonNegative(base)));
}

function factorNonNegative(f: Factor): boolean {
  switch (f.kind) {
    case 'atom':
      return true;
    case 'div':
      return nonNegative(f.of);
    case 'quot':
      return nonNegative(f.of) && nonNegative(f.by);
    case 'fn':
      return f.name === 'max' ? f.args.some(nonNegative) : f.args.every(nonNegative);
  }
}

/** left == right as `atom = value`, or null. */
function solve(left: Size, right: Size): { readonly atom: string; readonly value: Size } | null {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const name = atomOf(side);
    if (name !== null && !atomsOf(other).has(name)) return { atom: name, value: other };
  }
  const difference = sub(left, right);
  for (const term of difference.terms) {
    const power = term.powers[0];
    if (power?.base.kind !== 'atom' || power.exponent !== 1 || term.powers.length !== 1) continue;
    if (term.coefficient !== 1n && term.coefficient !== -1n) continue;
    const rest = build(difference.terms.filter((t) => t !== term));
    if (atomsOf(rest).has(power.base.name)) continue;
    return { atom: power.base.name, value: mul(big(-term.coefficient), rest) };
  }
  return null;
}

/** A quotient p / q where p is a lone atom that does not occur in q: p = q * (p / q) with the quotient as a new atom. */
function eliminable(sides: readonly Size[]): { readonly atom: string; readonly value: Size } | null {
  for (const f of sides.flatMap((s) => [...factorsOf(s)])) {
    if (f.kind !== 'quot') continue;
    const name = atomOf(f.of);
    if (name !== null && f.by.terms.length > 0 && !atomsOf(f.by).has(name)) return { atom: name, value: mul(f.by, atom(fresh(f))) };
  }
  return null;
}

/** The divisor, if it is a number other than 0 (the normal form makes it positive). */
function numberUnder(f: Factor & { readonly kind: 'quot' }): bigint | null {
  const value = constantTerm(f.by);
  return value === 0n ? null : value;
}

// No name of a program begins with a control character.
const fresh = (f: Factor): string => `\u0000${f.key}`;

/** Replaces opaque factors (functions, quotients by a symbolic size) by atoms, provably equal ones by the same atom. */
function nameOpaque(sizes: readonly Size[]): { readonly sizes: readonly Size[]; readonly opaque: ReadonlySet<string> } {
  const known: { readonly factor: Factor; readonly name: string }[] = [];
  const name = (f: Factor): Size | null => {
    if (f.kind !== 'fn' && !(f.kind === 'quot' && numberUnder(f) === null)) return null;
    const same = known.find((k) => sameFactor(k.factor, f));
    if (same === undefined) known.push({ factor: f, name: fresh(f) });
    return atom(same?.name ?? fresh(f));
  };
  const replaced = sizes.map((s) => rebuild(s, name));
  return { sizes: replaced, opaque: new Set(known.map((k) => k.name)) };
}

function sameFactor(f: Factor, g: Factor): boolean {
  if (f.key === g.key) return true;
  if (f.kind !== g.kind || (f.kind === 'fn' && g.kind === 'fn' && f.name !== g.name)) return false;
  const left = partsOf(f),
    right = partsOf(g);
  return left.length === right.length && left.every((p, i) => equalSizes(p, right[i]!) === 'equal');
}

interface Case {
  readonly goal: Size;
  /** Quotients by constants, each of which must be whole. */
  readonly constraints: readonly Size[];
  /** Facts that could not be solved: polynomials that are 0. */
  readonly leftovers: readonly Size[];
}

class ResidueSearch {
  #cases = 0;
  #sure: boolean;
  readonly #opaque: ReadonlySet<string>;

  constructor(opaque: ReadonlySet<string>, sure: boolean) {
    this.#opaque = opaque;
    this.#sure = sure;
  }

  run(start: Case): Verdict {
    const goal = reduceBy(start.goal, start.leftovers);
    const constant = constantTerm(goal);
    if (constant !== null) return constant === 0n ? 'equal' : 'different';
    return this.#visit({ ...start, goal });
  }

  #visit(at: Case): Verdict {
    const { constraints, leftovers } = at;
    if (constraints.some(contradictory)) return 'equal';
    const goal = reduceBy(at.goal, leftovers);
    if (goal.terms.length === 0) return 'equal';
    const split = smallestSplit([goal, ...constraints]);
    if (split === null) {
      return this.#sure && ![...atomsOf(goal)].some((a) => this.#opaque.has(a)) ? 'different' : 'unknown';
    }
    if (split.modulus > BigInt(MAX_CASES)) return 'unknown';
    // Not every residue of an opaque value has to occur.
    if (this.#opaque.has(split.atom)) this.#sure = false;
    let verdict: Verdict = 'equal';
    for (let residue = 0n; residue < split.modulus; residue++) {
      if (++this.#cases > MAX_CASES) return 'unknown';
      const replace = replaceAtom(split.atom, add(mul(big(split.modulus), atom(split.atom)), big(residue)));
      const one = this.#visit({ goal: replace(goal), constraints: constraints.map(replace), leftovers: leftovers.map(replace) });
      if (one === 'different') return 'different';
      if (one === 'unknown') verdict = 'unknown';
    }
    return verdict;
  }
}

function reduceBy(goal: Size, zeros: readonly Size[]): Size {
  return zeros.reduce((rest, z) => dividePolynomials(rest, z).remainder, goal);
}

const contradictory = (s: Size): boolean => [...factorsOf(s)].some((f) => f.kind === 'quot' && constantTerm(f.of) !== null);

/** The atom under a `div` (or a quotient by a constant) with the fewest residues to try. */
function smallestSplit(sizes: readonly Size[]): { readonly atom: string; readonly modulus: bigint } | null {
  const moduli = new Map<string, bigint>();
  for (const s of sizes) {
    for (const f of factorsOf(s)) {
      if (f.kind === 'atom') continue;
      const modulus = divisorProduct(f);
      for (const name of partsOf(f).flatMap((p) => [...atomsOf(p)])) {
        const known = moduli.get(name) ?? 1n;
        moduli.set(name, (known / gcd(known, modulus)) * modulus);
      }
    }
  }
  let best: { atom: string; modulus: bigint } | null = null;
  for (const [name, modulus] of moduli) if (best === null || modulus < best.modulus) best = { atom: name, modulus };
  return best;
}

/** lcm over the paths into nested divisions of the product of the divisors. */
function divisorProduct(f: Factor): bigint {
  let inner = 1n;
  for (const p of partsOf(f)) {
    for (const g of factorsOf(p)) {
      const product = divisorProduct(g);
      inner = (inner / gcd(inner, product)) * product;
    }
  }
  // Quotients by anything but a number have been replaced by atoms.
  return inner * (f.kind === 'div' ? f.by : f.kind === 'quot' ? constantTerm(f.by)! : 1n);
}
