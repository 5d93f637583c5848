/** Parameters as emitted functions read them: `p.Translate.s.GRU.Wz` is the tensor with the path `Translate.s.GRU.Wz`. */
import type * as tf from './tf.ts';
import type { Tensors } from './definition.ts';

export interface ParameterTree {
  readonly [name: string]: tf.Tensor | ParameterTree | readonly ParameterTree[];
}

interface Branch {
  [name: string]: tf.Tensor | Branch | Branch[];
}

/** Steps of a path that leads to a branch: a name, and the positions in the lists that it names. */
interface Step {
  readonly name: string;
  readonly places: readonly number[];
}

const stepOf = (part: string): Step => {
  const [name = '', ...places] = part.replaceAll(']', '').split('[');
  return { name, places: places.map(Number) };
};

/**
 * A dot in a path goes one level down, `layers[3]` to the element of a list. A tensor whose path is a prefix of others, such as
 * the initial value of a state `h` beside `h.GRU.W`, is `h.$`.
 */
export function parameterTree(tensors: Tensors): ParameterTree {
  return treeOf(Object.keys(tensors))(tensors);
}

/** The same for tensors with these paths, which are taken apart once. */
export function treeOf(paths: readonly string[]): (tensors: Tensors) => ParameterTree {
  const inner = new Set(paths.flatMap((path) => path.split('.').map((_, k, parts) => parts.slice(0, k).join('.'))));
  const known = paths.map((path) => {
    const parts = path.split('.');
    const last = inner.has(path) ? '$' : parts.pop()!;
    return { path, steps: parts.map(stepOf), last };
  });
  return (tensors) => {
    const root: Branch = {};
    for (const { path, steps, last } of known) {
      let branch = root;
      for (const step of steps) branch = below(branch, step);
      branch[last] = tensors[path]!;
    }
    return root;
  };
}

/** The tensor with this path; of a path that ends before it, what is there. */
export function parameterAt(tree: ParameterTree, path: string): tf.Tensor {
  return parameterReader(path)(tree);
}

/** The same for many trees. */
export function parameterReader(path: string): (tree: ParameterTree) => tf.Tensor {
  const steps = path.replaceAll(']', '').split(/[.[]/u);
  return (tree) => {
    let at: unknown = tree;
    for (const step of steps) at = (at as Readonly<Record<string, unknown>>)[step];
    return (typeof at === 'object' && at !== null && '$' in at ? at.$ : at) as tf.Tensor;
  };
}

function below(branch: Branch, { name, places }: Step): Branch {
  let next = (branch[name] ??= places.length === 0 ? {} : []) as Branch | Branch[];
  for (const [k, place] of places.entries()) {
    const list = next as Branch[];
    const deeper = k < places.length - 1;
    for (let i = 0; i <= place; i++) list[i] ??= (deeper ? [] : {}) as Branch;
    next = list[place]!;
  }
  return next as Branch;
}
