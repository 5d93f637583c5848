/**
 * The data of a configuration of models/transformer as JSON, for transformer.py, and for translation.py:
 *
 *     npx tsx test/references/transformer-data.ts full 400000 dates.json
 *     npx tsx test/references/transformer-data.ts translation all translation.json
 */
import { writeFileSync } from 'node:fs';
import { generator } from '../../models/dates/task.ts';
import { messageSetting, openMessages } from '../../models/messages/task.ts';
import type { SequenceInput, SequenceTarget } from '../../models/sequences/sequences.ts';
import { task } from '../../models/transformer/task.ts';
import type { TaskExample } from '../../runtime/index.ts';

const [name = 'full', count = '400000', file = `${name}.json`] = process.argv.slice(2);
const configuration = task.configurations[name];
if (configuration === undefined) throw new Error(`no configuration ${name}: ${Object.keys(task.configurations).join(', ')}`);
const { dims, train, validation, test } = await task.open(configuration);
if (typeof train !== 'function' && !Array.isArray(train)) throw new Error('expected examples, or a source that draws them');

type Pair = readonly [number[], number[]];
const pair = ({ input, target }: TaskExample<SequenceInput, SequenceTarget>): Pair => [[...input.tokens], [...target.y]];
const random = generator(1);
const drawn = typeof train === 'function' ? Array.from({ length: Number(count) }, () => pair(train(random))) : train.map(pair);
const messages = messageSetting(configuration);
// Of translations the texts, too, since BLEU is of texts.
const texts =
  messages === null
    ? {}
    : {
        symbols: openMessages(messages, { vocabularies: [], pictures: () => Promise.resolve([]) }).symbols,
        validation: validation.map(pair),
        answers: test.map(({ answer }) => answer),
      };
writeFileSync(file, JSON.stringify({ vocab: dims.vocab, train: drawn, test: test.map(pair), ...texts }));
console.log(`${file}: ${drawn.length} training examples, ${test.length} test examples, ${dims.vocab} symbols`);
