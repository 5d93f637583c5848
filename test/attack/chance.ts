/** Reproducible choices: the same seed makes the same ones. */
import { randomFrom } from '../passes/support.ts';

export class Chance {
  readonly #next: () => number;

  /** @param seeds together they say which choices are made */
  constructor(...seeds: readonly number[]) {
    this.#next = randomFrom(seeds.reduce((mixed, seed) => Math.imul(mixed ^ (seed + 0x9e3779b9), 0x85ebca6b) ^ (mixed >>> 13), 0x1234567));
  }

  /** In [0, 1). */
  real(): number {
    return this.#next();
  }

  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  is(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    if (from.length === 0) throw new Error('nothing to pick from');
    return from[this.below(from.length)]!;
  }

  weighted<T extends { readonly weight: number }>(from: readonly T[]): T {
    let left = this.#next() * from.reduce((sum, { weight }) => sum + weight, 0);
    for (const each of from) if ((left -= each.weight) < 0) return each;
    return from.at(-1)!;
  }

  some<T>(from: readonly T[], probability: number): T[] {
    return from.filter(() => this.is(probability));
  }

  shuffled<T>(from: readonly T[]): T[] {
    const list = [...from];
    for (let k = list.length - 1; k > 0; k--) {
      const other = this.below(k + 1);
      [list[k], list[other]] = [list[other]!, list[k]!];
    }
    return list;
  }
}
