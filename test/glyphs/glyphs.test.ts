import { describe, expect, test } from 'vitest';
import { alphabetsOf, drawEpisode, heldEpisodes, nearest, trainingEpisode } from '../../models/glyphs/episodes.ts';
import { alphabets, size, turned } from '../../models/glyphs/glyphs.ts';
import { chance } from '../../models/snail/chance.ts';

describe('glyphs', () => {
  test('every class has eight pictures or more, and each has ink and paper', () => {
    for (const { glyphs } of alphabets()) {
      for (const { character, pictures, fonts } of glyphs) {
        expect(pictures.length, character).toBeGreaterThanOrEqual(8);
        expect(fonts.length, character).toBe(pictures.length);
        for (const picture of pictures) {
          expect(picture.length).toBe(size * size);
          // A hairline covers no pixel whole.
          expect(Math.max(...picture), character).toBeGreaterThan(0);
          expect(Math.min(...picture), character).toBe(0);
        }
      }
    }
  });

  test('no character and no alphabet stands on two sides', () => {
    const sides = new Map<string, string>();
    for (const { side, glyphs } of alphabets()) {
      for (const { character } of glyphs) expect([undefined, side]).toContain(sides.get(character));
      for (const { character } of glyphs) sides.set(character, side);
    }
    // What looks alike in them is trained on together.
    expect(
      alphabets()
        .filter(({ name }) => ['Latin', 'Greek', 'Cyrillic'].includes(name))
        .map(({ side }) => side),
    ).toEqual(['train', 'train', 'train']);
  });

  test('four turns by a right angle are none', () => {
    const { pictures } = alphabets()[0]!.glyphs[0]!;
    expect(turned(pictures[0]!, 4)).toEqual(pictures[0]);
    expect(turned(pictures[0]!, 1)).not.toEqual(pictures[0]);
    // What is at the right comes to the top.
    const corner = new Float32Array(size * size);
    corner[size - 1] = 1;
    expect(turned(corner, 1)[0]).toBe(1);
  });
});

describe('episodes', () => {
  const shape = { ways: 5, shots: 3 };

  test('show each class as often as it has shots, and ask about another picture of each', () => {
    for (const { shown, asked, characters } of heldEpisodes(chance('a test'), 'test', shape, 40)) {
      expect(new Set(characters).size).toBe(5);
      for (let label = 0; label < 5; label++) {
        const mine = shown.filter((one) => one.label === label).map(({ picture }) => picture);
        const other = asked.filter((one) => one.label === label);
        expect([mine.length, other.length]).toEqual([3, 1]);
        expect(mine).not.toContain(other[0]!.picture);
      }
    }
  });

  test('are the same for the same numbers', () => {
    const alphabet = alphabetsOf('validation')[0]!;
    expect(drawEpisode(chance('x'), alphabet, shape)).toEqual(drawEpisode(chance('x'), alphabet, shape));
    expect(drawEpisode(chance('x'), alphabet, shape)).not.toEqual(drawEpisode(chance('y'), alphabet, shape));
  });

  test('of training come from every training alphabet and no other', () => {
    const random = chance('alphabets');
    const seen = new Set(Array.from({ length: 400 }, () => trainingEpisode(random, { ways: 5, shots: 1 }).alphabet));
    expect([...seen].sort()).toEqual(
      alphabetsOf('train')
        .map(({ name }) => name)
        .sort(),
    );
  });

  test('have labels that pixels alone find more often than chance', () => {
    const episodes = heldEpisodes(chance('pixels'), 'test', { ways: 5, shots: 1 }, 40);
    const right = episodes.flatMap(({ shown, asked }) => asked.map(({ picture, label }) => (nearest(shown, picture) === label ? 1 : 0)));
    expect(right.reduce<number>((sum, one) => sum + one, 0) / right.length).toBeGreaterThan(0.45);
  });
});
