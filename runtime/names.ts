/** Checks names given by a caller: a misspelt one would otherwise be ignored. */
import { didYouMean } from './near.ts';
import type { Definition, Sizes } from './definition.ts';
import { InputError } from './errors.ts';
import { isNested, show } from './values.ts';

/** `; did you mean …?`, or nothing. */
export function suggestion(name: unknown, known: Iterable<string>): string {
  const near = typeof name === 'string' ? didYouMean(name, known) : null;
  return near === null ? '' : `; did you mean \`${near}\`?`;
}

export function listed(names: Iterable<string>): string {
  return Array.from(names, (name) => `\`${name}\``).join(', ');
}

/**
 * Options must be an object with known keys only.
 *
 * @param of what has the options, as shown in messages
 * @throws what `fault` makes of the message
 */
export function requireOptions(
  given: unknown,
  known: readonly string[],
  of: string,
  fault: (message: string) => Error = (message) => new InputError(message),
): void {
  if (typeof given !== 'object' || given === null || isNested(given))
    throw fault(`${of}: expected options (${listed(known)}), given ${show(given)}`);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw fault(`\`${unknown}\` is not an option of ${of}: ${listed(known)}${suggestion(unknown, known)}`);
}

/** Every name that an example of a program may have: one call reads some of them. */
export function exampleNames({ inputs, objectives, decoder, ragged }: Definition, n: Sizes): ReadonlySet<string> {
  return new Set([
    ...inputs(n).map(({ name }) => name),
    ...(decoder === null ? [] : [decoder.output]),
    ...objectives.flatMap((objective) => objective.given(n).map(({ name }) => name)),
    ...ragged.flatMap(({ label, told }) => (told === true ? [label] : [])),
  ]);
}

/** @throws InputError for the first name in an example that the program does not have */
export function requireNames(examples: readonly object[], known: ReadonlySet<string>, program: string): void {
  for (const [row, example] of examples.entries()) {
    // A non-object is reported elsewhere, with what was expected instead.
    if (typeof example !== 'object' || example === null || isNested(example)) continue;
    for (const name of Object.keys(example)) {
      if (!known.has(name))
        throw new InputError(
          `example ${row}: \`${program}\` takes no \`${name}\`: ${known.size === 0 ? 'it takes nothing' : listed(known)}${suggestion(name, known)}`,
        );
    }
  }
}

/** The paths of all rounds for a path with a `[*]` for each enclosing loop of rounds, outermost first. */
export function pathsOfRounds(path: string, counts: readonly number[]): readonly string[] {
  return counts.reduce<readonly string[]>(
    (paths, count) => paths.flatMap((each) => Array.from({ length: count }, (_, i) => each.replace('[*]', `[${i}]`))),
    [path],
  );
}
