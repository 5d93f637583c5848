/** Work on graphs that goes on however deep they are: what asks for something waits for it on a list, not on the stack. */
import { GraphError } from '../../graph/errors.ts';
import type { Node } from '../../graph/graph.ts';

/** Who makes nodes out of others, each once. */
export interface Site {
  has(node: Node): boolean;
  /** What was made of the node. */
  value(node: Node): Node;
  set(node: Node, made: Node): void;
  visit(node: Node): Making<Node>;
}

export interface Need {
  readonly by: Site;
  readonly node: Node;
}

/** Work that names by `yield` what must be made before it goes on. */
export type Making<T> = Generator<readonly Need[], T, void>;

interface Open {
  readonly work: Making<unknown>;
  /** What is made; null: the work that was asked for. */
  readonly of: Need | null;
  readonly end: (value: unknown) => void;
  needs: readonly Need[];
  next: number;
}

/** Does the work and all that it asks for, in the order in which it asks. What asks for itself is a fault of a pass, and never ends. */
export function completed<T>(work: Making<T>): T {
  let result: T | undefined;
  const open: Open[] = [
    {
      work,
      of: null,
      end: (value) => {
        result = value as T;
      },
      needs: [],
      next: 0,
    },
  ];
  const begun = new Map<Site, Set<Node>>();
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const need = top.needs[top.next++];
    if (need !== undefined) {
      const { by, node } = need;
      if (by.has(node)) continue;
      const those = begun.get(by) ?? new Set();
      if (those.has(node)) throw new GraphError(`%${node.id} depends on itself`);
      begun.set(by, those.add(node));
      open.push({ work: by.visit(node), of: need, end: (made) => by.set(node, made as Node), needs: [], next: 0 });
      continue;
    }
    const step = top.work.next();
    if (step.done === true) {
      open.pop();
      if (top.of !== null) begun.get(top.of.by)!.delete(top.of.node);
      top.end(step.value);
    } else {
      top.needs = step.value;
      top.next = 0;
    }
  }
  return result as T;
}

export function* made(needs: readonly Need[]): Making<readonly Node[]> {
  yield needs;
  return needs.map(({ by, node }) => by.value(node));
}
