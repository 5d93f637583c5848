/** E05xx: absence and raggedness. */
import { inPhase, type Entries } from './entry.ts';

const entry = inPhase('absence and raggedness');

export const absence = {
  E0501: entry(
    'value may be absent',
    'Elements are absent where a `where` is false and where an index falls outside its axis. Reductions skip them; states, emits and results of models, encoders and decoders must be free of them, save `logits`, where absent means forbidden. The message says what makes the value absent; `else` fills it.',
    'before = x[time = position[time] - 1]\nemit before',
    'before = x[time = position[time] - 1] else 0\nemit before',
  ),
  // E-EMPTY
  E0502: entry(
    'axis may be empty',
    '`argmax`, `first`, `last` and `sample` need a position to choose; this axis may have none. Fill the gap with `else`, or state that the axis has a position. A `dim` that is `ragged` has one or more positions, one that is `ragged 0..` may have none.',
    'dim extra: ragged 0..\nh = x[extra = last]',
    'dim extra: ragged 0..\nh = x[extra = last] else 0',
  ),
  E0503: entry(
    'parameter with a ragged axis',
    'Parameters exist before any example, so their sizes cannot depend on one: on a ragged dim, or one that is `= input`. Bound the dim and give the parameter the bound.',
    'dim source: ragged\nparam learnt: [source, model]',
    'dim positions = 512, source: ragged <= positions\nparam learnt: [positions, model]\ny = x + learnt[position[source]]',
  ),
  // E-PHASE
  E0504: entry(
    'depends on an example',
    'Shapes of parameters, numbers of rounds, dilations and kernel sizes are known when the model is made; the size of a ragged or input dim only when an example is there.',
    'dim time: ragged\nrepeat ceil(log2(time)) as i { x = Dense[2 ^ i](x) }',
    'dim most = 64, time: ragged <= most\nrepeat ceil(log2(most)) as i { x = Dense[2 ^ i](x) }',
  ),
  // E-BATCH-LEAK
  E0505: entry(
    'answer depends on the rest of the batch',
    'What an example gets as its answer must not depend on the examples beside it. A value that reduces `batch` or `lifted` may reach an objective, the next value of a `running`, or the first branch of `if training`, and nothing else. The message says by which way it gets further.',
    "running m: [hidden] = 0\nbm = mean[lifted](x)\nm' = 0.9 * m + 0.1 * bm\nn = x - bm",
    "running m: [hidden] = 0\nbm = mean[lifted](x)\nm' = 0.9 * m + 0.1 * bm\nn = if training then x - bm else x - m",
  ),
  E0506: entry(
    'size that nothing gives',
    'A dim that is `= input` has the size of an axis of an input, one for all examples of a call. Where no input of the model, or of the objective, has that axis, its size would be unknown.',
    'dim width = input\nmodel M(x: [d]) -> [width] { x[d = first] * position[width] }',
    'dim width = input\nmodel M(x: [d, width]) -> [width] { mean[d](x) }',
  ),
  E0507: entry(
    'a dim without what it is ragged in',
    'A dim that is `ragged in` another has a length for each position of that one: `dim word: ragged in sentence`. So the two stand together in every type, and nothing moves along `sentence` what still has `word`. Reduce `word` first, or both at once; a block with a formal for `word` is lifted over `sentence`, and there `word` is an axis like any other.',
    'dim sentence: ragged, word: ragged in sentence, d = 4\nblock B(x: [sentence, word, d]) -> [word, d] { mean[sentence](x) }',
    'dim sentence: ragged, word: ragged in sentence, d = 4\nblock B(x: [sentence, word, d]) -> [sentence, d] { mean[word](x) }',
  ),
  E0508: entry(
    'no length of an axis',
    'An axis may have a size that is made of ragged dims: `ceil(source / 2)`, `2 * source`, `source - 2`. It has then a length in every example, one position or more, which is checked where examples come in. In a batch an axis is as long as that of the longest example, so the size must not get less where a dim gets more; and it is made of `+ - * /`, `ceil`, `floor`, `max` and `min`.',
    'dim source: ragged, rest = 10 - source\nblock B(x: [source]) -> [rest] { x[source = position[rest]] else 0 }',
    'dim source: ragged, half = ceil(source / 2)\nblock B(x: [source]) -> [half] { x[source = 2 * position[half]] else 0 }',
  ),
} satisfies Entries;
