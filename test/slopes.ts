/**
 * Slopes of a loss by central differences of the oracle, along directions that have every entry of the parameters: few runs
 * tell whether any of them has a wrong gradient.
 */
import { expect } from 'vitest';
import type { Node } from '../compiler/graph/graph.ts';
import { interpretAll, type Bindings } from '../compiler/oracle/interpret.ts';
import { reachable } from '../compiler/graph/walk.ts';
import { randomFrom } from './passes/support.ts';

/** A change of every parameter, by path. */
export type Direction = ReadonlyMap<string, Float64Array>;

const stops = (loss: Node): boolean => reachable([loss]).some(({ op }) => op.kind === 'unary' && op.fn === 'stop');

/** The examples of a batch, with what stands under `stop` in the loss as it is now. */
function held(loss: Node, examples: readonly Bindings[]): readonly Bindings[] {
  if (!stops(loss)) return examples;
  const all = examples.map((each): Bindings => ({ ...each, stopped: new Map() }));
  interpretAll([loss], all);
  return all;
}

/** The loss (its mean over the examples), moved along a direction. */
function movedLoss(loss: Node, examples: readonly Bindings[], direction: Direction): (by: number) => number {
  return (by: number): number => {
    const moved = (path: string, data: Float64Array): Float64Array => data.map((x, k) => x + by * (direction.get(path)?.[k] ?? 0));
    const results = interpretAll(
      [loss],
      examples.map((each) => ({
        ...each,
        parameters: new Map([...each.parameters].map(([path, data]) => [path, direction.has(path) ? moved(path, data) : data])),
      })),
    );
    return results.reduce((sum, [value]) => sum + value!.data[0]!, 0) / examples.length;
  };
}

function difference(loss: Node, examples: readonly Bindings[], direction: Direction, eps: number): number {
  const at = movedLoss(loss, examples, direction);
  return (at(eps) - at(-eps)) / (2 * eps);
}

/** Whether the loss has a kink here: the slopes on both sides differ, and do not come together where one goes closer. */
export function kinks(loss: Node, examples: readonly Bindings[], direction: Direction): boolean {
  const at = movedLoss(loss, held(loss, examples), direction);
  const gap = (eps: number): number => Math.abs(at(eps) + at(-eps) - 2 * at(0)) / eps;
  const [far, near] = [gap(1e-4), gap(1e-5)];
  return near > 1e-6 * Math.max(1, Math.abs(at(0))) && near > 0.5 * far;
}

/** Central difference of a loss (its mean over the examples) along a direction. What stands under `stop` stays. */
export function slope(loss: Node, examples: readonly Bindings[], direction: Direction, eps: number, rounded?: Bindings['rounded']): number {
  return difference(loss, held(loss, rounded === undefined ? examples : examples.map((each) => ({ ...each, rounded }))), direction, eps);
}

/** Each entry up or down, by sizes that do not cancel out. */
function wander(path: string, size: number): Float64Array {
  const random = randomFrom([...path].reduce((sum, letter) => (31 * sum + letter.codePointAt(0)!) % 65_521, 7));
  return Float64Array.from({ length: size }, () => (random() < 0.5 ? -1 : 1) * (0.5 + random()));
}

type Gradients = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

/** Of one loss at one point, for the gradients that any backend gives there. */
export class Slopes {
  readonly #loss: Node;
  readonly #given: readonly Bindings[];
  /** With what stands under `stop`, which is known when it is first asked for. */
  #held: readonly Bindings[] | null = null;
  /** How far a parameter is moved: the further the smaller its gradient is, so that an error in any counts alike. */
  readonly #steps = new Map<string, Float64Array>();
  readonly #known = new Map<string, number>();

  constructor(loss: Node, examples: readonly Bindings[]) {
    this.#loss = loss;
    this.#given = examples;
  }

  /**
   * The gradient of each parameter has its slope: to `tolerance`, relative to its largest entry, which counts as `least` at
   * least. `of`: the program, to be shown. Two runs tell it of all together; where they differ, the parts are looked at.
   */
  expect(gradients: Gradients, tolerance: number, least: number, of = ''): void {
    for (const [path, { data }] of Object.entries(gradients)) {
      const scale = Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), least);
      if (!this.#steps.has(path))
        this.#steps.set(
          path,
          wander(path, data.length).map((step) => step / scale),
        );
    }
    const wrong = this.#wrong(Object.keys(gradients), gradients, tolerance);
    if (wrong.length > 0) expect.fail(wrong.join('\n') + of);
  }

  #wrong(paths: readonly string[], gradients: Gradients, tolerance: number): readonly string[] {
    if (paths.length === 0) return [];
    const given = paths.reduce(
      (sum, path) => this.#steps.get(path)!.reduce((own, step, k) => own + step * gradients[path]!.data[k]!, sum),
      0,
    );
    const slope = this.#of(paths);
    if (Math.abs(given - slope) <= tolerance) return [];
    if (paths.length === 1) return [`${paths[0]}: along a direction the gradient is ${given}, by differences ${slope}`];
    const half = Math.ceil(paths.length / 2);
    return [...this.#wrong(paths.slice(0, half), gradients, tolerance), ...this.#wrong(paths.slice(half), gradients, tolerance)];
  }

  #of(paths: readonly string[]): number {
    const key = paths.join();
    const direction = new Map(paths.map((path) => [path, this.#steps.get(path)!]));
    const furthest = Math.max(...[...direction.values()].flatMap((steps) => Array.from(steps, Math.abs)));
    const slope =
      this.#known.get(key) ?? difference(this.#loss, (this.#held ??= held(this.#loss, this.#given)), direction, 1e-5 / furthest);
    this.#known.set(key, slope);
    return slope;
  }
}
