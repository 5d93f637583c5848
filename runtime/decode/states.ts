import type * as tf from '../tf.ts';
import type { Memory, State, States } from '../definition.ts';
import { InputError } from '../errors.ts';
import type { ParameterTree } from '../parameters.ts';
import { tensorsIn } from '../scope.ts';
import { Cache } from './cache.ts';

/** @throws InputError if the parameters that a run began with are gone: the model was trained, loaded others, or was disposed of */
export function requireUnchanged(weights: ParameterTree, begin: string): void {
  if (tensorsIn(weights).some((tensor) => tensor.isDisposed))
    throw new InputError(`the model's parameters were changed or disposed of since this began: begin another with \`${begin}\``);
}

function tensorsOf(states: States | Memory): tf.Tensor[] {
  return Object.values(states).flatMap(parts);
}

/** Disposes of what is not handed on: an unchanged state, or blocks shared by the next cache, may be the same tensors. */
export function release(states: States | Memory, handedOn: States = {}): void {
  const kept = new Set(tensorsOf(handedOn));
  for (const tensor of tensorsOf(states)) if (!kept.has(tensor)) tensor.dispose();
}

/** The same states with every tensor mapped; the positions of a cache must stay. */
export function mapStates(states: States, change: (tensor: tf.Tensor) => tf.Tensor): States {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, mapped(state, change)]));
}

function mapped(state: State, change: (tensor: tf.Tensor) => tf.Tensor): State {
  if (isList(state)) return state.map((each) => mapped(each, change));
  return state instanceof Cache ? new Cache(state.blocks.map(change), state.first, state.places) : change(state);
}

/** All tensors of a state. */
function parts(state: State): readonly tf.Tensor[] {
  if (isList(state)) return state.flatMap(parts);
  return state instanceof Cache ? state.blocks : [state];
}

function isList(state: State): state is readonly State[] {
  return Array.isArray(state);
}
