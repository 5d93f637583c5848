/**
 * What real pictures get by the measures of this model: validation pictures in the place of made ones.
 *
 *     npx tsx models/sagan/yardstick.ts
 */
import { chance } from '../snail/chance.ts';
import { agreement, yardstick } from './measures.ts';
import { apartFrom, besideEachOther, drawn, sourcesOf, type Kind, type Labelled, type Part } from './pictures.ts';

function pictures(kind: Kind, part: Part, side: number): Labelled[] {
  const random = chance(`yardstick: ${part}`);
  const sources = sourcesOf(kind, part);
  return Array.from({ length: Math.max(1000, sources.length) }, (_, k) => drawn(kind, sources[k % sources.length]!, side, random));
}

for (const [kind, side] of [
  ['characters', 20],
  ['twins', 8],
  ['alphabets', 20],
] as const) {
  const { distance, shareOfClass } = yardstick(kind, side);
  const [validation, test] = [pictures(kind, 'validation', side), pictures(kind, 'test', side)];
  console.log(`${kind}: distance ${distance(test, validation).toFixed(2)}`);
  if (kind === 'alphabets') console.log(`nearest of its alphabet ${(100 * shareOfClass(validation)).toFixed(1)} %`);
  if (kind !== 'twins') continue;
  const ends = validation.map(({ pixels }) => apartFrom(pixels, side));
  const random = chance('yardstick: strangers');
  const strangers = ends.map(([left]) => ({
    label: 0,
    pixels: besideEachOther(left, ends[Math.floor(random() * ends.length)]![1], side),
  }));
  for (const [name, of] of [
    ['twins', validation],
    ['strangers', strangers],
  ] as const) {
    const { same, tones } = agreement(side)(of);
    console.log(
      `${name}: distance ${distance(test, of).toFixed(2)}, ends the same ${(100 * same).toFixed(1)} %, tones agree ${tones.toFixed(2)}`,
    );
  }
}
