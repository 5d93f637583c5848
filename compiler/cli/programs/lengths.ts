/** Lengths of ragged dims that a program allows, for the example in a summary. */
import { atomOf, atomsOf, showSize } from '../../size/size.ts';
import type { Dim, Program, Requirement } from '../../graph/graph.ts';
import { holds, MUST, numberOf } from '../../graph/requirement.ts';
import { valuesOf } from './cost.ts';
import { CliError, misuse } from '../io/io.ts';

const DEFAULT_LENGTH = 16;
/** The greatest length that is tried. */
const LONGEST = 4096;

/**
 * A length for each ragged dim: the one given, else one near the default that the program allows.
 *
 * @throws CliError for a length that the program does not allow, and where none is found
 */
export function allowedLengths(
  program: Program,
  dims: ReadonlyMap<string, number>,
  given: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const lengths = new Map(program.ragged.map(({ label }) => [label, given.get(label) ?? DEFAULT_LENGTH]));
  const concerned = ({ a, b }: Requirement): readonly Dim[] =>
    program.ragged.filter(({ size }) => [a, b].some((each) => atomsOf(each).has(atomOf(size)!)));
  const met = (requirement: Requirement): boolean => isMet(requirement, valuesOf(program, dims, lengths));
  const known = new Set([...program.hyperparameters.map(({ dim }) => dim), ...program.ragged].map(({ size }) => atomOf(size)));
  const ofLengths = program.requirements.filter(
    (each) => concerned(each).length > 0 && [each.a, each.b].every((size) => [...atomsOf(size)].every((atom) => known.has(atom))),
  );
  /** Gives the dim a length that satisfies the requirement, together with all those about this dim alone. */
  const adapt = ({ label }: Dim, broken: Requirement): boolean => {
    if (given.has(label)) return false;
    const before = lengths.get(label)!;
    const asked = [broken, ...ofLengths.filter((each) => concerned(each).every((dim) => dim.label === label))];
    for (const length of near(DEFAULT_LENGTH)) {
      lengths.set(label, length);
      if (asked.every(met)) return true;
    }
    lengths.set(label, before);
    return false;
  };
  // Satisfying one requirement may break another: each gets a second turn.
  for (let turns = 2 * ofLengths.length; ; turns--) {
    const broken = ofLengths.find((each) => !met(each));
    if (broken === undefined) return lengths;
    if (turns === 0 || !concerned(broken).some((dim) => adapt(dim, broken)))
      throw unmet(
        broken,
        concerned(broken).filter(({ label }) => given.has(label)),
        program,
        lengths,
      );
  }
}

function isMet({ kind, a, b }: Requirement, values: ReadonlyMap<string, number>): boolean {
  const [left, right] = [numberOf(a, values), numberOf(b, values)];
  return left !== null && right !== null && holds(kind, left, right);
}

function* near(length: number): Generator<number> {
  yield length;
  for (let step = 1; length + step <= LONGEST; step++) {
    if (step < length) yield length - step;
    yield length + step;
  }
}

function unmet({ kind, a, b, why }: Requirement, told: readonly Dim[], program: Program, lengths: ReadonlyMap<string, number>): CliError {
  const says = `${showSize(a)} ${MUST[kind]} ${showSize(b)}: ${why}`;
  if (told.length > 0)
    return misuse(`attnc summary: --at ${told.map(({ label }) => `${label}=${lengths.get(label)!}`).join(' --at ')}: ${says}`);
  return new CliError(
    `${program.name}: no length was found that its sizes allow: ${says}`,
    'give lengths with --at, or other sizes with --set',
  );
}
