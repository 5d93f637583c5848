/**
 * Episodes of few-shot classification: a few pictures of each of a few characters of one alphabet with their labels, and
 * another picture of each to be asked about. Which label a character has is drawn anew for every episode, so nothing can be learnt by heart.
 */
import { alphabets, size, turned, type Alphabet, type Side } from './glyphs.ts';

export interface EpisodeShape {
  /** Classes of an episode. */
  readonly ways: number;
  /** Labelled pictures of each. */
  readonly shots: number;
  /** Classes that are asked about; all of them if it is left out. */
  readonly asked?: number;
}

export interface Labelled {
  readonly picture: Float32Array;
  /** A position in the episode's `characters`. */
  readonly label: number;
}

export interface Episode {
  readonly alphabet: string;
  /** By label. */
  readonly characters: readonly string[];
  /** `ways * shots`, in random order. */
  readonly shown: readonly Labelled[];
  /** Another picture of each class, or of some of them, in random order. */
  readonly asked: readonly Labelled[];
}

function below(random: () => number, count: number): number {
  return Math.floor(random() * count);
}

/** So many different ones, in random order: the first steps of Fisher and Yates' shuffle. */
function draw<T>(random: () => number, items: readonly T[], count: number): T[] {
  const rest = [...items];
  for (let k = 0; k < count; k++) {
    const other = k + below(random, rest.length - k);
    [rest[k], rest[other]] = [rest[other]!, rest[k]!];
  }
  return rest.slice(0, count);
}

/** An episode of the alphabet. Turned by right angles, all of an alphabet is another one. */
export function drawEpisode(
  random: () => number,
  { glyphs, name }: Alphabet,
  { ways, shots, asked = ways }: EpisodeShape,
  quarters = 0,
): Episode {
  const chosen = draw(random, glyphs, ways);
  const drawn = chosen.map(({ pictures }, label) =>
    draw(random, pictures, shots + 1).map((picture): Labelled => ({ picture: turned(picture, quarters), label })),
  );
  const shown = drawn.flatMap((pictures) => pictures.slice(0, shots));
  return {
    alphabet: name,
    characters: chosen.map(({ character }) => character),
    shown: draw(random, shown, shown.length),
    asked: draw(
      random,
      drawn.map((pictures) => pictures[shots]!),
      asked,
    ),
  };
}

/** An episode of fewer characters than there are labels: they stand in as many places all the same, each in several fonts. */
export function drawFewer(
  random: () => number,
  { glyphs, name }: Alphabet,
  { ways, shots, asked = ways }: EpisodeShape,
  characters: number,
  quarters = 0,
): Episode {
  const labels = draw(
    random,
    Array.from({ length: ways }, (_, label) => label),
    characters,
  );
  const chosen = draw(random, glyphs, characters).map(({ character, pictures }) => ({
    character,
    pictures: draw(random, pictures, pictures.length),
  }));
  const places = Array.from({ length: ways * shots + asked }, (_, k): Labelled => {
    const { pictures } = chosen[k % characters]!;
    return {
      picture: turned(pictures[Math.floor(k / characters) % pictures.length]!, quarters),
      label: labels[k % characters]!,
    };
  });
  return {
    alphabet: name,
    characters: Array.from({ length: ways }, (_, label) => chosen[labels.indexOf(label)]?.character ?? ''),
    shown: draw(random, places.slice(0, ways * shots), ways * shots),
    asked: places.slice(ways * shots),
  };
}

export function alphabetsOf(side: Side): readonly Alphabet[] {
  return alphabets().filter((alphabet) => alphabet.side === side);
}

/** Those with as many characters as an episode has classes. */
function alphabetsFor(side: Side, { ways }: EpisodeShape): readonly Alphabet[] {
  return alphabetsOf(side).filter(({ glyphs }) => glyphs.length >= ways);
}

/** One of the training alphabets, upright or turned, as often as it has characters; fewer of them if `characters` says so. */
export function trainingEpisode(random: () => number, shape: EpisodeShape, characters = shape.ways): Episode {
  const mine = alphabetsFor('train', shape);
  let character = below(
    random,
    mine.reduce((sum, { glyphs }) => sum + glyphs.length, 0),
  );
  const alphabet = mine.find(({ glyphs }) => (character -= glyphs.length) < 0)!;
  const quarters = below(random, 4);
  return characters < shape.ways
    ? drawFewer(random, alphabet, shape, characters, quarters)
    : drawEpisode(random, alphabet, shape, quarters);
}

/** A fixed set: as many episodes of each alphabet, in turn. */
export function heldEpisodes(random: () => number, side: Side, shape: EpisodeShape, count: number): Episode[] {
  const mine = alphabetsFor(side, shape);
  return Array.from({ length: count }, (_, k) => drawEpisode(random, mine[k % mine.length]!, shape));
}

/** The yardstick: the label of the picture shown whose pixels are nearest, shifted by up to `shift` pixels both ways. */
export function nearest(shown: readonly Labelled[], asked: Float32Array, shift = 0): number {
  let [best, least] = [0, Infinity];
  for (const { picture, label } of shown) {
    for (let dy = -shift; dy <= shift; dy++) {
      for (let dx = -shift; dx <= shift; dx++) {
        const apart = distance(asked, picture, dy, dx);
        if (apart < least) [best, least] = [label, apart];
      }
    }
  }
  return best;
}

function distance(a: Float32Array, b: Float32Array, dy: number, dx: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = y + dy >= 0 && y + dy < size && x + dx >= 0 && x + dx < size;
      sum += (a[y * size + x]! - (inside ? b[(y + dy) * size + x + dx]! : 0)) ** 2;
    }
  }
  return sum;
}
