/** What the machine read, wrote and answered over time, and what was in its memory when the input had ended. */
import { panelsSvg, type Panel, type Picture, type Value } from 'attnc/runtime';
import type { Sequence } from './sequences.ts';
import type { Trace } from './task.ts';

/** Rows of a value of two axes, or of the rows of one head. */
type Rows = number[][];

export function tracePicture(name: string, { x, answering, shown }: Sequence, trace: Trace): Picture {
  const steps = x.length;
  const heads = (value: Value): Rows[] => {
    const [, count, size] = value.shape as [number, number, number];
    return Array.from({ length: count }, (_, head) =>
      Array.from({ length: steps }, (_none, step) =>
        Array.from(value.data.slice((step * count + head) * size, (step * count + head + 1) * size)),
      ),
    );
  };
  const [writing, reading, erased, added] = [trace.writing, trace.reading, trace.erased, trace.added].map(heads) as [
    Rows[],
    Rows[],
    Rows[],
    Rows[],
  ];
  const slots = slotsUsed([...writing, ...reading]);
  const weights = (word: string, all: readonly Rows[]): Panel[] =>
    all.map((rows, head) => ({
      title: all.length === 1 ? word : `${word}, head ${head + 1}`,
      values: columnsOf(rows.map((row) => slots.map((slot) => within(row[slot]!)))),
    }));
  const bits = x[0]!.length;
  const out = trace.logits.shape.at(-1)!;
  const answer = Array.from({ length: steps }, (_, step) =>
    Array.from({ length: out }, (_none, bit) => (answering[step] === true ? 1 / (1 + Math.exp(-trace.logits.data[step * out + bit]!)) : 0)),
  );
  const ends = answering.indexOf(true);
  const memory = memoryAfter(ends, writing, erased, added);
  const panels: Panel[] = [
    { title: 'input', values: Array.from({ length: bits }, (_, bit) => shades(x.map((row) => row[bit]!))) },
    ...weights('writes to', writing),
    ...added.map(
      (rows, head): Panel => ({
        title: added.length === 1 ? 'adds' : `adds, head ${head + 1}`,
        values: columnsOf(rows.map((row) => row.map((value) => within((value + 1) / 2)))),
      }),
    ),
    ...weights('reads from', reading),
    { title: 'answer', values: columnsOf(answer) },
    { title: 'memory', values: slots.map((slot) => memory[slot]!.map((value) => within((value + 1) / 2))) },
  ];
  return {
    name,
    svg: panelsSvg({
      title: shown.length > 60 ? `${shown.slice(0, 57)}…` : shown,
      panels,
      caption:
        'A column for each step; of the memory, whose rows are the slots above and whose columns are its width, what it held when the input had ended.',
    }),
  };
}

/** A channel that goes below 0 has its 0 half way. */
function shades(values: readonly number[]): number[] {
  return values.some((value) => value < 0) ? values.map((value) => within((value + 1) / 2)) : values.map(within);
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

function columnsOf(rows: Rows): Rows {
  return rows[0]!.map((_, k) => rows.map((row) => row[k]!));
}

/** The slots that heads are at, from the one where they begin outwards: the memory is a ring. */
function slotsUsed(heads: readonly Rows[]): number[] {
  const count = heads[0]![0]!.length;
  const first = best(heads[0]![0]!);
  const offsets = heads.flatMap((rows) =>
    rows.filter((row) => Math.max(...row) > 0.3).map((row) => ((best(row) - first + count + count / 2) % count) - count / 2),
  );
  const [low, high] = [Math.min(0, ...offsets) - 1, Math.max(0, ...offsets) + 1];
  return Array.from({ length: Math.min(count, Math.floor(high - low + 1)) }, (_, k) => (first + Math.ceil(low) + k + 2 * count) % count);
}

function best(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}

/** Equations (3) and (4), once more, for as many steps. */
function memoryAfter(steps: number, writing: readonly Rows[], erased: readonly Rows[], added: readonly Rows[]): Rows {
  const [slots, width] = [writing[0]![0]!.length, added[0]![0]!.length];
  let memory: Rows = Array.from({ length: slots }, () => Array.from({ length: width }, () => 1e-6));
  for (let step = 0; step < steps; step++) {
    memory = memory.map((row, slot) =>
      row.map((value, k) => {
        const kept = writing.reduce((left, head, h) => left * (1 - head[step]![slot]! * erased[h]![step]![k]!), value);
        return writing.reduce((sum, head, h) => sum + head[step]![slot]! * added[h]![step]![k]!, kept);
      }),
    );
  }
  return memory;
}
