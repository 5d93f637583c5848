import { requireExamples, type HostBatch } from './batch.ts';
import { runAhead, type Taken } from './decode/ahead.ts';
import { Decoding, unknownTap } from './decode/decoding.ts';
import { boundReached, requirementsOn } from './decode/length-bounds.ts';
import { BeamSearch, positionsOf, Sampling, type Place, type Ranked, type Search, type SearchRules } from './decode/search.ts';
import type { DecoderDefinition, Definition, Method, Tensors } from './definition.ts';
import { InputError } from './errors.ts';
import { drawOptions, Model, type DrawOptions, type ModelOptions } from './model.ts';
import { requireOptions, suggestion } from './names.ts';
import { fold, hashOf, seedKey, stream } from './random.ts';
import {
  cut,
  download,
  elementCount,
  extentsOf,
  isNested,
  isNumber,
  ownLengths,
  ownSizes,
  requirePositiveInteger,
  show,
  spread,
  zerosLike,
  type Ints,
  type Value,
  type Values,
} from './values.ts';

interface CommonOptions extends DrawOptions {
  /** The greatest number of positions for one example, if the program sets none or fewer are wanted. */
  readonly atMost?: number;
  /** Alignments to return, by name. */
  readonly taps?: readonly string[];
  /**
   * The beginning of each example's output, as ids; lengths may differ, and a prompt may be empty. The positions of a prompt are
   * part of `ids` and count towards `atMost` and the length used in ranking; probabilities are those of what follows it.
   */
  readonly prompts?: readonly Ints[];
}

export interface GreedyOptions extends CommonOptions {
  readonly method?: 'greedy';
}

export interface BeamOptions extends CommonOptions {
  readonly method: 'beam';
  /** Hypotheses kept per example. */
  readonly width: number;
  /** Ranks by `log p / ((5 + length) / 6) ^ lengthPenalty` (Wu et al. 2016, eq. 14) instead of the program's `rank`. */
  readonly lengthPenalty?: number;
}

export interface SampleOptions extends CommonOptions {
  readonly method: 'sample';
  /** Default 1. */
  readonly temperature?: number;
  /** Only this many of the most likely choices. */
  readonly topK?: number;
  /** Only the most likely choices that together reach this probability. */
  readonly topP?: number;
}

export type GenerateOptions = GreedyOptions | BeamOptions | SampleOptions;

export interface Hypothesis {
  /** Like a target: with the prompt in front, and with the end symbol if `ended`. */
  readonly ids: Int32Array;
  /** Natural logarithm of the probability, under the model, of what follows the prompt. */
  readonly logProbability: number;
  readonly score: number;
  /** False if the limit of positions cut it off. */
  readonly ended: boolean;
  /** Alignments by name: one row per id, cut to the example's lengths. */
  readonly taps: Values;
}

export interface Generated extends Hypothesis {
  /** All hypotheses of a beam, best first; otherwise the only one. */
  readonly all: readonly Hypothesis[];
}

const common = ['method', 'atMost', 'taps', 'prompts', ...drawOptions] as const;
const allowed: Readonly<Record<string, readonly string[]>> = {
  greedy: common,
  beam: [...common, 'width', 'lengthPenalty'],
  sample: [...common, 'temperature', 'topK', 'topP'],
};

/** The options of `encode`. */
export interface EncodeOptions extends DrawOptions {
  /** The greatest number of positions, if the program sets none or fewer are wanted. */
  readonly atMost?: number;
}

/** A program whose decoder generates a sequence. */
export class GenerativeModel<Dims, Input extends object, Target extends object> extends Model<Dims, Input, Target, Values> {
  private readonly decoder: DecoderDefinition;

  constructor(definition: Definition, options: ModelOptions<Dims> = {}) {
    super(definition, options);
    if (this.definition.decoder === null) throw new InputError(`\`${definition.name}\` has no decoder: it cannot generate`);
    this.decoder = this.definition.decoder;
  }

  /** Encoder results and alignments, with the targets as previous outputs. */
  override async forward(examples: readonly (Input & Target)[], options: DrawOptions = {}): Promise<Values[]> {
    return super.forward(examples, options);
  }

  /** Runs what does not depend on the outputs, and returns a decoder to be run position by position. */
  encode(examples: readonly Input[], options: EncodeOptions = {}): Decoding {
    requireOptions(options, ['atMost', ...drawOptions] satisfies readonly (keyof EncodeOptions)[], '`encode`');
    if (options.atMost !== undefined) requirePositiveInteger('atMost', options.atMost);
    return this.begin(examples, options);
  }

  private begin(examples: readonly Input[], options: EncodeOptions): Decoding {
    const host = this.collate(examples, []);
    const limits = examples.map((_, row) => this.limit(row, host, options.atMost));
    // Caches need room for the longest output of the call.
    const most = limits.reduce<number>((longest, limit) => Math.max(longest, limit ?? 0), 0);
    const ragged = this.definition.ragged.some((dim) => dim.label === this.decoder.axis);
    const n = ragged && !this.isOfInputs() && most > 0 ? { ...host.n, [this.decoder.axis]: most } : host.n;
    const requirements = requirementsOn(this.decoder.axis, this.definition.requirements, host);
    const reached = boundReached(this.decoder.axis, requirements, host, (row) => limits[row] ?? 1);
    if (reached !== null) {
      // If `at most` is there already, it was too large, or was overridden.
      const write = this.decoder.atMost === null ? `, or write \`at most …\` into the decoder \`${this.decoder.name}\`` : '';
      throw new InputError(`${reached}: give a smaller \`atMost\`${write}`);
    }
    return new Decoding(this.decoder, this.weights.tree, { ...host, n }, this.randomFor(examples.length, options), requirements);
  }

  /**
   * Writes an output for each example: greedily, by beam search or by sampling. An example's result does not depend on
   * the others of the call.
   *
   * @throws InputError for examples or options that make no sense
   */
  async generate(examples: readonly Input[], options: GenerateOptions = {}): Promise<Generated[]> {
    requireExamples(examples);
    checkOptions(options, examples.length);
    for (const name of options.taps ?? []) {
      if (!Object.hasOwn(this.decoder.taps, name)) throw new InputError(unknownTap(this.decoder, name));
    }
    const decoding = this.begin(examples, options);
    try {
      const begin = (): Search[] => examples.map((_, row) => this.searchFor(row, decoding, options));
      let searches = begin();
      let taps = await this.ahead(decoding, searches, options);
      if (taps === null) {
        searches = begin();
        taps = await run(decoding, searches, options.taps ?? [], this.decoder);
      }
      return searches.map((search, row) => {
        const all = search.results().map((ranked) => hypothesis(ranked, row, taps, decoding, this.decoder));
        const best = all[0];
        if (best === undefined) throw new InputError(`example ${row}: every choice of the first position is excluded`);
        return { ...best, all };
      });
    } finally {
      decoding.dispose();
    }
  }

  /** Several positions with one call of a graph; null: there is none, and what the searches have taken is void. */
  private async ahead(decoding: Decoding, searches: readonly Search[], options: GenerateOptions): Promise<Taken[] | null> {
    const { start, end } = this.decoder;
    const rows = searches.map((_, row) => row);
    const most = rows.reduce((longest, row) => Math.max(longest, this.limit(row, decoding.host, options.atMost) ?? 0), 0);
    const method = methodOf(options);
    const width = method.kind === 'beam' ? method.width : 1;
    const ahead = decoding.ahead({ method, most, taps: options.taps ?? [] });
    if (ahead === null) return null;
    const prompts = rows.map((row) => options.prompts?.[row] ?? []);
    const vocabulary = this.decoder.vocabulary(decoding.host.n);
    const draws = method.kind === 'sample' ? rows.map((row) => this.drawsFor(row, options)) : null;
    const draw = draws === null ? null : (row: number, place: number): number => draws[row]!(place);
    try {
      return await runAhead(decoding, ahead, searches, { width, vocabulary, start, end, most, prompts, draw });
    } finally {
      ahead.dispose();
    }
  }

  /** The number in [0, 1) that decides an example's choice at a position. */
  private drawsFor(row: number, { seed = this.seed, ids }: DrawOptions): (place: number) => number {
    const key = fold(seedKey(seed), 0, hashOf('generate'));
    const id = ids?.[row] ?? row;
    return (place) => stream(fold(key, id, place))();
  }

  /** The greatest number of positions for one example, if known. */
  private limit(row: number, host: HostBatch, given: number | undefined): number | undefined {
    const limit = given ?? this.decoder.atMost?.(host.n, ownLengths(host.lengths, row));
    const whole = limit === undefined ? undefined : Math.max(1, Math.floor(limit));
    return this.isOfInputs() ? Math.min(whole ?? Infinity, host.lengths[this.decoder.axis]![row]!) : whole;
  }

  /** Does the output go along an axis of the inputs? Then it has as many positions as they do. */
  private isOfInputs(): boolean {
    return this.definition.inputs(this.sizes).some(({ axes }) => axes.some((axis) => 'dim' in axis && axis.dim === this.decoder.axis));
  }

  private searchFor(row: number, decoding: Decoding, options: GenerateOptions): Search {
    const { decoder } = this;
    const { n } = decoding.host;
    const lengths = ownLengths(decoding.host.lengths, row);
    const limit = this.limit(row, decoding.host, options.atMost);
    if (limit === undefined) {
      throw new InputError(
        `how long may \`${decoder.output}\` become? Give \`atMost\`, or write \`at most …\` into the decoder \`${decoder.name}\``,
      );
    }
    const prompt = options.prompts === undefined ? [] : options.prompts[row]!;
    checkPrompt(prompt, row, decoder, decoder.vocabulary(ownSizes(n, decoding.host.lengths, row)), limit);
    const penalty = options.method === 'beam' ? options.lengthPenalty : undefined;
    const rules: SearchRules = {
      vocabulary: decoder.vocabulary(n),
      end: decoder.end,
      limit,
      prompt,
      rank:
        penalty === undefined
          ? (logp, length) => decoder.rank(logp, length, n, lengths)
          : (logp, length) => logp / ((5 + length) / 6) ** penalty,
    };
    if (options.method !== 'sample') return new BeamSearch(rules, options.method === 'beam' ? options.width : 1);
    const { temperature = 1, topK = Infinity, topP = 1 } = options;
    return new Sampling(rules, { temperature, topK, topP }, this.drawsFor(row, options));
  }
}

function methodOf(options: GenerateOptions): Method {
  if (options.method === 'beam') return { kind: 'beam', width: options.width };
  if (options.method !== 'sample') return { kind: 'greedy' };
  const { temperature = 1, topK = Infinity, topP = 1 } = options;
  return { kind: 'sample', temperature, topK, topP };
}

/** Runs all searches to their end; returns the requested values, position by position. */
async function run(
  decoding: Decoding,
  searches: readonly Search[],
  names: readonly string[],
  decoder: DecoderDefinition,
): Promise<Taken[]> {
  const taken: Taken[] = [];
  const vocabulary = decoder.vocabulary(decoding.host.n);
  let previous = decoding.start;
  let live = searches.map(() => 1);
  for (;;) {
    const { beam } = decoding;
    const { logits, taps } = decoding.advance(previous, live);
    await decoding.settle(logits, taps);
    const read = await readPlace(logits, taps, names);
    taken.push(read.taken);
    for (const [row, search] of searches.entries()) {
      if (!search.done) search.advance(read.logits, (slot) => (row * beam + slot) * vocabulary);
    }
    live = searches.map((search) => search.live.length);
    const width = live.reduce((most, each) => Math.max(most, each), 0);
    if (width === 0) return taken;
    const slots = searches.flatMap((search) => Array.from({ length: width }, (_, slot): Place | undefined => search.live[slot]));
    decoding.reorder(
      slots.map((place) => place?.slot ?? 0),
      width,
    );
    // Rows that have ended continue with the end symbol; nothing reads them.
    previous = Int32Array.from(slots, (place) => place?.id ?? decoder.end ?? 0);
  }
}

async function readPlace(
  logits: Tensors[string],
  taps: Tensors,
  names: readonly string[],
): Promise<{ logits: Value['data']; taken: Taken }> {
  try {
    const [first, ...others] = await Promise.all([download(logits), ...names.map(async (name) => download(taps[name]!))]);
    const taken = names.map((name, index) => [name, { data: others[index]!, shape: taps[name]!.shape.slice() }] as const);
    return { logits: first, taken: Object.fromEntries(taken) };
  } finally {
    logits.dispose();
    for (const tensor of Object.values(taps)) tensor.dispose();
  }
}

function hypothesis(ranked: Ranked, row: number, taken: readonly Taken[], decoding: Decoding, decoder: DecoderDefinition): Hypothesis {
  const places = positionsOf(ranked.place);
  const taps = Object.keys(taken[0] ?? {}).map((name): [string, Value] => {
    const axes = decoding.tapAxes(name);
    const padded = taken[0]![name]!.shape.slice(2);
    const extent = extentsOf(axes, padded, row, decoding.host).map((each, index) =>
      axes[index]!.grows === true
        ? places.length
        : typeof each === 'number'
          ? each
          : each.reduce((most, length) => Math.max(most, length), 0),
    );
    const size = elementCount(extent);
    const data = zerosLike(taken[0]![name]!.data, places.length * size);
    for (const [time, place] of places.entries()) {
      const { data: from, shape } = taken[time]![name]!;
      // A position has not seen later ones: 0.
      const seen = extent.map((places, index) => (axes[index]!.grows === true ? time + 1 : places));
      data.set(spread(cut(from, row * shape[1]! + place.slot, shape.slice(2), seen), seen, extent), time * size);
    }
    return [name, { data, shape: [places.length, ...extent], axes: [decoder.axis, ...axes.map((axis) => axis.label)] }];
  });
  return {
    ids: Int32Array.from(places, (place) => place.id),
    logProbability: ranked.place.logProbability,
    score: ranked.score,
    ended: ranked.ended,
    taps: Object.fromEntries(taps),
  };
}

function checkOptions(options: GenerateOptions, examples: number): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null)
    throw new InputError(`expected options such as \`{ method: 'beam', width: 5 }\`, given ${show(given)}`);
  const method: unknown = options.method ?? 'greedy';
  const methods = Object.keys(allowed);
  if (typeof method !== 'string' || !Object.hasOwn(allowed, method))
    throw new InputError(
      `there is no way to generate called \`${String(method)}\`: ${methods.join(', ')}${suggestion(String(method), methods)}`,
    );
  requireOptions(options, allowed[method]!, `${method} search`);
  if (options.atMost !== undefined) requirePositiveInteger('atMost', options.atMost);
  const { prompts, taps } = options;
  if (taps !== undefined && !Array.isArray(taps))
    throw new InputError(`\`taps\`: expected an array of names, as \`['weights']\`, given ${show(taps)}`);
  if (prompts !== undefined && !(isNested(prompts) && prompts.length === examples)) {
    throw new InputError(
      `\`prompts\`: expected one array of ids per example (${examples}), given ${show(prompts)}; an example without one has \`[]\``,
    );
  }
  if (options.method === 'beam') {
    requirePositiveInteger('width', options.width);
    if (options.lengthPenalty !== undefined && !isNumber(options.lengthPenalty, (value) => value >= 0 && Number.isFinite(value)))
      throw new InputError(`\`lengthPenalty\`: expected a number of 0 or more, given ${show(options.lengthPenalty)}`);
  }
  if (options.method !== 'sample') return;
  const { temperature, topK, topP } = options;
  if (temperature !== undefined && !isNumber(temperature, (value) => value > 0 && Number.isFinite(value))) {
    throw new InputError(
      `\`temperature\`: expected a number above 0, given ${show(temperature)}; for the likeliest choice leave \`method\` out`,
    );
  }
  if (topK !== undefined) requirePositiveInteger('topK', topK);
  if (topP !== undefined && !isNumber(topP, (value) => value > 0 && value <= 1))
    throw new InputError(`\`topP\`: expected a probability above 0, at most 1, given ${show(topP)}`);
}

function checkPrompt(prompt: Ints, row: number, decoder: DecoderDefinition, vocabulary: number, limit: number): void {
  const given: unknown = prompt;
  if (!isNested(given))
    throw new InputError(`example ${row}: the prompt must be an array of ids of \`${decoder.output}\`, given ${show(given)}`);
  for (let place = 0; place < prompt.length; place++) {
    const id: unknown = prompt[place];
    if (!(typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < vocabulary)) {
      throw new InputError(
        `example ${row}: position ${place} of the prompt is ${show(id)}, outside the vocabulary (0 … ${vocabulary - 1})`,
      );
    }
    if (id === decoder.end)
      throw new InputError(
        `example ${row}: position ${place} of the prompt is ${id}, the end of \`${decoder.output}\`, after which nothing follows: leave it out`,
      );
  }
  if (prompt.length > limit) {
    throw new InputError(
      `example ${row}: the prompt has ${prompt.length} positions, but the whole output may have only ${limit}: give a shorter one or raise \`atMost\``,
    );
  }
}
