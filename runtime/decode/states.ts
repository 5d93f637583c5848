import * as tf from '../tf.ts';
import type { State, States } from '../definition.ts';
import { Rows } from './rows.ts';

function tensorsOf(states: States): tf.Tensor[] {
  return Object.values(states).flatMap((state) => (state instanceof Rows ? state.blocks : [state]));
}

/** Disposes of what is not handed on: a state that did not change, and blocks that the next rows share, may be the same tensors. */
export function release(states: States, handedOn: States = {}): void {
  const kept = new Set(tensorsOf(handedOn));
  for (const tensor of tensorsOf(states)) if (!kept.has(tensor)) tensor.dispose();
}

/** The same states with every tensor changed alike; the places of rows have to stay. */
export function mapStates(states: States, change: (tensor: tf.Tensor) => tf.Tensor): States {
  const next = Object.entries(states).map(([name, state]): [string, State] => [
    name,
    state instanceof Rows ? new Rows(state.blocks.map(change), state.first, state.places) : change(state),
  ]);
  return Object.fromEntries(next);
}
