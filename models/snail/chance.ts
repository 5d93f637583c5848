import { fold, hashOf, seedKey, stream } from 'attnc/runtime';

/** An endless sequence of numbers in [0, 1), the same for the same name. */
export function chance(name: string): () => number {
  return stream(fold(seedKey(0), 0, hashOf(name)));
}
