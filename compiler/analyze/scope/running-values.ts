/**
 * The next values of running values that one update has computed so far: by path, with their parameter's axes, as seen by the
 * body that is being elaborated. They enter the body of a call as arguments if they depend on any, and leave it as results shared
 * by all elements of the call.
 */
import type { Node } from '../../graph/graph.ts';

export class RunningValues {
  readonly #values: Map<string, Node>;
  readonly #read = new Set<string>();

  constructor(values: ReadonlyMap<string, Node> = new Map()) {
    this.#values = new Map(values);
  }

  copy(): RunningValues {
    return new RunningValues(this.#values);
  }

  has(path: string): boolean {
    return this.#values.has(path);
  }

  read(path: string): Node | null {
    this.#read.add(path);
    return this.#values.get(path) ?? null;
  }

  set(path: string, node: Node): void {
    this.#values.set(path, node);
  }

  all(): ReadonlyMap<string, Node> {
    return this.#values;
  }

  wasRead(path: string): boolean {
    return this.#read.has(path);
  }
}
