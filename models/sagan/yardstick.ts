/**
 * What real pictures get by the measures of this model: validation pictures in the place of made ones.
 *
 *     npx tsx models/sagan/yardstick.ts
 */
import { featuresOf, frechet, momentsOf, principal } from './distance.ts';
import { picturesOf, type Labelled } from './pictures.ts';
import { components, shareOfClass } from './task.ts';

const [train, validation, test] = (['train', 'validation', 'test'] as const).map((part) => picturesOf(part, 20)) as [
  Labelled[],
  Labelled[],
  Labelled[],
];
const known = train.filter((_, k) => k % 4 === 0);
const features = principal(
  known.map(({ pixels }) => pixels),
  components,
);
const moments = (pictures: readonly Labelled[]): ReturnType<typeof momentsOf> =>
  momentsOf(pictures.map(({ pixels }) => featuresOf(features, pixels)));
console.log(
  `distance ${frechet(moments(test), moments(validation)).toFixed(2)}, nearest of its alphabet ${(100 * shareOfClass(features, known, validation)).toFixed(1)} %`,
);
