/** Why a loss is Infinity: a forbidden target (its logit is absent) has probability 0. */
import type { Definition } from './definition.ts';
import type { Ints } from './values.ts';

/** One example by itself: its loss, and a decoder's logits, [position, choice] in one row. */
export interface Alone {
  loss(): Promise<number>;
  logits(): Promise<ArrayLike<number>>;
}

/** A sentence about the first example whose loss is Infinity; null if no example's is by itself. */
export async function whyInfinite(
  { decoder }: Definition,
  examples: readonly object[],
  alone: (row: number) => Alone,
): Promise<string | null> {
  for (const [row, example] of examples.entries()) {
    const one = alone(row);
    if ((await one.loss()) !== Infinity) continue;
    const front = `example ${row}: the loss is Infinity`;
    const targets = decoder === null ? undefined : (example as Readonly<Record<string, Ints>>)[decoder.output];
    const place = targets === undefined ? -1 : forbiddenPlace(await one.logits(), targets);
    if (decoder !== null && place >= 0)
      return `${front}: \`${decoder.output}[${decoder.axis} = ${place}]\` is ${targets![place]}, which \`${decoder.name}\` forbids there (its logit is absent, its probability 0)`;
    return `${front}: a target of probability 0, such as a class whose logit is absent, or numbers beyond float32`;
  }
  return null;
}

function forbiddenPlace(logits: ArrayLike<number>, targets: Ints): number {
  const width = logits.length / targets.length;
  return Array.from(targets).findIndex((target, place) => logits[place * width + target] === -Infinity);
}
