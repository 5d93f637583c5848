import type { Node, Program } from '../../compiler/graph/graph.ts';
import { verify, type Dialect, type Facts } from '../../compiler/graph/verify.ts';

/** `verify` of every graph of a program. */
export function verifyProgram(program: Program, dialect: Dialect, facts?: Facts): void {
  for (const roots of graphsOf(program)) verify(roots, { dialect, facts, free: freeArguments(program) });
}

/** By graph, in each of which an axis is one: the outputs and losses, those of training, a decoder's step. */
function graphsOf({ outputs, objectives, decoder }: Program): readonly (readonly Node[])[] {
  const updates = objectives.flatMap((objective) => objective.updates);
  const losses = updates.flatMap(({ loss, metrics }) => [loss, ...metrics.values()]);
  const training = updates.flatMap(({ training: { loss, metrics } }) => [loss, ...metrics.values()]);
  const limits = decoder === null ? [] : [decoder.rank, decoder.atMost].filter((node) => node !== null);
  // What a parallel decoder or a causal model is made of stands in the outputs' clock.
  const step =
    decoder?.kind === 'recurrent'
      ? [...decoder.states.flatMap(({ init, next }) => [init, next]), decoder.logits, ...decoder.taps.values()]
      : [];
  return [[...outputs.values(), ...losses], training, [...step, ...limits]];
}

function freeArguments({ decoder }: Program): readonly Node[] {
  if (decoder === null || decoder.kind === 'parallel') return [];
  const { previous, chosen, position, states } = decoder;
  return [previous, ...(chosen === undefined ? [] : [chosen]), position, ...states.map(({ argument }) => argument)];
}
