/** What the product promises of a program, each promise held against one program with its data on one backend after the other. */
import * as tf from '@tensorflow/tfjs-core';
import type { Node, UpdateGraph } from '../../compiler/graph/graph.ts';
import type { Bindings } from '../../compiler/oracle/interpret.ts';
import {
  CausalModel,
  GenerativeModel,
  InputError,
  Model,
  NumericError,
  useBackend,
  type BackendName,
  type Learner,
  type Values,
} from '../../runtime/index.ts';
import { readAll } from '../../runtime/model.ts';
import { instance, type Built, type Example } from './build.ts';
import { Chance } from './chance.ts';
import { bindingsFor, collated, examplesFor, parametersFor, type Values as Kind } from './data.ts';
import { POISONS, poisoned, run } from './poison.ts';
import { kinks, slope, type Direction } from '../slopes.ts';
import { away, BeyondInt32, compare, overflows, Reference, trembling, whole, type Compared, type Expected } from './reference.ts';
import { gradientReference, lossReference, mayOverflow, outputReference, type Ran } from './derived.ts';

export interface Failure {
  readonly property: string;
  readonly backend: BackendName | null;
  readonly message: string;
  readonly text: string;
  readonly examples: readonly Example[] | null;
}

export interface Given {
  readonly seed: number;
  readonly backends: readonly BackendName[];
  readonly values: Kind;
  /** Default: drawn. */
  readonly examples?: readonly Example[];
  /** Of the examples that are drawn: how many, and their greatest length. */
  readonly shape?: { readonly count: number; readonly most: number };
  readonly count: (what: string, by?: number) => void;
}

/** A program that says so has no gradient that leaves float32, whatever stands where nothing is. */
const SMALL = '// nothing present is large';

/** What a gradient makes of a direction, and how much comes together for that. */
function along(direction: Direction, gradients: ReadonlyMap<string, ArrayLike<number>>): { readonly sum: number; readonly size: number } {
  let [sum, size] = [0, 0];
  for (const [path, steps] of direction) {
    const data = gradients.get(path);
    if (data === undefined) continue;
    steps.forEach((v, k) => {
      sum += v * data[k]!;
      size += Math.abs(v * data[k]!);
    });
  }
  return { sum, size };
}

const close = (a: number, b: number, size: number, tolerance: number): boolean => Math.abs(a - b) <= tolerance * size + 1e-7;

class Broken extends Error {
  readonly property: string;

  constructor(property: string, message: string) {
    super(message);
    this.property = property;
  }
}

/** The first promise that does not hold; null where all do. */
export async function attackProgram(built: Built, others: readonly Built[], given: Given): Promise<Failure | null> {
  const trial = new Trial(built, others, given);
  for (const backend of given.backends) {
    try {
      await useBackend(backend);
      if (!(await trial.on(backend))) return null;
    } catch (error) {
      if (error instanceof BeyondInt32) {
        given.count('programs beyond int32');
        return null;
      }
      const property = error instanceof Broken ? error.property : 'runs';
      if (!(error instanceof Broken) && (error instanceof InputError || error instanceof NumericError)) {
        given.count(`refused by the runtime: ${error.message.replace(/[\d.e+-]+|`[^`]*`/g, '·').slice(0, 90)}`);
        return null;
      }
      return {
        property,
        backend,
        message: error instanceof Broken ? error.message : String((error as Error).stack ?? error),
        text: built.text,
        examples: trial.examples,
      };
    }
  }
  return null;
}

interface Slope {
  readonly update: UpdateGraph;
  readonly direction: Direction;
  readonly value: number;
}

/** The slope by one parameter alone. */
class OneSlope {
  readonly value: number;
  readonly #differences: (eps: number, rounded?: Bindings['rounded']) => number;
  readonly #kinks: () => boolean;
  readonly #chance: Chance;
  #isSure: boolean | null = null;

  constructor(loss: Node, examples: readonly Bindings[], direction: Direction, chance: Chance) {
    this.#differences = (eps, rounded) => slope(loss, examples, direction, eps, rounded);
    this.#kinks = () => kinks(loss, examples, direction);
    this.#chance = chance;
    this.value = this.#differences(1e-5);
  }

  /** Whether it has a limit, and float64 shows it. */
  isSure(): boolean {
    return (this.#isSure ??= this.#look());
  }

  #look(): boolean {
    if (!Number.isFinite(this.value)) return false;
    const isAlike = (other: number): boolean => close(other, this.value, Math.abs(this.value), 3e-4);
    // Several times: there are few numbers about a large one, and two may be the same by chance.
    const trembled = trembling(this.#chance);
    return (
      [1e-6, 1e-4].every((eps) => isAlike(this.#differences(eps))) &&
      [1, 2, 3, 4].every(() => isAlike(this.#differences(1e-5, trembled))) &&
      !this.#kinks()
    );
  }
}

class Trial {
  readonly #built: Built;
  readonly #others: readonly Built[];
  readonly #given: Given;
  examples: readonly Example[] | null = null;
  #parameters: ReadonlyMap<string, Float64Array> = new Map();
  #reference: Reference | null = null;
  #slopes: readonly Slope[] = [];

  constructor(built: Built, others: readonly Built[], given: Given) {
    this.#built = built;
    this.#others = others;
    this.#given = given;
    this.examples = given.examples ?? null;
  }

  #chance(what: number): Chance {
    return new Chance(this.#given.seed, what);
  }

  /** False where there is nothing to run. */
  async on(backend: BackendName): Promise<boolean> {
    const tensors = tf.memory().numTensors;
    const learner = instance(this.#built, this.#others, 3) as Learner<Example>;
    try {
      const parameters = await parametersFor(learner, this.#chance(1));
      if (this.#reference === null) {
        this.examples ??= examplesFor(
          this.#built.program,
          learner,
          this.#chance(2),
          this.#given.values,
          this.#given.shape?.count ?? this.#chance(3).between(1, 3),
          this.#given.shape?.most,
        );
        if (this.examples === null) {
          this.#given.count('no examples found');
          return false;
        }
        this.#parameters = parameters;
        this.#refer(learner);
      }
      this.#given.count(`programs on ${backend}`);
      await this.#all(learner, this.examples!, backend);
    } finally {
      learner.dispose();
      if (learner.definition.parts !== undefined)
        for (const model of Object.values((learner as unknown as { models: Record<string, Learner<Example>> }).models)) model.dispose();
    }
    const left = tf.memory().numTensors - tensors;
    if (left !== 0) throw new Broken('no tensor leaks', `${left} tensors are left`);
    return true;
  }

  #bindings(learner: Learner<Example>, step: number): Bindings[] {
    return bindingsFor(this.#built.program, learner, this.#parameters, this.examples!, step);
  }

  #refer(learner: Learner<Example>): void {
    const { program } = this.#built;
    const updates = program.objectives.flatMap((objective) => objective.updates);
    const roots = [...program.outputs.values(), ...updates.flatMap(({ loss, metrics }) => [loss, ...metrics.values()])];
    this.#reference = new Reference(roots, this.#bindings(learner, 0), this.#chance(4));
    // A loss may compute in training what it does not compute otherwise.
    const training = this.#bindings(learner, 1).map((each): Bindings => ({ ...each, rounded: whole }));
    const chance = this.#chance(5);
    this.#slopes = updates.map((update): Slope => {
      // Of rounds each has its own.
      const paths = learner.parameters.filter(
        ({ path }) => update.trains === null || update.trains.some((name) => path.startsWith(`${name}.`)),
      );
      // One parameter more, another less: so none hides behind the others for long.
      const direction = new Map(
        paths.map(({ path }): [string, Float64Array] => {
          const weight = 10 ** (2 * chance.real() - 1);
          return [path, Float64Array.from(this.#parameters.get(path)!, () => weight * (2 * chance.real() - 1))];
        }),
      );
      return { update, direction, value: direction.size === 0 ? 0 : slope(update.training.loss, training, direction, 1e-5) };
    });
  }

  async #all(learner: Learner<Example>, examples: readonly Example[], backend: BackendName): Promise<void> {
    const first = backend === this.#given.backends[0];
    if (learner instanceof Model) {
      const outputs = await (learner as unknown as Model<object, Example, object>).forward(examples);
      this.#outputs(learner, outputs, examples);
      if (first) await this.#twice(learner, outputs, examples);
      if (first || backend === 'wasm') await this.#alone(learner, examples);
      if (learner instanceof GenerativeModel) await this.#generates(learner, outputs, examples);
      if (learner instanceof CausalModel) await this.#streams(learner, outputs, examples);
    }
    await this.#losses(learner, examples);
    await this.#gradients(learner, examples);
    await this.#poison(learner, examples);
    if (first) await this.#checkpoint(learner);
  }

  /** Holds values against what the oracle expects of the example. */
  #expect(
    property: string,
    what: string,
    given: ArrayLike<number>,
    find: (example: readonly Expected[]) => Expected,
    example: number,
    derived: () => Expected | null,
    isBeyond = (): boolean => false,
  ): void {
    const reference = this.#reference!;
    let result = compare(given, find(reference.expected(example)));
    if (result.wrong !== null && result.wrong.at >= 0) {
      reference.closely();
      result = compare(given, find(reference.expected(example)));
    }
    if (result.wrong !== null && result.wrong.at >= 0)
      result = this.#otherOrder(given, find(reference.expected(example)), derived()) ?? result;
    this.#given.count('numbers compared', result.compared);
    this.#given.count('numbers beyond comparison', result.skipped);
    if (result.wrong === null) return;
    const { at, given: value, exact, within } = result.wrong;
    if (at >= 0 && !Number.isFinite(value) && isBeyond()) {
      this.#given.count('numbers beyond comparison');
      return;
    }
    throw new Broken(
      property,
      at < 0
        ? `${what} of example ${example} has ${value} elements, expected ${exact}`
        : `${what} of example ${example}: element ${at} is ${value}, expected ${exact} ± ${within.toExponential(1)}`,
    );
  }

  /** Whether products and sums may leave float32. */
  get #isExtreme(): boolean {
    return this.#given.values !== 'mild' && this.#given.values !== 'equal';
  }

  /** Products and sums in another order leave float32 elsewhere: what is derived has to be right, and the value what it gives. */
  #otherOrder(given: ArrayLike<number>, expected: Expected, derived: Expected | null): Compared | null {
    if (!this.#isExtreme || derived === null) return null;
    return compare(derived.exact, expected).wrong === null ? compare(given, derived) : null;
  }

  /** What a step gives at position `t`: it takes products and sums in an order of its own, which may leave float32 where the whole does not. */
  #step(learner: Learner<Example>, name: string, t: number, given: ArrayLike<number>, row: number): void {
    const { outputs } = this.#built.program;
    const k = [...outputs.keys()].indexOf(name);
    const at = <E extends Expected | null>(expected: E): E | Expected => placeAt(expected, t, given.length);
    this.#expect(
      'a step is the whole',
      `${name} at position ${t}`,
      given,
      (expected) => at(expected[k]!),
      row,
      () => at(this.#output(learner, name, row)),
      () => this.#isExtreme && mayOverflow(this.#ran(learner), name),
    );
  }

  #ran(learner: Learner<Example>): Ran {
    return { built: this.#built, learner, parameters: this.#parameters, host: collated(learner, this.examples!) };
  }

  readonly #derived = new Map<string, readonly Expected[] | null>();
  #output(learner: Learner<Example>, name: string, row: number): Expected | null {
    if (!this.#derived.has(name)) this.#derived.set(name, outputReference(this.#ran(learner), name, this.#chance(6)));
    return this.#derived.get(name)?.[row] ?? null;
  }

  #outputs(learner: Learner<Example>, outputs: readonly Values[], examples: readonly Example[]): void {
    const names = [...this.#built.program.outputs.keys()];
    for (const row of examples.keys())
      names.forEach((name, k) =>
        this.#expect(
          "outputs are the oracle's",
          name,
          outputs[row]![name]!.data,
          (expected) => expected[k]!,
          row,
          () => this.#output(learner, name, row),
        ),
      );
  }

  /** Of outputs whose rounding may be anything nothing is known. */
  #known(name: string, row: number): boolean {
    const k = [...this.#built.program.outputs.keys()].indexOf(name);
    return k >= 0 && this.#reference!.expected(row)[k]!.within.every((bound) => Number.isFinite(bound));
  }

  async #twice(learner: Learner<Example>, outputs: readonly Values[], examples: readonly Example[]): Promise<void> {
    const again = await (learner as unknown as Model<object, Example, object>).forward(examples);
    for (const [row, values] of (again as readonly Values[]).entries())
      for (const [name, { data }] of Object.entries(values))
        same('a call twice gives the same', name, row, data, outputs[row]![name]!.data, 0);
  }

  async #alone(learner: Learner<Example>, examples: readonly Example[]): Promise<void> {
    if (examples.length < 2) return;
    for (const [row, example] of examples.entries()) {
      const values = (await (learner as unknown as Model<object, Example, object>).forward([example], { ids: [row] }))[0]!;
      for (const [name, { data }] of Object.entries(values))
        this.#expect(
          'padded is alone',
          name,
          data,
          (expected) => expected[[...this.#built.program.outputs.keys()].indexOf(name)]!,
          row,
          () => this.#output(learner, name, row),
        );
    }
    this.#given.count('examples alone', examples.length);
  }

  async #losses(learner: Learner<Example>, examples: readonly Example[]): Promise<void> {
    const { program } = this.#built;
    let at = program.outputs.size;
    for (const objective of program.objectives) {
      const { loss, metrics } = await learner.loss(examples, { objective: objective.name });
      const roots: [string, number | undefined, UpdateGraph][] = objective.updates.flatMap(
        (update): [string, number | undefined, UpdateGraph][] => {
          const front = update.name === null ? '' : `${update.name}.`;
          return [
            ['loss', update.name === null ? loss : metrics[`${update.name}.loss`], update],
            ...[...update.metrics.keys()].map((name): [string, number | undefined, UpdateGraph] => [name, metrics[front + name], update]),
          ];
        },
      );
      for (const [name, value, update] of roots) {
        const k = at++;
        if (value === undefined) continue;
        this.#expect(
          "losses are the oracle's",
          name,
          [value],
          () => this.#mean(k),
          0,
          () => lossReference(this.#ran(learner), objective.name, update, name, this.#chance(6)),
        );
      }
    }
  }

  #mean(root: number): Expected {
    const each = this.examples!.map((_, row) => this.#reference!.expected(row)[root]!);
    const mean = (of: (expected: Expected) => number): Float64Array =>
      Float64Array.of(each.reduce((sum, expected) => sum + of(expected), 0) / each.length);
    // The sum of finite losses may leave float32.
    const size = each.reduce((sum, { exact }) => sum + Math.abs(exact[0]!), 0);
    if (Number.isFinite(size) && size > 3e38) return { exact: Float64Array.of(size), within: Float64Array.of(Infinity) };
    return {
      exact: mean(({ exact }) => exact[0]!),
      within: mean(({ exact, within }) => (Number.isFinite(exact[0]!) ? within[0]! + 1e-6 * Math.abs(exact[0]!) : within[0]!)),
    };
  }

  async #gradients(learner: Learner<Example>, examples: readonly Example[]): Promise<void> {
    for (const objective of this.#built.program.objectives) {
      for (const update of objective.updates) {
        const { gradients } = await learner.gradients(examples, {
          objective: objective.name,
          ...(update.name === null ? {} : { update: update.name }),
        });
        for (const each of this.#slopes)
          if (each.update === update)
            this.#slope(learner, objective.name, each, new Map(Object.entries(gradients).map(([path, { data }]) => [path, data])));
      }
    }
  }

  #slope(
    learner: Learner<Example>,
    objective: string,
    { update, direction, value }: Slope,
    gradients: ReadonlyMap<string, ArrayLike<number>>,
  ): void {
    const given = along(direction, gradients);
    if (close(given.sum, value, given.size, 3e-5)) {
      this.#given.count('slopes compared');
      return;
    }
    const training = this.#bindings(learner, 1);
    if (overflows(update.training.loss, training)) {
      this.#given.count('slopes beyond comparison');
      return;
    }
    for (const [path, data] of gradients) {
      const own = new Map([[path, direction.get(path)!]]);
      const found = this.#parameter(learner, objective, update, path, data, own, training);
      this.#given.count(found);
    }
  }

  readonly #ofOne = new Map<string, OneSlope>();

  /** Slowly, for one parameter: is a difference one of the passes, or of rounding? */
  #parameter(
    learner: Learner<Example>,
    objective: string,
    update: UpdateGraph,
    path: string,
    gradient: ArrayLike<number>,
    direction: Direction,
    training: Bindings[],
  ): string {
    const given = along(direction, new Map([[path, gradient]]));
    const key = `${objective} ${update.name} ${path}`;
    const known = this.#ofOne.get(key) ?? new OneSlope(update.training.loss, training, direction, this.#chance(9));
    this.#ofOne.set(key, known);
    const { value } = known;
    if (close(given.sum, value, given.size, 3e-5)) return 'slopes compared';
    if (!known.isSure()) return 'slopes without a limit';
    const what = `${path} of ${objective}`;
    const expected = gradientReference(this.#ran(learner), objective, update, path, this.#chance(6));
    if (expected === null) {
      if (close(given.sum, value, Math.max(given.size, Math.abs(value)), 1e-2)) return 'slopes compared';
      throw new Broken('gradients are the slopes', `${what}: along a direction ${given.sum}, differences give ${value}`);
    }
    const exact = along(direction, new Map([[path, expected.exact]]));
    if (!close(exact.sum, value, Math.max(exact.size, Math.abs(value)), 1e-3))
      throw new Broken(
        'gradients are the slopes',
        `${what}: the derived gradient is ${exact.sum} along a direction, differences give ${value}`,
      );
    const { wrong, skipped } = compare(gradient, expected);
    if (wrong !== null && wrong.at >= 0)
      throw new Broken(
        'gradients are the slopes',
        `${path}[${wrong.at}] of ${objective}: ${wrong.given}, expected ${wrong.exact} ± ${wrong.within}`,
      );
    if (skipped > 0 && !Array.from(gradient).every(Number.isFinite) && this.#built.text.includes(SMALL))
      throw new Broken('gradients are the slopes', `${what} is ${Array.from(gradient).join(', ')}, differences give ${value}`);
    return skipped > 0 ? 'slopes beyond comparison' : 'slopes compared';
  }

  async #poison(learner: Learner<Example>, examples: readonly Example[]): Promise<void> {
    const chance = this.#chance(7);
    const { definition, weights, seed } = learner;
    const host = collated(learner, examples);
    const clean = poisoned(learner, host, 0, this.#chance(8));
    const poison = chance.pick(POISONS);
    const bad = poisoned(learner, host, poison, this.#chance(8));
    const [objective] = definition.objectives;
    const rows = async (batch: typeof host): Promise<readonly Values[]> => {
      const tensors = run(batch, (device, random) => definition.forward(weights.tree, device, random), seed, 0);
      const shapes = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.shape.slice(1)]));
      const data = await readAll(tensors);
      return examples.map((_, row) => (learner as unknown as { outputsOf(...args: unknown[]): Values }).outputsOf(row, data, shapes, host));
    };
    if (definition.parts === undefined) {
      const [expected, given] = [await rows(clean), await rows(bad)];
      for (const [row, values] of given.entries())
        for (const [name, { data }] of Object.entries(values))
          if (this.#known(name, row)) same(`poisoned with ${poison} is clean`, name, row, data, expected[row]![name]!.data, 1e-5);
    }
    if (objective === undefined) return;
    for (const [k, update] of objective.updates.entries()) {
      const slopes = async (batch: typeof host): Promise<Record<string, ArrayLike<number>>> => {
        const {
          loss,
          metrics,
          gradients,
          running = {},
        } = run(batch, (device, random) => update.gradients(weights.tree, device, random), seed, 1);
        const [[value], others, each, next] = await Promise.all([loss.data(), readAll(metrics), readAll(gradients), readAll(running)]);
        loss.dispose();
        return { ...each, ...next, ...others, loss: [value!] };
      };
      const [expected, given] = [await slopes(clean), await slopes(bad)];
      for (const [name, data] of Object.entries(given))
        same(`poisoned with ${poison} is clean`, `gradient or metric ${name} of update ${k}`, 0, data, expected[name]!, 1e-5);
    }
    this.#given.count('poisonings');
  }

  async #generates(learner: Learner<Example>, outputs: readonly Values[], examples: readonly Example[]): Promise<void> {
    const model = learner as unknown as GenerativeModel<object, Example, object>;
    const { decoder } = model.definition;
    const most = 5;
    const decoding = model.encode(examples, { atMost: most });
    try {
      const ys = examples.map((example) => example[decoder!.output] as readonly number[]);
      for (let t = 0; t < Math.min(most, Math.max(...ys.map(({ length }) => length))); t++) {
        const { logits } = await decoding.step(ys.map((y) => (t === 0 ? decoder!.start : (y[t - 1] ?? decoder!.end ?? 0))));
        const width = logits.data.length / examples.length;
        for (const [row, y] of ys.entries()) {
          if (t >= y.length || !this.#known('logits', row)) continue;
          const all = outputs[row]!.logits!;
          const own = all.data.length / all.shape[0]!;
          this.#step(learner, 'logits', t, logits.data.slice(row * width, row * width + own), row);
        }
        this.#given.count('steps of decoders');
      }
    } finally {
      decoding.dispose();
    }
    try {
      const greedy = await model.generate(examples, { atMost: most });
      const narrow = await model.generate(examples, { atMost: most, method: 'beam', width: 1 });
      for (const [row, { ids }] of greedy.entries()) same('a beam of 1 is greedy', 'ids', row, narrow[row]!.ids, ids, 0);
      await model.generate(examples, { atMost: most, method: 'beam', width: 3 });
      this.#given.count('searches');
    } catch (error) {
      // Nothing may be chosen at all: the runtime says so.
      if (!(error instanceof InputError)) throw error;
      this.#given.count('searches refused');
    }
  }

  async #streams(learner: Learner<Example>, outputs: readonly Values[], examples: readonly Example[]): Promise<void> {
    const model = learner as unknown as CausalModel<object, Example, object, Values, Example>;
    const { stream } = model.definition;
    const lasting = examples.map((example) =>
      Object.fromEntries(Object.entries(example).filter(([name]) => !stream!.inputs.includes(name))),
    );
    const given = examples.map((example) => stream!.inputs.map((name) => [name, example[name]] as const));
    const length = (row: number): number =>
      Math.max(0, ...given[row]!.map(([, value]) => (value as readonly unknown[] | undefined)?.length ?? 0));
    const clock = this.#built.program.causal!.axis.label;
    const running = model.stream(lasting);
    try {
      const names = [...this.#built.program.outputs.keys()];
      for (let t = 0; t < Math.max(...examples.map((_, row) => length(row))); t++) {
        const places = examples.map((_, row) =>
          Object.fromEntries(
            given[row]!.flatMap(([name, value]) =>
              value === undefined ? [] : [[name, (value as readonly unknown[])[Math.min(t, length(row) - 1)]]],
            ),
          ),
        );
        const step = await running.step(places);
        for (const [row] of examples.entries()) {
          if (t >= length(row)) continue;
          names.forEach((name) => {
            const all = outputs[row]![name]!;
            if (all.axes[0] !== clock || all.shape.slice(1).join() !== step[row]![name]!.shape.join()) return;
            this.#step(learner, name, t, step[row]![name]!.data, row);
          });
        }
        this.#given.count('steps of streams');
      }
    } finally {
      running.dispose();
    }
  }

  async #checkpoint(learner: Learner<Example>): Promise<void> {
    const bytes = await learner.save();
    const before = await learner.weights.store();
    await learner.load(bytes);
    const after = await learner.weights.store();
    for (const [path, { data }] of before) same('a checkpoint gives back what it took', path, 0, after.get(path)!.data, data, 0);
    this.#given.count('checkpoints');
  }
}

/** Of values along a clock the position `t`, of so many elements. */
function placeAt<E extends Expected | null>(expected: E, t: number, size: number): E | Expected {
  return expected === null
    ? expected
    : { exact: expected.exact.slice(t * size, (t + 1) * size), within: expected.within.slice(t * size, (t + 1) * size) };
}

/** Bit for bit where the tolerance is 0, else to rounding, and where both are not numbers. */
function same(property: string, name: string, row: number, given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  if (given.length !== expected.length)
    throw new Broken(property, `${name} of example ${row}: ${given.length} elements, expected ${expected.length}`);
  let scale = 0;
  for (let at = 0; at < expected.length; at++) if (Number.isFinite(expected[at]!)) scale = Math.max(scale, Math.abs(expected[at]!));
  for (let at = 0; at < expected.length; at++) {
    if (away(given[at]!, expected[at]!) > tolerance * scale)
      throw new Broken(property, `${name} of example ${row}: element ${at} is ${given[at]}, expected ${expected[at]}`);
  }
}
