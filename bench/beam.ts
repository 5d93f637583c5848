/**
 * Greedy search against a beam of width 4 over the test set of the dates, with the checkpoint of the repository: mean score
 * (log-probability under the model) and exact matches. `npm run bench:beam [examples]`
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inParts, useBackend, type GenerateOptions, type Generated } from 'attnc/runtime';
import * as emitted from '../models/bahdanau/model.ts';
import { task } from '../models/bahdanau/task.ts';

const count = Number(process.argv[2] ?? Infinity);
const { name } = await useBackend('auto');
const configuration = task.configurations.full!;
const open = await task.open(configuration);
const model = task.create(emitted, { dims: { ...open.dims, ...configuration.dims } });
await model.load(readFileSync(fileURLToPath(new URL('../models/bahdanau/checkpoint.safetensors', import.meta.url))));
const examples = open.test.slice(0, count);
const search = (options: GenerateOptions): Promise<Generated[]> =>
  inParts(examples, 128, (part) =>
    model.generate(
      part.map(({ input }) => input),
      options,
    ),
  );
const greedy = await search({});
const one = await search({ method: 'beam', width: 1 });
const four = await search({ method: 'beam', width: 4 });
const mean = (answers: readonly Generated[]): string =>
  (answers.reduce((sum, { logProbability }) => sum + logProbability, 0) / answers.length).toFixed(6);
const exact = (answers: readonly Generated[]): string => {
  const right = answers.filter((answer, k) => open.show(answer) === examples[k]!.answer).length;
  return `${((100 * right) / answers.length).toFixed(2)} %`;
};
const same = one.filter(({ ids }, k) => ids.join() === greedy[k]!.ids.join()).length;
console.log(`${examples.length} test dates on ${name}\n\n| search | mean log-probability | exact |\n|---|---|---|`);
console.log(
  `| greedy | ${mean(greedy)} | ${exact(greedy)} |\n| beam, width 1 (the same outputs: ${same}) | ${mean(one)} | ${exact(one)} |\n| beam, width 4 | ${mean(four)} | ${exact(four)} |`,
);
const worse = four.filter(({ logProbability }, k) => logProbability < greedy[k]!.logProbability - 1e-5).length;
console.log(`\nexamples where width 4 scores below greedy: ${worse}`);
