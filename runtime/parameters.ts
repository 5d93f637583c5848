/** Parameters as emitted functions read them: `p.Translate.s.GRU.Wz` is the tensor with the path `Translate.s.GRU.Wz`. */
import type * as tf from './tf.ts';
import type { Tensors } from './definition.ts';

export interface ParameterTree {
  readonly [name: string]: tf.Tensor | ParameterTree | readonly ParameterTree[];
}

interface Branch {
  [name: string]: tf.Tensor | Branch | Branch[];
}

/**
 * A dot in a path goes one level down, `layers[3]` to the element of a list. A tensor whose path is a prefix of others, such as
 * the initial value of a state `h` beside `h.GRU.W`, is `h.$`.
 */
export function parameterTree(tensors: Tensors): ParameterTree {
  const root: Branch = {};
  const inner = new Set(Object.keys(tensors).flatMap((path) => path.split('.').map((_, k, parts) => parts.slice(0, k).join('.'))));
  for (const [path, tensor] of Object.entries(tensors)) {
    const parts = path.split('.');
    const last = inner.has(path) ? '$' : parts.pop()!;
    let branch = root;
    for (const part of parts) branch = below(branch, part);
    branch[last] = tensor;
  }
  return root;
}

/** The tensor with this path; of a path that ends before it, what is there. */
export function parameterAt(tree: ParameterTree, path: string): tf.Tensor {
  let at: unknown = tree;
  for (const part of path.split('.'))
    for (const step of part.replaceAll(']', '').split('[')) at = (at as Readonly<Record<string, unknown>>)[step];
  return (typeof at === 'object' && at !== null && '$' in at ? at.$ : at) as tf.Tensor;
}

function below(branch: Branch, part: string): Branch {
  const [name = '', ...places] = part.replaceAll(']', '').split('[');
  let next = (branch[name] ??= places.length === 0 ? {} : []) as Branch | Branch[];
  for (const [k, place] of places.entries()) {
    const list = next as Branch[];
    const deeper = k < places.length - 1;
    for (let i = 0; i <= Number(place); i++) list[i] ??= (deeper ? [] : {}) as Branch;
    next = list[Number(place)]!;
  }
  return next as Branch;
}
