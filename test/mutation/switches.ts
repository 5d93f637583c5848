/** Set up before each test file: which mutant is on, and what is reached. Modules with switches read `globalThis.mutants`. */
import { afterAll, inject } from 'vitest';

/** Times that an expression was reached; `loads`: while modules were loaded, in whatever file that happens first. */
export interface Reached {
  readonly runs: Record<number, number>;
  readonly loads: Record<number, number>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The number of the mutant, -1 for none. */
    active: number;
    /** How often it may be reached: more is a loop without end. */
    limit: number;
  }
  interface TaskMeta {
    reached?: Reached;
  }
}

class Switches {
  #reached: Reached = { runs: {}, loads: {} };
  #loading = 0;
  #active = -1;
  #limit = Infinity;

  begin(active: number, limit: number): Reached {
    [this.#active, this.#limit] = [active, limit];
    return (this.#reached = { runs: {}, loads: {} });
  }

  on(id: number): boolean {
    const counts = this.#loading > 0 ? this.#reached.loads : this.#reached.runs;
    counts[id] = (counts[id] ?? 0) + 1;
    if (id !== this.#active) return false;
    if (counts[id] > this.#limit) throw new Error('reached without end');
    return true;
  }

  loading(change: 1 | -1): void {
    this.#loading += change;
  }
}

declare global {
  var mutants: Switches | undefined;
}

const reached = (globalThis.mutants ??= new Switches()).begin(inject('active'), inject('limit'));

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of the fixtures from the first parameter: none
afterAll(({}, suite) => {
  suite.meta.reached = reached;
});
