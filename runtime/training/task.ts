/**
 * A task: data, sizes and metrics for a model, so that one command line can train, try and draw every model.
 * `models/<name>/task.ts` exports one as `task`.
 */
import type { Generated, GenerateOptions } from '../generative.ts';
import type { Model, ModelOptions } from '../model.ts';
import type { Values } from '../values.ts';
import type { FitOptions } from './fit.ts';
import { isRollouts, type ExampleSource, type Rollouts } from './data.ts';

/** One way to train: a model size, data and a budget. */
export interface Configuration {
  /** One line for the list of configurations. */
  readonly about: string;
  /** The model's dims; those left out keep the program's defaults. */
  readonly dims: Readonly<Record<string, number>>;
  /** Settings for compiling the program, like `--set`: dims that are part of its code, such as a number of layers, and options. */
  readonly set?: Readonly<Record<string, string | number>>;
  readonly seed: number;
  readonly batchSize: number;
  /** Steps in total; the same on every backend. */
  readonly steps: number;
  /** Steps between validations. */
  readonly validateEvery: number;
  /** How many batches are sorted by length together. */
  readonly window?: number;
  readonly patience?: number;
  /** Settings of the task itself, such as the locales of dates. */
  readonly settings?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** One example, as people see it and as the model does. */
export interface TaskExample<Input, Target> {
  readonly input: Input;
  readonly target: Target;
  /** The input as a person writes it. */
  readonly shown: string;
  /** The right answer as a person writes it. */
  readonly answer: string;
  /** The group that results are reported by, such as a locale or a length. */
  readonly group?: string;
}

/** The user's text, ready for the model. */
export interface ParsedInput<Input> {
  readonly input: Input;
  readonly shown: string;
}

/** Measured numbers, overall and by group. */
export interface Evaluation {
  readonly columns: readonly string[];
  /** Columns that are not fractions, even if their numbers are between 0 and 1. */
  readonly counts?: readonly string[];
  readonly rows: readonly EvaluationRow[];
}

export interface EvaluationRow {
  /** `all`, or the group. */
  readonly group: string;
  readonly examples: number;
  /** One number per column. */
  readonly values: readonly number[];
}

/** A picture that the command line writes to a file. */
export interface Picture {
  /** File name without extension. */
  readonly name: string;
  readonly svg: string;
}

/** A task opened with a configuration: vocabulary and data are loaded. */
export interface OpenTask<Input extends object, Target extends object, Output, M> {
  /** Dims that follow from the data, such as the size of a vocabulary, in addition to the configuration's. */
  readonly dims: Readonly<Record<string, number>>;
  readonly train: ExampleSource<TaskExample<Input, Target>> | Rollouts<TaskExample<Input, Target>, M>;
  readonly validation: readonly TaskExample<Input, Target>[];
  readonly test: readonly TaskExample<Input, Target>[];
  /** @throws a RangeError that says what the line should look like */
  parse(line: string): ParsedInput<Input>;
  /** Lines to try, for help texts and demonstrations. */
  readonly samples: readonly string[];
  /** The model's answers. `options` are for models that generate. */
  answer(model: M, inputs: readonly Input[], options?: GenerateOptions): Promise<Output[]>;
  /** An answer as a person reads it. */
  show(output: Output): string;
  /** Metrics over examples; `progress` is told how many are done. */
  evaluate(model: M, examples: readonly TaskExample<Input, Target>[], progress?: (done: number) => void): Promise<Evaluation>;
  /** What the model attended to for these inputs; empty if there is nothing to draw. */
  pictures(model: M, inputs: readonly ParsedInput<Input>[]): Promise<Picture[]>;
  /** Options of `fit` besides the configuration. */
  readonly training?: Partial<Pick<FitOptions<Input & Target, M>, 'objective' | 'validate' | 'lengthOf' | 'epochSize'>>;
}

export interface Task<
  Input extends object,
  Target extends object,
  Output = Generated | Values,
  M = Model<never, Input, Target, unknown>,
  Emitted = unknown,
> {
  readonly name: string;
  /** One sentence for `attnc train`'s list. */
  readonly about: string;
  /** The `.attn` file, beside the task. */
  readonly source: string;
  /** By name; the first is the default. `quick` finishes within minutes on a CPU. */
  readonly configurations: Readonly<Record<string, Configuration>>;
  open(configuration: Configuration): Promise<OpenTask<Input, Target, Output, M>>;
  /** The model of the module emitted from `source`, which the caller has compiled and loaded. */
  create(emitted: Emitted, options: ModelOptions<Record<string, number>>): M;
}

/** What a model is trained on. */
export function toExample<Input extends object, Target extends object>(example: TaskExample<Input, Target>): Input & Target {
  return { ...example.input, ...example.target };
}

/** Converts a source of task examples to a source of training examples. */
export function toSource<Input extends object, Target extends object>(
  source: ExampleSource<TaskExample<Input, Target>>,
): ExampleSource<Input & Target>;
export function toSource<Input extends object, Target extends object, M>(
  source: ExampleSource<TaskExample<Input, Target>> | Rollouts<TaskExample<Input, Target>, M>,
): ExampleSource<Input & Target> | Rollouts<Input & Target, M>;
export function toSource<Input extends object, Target extends object, M>(
  source: ExampleSource<TaskExample<Input, Target>> | Rollouts<TaskExample<Input, Target>, M>,
): ExampleSource<Input & Target> | Rollouts<Input & Target, M> {
  if (isRollouts(source))
    return { rollout: async (model, random, size, step) => (await source.rollout(model, random, size, step)).map(toExample) };
  return typeof source === 'function' ? (random) => toExample(source(random)) : source.map(toExample);
}

/**
 * The table of right answers, overall and by group.
 *
 * @param correct one verdict per example, in [0, 1]
 */
export function tabulate(column: string, groups: readonly (string | undefined)[], correct: readonly number[]): Evaluation {
  return tabulateBy([column], groups, meansOf(correct.map((value) => [value])));
}

/**
 * The table of what is measured, over all examples and over each group, by the groups' names.
 *
 * @param groups one for each example
 * @param measure a value for each column, of the examples with these indices
 */
export function tabulateBy(
  columns: readonly string[],
  groups: readonly (string | undefined)[],
  measure: (which: readonly number[]) => readonly number[],
): Evaluation {
  const byGroup = new Map<string, number[]>();
  for (const [index, group] of groups.entries()) {
    if (group === undefined) continue;
    const which = byGroup.get(group);
    if (which === undefined) byGroup.set(group, [index]);
    else which.push(index);
  }
  const row = (group: string, which: readonly number[]): EvaluationRow => ({ group, examples: which.length, values: measure(which) });
  const rows = Array.from(byGroup, ([group, which]) => row(group, which)).sort((a, b) => (a.group < b.group ? -1 : 1));
  return { columns, rows: [row('all', [...groups.keys()]), ...rows] };
}

/** For `tabulateBy`: the mean of each column, where every example has a value for each; 0 of none. */
export function meansOf(values: readonly (readonly number[])[]): (which: readonly number[]) => readonly number[] {
  return (which) =>
    (values[0] ?? [0]).map((_, column) => which.reduce((sum, k) => sum + values[k]![column]!, 0) / Math.max(1, which.length));
}

/** Runs `work` over parts of at most `size`, in order; `progress` is told how many are done. */
export async function inParts<T, Result>(
  items: readonly T[],
  size: number,
  work: (part: readonly T[]) => Promise<readonly Result[]>,
  progress?: (done: number) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += size) {
    results.push(...(await work(items.slice(at, at + size))));
    progress?.(Math.min(at + size, items.length));
  }
  return results;
}
