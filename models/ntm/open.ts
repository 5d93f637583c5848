/** What the machine and the plain network share: data, answers, and how they are measured. */
import { fold, hashOf, inParts, meansOf, seedKey, stream, tabulateBy } from 'attnc/runtime';
import type { Configuration, Evaluation, Floats, Flags, Model, OpenTask, ParsedInput, Picture, TaskExample, Value } from 'attnc/runtime';
import { sequenceTasks, written, type Sequence, type SequenceTask } from './sequences.ts';

/** What belongs to an input and is none of the model's: names are checked, symbols are the task's own. */
export const drawn: unique symbol = Symbol('drawn');

export interface SequenceInput {
  readonly x: readonly Floats[];
  /** For people, and to know what is asked. */
  readonly [drawn]: Sequence;
}

export interface SequenceTarget {
  readonly target: readonly Floats[];
  readonly answering: Flags;
}

/** Bits of each step that answers. */
export type Answer = readonly (readonly number[])[];

export type SequenceModel<Outputs extends { readonly logits: Value } = { readonly logits: Value }> = Model<
  Record<string, number>,
  SequenceInput,
  SequenceTarget,
  Outputs
>;

type Example = TaskExample<SequenceInput, SequenceTarget>;

/** Sequences that are the same for every run. */
function chance(name: string): () => number {
  return stream(fold(seedKey(0), 0, hashOf(name)));
}

export function openSequences<M extends SequenceModel>(
  { settings = {} }: Configuration,
  pictures: (model: M, inputs: readonly ParsedInput<SequenceInput>[], task: SequenceTask) => Promise<Picture[]>,
): OpenTask<SequenceInput, SequenceTarget, Answer, M> {
  const { task: name = 'copy', tests = 64, stages = ['1:1'] } = settings;
  const task = sequenceTasks[String(name)];
  if (task === undefined) throw new RangeError(`there is no task ${String(name)}: ${Object.keys(sequenceTasks).join(', ')}`);
  const validation = chance(`${String(name)}: validation`);
  const answer = async (model: M, inputs: readonly SequenceInput[]): Promise<Answer[]> =>
    inParts(inputs, 32, async (part) => (await model.forward(part)).map(({ logits }, k) => answerOf(logitsOf(logits, part[k]![drawn]))));
  return {
    dims: { bits: task.bits, out: task.out },
    train: {
      rollout: (_model, random, size, step) => {
        const draw = task.sizeOf(random, shareAt(stages, step));
        return Promise.resolve(Array.from({ length: size }, () => exampleOf(draw(random))));
      },
    },
    validation: [
      ...Array.from({ length: 128 }, () => exampleOf(task.sizeOf(validation, 1)(validation))),
      ...Array.from({ length: task.beyond === undefined ? 0 : 64 }, () => exampleOf(task.beyond!(validation))),
    ],
    test: task.tests.flatMap(({ group, draw }) => {
      const random = chance(`${String(name)}: test, ${group}`);
      return Array.from({ length: Number(tests) }, () => exampleOf(draw(random), group));
    }),
    parse: (line) => {
      const { input, shown } = exampleOf(task.parse(line));
      return { input, shown };
    },
    samples: task.samples,
    answer,
    show,
    evaluate: async (model, examples, progress) => {
      const sequences = examples.map(({ input }) => input[drawn]);
      const logits = await inParts(
        examples,
        32,
        async (part) =>
          (await model.forward(part.map(({ input }) => input))).map((each, k) => logitsOf(each.logits, part[k]!.input[drawn])),
        progress,
      );
      const groups = examples.map(({ group }) => group);
      if (sequences.every(({ ideal }) => ideal !== undefined)) return costs(groups, sequences, logits);
      return evaluation(
        groups,
        sequences.map((sequence, k) => wrongBits(answerOf(logits[k]!), sequence)),
      );
    },
    pictures: (model, inputs) => pictures(model, inputs, task),
  };
}

/** `501:0.5`: from step 501 on, sequences of up to half the largest size. Short ones are learnt first, and teach what long ones need. */
function shareAt(stages: unknown, step: number): number {
  const all = (Array.isArray(stages) ? (stages as readonly string[]) : []).map((stage) => stage.split(':').map(Number) as [number, number]);
  return (all.findLast(([from]) => from <= step) ?? [1, 1])[1];
}

function exampleOf(sequence: Sequence, group?: string): Example {
  const { x, target, answering, shown } = sequence;
  return {
    input: { x, [drawn]: sequence },
    target: { target, answering },
    shown,
    answer: show(asked(sequence)),
    ...(group === undefined ? {} : { group }),
  };
}

function asked({ target, answering }: Sequence): Answer {
  return target.filter((_, step) => answering[step]);
}

/** Those of each step that answers. */
function logitsOf({ data, shape }: Value, { answering }: Sequence): readonly (readonly number[])[] {
  const out = shape.at(-1)!;
  return answering.flatMap((asks, step) => (asks ? [Array.from(data.slice(step * out, (step + 1) * out))] : []));
}

const answerOf = (logits: readonly (readonly number[])[]): Answer => logits.map((step) => step.map((logit) => (logit > 0 ? 1 : 0)));

/** As the input is written; a bit that makes no whole digit is the end mark. */
function show(answer: Answer): string {
  if (answer.every((bits) => bits.length === 1)) return answer.flat().join('');
  return answer
    .map((bits) =>
      bits.length % 3 === 0 && bits.length % 2 === 1 ? `${written(bits.slice(0, -1))}${bits.at(-1) === 1 ? '.' : ''}` : written(bits),
    )
    .join(' ');
}

function wrongBits(answer: Answer, sequence: Sequence): number {
  return asked(sequence).reduce((sum, bits, step) => sum + bits.filter((bit, k) => bit !== answer[step]![k]).length, 0);
}

/** Bits that it costs to tell a sequence by the chances that were answered, of those asked, and by those of the ideal observer. */
function costs(groups: readonly (string | undefined)[], sequences: readonly Sequence[], logits: readonly Answer[]): Evaluation {
  const each = sequences.map((sequence, k) => {
    const bits = asked(sequence).flat();
    const sum = (cost: (bit: number, at: number) => number): number => bits.reduce((total, bit, at) => total + cost(bit, at), 0);
    const given = logits[k]!.flat();
    return [
      sum((bit, at) => Math.log2(1 + Math.exp(bit === 1 ? -given[at]! : given[at]!))),
      sum((bit, at) => -Math.log2(bit === 1 ? sequence.ideal![at]! : 1 - sequence.ideal![at]!)),
    ];
  });
  const columns = ['bits', 'ideal observer'];
  return { ...tabulateBy(columns, groups, meansOf(each)), counts: columns };
}

/** Wrong bits of a sequence on average, as the paper counts them, and the share of sequences without any. */
function evaluation(groups: readonly (string | undefined)[], wrong: readonly number[]): Evaluation {
  const values = wrong.map((bits) => [bits, bits === 0 ? 1 : 0]);
  return { ...tabulateBy(['wrong bits', 'all right'], groups, meansOf(values)), counts: ['wrong bits'] };
}
