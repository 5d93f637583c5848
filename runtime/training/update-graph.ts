/** One step of an optimiser as a graph of native TensorFlow: gradients and parameters go in as they are, and no vector stays. */
import type { OptimizerSettings, ParameterSpec, Tensors, UpdateDefinition } from '../definition.ts';
import { Graph, type Tensor } from '../graphs/graph-def.ts';
import { Nodes } from '../graphs/operations.ts';
import type { Held, Session, Sessions } from '../graphs/sessions.ts';
import { storedShape } from '../stored.ts';
import * as tf from '../tf.ts';
import { sizeOf } from '../weights.ts';
import type { Arithmetic, Rule, Update } from './rules.ts';

/** What a step is asked for besides tensors. */
export interface Settings extends Pick<Update<never>, 'rate' | 'step' | 'option'> {
  readonly kind: OptimizerSettings['kind'];
  readonly clip: UpdateDefinition['clip'];
  /** What a gradient is multiplied by where its norm is that of several segments together; null: it is found here. */
  readonly factor: tf.Tensor | null;
}

/** What a rule does, found by following it without tensors. */
interface Followed {
  /** Equal for rules that differ in numbers alone. */
  readonly key: string;
  readonly numbers: readonly number[];
  /** Slots that it reads, with their first values. */
  readonly slots: ReadonlyMap<string, number>;
}

function arithmeticOf<T>(apply: (operation: keyof Arithmetic<T>, a: T, b: T | number | null) => T): Arithmetic<T> {
  return {
    add: (a, b) => apply('add', a, b),
    sub: (a, b) => apply('sub', a, b),
    mul: (a, b) => apply('mul', a, b),
    div: (a, b) => apply('div', a, b),
    sqrt: (a) => apply('sqrt', a, null),
    square: (a) => apply('square', a, null),
    apart: (compute) => compute(),
  };
}

function follow(rule: Rule, settings: Settings): Followed {
  const operations: string[] = [];
  const numbers: number[] = [];
  const slots = new Map<string, number>();
  const seen = (operation: string, number: number | null): null => {
    operations.push(number === null ? operation : `${operation} number`);
    if (number !== null) numbers.push(number);
    return null;
  };
  rule.apply<null>({
    ...settings,
    m: arithmeticOf((operation, _, b) => seen(operation, typeof b === 'number' ? b : null)),
    parameters: null,
    gradient: null,
    slot: (name, initial = 0) => {
      slots.set(name, initial);
      return seen(`slot ${name}`, null);
    },
    set: (name) => seen(`set ${name}`, null),
  });
  return { key: operations.join(), numbers, slots };
}

const NATIVE = { add: 'AddV2', sub: 'Sub', mul: 'Mul', div: 'RealDiv', sqrt: 'Sqrt', square: 'Square', apart: '' } as const;

interface Loaded {
  readonly session: Session;
  /** Names of the slots that it gives, after the parameters. */
  readonly next: readonly string[];
}

/** Of the parameters of one segment. */
export class UpdateGraph {
  readonly #specs: readonly ParameterSpec[];
  readonly #sessions: Sessions;
  readonly #loaded = new Map<string, Loaded>();

  constructor(specs: readonly ParameterSpec[], sessions: Sessions) {
    this.#specs = specs;
    this.#sessions = sessions;
  }

  /**
   * The new parameters by path, and the new slots: the caller owns all of them, and still what it gave.
   *
   * @throws Error if TensorFlow refuses the graph
   */
  run(
    parameters: Tensors,
    gradients: Tensors,
    slots: Tensors,
    rule: Rule,
    settings: Settings,
  ): { readonly parameters: Tensors; readonly slots: Tensors } {
    const followed = follow(rule, settings);
    const given = this.#specs.filter(({ path }) => gradients[path] !== undefined);
    const clip = settings.factor !== null ? 'factor' : (settings.clip?.kind ?? 'no');
    const present = given.length === this.#specs.length ? 'all' : given.map(({ path }) => path).join();
    const key = `${followed.key} ${clip} ${present}`;
    let loaded = this.#loaded.get(key);
    if (loaded === undefined) {
      loaded = this.#load(rule, settings, followed, new Set(given.map(({ path }) => path)));
      this.#loaded.set(key, loaded);
    }
    const begun = [...followed.slots].map(([name, initial]): tf.Tensor => slots[name] ?? tf.fill([this.#size()], initial));
    const limit = settings.clip === null || settings.factor !== null ? [] : [settings.clip.limit];
    const numbers = [...followed.numbers, ...limit].map((number): Held => this.#sessions.hold([number], 'float', []));
    const made = loaded.session.run([
      ...this.#specs.map(({ path }) => parameters[path]!),
      ...given.map(({ path }) => gradients[path]!),
      ...begun,
      ...numbers,
      ...(settings.factor === null ? [] : [settings.factor]),
    ]);
    for (const number of numbers) this.#sessions.release(number);
    for (const [k, name] of [...followed.slots.keys()].entries()) if (slots[name] === undefined) begun[k]!.dispose();
    return {
      parameters: Object.fromEntries(this.#specs.map(({ path }, k) => [path, made[k]!])),
      slots: Object.fromEntries(loaded.next.map((name, k) => [name, made[this.#specs.length + k]!])),
    };
  }

  #size(): number {
    return this.#specs.reduce((sum, spec) => sum + sizeOf(spec), 0);
  }

  #load(rule: Rule, settings: Settings, { numbers, slots }: Followed, present: ReadonlySet<string>): Loaded {
    const graph = new Graph();
    const m = new Nodes(graph, CONSTANTS_ALONE);
    const inputs: Tensor[] = [];
    const input = (name: string): Tensor => {
      const tensor = graph.input(name, 'float');
      inputs.push(tensor);
      return tensor;
    };
    const flat = (x: Tensor): Tensor => m.reshape(x, m.constant([-1], 'int', [1]));
    const joined = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0]! : m.concat(parts, 0));
    const parameters = joined(this.#specs.map(() => flat(input('parameter'))));
    const own = new Map(this.#specs.flatMap(({ path }) => (present.has(path) ? [[path, flat(input('gradient'))] as const] : [])));
    const zeros = (spec: ParameterSpec): Tensor => m.fill(m.constant([sizeOf(spec)], 'int', [1]), m.constant([0], 'float'));
    const plain = joined(this.#specs.map((spec) => own.get(spec.path) ?? zeros(spec)));
    const begun = new Map([...slots.keys()].map((name) => [name, input('slot')]));
    const given = numbers.map(() => input('number'));
    const gradient =
      settings.factor !== null
        ? m.binary('Mul', plain, input('factor'))
        : settings.clip === null
          ? plain
          : clipped(m, settings.clip.kind, plain, input('limit'));
    const next = new Map<string, Tensor>();
    let at = 0;
    const vector = rule.apply<Tensor>({
      ...settings,
      m: arithmeticOf((operation, a, b) => {
        if (b === null) return m.unary(NATIVE[operation], a);
        return m.binary(NATIVE[operation], a, typeof b === 'number' ? given[at++]! : b);
      }),
      parameters,
      gradient,
      slot: (name) => begun.get(name)!,
      set: (name, value) => {
        next.set(name, value);
        return value;
      },
    });
    const outputs = [...parted(m, vector, this.#specs), ...next.values()].map(
      (tensor) => graph.node('Identity', [tensor], { T: { type: 'float' } }, 'output', 'float', 'out').text,
    );
    const session = this.#sessions.load({ bytes: graph.savedModel(), inputs: inputs.map(({ text }) => text), outputs });
    return { session, next: [...next.keys()] };
  }
}

/** As the emitted functions' optimiser: by the norm of all, or each number separately. */
function clipped(m: Nodes, kind: 'norm' | 'value', gradient: Tensor, limit: Tensor): Tensor {
  if (kind === 'value') {
    const least = m.unary('Neg', limit);
    return m.scope.node('ClipByValue', [gradient, least, limit], { T: { type: 'float' } }, 'output', 'float');
  }
  return m.binary('Mul', gradient, factorOf(m, [gradient], limit));
}

/** limit / max(norm, limit), the norm being that of all together. */
function factorOf(m: Nodes, vectors: readonly Tensor[], limit: Tensor): Tensor {
  const squares = vectors.map((each) => m.reduce('Sum', m.unary('Square', each), [0]));
  const norm = m.unary(
    'Sqrt',
    squares.reduce((a, b) => m.binary('AddV2', a, b)),
  );
  return m.binary('RealDiv', limit, m.binary('Maximum', norm, limit));
}

/** The factor for gradients of several segments, which the caller disposes of. */
export class NormGraph {
  readonly #sessions: Sessions;
  readonly #loaded = new Map<number, Session>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** @throws Error if TensorFlow refuses the graph */
  factor(gradients: Tensors, limit: number): tf.Tensor {
    const all = Object.values(gradients);
    let session = this.#loaded.get(all.length);
    if (session === undefined) {
      session = this.#load(all.length);
      this.#loaded.set(all.length, session);
    }
    const held = this.#sessions.hold([limit], 'float', []);
    const [factor] = session.run([...all, held]);
    this.#sessions.release(held);
    return factor!;
  }

  #load(count: number): Session {
    const graph = new Graph();
    const m = new Nodes(graph, CONSTANTS_ALONE);
    const inputs = Array.from({ length: count }, () => graph.input('gradient', 'float'));
    const limit = graph.input('limit', 'float');
    const flat = inputs.map((each) => m.reshape(each, m.constant([-1], 'int', [1])));
    const { text } = graph.node('Identity', [factorOf(m, flat, limit)], { T: { type: 'float' } }, 'output', 'float', 'out');
    return this.#sessions.load({ bytes: graph.savedModel(), inputs: [...inputs, limit].map((each) => each.text), outputs: [text] });
  }
}

function parted(m: Nodes, vector: Tensor, specs: readonly ParameterSpec[]): readonly Tensor[] {
  const sizes = specs.map(sizeOf);
  const parts = m.scope.nodes(
    'SplitV',
    [vector, m.constant(sizes, 'int', [sizes.length]), m.constant([0], 'int')],
    { T: { type: 'float' }, Tlen: { type: 'int' }, num_split: { int: sizes.length } },
    'output',
    sizes.map(() => 'float'),
  );
  return specs.map((spec, k) => {
    const shape = storedShape(spec);
    return m.reshape(parts[k]!, m.constant(shape, 'int', [shape.length]));
  });
}

function noSize(): never {
  throw new Error('an update reads no size');
}

const CONSTANTS_ALONE = { scalar: noSize, shape: noSize };
