/** How far estimates of one vector scatter: their mean and the variance of every entry, from one pass over them. */

export interface Spread {
  /** Σ Var g_k, over all entries. */
  readonly variance: number;
  /** |E g|², without what the mean of few estimates has too much. */
  readonly signal: number;
}

/** Welford 1962, entry by entry: sums of squares would lose the digits in which the estimates differ. */
export class Scatter {
  count = 0;
  private mean = new Float64Array(0);
  private squares = new Float64Array(0);

  add(estimate: ArrayLike<number>): void {
    if (this.count === 0) {
      this.mean = new Float64Array(estimate.length);
      this.squares = new Float64Array(estimate.length);
    }
    this.count++;
    for (let k = 0; k < estimate.length; k++) {
      const off = estimate[k]! - this.mean[k]!;
      this.mean[k]! += off / this.count;
      this.squares[k]! += off * (estimate[k]! - this.mean[k]!);
    }
  }

  /** Of at least two estimates. */
  get spread(): Spread {
    const total = (of: Float64Array, value: (x: number) => number): number => of.reduce((sum, x) => sum + value(x), 0);
    const variance = total(this.squares, (x) => x) / (this.count - 1);
    return { variance, signal: total(this.mean, (x) => x * x) - variance / this.count };
  }
}
