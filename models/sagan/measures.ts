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

/** How much the two characters of twins agree. */
export interface Agreement {
  /** Correlation of their tones over the pictures: 1 where they always agree, 0 where one says nothing of the other. */
  readonly tones: number;
  /** Share of the pictures in which both are nearest to training pictures of the same character. */
  readonly same: number;
}

export function agreement(side: number): (pictures: readonly Made[]) => Agreement {
  const random = chance('characters: twins to measure with');
  const known = sourcesOf('twins', 'train').flatMap((source) =>
    Array.from(
      { length: 8 },
      (): Known => ({ at: black(apartFrom(drawn('twins', source, side, random).pixels, side)[0]), label: source.character }),
    ),
  );
  return (pictures) => {
    const ends = pictures.map(({ pixels }) => apartFrom(pixels, side));
    const same = ends.filter(([left, right]) => nearest(known, black(left)) === nearest(known, black(right))).length;
    return {
      tones: correlation(
        ends.map(([left]) => toneOf(left)),
        ends.map(([, right]) => toneOf(right)),
      ),
      same: same / Math.max(1, ends.length),
    };
  };
}

/** From 0 for paper to 1 for ink: of the darkest pixel. */
function toneOf(pixels: Float32Array): number {
  return (Math.max(...pixels) + 1) / 2;
}

/** The same in full ink. */
function black(pixels: Float32Array): Float32Array {
  const tone = Math.max(toneOf(pixels), 0.05);
  return pixels.map((value) => (value + 1) / tone - 1);
}

/** Pearson 1895. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const { covariance } = momentsOf(a.map((value, k) => [value, b[k]!]));
  const both = Math.sqrt(covariance[0]![0]! * covariance[1]![1]!);
  return both > 0 ? covariance[0]![1]! / both : 0;
}
