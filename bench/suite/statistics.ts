export interface Spread {
  readonly count: number;
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** The median and the quartiles, between two values where none stands there. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return below + (place - Math.floor(place)) * (above - below);
  };
  return { count: sorted.length, median: at(0.5), lower: at(0.25), upper: at(0.75) };
}

export function median(values: readonly number[]): number {
  return spreadOf(values).median;
}
