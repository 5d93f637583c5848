import type * as tf from '../tf.ts';
import type { State, States, Tensors } from '../definition.ts';
import { InputError } from '../errors.ts';
import { Rows } from './rows.ts';

/** @throws InputError where the parameters that a run began with are gone: the model learnt, took others, or was disposed of */
export function requireUnchanged(weights: Tensors, begin: string): void {
  if (Object.values(weights).some((tensor) => tensor.isDisposed))
    throw new InputError(`the model's parameters were changed or disposed of since this began: begin another with \`${begin}\``);
}

function tensorsOf(states: States): tf.Tensor[] {
  return Object.values(states).flatMap((state) => (state instanceof Rows ? state.blocks : [state]));
}

/** Disposes of what is not handed on: a state that did not change, and blocks that the next rows share, may be the same tensors. */
export function release(states: States, handedOn: States = {}): void {
  const kept = new Set(tensorsOf(handedOn));
  for (const tensor of tensorsOf(states)) if (!kept.has(tensor)) tensor.dispose();
}

/** The same states with every tensor changed alike; the positions of rows have to stay. */
export function mapStates(states: States, change: (tensor: tf.Tensor) => tf.Tensor): States {
  const next = Object.entries(states).map(([name, state]): [string, State] => [
    name,
    state instanceof Rows ? new Rows(state.blocks.map(change), state.first, state.places) : change(state),
  ]);
  return Object.fromEntries(next);
}
