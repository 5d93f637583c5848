/**
 * What a value must be, and how far float32 may be from it. The oracle says what it is in float64. Run again with every
 * operation's result rounded to float32 and moved by a few units in its last place, it says how far rounding can carry it
 * (stochastic arithmetic: Vignes, "Discrete stochastic arithmetic for validating results of numerical software", 2004).
 * What rounding may make anything of (a comparison of two sums, an overflow) is not compared.
 */
import { interpretAll, type Bindings, type Value } from '../../compiler/oracle/interpret.ts';
import type { Node } from '../../compiler/graph/graph.ts';
import type { Chance } from './chance.ts';

/** Units in the last place by which a kernel may be off: those of WebAssembly and of GPUs use short polynomials. */
const ULPS = 4;
const UNIT = 2 ** -24;

export interface Expected {
  readonly exact: Float64Array;
  /** How far a right value may be away; infinite where nothing can be said. */
  readonly within: Float64Array;
}

/** A whole number of the program leaves int32: nothing is promised but that it is not wrapped in silence. */
export class BeyondInt32 extends Error {}

export const whole: NonNullable<Bindings['rounded']> = (x, elem) => {
  if (elem === 'int' && (x < -(2 ** 31) || x >= 2 ** 31)) throw new BeyondInt32(`${x}`);
  return x;
};

/** Every operation rounds to float32, and a little more. */
export function noise(chance: Chance, ulps: number): NonNullable<Bindings['rounded']> {
  return (x, elem) => {
    // What nothing is known of may become any whole number.
    if (elem === 'int') return Number.isNaN(x) ? chance.between(-(2 ** 30), 2 ** 30) : whole(x, elem);
    const y = Math.fround(x * (1 + ulps * UNIT * (2 * chance.real() - 1)));
    // Some kernels flush what is below the least normal number.
    return Math.abs(y) < 2 ** -126 && chance.is(0.5) ? 0 : y;
  };
}

/** What is not there counts as 0. */
export function present({ data, present: there }: Value): Float64Array {
  return there === null ? data : data.map((x, k) => (there[k] === 0 ? 0 : x));
}

/** Of the roots in every example: the values in float64, and as float32 makes them. */
export class Reference {
  readonly #roots: readonly Node[];
  readonly #examples: readonly Bindings[];
  readonly #chance: Chance;
  readonly #exact: readonly (readonly Float64Array[])[];
  #spread: Float64Array[][] | null = null;
  #samples = 0;

  constructor(roots: readonly Node[], examples: readonly Bindings[], chance: Chance) {
    this.#roots = roots;
    this.#examples = examples;
    this.#chance = chance;
    this.#exact = this.#values(examples.map((each) => ({ ...each, rounded: whole })));
  }

  /** Root by root of one example. */
  expected(example: number): readonly Expected[] {
    this.#look(2);
    return this.#exact[example]!.map((exact, k) => ({ exact, within: this.#bound(exact, this.#spread![example]![k]!) }));
  }

  /** Whether a difference is one: looks again, more closely. Where rounding differs so much as never before, the bound grows. */
  closely(): void {
    this.#look(16);
  }

  #values(examples: readonly Bindings[]): Float64Array[][] {
    return interpretAll(this.#roots, examples).map((values) => values.map(present));
  }

  #look(samples: number): void {
    for (; this.#samples < samples; this.#samples++) {
      const rounded = noise(this.#chance, ULPS * (1 + this.#samples / 4));
      const found = this.#values(this.#examples.map((each) => ({ ...each, rounded })));
      const before = this.#spread;
      this.#spread = found.map((values, row) =>
        values.map((data, k) => data.map((x, at) => Math.max(before?.[row]![k]![at] ?? 0, away(x, this.#exact[row]![k]![at]!)))),
      );
    }
  }

  #bound(exact: Float64Array, spread: Float64Array): Float64Array {
    return exact.map((x, at) => 6 * spread[at]! + 16 * ULPS * UNIT * Math.abs(x) + 1e-37);
  }
}

/** 0 where both are the same infinity, or no number; infinite where one of them is. */
export function away(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const distance = Math.abs(a - b);
  return Number.isNaN(distance) ? Infinity : distance;
}

export interface Compared {
  /** The first entry that is not as expected. */
  readonly wrong: { readonly at: number; readonly given: number; readonly exact: number; readonly within: number } | null;
  readonly compared: number;
  readonly skipped: number;
}

export function compare(given: ArrayLike<number>, { exact, within }: Expected): Compared {
  let [compared, skipped] = [0, 0];
  if (given.length !== exact.length) return { wrong: { at: -1, given: given.length, exact: exact.length, within: 0 }, compared, skipped };
  for (let at = 0; at < exact.length; at++) {
    // Beyond float32's range: which of the largest number and infinity it becomes is a matter of rounding.
    if (within[at] === Infinity) skipped++;
    else {
      compared++;
      if (away(given[at]!, exact[at]!) > within[at]! && away(given[at]!, Math.fround(exact[at]!)) > within[at]!)
        return { wrong: { at, given: given[at]!, exact: exact[at]!, within: within[at]! }, compared, skipped };
    }
  }
  return { wrong: null, compared, skipped };
}

/** Float64's own rounding, and a little more: where a difference moves with it, it says nothing. */
export const trembling =
  (chance: Chance): NonNullable<Bindings['rounded']> =>
  (x, elem) =>
    elem === 'int' ? x : x * (1 + 2 ** -49 * (2 * chance.real() - 1));

/** What leaves float32 is not a number: so is what it reaches, but not a choice that takes something else. */
const bounded: NonNullable<Bindings['rounded']> = (x, elem) => (elem === 'int' || Number.isFinite(Math.fround(x)) ? x : NaN);

/** Whether a value that the loss reads leaves float32: a slope may then be 0 times infinity. */
export function overflows(loss: Node, examples: readonly Bindings[]): boolean {
  return interpretAll(
    [loss],
    examples.map((each) => ({ ...each, rounded: bounded })),
  ).some(([value]) => Number.isNaN(value!.data[0]!));
}
