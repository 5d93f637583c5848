/**
 * Choosing outputs on the host: greedy search, beam search and sampling from the logits of one position. There is one `Search`
 * per example, so that the rest of the batch cannot change a result. Log-probabilities are summed in float64.
 */
import { NumericError } from '../errors.ts';

/** One position of a hypothesis, linked to the previous one. */
export interface Place {
  readonly id: number;
  readonly before: Place | null;
  /** The row of the beam from whose logits it was chosen. */
  readonly slot: number;
  /** Positions so far, this one included. */
  readonly length: number;
  readonly logProbability: number;
}

export interface Ranked {
  readonly place: Place;
  readonly score: number;
  /** False if the limit cut it off. */
  readonly ended: boolean;
}

export interface SearchRules {
  readonly vocabulary: number;
  readonly end: number | null;
  /** The greatest number of positions, including those of the prompt. */
  readonly limit: number;
  /** The beginning of the output: these positions are taken as they are, and do not count towards the probability. */
  readonly prompt: ArrayLike<number>;
  rank(logProbability: number, length: number): number;
}

export interface Search {
  readonly done: boolean;
  /** The hypotheses that continue, one per row of the beam; empty at the start and at the end. */
  readonly live: readonly Place[];
  /**
   * Takes the logits of one position: one row per live hypothesis, or one row at the start. `row(slot)` is the offset of that
   * slot's row in `logits`.
   */
  advance(logits: ArrayLike<number>, row: (slot: number) => number): void;
  /** Best first. */
  results(): Ranked[];
}

/** The logit of a forbidden choice. */
const forbidden = -Infinity;

/** Log of the sum of exponentials of one row of logits; -Infinity if all choices are forbidden. */
function logTotal(logits: ArrayLike<number>, from: number, count: number): number {
  let most = -Infinity;
  for (let index = from; index < from + count; index++) {
    const logit = logits[index]!;
    if (logit > most) most = logit;
  }
  let total = 0;
  for (let index = from; index < from + count; index++) total += logits[index] === forbidden ? 0 : Math.exp(logits[index]! - most);
  if (total === 0) return forbidden;
  const result = most + Math.log(total);
  if (!Number.isFinite(result)) throw new NumericError('the logits are not finite: the parameters are damaged or training diverged');
  return result;
}

function extend(before: Place | null, id: number, slot: number, logProbability: number): Place {
  return { id, before, slot, length: (before?.length ?? 0) + 1, logProbability };
}

/** The next position, if the prompt determines it. */
function prompted(before: Place | null, { prompt }: SearchRules): Place | undefined {
  const id = prompt[before?.length ?? 0];
  return id === undefined ? undefined : extend(before, id, 0, before?.logProbability ?? 0);
}

interface Candidate {
  readonly slot: number;
  readonly id: number;
  readonly logProbability: number;
}

/** The `count` most likely choices of one position, best first; among equals the earlier row, then the lower id. */
function likeliest(
  live: readonly (Place | null)[],
  logits: ArrayLike<number>,
  row: (slot: number) => number,
  vocabulary: number,
  count: number,
): Candidate[] {
  const best: Candidate[] = [];
  for (const [slot, before] of live.entries()) {
    const from = row(slot);
    const total = logTotal(logits, from, vocabulary);
    const base = (before?.logProbability ?? 0) - total;
    for (let id = 0; id < vocabulary; id++) {
      if (logits[from + id] === forbidden) continue;
      const logProbability = base + logits[from + id]!;
      const isAmong = best.length < count || logProbability > best[count - 1]!.logProbability;
      if (!isAmong) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]!.logProbability < logProbability) at--;
      best.splice(at, 0, { slot, id, logProbability });
      if (best.length > count) best.pop();
    }
  }
  return best;
}

/**
 * Beam search as in tensor2tensor's `beam_search`: each expansion keeps twice the width, so that enough hypotheses remain when
 * some end; these go into a pool of the best `width`. The search stops when the worst of a full pool is at least as good as
 * anything the live hypotheses can still reach. Width 1 is greedy search, whatever the ranking.
 */
export class BeamSearch implements Search {
  private readonly rules: SearchRules;
  private readonly width: number;
  private places: readonly Place[] = [];
  private started = false;
  private pool: Ranked[] = [];
  private cutOff: Ranked[] = [];
  done = false;

  constructor(rules: SearchRules, width: number) {
    this.rules = rules;
    this.width = width;
  }

  get live(): readonly Place[] {
    return this.places;
  }

  advance(logits: ArrayLike<number>, row: (slot: number) => number): void {
    const { vocabulary, end, limit } = this.rules;
    const live = this.started ? this.places : [null];
    this.started = true;
    const given = prompted(live[0]!, this.rules);
    const next: Place[] = given === undefined ? [] : [given];
    const count = this.width === 1 ? 1 : 2 * this.width;
    for (const { slot, id, logProbability } of given === undefined ? likeliest(live, logits, row, vocabulary, count) : []) {
      const extended = extend(live[slot]!, id, slot, logProbability);
      if (id === end) this.pool.push(this.ranked(extended, true));
      else if (next.length < this.width) next.push(extended);
    }
    this.pool = bestFirst(this.pool).slice(0, this.width);
    const length = (live[0]?.length ?? 0) + 1;
    if (next.length === 0 && this.pool.length === 0) {
      // Every choice is excluded: the hypotheses end here.
      this.cutOff = bestFirst(this.places.map((place) => this.ranked(place, false)));
      this.finish();
    } else if (length >= limit) {
      this.cutOff = bestFirst(next.map((place) => this.ranked(place, end === null)));
      this.finish();
    } else if (next.length === 0 || this.settled(next[0]!.logProbability, length)) {
      this.finish();
    } else {
      this.places = next;
    }
  }

  /** Hypotheses that ended come before those that were cut off, whose probability lacks the end symbol. */
  results(): Ranked[] {
    return [...this.pool, ...this.cutOff].slice(0, this.width);
  }

  private ranked(place: Place, ended: boolean): Ranked {
    return { place, ended, score: this.rules.rank(place.logProbability, place.length) };
  }

  /** Whether no continuation can enter the pool: log-probabilities only decrease, so the best live one bounds them at every length. */
  private settled(best: number, length: number): boolean {
    if (this.pool.length < this.width) return false;
    const worst = this.pool[this.width - 1]!.score;
    for (let reach = length + 1; reach <= this.rules.limit; reach++) {
      if (this.rules.rank(best, reach) > worst) return false;
    }
    return true;
  }

  private finish(): void {
    this.done = true;
    this.places = [];
  }
}

function bestFirst(ranked: Ranked[]): Ranked[] {
  return ranked.sort((a, b) => b.score - a.score);
}

export interface SampleSettings {
  /** Divides the logits: below 1 the distribution is sharper, above 1 flatter. */
  readonly temperature: number;
  /** Only this many of the most likely choices; `Infinity` for all. */
  readonly topK: number;
  /** Only the most likely choices that together reach this probability; 1 for all (Holtzman et al. 2020). */
  readonly topP: number;
}

/** Draws one choice per position. */
export class Sampling implements Search {
  private readonly rules: SearchRules;
  private readonly settings: SampleSettings;
  private readonly draw: (place: number) => number;
  private last: Place | null = null;
  private ended = false;
  done = false;

  /** @param draw a number in [0, 1) for each position */
  constructor(rules: SearchRules, settings: SampleSettings, draw: (place: number) => number) {
    this.rules = rules;
    this.settings = settings;
    this.draw = draw;
  }

  get live(): readonly Place[] {
    return this.last === null || this.done ? [] : [this.last];
  }

  advance(logits: ArrayLike<number>, row: (slot: number) => number): void {
    const { end, limit } = this.rules;
    const from = row(0);
    const place = this.last?.length ?? 0;
    const next = prompted(this.last, this.rules) ?? this.drawn(logits, from, place);
    this.done = next === null;
    if (next === null) return;
    this.last = next;
    this.ended = this.last.id === end || (end === null && place + 1 >= limit);
    this.done = this.ended || place + 1 >= limit;
  }

  results(): Ranked[] {
    const { last } = this;
    return last === null ? [] : [{ place: last, ended: this.ended, score: this.rules.rank(last.logProbability, last.length) }];
  }

  /** null: every choice is excluded. */
  private drawn(logits: ArrayLike<number>, from: number, place: number): Place | null {
    if (logTotal(logits, from, this.rules.vocabulary) === forbidden) return null;
    const id = this.choose(logits, from, place);
    const logProbability = (this.last?.logProbability ?? 0) + logits[from + id]! - logTotal(logits, from, this.rules.vocabulary);
    return extend(this.last, id, 0, logProbability);
  }

  private choose(logits: ArrayLike<number>, from: number, place: number): number {
    const { temperature, topK, topP } = this.settings;
    const { vocabulary } = this.rules;
    const scaled = new Float64Array(vocabulary);
    for (let id = 0; id < vocabulary; id++) scaled[id] = logits[from + id]! / temperature;
    const total = logTotal(scaled, 0, vocabulary);
    const allowed: { id: number; reached: number }[] = [];
    let reached = 0;
    for (const id of this.candidates(scaled, total)) {
      const probability = Math.exp(scaled[id]! - total);
      if (allowed.length > 0 && (allowed.length >= topK || reached >= topP)) break;
      if (probability === 0) continue;
      reached += probability;
      allowed.push({ id, reached });
    }
    const drawn = this.draw(place) * reached;
    return (allowed.find((choice) => drawn < choice.reached) ?? allowed[allowed.length - 1]!).id;
  }

  /** The choices that topK and topP leave, most likely first; if neither is set, all in their own order. */
  private candidates(scaled: Float64Array, total: number): Iterable<number> {
    const { topK, topP } = this.settings;
    const { vocabulary } = this.rules;
    if (topK >= vocabulary && topP >= 1) return scaled.keys();
    const kth = topK >= vocabulary ? -Infinity : scaled.slice().sort()[vocabulary - topK]!;
    // All choices below this probability together have less than 1 - topP.
    const rare = total + Math.log((1 - topP) / vocabulary);
    const ids: number[] = [];
    for (let id = 0; id < vocabulary; id++) if (scaled[id]! >= kth && scaled[id]! >= rare) ids.push(id);
    return ids.sort((a, b) => scaled[b]! - scaled[a]! || a - b);
  }
}

/** The positions of a hypothesis, first to last. */
export function positionsOf(last: Place): Place[] {
  const places: Place[] = [];
  for (let at: Place | null = last; at !== null; at = at.before) places.push(at);
  return places.reverse();
}
