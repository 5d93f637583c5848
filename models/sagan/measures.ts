/** What made pictures are judged by, beside the classifier: distances of features that are fixed before any generator is trained. */
import { chance } from '../snail/chance.ts';
import { featuresOf, frechet, momentsOf, principal, type Features, type Moments } from './distance.ts';
import { apartFrom, drawn, sourcesOf, type Kind, type Labelled } from './pictures.ts';

/** Pictures are compared by so many principal components. */
export const components = 32;

export interface Made {
  readonly label: number;
  readonly pixels: ArrayLike<number>;
}

export interface Yardstick {
  /** How far the pictures are from real ones. */
  distance(real: readonly Made[], made: readonly Made[]): number;
  /** Of how many pictures is the nearest training picture of their own class? */
  shareOfClass(pictures: readonly Made[]): number;
}

/** By the principal components of some of the training pictures. */
export function yardstick(kind: Kind, side: number): Yardstick {
  const random = chance(`characters: ${kind} to measure with`);
  const sources = sourcesOf(kind, 'train');
  const training =
    kind === 'alphabets'
      ? sources.filter((_, k) => k % 4 === 0).map((source) => drawn(kind, source, side, random))
      : sources.flatMap((source) => Array.from({ length: 6 }, () => drawn(kind, source, side, random)));
  const features = principal(
    training.map(({ pixels }) => pixels),
    components,
  );
  const moments = (pictures: readonly Made[]): Moments => momentsOf(pictures.map(({ pixels }) => featuresOf(features, pixels)));
  const known = labelledFeatures(features, training);
  return {
    distance: (real, made) => frechet(moments(real), moments(made)),
    shareOfClass: (pictures) =>
      pictures.filter(({ pixels, label }) => nearest(known, featuresOf(features, pixels)) === label).length / Math.max(1, pictures.length),
  };
}

interface Known {
  readonly at: ArrayLike<number>;
  readonly label: number;
}

function labelledFeatures(features: Features, pictures: readonly Labelled[]): Known[] {
  return pictures.map(({ pixels, label }) => ({ at: featuresOf(features, pixels), label }));
}

/** The label of what is nearest. */
function nearest(known: readonly Known[], at: ArrayLike<number>): number {
  let [best, least] = [-1, Infinity];
  for (const other of known) {
    let apart = 0;
    for (let k = 0; k < at.length && apart < least; k++) apart += (at[k]! - other.at[k]!) ** 2;
    if (apart < least) [best, least] = [other.label, apart];
  }
  return best;
}

/** How far the two characters of twins are from being the same. */
export interface Agreement {
  /** Mean difference of their pixels, from 0 to 2. */
  readonly apart: number;
  /** Share of the pictures in which both are nearest to training pictures of the same character. */
  readonly same: number;
}

export function agreement(side: number): (pictures: readonly Made[]) => Agreement {
  const random = chance('characters: twins to measure with');
  const known = sourcesOf('twins', 'train').flatMap((source) =>
    Array.from(
      { length: 8 },
      (): Known => ({ at: apartFrom(drawn('twins', source, side, random).pixels, side)[0], label: source.character }),
    ),
  );
  return (pictures) => {
    const count = Math.max(1, pictures.length);
    let [apart, same] = [0, 0];
    for (const { pixels } of pictures) {
      const [left, right] = apartFrom(pixels, side);
      apart += left.reduce((sum, value, k) => sum + Math.abs(value - right[k]!), 0) / (left.length * count);
      if (nearest(known, left) === nearest(known, right)) same += 1 / count;
    }
    return { apart, same };
  };
}
