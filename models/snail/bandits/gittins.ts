/**
 * Gittins indices of a Bernoulli arm for a known number of pulls (Bradt, Johnson & Karlin 1956; Niño-Mora 2011).
 *
 * The index of an arm with `wins` and `losses` is the largest charge per pull at which playing it on, and stopping at
 * the best moment within the pulls left, still does not lose:
 *
 *     G(w, l, m) = max { λ : C_λ(w, l, m) ≥ 0 }
 *     C_λ(w, l, m) = μ - λ + μ V_λ(w + 1, l, m - 1) + (1 - μ) V_λ(w, l + 1, m - 1),   μ = (w + 1) / (w + l + 2)
 *     V_λ(w, l, m) = max(0, C_λ(w, l, m)),   V_λ(w, l, 0) = 0
 *
 * To pull the arm of the highest index is optimal when the future is discounted for ever; with a last pull it is not
 * quite, but for five arms and a hundred pulls the best policy cannot be computed.
 */
export class GittinsIndices {
  readonly pulls: number;
  /** By pulls left, then by state. */
  private readonly indices: readonly Float32Array[];

  /** @param charges how many charges are tried; between two of them the index is interpolated */
  constructor(pulls: number, charges = 400) {
    this.pulls = pulls;
    // Of `left` pulls left, an arm has had at most `pulls - left`.
    const indices = Array.from({ length: pulls + 1 }, (_, left) => new Float32Array(left === 0 ? 0 : stateCount(pulls - left)));
    const before = indices.map((each) => new Float32Array(each.length));
    let values = new Float64Array(stateCount(pulls));
    let next = new Float64Array(stateCount(pulls));
    for (let k = 0; k <= charges; k++) {
      const charge = k / charges;
      values.fill(0);
      for (let left = 1; left <= pulls; left++) {
        for (let pulled = 0; pulled <= pulls - left; pulled++) {
          const row = stateCount(pulled - 1);
          const below = stateCount(pulled);
          for (let wins = 0; wins <= pulled; wins++) {
            const mean = (wins + 1) / (pulled + 2);
            const gain = mean - charge + mean * values[below + wins + 1]! + (1 - mean) * values[below + wins]!;
            next[row + wins] = Math.max(0, gain);
            const last = before[left]![row + wins]!;
            if (k > 0 && last >= 0 && gain < 0) indices[left]![row + wins] = charge - -gain / (last - gain) / charges;
            before[left]![row + wins] = gain;
          }
        }
        [values, next] = [next, values];
      }
    }
    this.indices = indices;
  }

  /** @param left pulls left in the trial, this one included */
  index(wins: number, losses: number, left: number): number {
    return this.indices[left]![stateCount(wins + losses - 1) + wins]!;
  }
}

/** States of at most `pulled` pulls: they lie in order of pulls, then of wins. */
function stateCount(pulled: number): number {
  return ((pulled + 1) * (pulled + 2)) / 2;
}
