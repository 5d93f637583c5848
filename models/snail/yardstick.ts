/**
 * What the nearest labelled picture gets right on the episodes that the models are tested on:
 *
 *     npx tsx models/snail/yardstick.ts
 */
import { alphabetsOf, nearest } from '../glyphs/episodes.ts';
import { testEpisodes } from './task.ts';

const names = alphabetsOf('test').map(({ name }) => name);
console.log(['', 'all', ...names].join('\t'));
for (const [ways, shots] of [
  [5, 1],
  [5, 5],
  [20, 1],
  [20, 5],
] as const) {
  const episodes = testEpisodes({ ways, shots, asked: 5 }, 1024);
  for (const shift of [0, 2]) {
    const right = episodes.flatMap(({ alphabet, shown, asked }) =>
      asked.map(({ picture, label }) => ({ name: alphabet, ok: nearest(shown, picture, shift) === label })),
    );
    const share = (of: typeof right): string => `${((100 * of.filter(({ ok }) => ok).length) / of.length).toFixed(1)} %`;
    console.log(
      [
        `${ways}-way ${shots}-shot, ${shift === 0 ? 'pixel by pixel' : `best shift of up to ${shift} pixels`}`,
        share(right),
        ...names.map((name) => share(right.filter((one) => one.name === name))),
      ].join('\t'),
    );
  }
}
