/**
 * The data of a configuration of models/transformer as JSON, for transformer.py:
 *
 *     npx tsx test/references/transformer-data.ts full 400000 dates.json
 */
import { writeFileSync } from 'node:fs';
import { generator } from '../../models/dates/task.ts';
import type { SequenceInput, SequenceTarget } from '../../models/sequences/sequences.ts';
import { task } from '../../models/transformer/task.ts';
import type { TaskExample } from '../../runtime/index.ts';

const [name = 'full', count = '400000', file = `${name}.json`] = process.argv.slice(2);
const configuration = task.configurations[name];
if (configuration === undefined) throw new Error(`no configuration ${name}: ${Object.keys(task.configurations).join(', ')}`);
const { dims, train, test } = await task.open(configuration);
if (typeof train !== 'function') throw new Error('expected a source that draws examples');

type Pair = readonly [number[], number[]];
const pair = ({ input, target }: TaskExample<SequenceInput, SequenceTarget>): Pair => [[...input.tokens], [...target.y]];
const random = generator(1);
const drawn = Array.from({ length: Number(count) }, () => pair(train(random)));
writeFileSync(file, JSON.stringify({ vocab: dims.vocab, train: drawn, test: test.map(pair) }));
console.log(`${file}: ${drawn.length} training examples, ${test.length} test examples, ${dims.vocab} symbols`);
