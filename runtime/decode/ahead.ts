/**
 * Generation with graphs that decode several positions with one call and choose by themselves. The searches on the host then take
 * the same logits position by position, in float64, and theirs is the choice: where it is another than the graph's, what the
 * graph computed after it is dropped. So what is generated follows from the logits as it does position by position.
 */
import type { Ahead, AheadMade, Choices } from '../definition.ts';
import { InputError } from '../errors.ts';
import { firstRefused, type ReadRefusal } from '../refusals.ts';
import { tensorsIn } from '../scope.ts';
import { download, elementCount, type Value } from '../values.ts';
import type { Decoding } from './decoding.ts';
import type { Search } from './search.ts';

/** The requested values of one position, [batch, beam, …]. */
export type Taken = Readonly<Record<string, { readonly data: Value['data']; readonly shape: readonly number[] }>>;

export interface AheadRules {
  /** Hypotheses per example. */
  readonly width: number;
  readonly vocabulary: number;
  readonly start: number;
  readonly end: number | null;
  /** The greatest number of positions of any example. */
  readonly most: number;
  readonly prompts: readonly ArrayLike<number>[];
  /** The number in [0, 1) that decides an example's choice at a position; null: nothing is drawn. */
  readonly draw: ((row: number, place: number) => number) | null;
}

/** Positions of a call where only the host can see that all has ended; each further call has twice as many. */
const FEW = 4;

/** Runs all searches to their end; null: a graph cannot be had, and what the searches have taken is void. */
export async function runAhead(decoding: Decoding, ahead: Ahead, searches: readonly Search[], rules: AheadRules): Promise<Taken[] | null> {
  await decoding.settle();
  const judge = new Judge(decoding, searches, rules);
  let time = 0;
  let wanted = rules.width > 1 && rules.end !== null ? Math.min(FEW, ahead.room) : ahead.room;
  /** What was chosen at the position before `time`. */
  let before = judge.first();
  for (;;) {
    const done = Uint8Array.from(searches, (search) => (search.done ? 1 : 0));
    const count = Math.min(wanted, rules.most - time);
    const call = { time, count, before, done, forced: judge.prompted(time, count), drawn: judge.drawn(time, count) };
    const made = ahead.run(call);
    if (made === null) return null;
    const chunk = await read(made);
    const choices = judge.take(chunk, time);
    if (judge.isOver) return judge.taken;
    const hasErred = choices.length < chunk.ran;
    if (hasErred) {
      // Again as far as it agreed: the choice of the last position is made after the step.
      const again = ahead.run({ ...call, count: choices.length, forced: joined(choices) });
      if (again === null) return null;
      for (const tensor of tensorsIn(again)) tensor.dispose();
    }
    ahead.accept();
    time += choices.length;
    before = choices.at(-1)!;
    wanted = hasErred ? 1 : Math.min(2 * wanted, ahead.room);
  }
}

/** What a call computed, read back. */
interface Chunk {
  readonly ran: number;
  readonly ids: Value['data'];
  readonly parents: Value['data'] | null;
  readonly logits: Value['data'];
  readonly taps: Taken;
  /** With the position in front. */
  readonly refusals: readonly ReadRefusal[];
}

async function read(made: AheadMade): Promise<Chunk> {
  const { ran, ids, parents, logits, taps, refusals } = made;
  const tensors = [ran, ids, logits, ...(parents === null ? [] : [parents]), ...Object.values(taps), ...refusals.map(({ wrong }) => wrong)];
  try {
    const data = new Map(await Promise.all(tensors.map(async (tensor) => [tensor, await download(tensor)] as const)));
    return {
      ran: data.get(ran)![0]!,
      ids: data.get(ids)!,
      parents: parents === null ? null : data.get(parents)!,
      logits: data.get(logits)!,
      taps: Object.fromEntries(Object.entries(taps).map(([name, tap]) => [name, { data: data.get(tap)!, shape: tap.shape.slice(1) }])),
      refusals: refusals.map(({ wrong, ...rest }) => ({ ...rest, data: data.get(wrong)!, shape: wrong.shape.slice() })),
    };
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

/** The searches, and what they were given. */
class Judge {
  readonly taken: Taken[] = [];
  readonly #decoding: Decoding;
  readonly #searches: readonly Search[];
  readonly #rules: AheadRules;

  constructor(decoding: Decoding, searches: readonly Search[], rules: AheadRules) {
    this.#decoding = decoding;
    this.#searches = searches;
    this.#rules = rules;
  }

  get isOver(): boolean {
    return this.#searches.every(({ done }) => done);
  }

  first(): Choices {
    const { width, start } = this.#rules;
    const all = this.#searches.length * width;
    return {
      ids: new Int32Array(all).fill(start),
      parents: new Int32Array(all),
      logProbabilities: Float32Array.from({ length: all }, (_, k) => (k % width === 0 ? 0 : -Infinity)),
    };
  }

  /** Takes positions until the searches choose otherwise or end; returns their choices. */
  take({ ran, ids, parents, logits, taps, refusals }: Chunk, time: number): readonly Choices[] {
    const { width, vocabulary } = this.#rules;
    const all = this.#searches.length * width;
    const choices: Choices[] = [];
    for (let k = 0; k < ran; k++) {
      const read = this.#searches.map(({ done, live }) => (done ? 0 : Math.max(1, live.length)));
      this.#decoding.requireRoom(time + k, read);
      this.#requireFine(refusals, k, read);
      this.taken.push(
        Object.fromEntries(Object.entries(taps).map(([name, { data, shape }]) => [name, { data: position(data, shape, k), shape }])),
      );
      for (const [row, search] of this.#searches.entries()) {
        if (!search.done) search.advance(logits, (slot) => (k * all + row * width + slot) * vocabulary);
      }
      choices.push(this.#chosen());
      const agrees = (row: number, slot: number): boolean => {
        const { id, slot: parent } = this.#searches[row]!.live[slot]!;
        const at = k * all + row * width + slot;
        return ids[at] === id && (parents === null || parents[at] === parent);
      };
      if (this.isOver || !this.#searches.every(({ live }, row) => live.every((_, slot) => agrees(row, slot)))) break;
    }
    return choices;
  }

  /** @param read as of `advance` */
  #requireFine(refusals: readonly ReadRefusal[], k: number, read: readonly number[]): void {
    const own = refusals.map(({ data, shape: [, ...shape], ...rest }) => ({ ...rest, data: position(data, shape, k), shape }));
    const message = firstRefused(own, this.#searches.length, (row, slot) => slot < read[row]!);
    if (message !== null) throw new InputError(message);
  }

  /** What the searches chose last. Whatever has ended continues with the end symbol; nothing reads it. */
  #chosen(): Choices {
    const { width, end } = this.#rules;
    const places = this.#searches.flatMap(({ live }) => {
      const best = live.reduce((most, { logProbability }) => Math.max(most, logProbability), -Infinity);
      return Array.from({ length: width }, (_, slot) => {
        const place = live[slot];
        return place === undefined
          ? { id: end ?? 0, parent: 0, logProbability: -Infinity }
          : // Small numbers lose less in float32; only differences count.
            { id: place.id, parent: place.slot, logProbability: place.logProbability - best };
      });
    });
    return {
      ids: Int32Array.from(places, ({ id }) => id),
      parents: Int32Array.from(places, ({ parent }) => parent),
      logProbabilities: Float32Array.from(places, ({ logProbability }) => logProbability),
    };
  }

  /** The positions that prompts decide. */
  prompted(time: number, count: number): Choices {
    const { width, prompts } = this.#rules;
    const [rows, all] = [this.#searches.length, count * this.#searches.length * width];
    const made = { ids: new Int32Array(all).fill(-1), parents: new Int32Array(all), logProbabilities: new Float32Array(all) };
    for (const [row, prompt] of prompts.entries()) {
      for (let k = 0; k < count && time + k < prompt.length; k++) {
        const from = (k * rows + row) * width;
        made.ids.fill(prompt[time + k]!, from, from + width);
        made.logProbabilities.fill(-Infinity, from + 1, from + width);
      }
    }
    return made;
  }

  drawn(time: number, count: number): Float32Array | null {
    const { draw } = this.#rules;
    const rows = this.#searches.length;
    return draw === null ? null : Float32Array.from({ length: count * rows }, (_, at) => draw(at % rows, time + Math.floor(at / rows)));
  }
}

function position(data: Value['data'], shape: readonly number[], k: number): Value['data'] {
  const size = elementCount(shape);
  return data.subarray(k * size, (k + 1) * size);
}

function joined(choices: readonly Choices[]): Choices {
  return {
    ids: Int32Array.from(choices.flatMap(({ ids }) => [...ids])),
    parents: Int32Array.from(choices.flatMap(({ parents }) => [...parents])),
    logProbabilities: Float32Array.from(choices.flatMap(({ logProbabilities }) => [...logProbabilities])),
  };
}
