/** TensorFlow's GraphDef as it is built: nodes of the graph itself, and functions for the bodies of loops. */
import { Writer } from './wire.ts';

/** TensorFlow's numbers of its element types. */
export const TYPES = { float: 1, double: 2, int: 3, text: 7, bool: 10, list: 21 } as const;
export type Type = keyof typeof TYPES;

/** One output of a node, or an argument of a function. */
export interface Tensor {
  readonly scope: Scope;
  /** How nodes of its scope refer to it. */
  readonly text: string;
  readonly type: Type;
}

export type Attribute =
  | { readonly type: Type }
  | { readonly types: readonly Type[] }
  | { readonly int: number }
  | { readonly bool: boolean }
  | { readonly float: number }
  /** Sizes, -1 where the call decides. */
  | { readonly shape: readonly number[] }
  /** A list without a shape. */
  | { readonly shapes: 0 }
  | { readonly function: string }
  | { readonly text: string }
  | { readonly constant: { readonly type: Type; readonly shape: readonly number[]; readonly bytes: Uint8Array } };

interface Argument {
  readonly name: string;
  readonly type: Type;
}

function attribute(value: Attribute): Writer {
  const made = new Writer();
  if ('type' in value) return made.int(6, TYPES[value.type]);
  if ('types' in value) {
    const list = new Writer();
    for (const type of value.types) list.int(6, TYPES[type]);
    return made.message(1, list);
  }
  if ('int' in value) return made.int(3, value.int);
  if ('bool' in value) return made.int(5, value.bool ? 1 : 0);
  if ('float' in value) return made.float(4, value.float);
  if ('shape' in value) return made.message(7, shapeOf(value.shape));
  if ('shapes' in value) return made.message(1, new Writer());
  if ('function' in value) return made.message(10, new Writer().message(1, value.function));
  if ('text' in value) return made.message(8, new Writer().int(1, TYPES.text).message(2, shapeOf([])).message(8, value.text));
  const { type, shape, bytes } = value.constant;
  return made.message(8, new Writer().int(1, TYPES[type]).message(2, shapeOf(shape)).message(4, bytes));
}

/** @param labels what the axes are called */
function shapeOf(sizes: readonly number[], labels: readonly string[] = []): Writer {
  const dims = sizes.map((size, k) => {
    const dim = new Writer().int(1, size);
    return labels[k] === undefined ? dim : dim.message(2, labels[k]);
  });
  return new Writer().messages(2, dims);
}

/** Nodes that refer to each other: the graph, or the body of a function. */
export abstract class Scope {
  readonly #nodes: Writer[] = [];
  readonly #names = new Map<string, number>();
  #isRefusing = false;

  /** Does it have assertions, also those of its loops? */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** How nodes refer to the k-th output: an operation has a name for all, or one for each. */
  protected abstract reference(node: string, output: string | readonly string[], k: number): string;
  /** The tensor as one of this scope. */
  abstract own(tensor: Tensor): Tensor;

  /** @param output the name that TensorFlow gives the operation's output */
  node(
    op: string,
    inputs: readonly Tensor[],
    attributes: Readonly<Record<string, Attribute>>,
    output: string,
    type: Type,
    name = op,
  ): Tensor {
    return this.nodes(op, inputs, attributes, output, [type], name)[0]!;
  }

  nodes(
    op: string,
    inputs: readonly Tensor[],
    attributes: Readonly<Record<string, Attribute>>,
    output: string | readonly string[],
    types: readonly Type[],
    name = op,
  ): readonly Tensor[] {
    const called = this.push(op, inputs, attributes, name);
    return types.map((type, k) => ({ scope: this, text: this.reference(called, output, k), type }));
  }

  /** @returns what the node is called */
  protected push(op: string, inputs: readonly Tensor[], attributes: Readonly<Record<string, Attribute>>, name: string): string {
    const own = inputs.map((input) => this.own(input).text);
    const called = this.take(name);
    this.#isRefusing ||= op === 'Assert' || op === 'While';
    this.#nodes.push(
      new Writer()
        .message(1, called)
        .message(2, op)
        .messages(3, own)
        .entries(
          5,
          Object.entries(attributes).map(([key, value]) => [key, attribute(value)]),
        ),
    );
    return called;
  }

  /**
   * Refuses the call, with the text, where the condition does not hold: in what has it among its inputs, behind all others.
   *
   * @param shown values that the message goes on with
   */
  assertion(condition: Tensor, text: string, shown: readonly Tensor[] = []): Tensor {
    const message = this.node('Const', [], { dtype: { type: 'text' }, value: { text } }, 'output', 'text', 'message');
    const types = ['text', ...shown.map(({ type }) => type)] as const;
    const called = this.push('Assert', [condition, message, ...shown], { T: { types }, summarize: { int: 8 } }, 'refuse');
    return { scope: this, text: `^${called}`, type: 'bool' };
  }

  protected take(name: string): string {
    const plain = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^_+/, '') || 'x';
    const count = this.#names.get(plain) ?? 0;
    this.#names.set(plain, count + 1);
    return count === 0 ? plain : `${plain}__${count}`;
  }

  protected written(): readonly Writer[] {
    return this.#nodes;
  }
}

/** An input or output of a signature: its tensor, its sizes, -1 where the call decides, and what its axes are called. */
export interface SignatureTensor {
  readonly tensor: Tensor;
  readonly shape: readonly number[];
  readonly axes: readonly string[];
}

/** A function that the file offers, with its inputs and outputs by name. */
export interface Signature {
  readonly inputs: ReadonlyMap<string, SignatureTensor>;
  readonly outputs: ReadonlyMap<string, SignatureTensor>;
}

function signatureDefinition({ inputs, outputs }: Signature): Writer {
  const all = (tensors: Signature['inputs']): (readonly [string, Writer])[] =>
    [...tensors].map(([name, { tensor, shape, axes }]) => [
      name,
      new Writer().message(1, tensor.text).int(2, TYPES[tensor.type]).message(3, shapeOf(shape, axes)),
    ]);
  return new Writer().entries(1, all(inputs)).entries(2, all(outputs)).message(3, 'tensorflow/serving/predict');
}

/** The graph itself. */
export class Graph extends Scope {
  readonly #functions: Writer[] = [];

  protected override reference(node: string, _: string | readonly string[], k: number): string {
    return `${node}:${k}`;
  }

  override own(tensor: Tensor): Tensor {
    return tensor;
  }

  /** @param shape -1 where the call decides; left out: nothing is said of it */
  input(name: string, type: Type, shape?: readonly number[]): Tensor {
    return this.node('Placeholder', [], { dtype: { type }, ...(shape === undefined ? {} : { shape: { shape } }) }, 'output', type, name);
  }

  /** Waits for all of these. */
  all(waited: readonly Tensor[]): Tensor {
    return { scope: this, text: `^${this.push('NoOp', waited, {}, 'done')}`, type: 'bool' };
  }

  /** Named functions of a library have the names that they are given. */
  add(definition: Writer): void {
    this.#functions.push(definition);
  }

  unused(name: string): string {
    return this.take(name);
  }

  /** As a SavedModel with the tag `serve`. */
  savedModel(signatures: ReadonlyMap<string, Signature> = new Map()): Uint8Array {
    const graph = new Writer()
      .messages(1, this.written())
      .message(2, new Writer().messages(1, this.#functions))
      .message(4, new Writer().int(1, 1395));
    const information = new Writer().message(4, 'serve').message(5, '2.15.1');
    const definitions = [...signatures].map(([name, each]) => [name, signatureDefinition(each)] as const);
    const whole = new Writer().message(1, information).message(2, graph).entries(5, definitions);
    return new Writer().int(1, 1).message(2, whole).bytes();
  }
}

/** The body of a function; what it reads from around it becomes an argument. */
export class Body extends Scope {
  readonly around: Scope;
  readonly #own: Argument[] = [];
  /** After its own. */
  readonly #read: Argument[] = [];
  /** By what is read from around. */
  readonly #captured = new Map<string, Tensor>();
  readonly captures: Tensor[] = [];

  constructor(around: Scope) {
    super();
    this.around = around;
  }

  protected override reference(node: string, output: string | readonly string[], k: number): string {
    return typeof output === 'string' ? `${node}:${output}:${k}` : `${node}:${output[k]}:0`;
  }

  argument(type: Type): Tensor {
    return this.#argument(this.#own, 'a', type);
  }

  #argument(among: Argument[], letter: string, type: Type): Tensor {
    const name = `${letter}${among.length}`;
    among.push({ name, type });
    return { scope: this, text: name, type };
  }

  get #arguments(): readonly Argument[] {
    return [...this.#own, ...this.#read];
  }

  override own(tensor: Tensor): Tensor {
    if (tensor.scope === this) return tensor;
    const outer = this.around.own(tensor);
    const known = this.#captured.get(outer.text);
    if (known !== undefined) return known;
    const made = this.#argument(this.#read, 'c', tensor.type);
    this.#captured.set(outer.text, made);
    this.captures.push(outer);
    return made;
  }

  types(): readonly Type[] {
    return this.#arguments.map(({ type }) => type);
  }

  /** The definition of the function, which gives `results`. */
  definition(name: string, results: readonly Tensor[], attributes: Readonly<Record<string, Attribute>> = {}): Writer {
    const texts = results.map((each) => this.own(each).text);
    const declared = (each: Argument): Writer => new Writer().message(1, each.name).int(3, TYPES[each.type]);
    const outputs = results.map(({ type }, k) => ({ name: `r${k}`, type }));
    const signature = new Writer().message(1, name).messages(2, this.#arguments.map(declared)).messages(3, outputs.map(declared));
    return new Writer()
      .message(1, signature)
      .entries(
        5,
        Object.entries(attributes).map(([key, value]) => [key, attribute(value)]),
      )
      .messages(3, this.written())
      .entries(
        4,
        outputs.map((output, k) => [output.name, texts[k]!]),
      );
  }
}
