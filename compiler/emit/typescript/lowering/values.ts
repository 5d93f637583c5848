/** The values of a function as they are made: equal text is one value. */
import { atomOf, constantOf } from '../../../size/size.ts';
import type { Node, Origin } from '../../../graph/graph.ts';
import { type Loop, type Piece, type Value, isList } from '../value.ts';
import { dtypeOfNode, keyOf, nameOf } from './pieces.ts';
import type { DepthOf } from './depths.ts';
import type { ArgumentRole, NodeFacts, OriginOf } from './nodes.ts';

/** Where a function finds what the graph calls inputs; `host` for a number. */
export type InputSource = (name: string) => { readonly text: string; readonly host: boolean; readonly type?: string };

/** The type of what has one of its own. */
type Typed = Pick<Value, 'free' | 'type'>;

/** What steps have made in rounds, by round: the call. */
export const BY_ROUND = 'rt.byRound(';

/** What is computed of lists element by element: the call, up to the operation. */
export const PER_ROUND = 'rt.perRound(';

/** In pieces of text. */
const LONGEST_NUMBER = 100;

/** What small numbers are called. */
const NUMBERS: Readonly<Record<string, string>> = { '0': 'zero', '1': 'one', '2': 'two', '(-1)': 'minus one' };

export class Values {
  protected readonly done = new Map<Node, Value>();
  /** What the results of a scan read: its final states, then its lists. */
  protected readonly scans = new Map<Node, readonly Value[]>();
  /** Gathers and scatters as tfjs gives them. */
  protected readonly native = new Map<Node, Value>();
  protected readonly known = new Map<string, Value>();
  /** For numbers of the host: how many pieces they are written in. */
  protected readonly lengths = new Map<Value, number>();
  /** The axis that a cache's rows lie along. */
  protected readonly rowsAxis = new Map<Value, number>();
  /** By list that is made of a tensor: the tensor. */
  protected readonly wholes = new Map<Value, Value>();
  /** The shape of one step in each list that may be empty or is one of lists. */
  protected readonly steps = new Map<Value, readonly Piece[]>();
  protected readonly input: InputSource;
  protected readonly roles: ReadonlyMap<Node, ArgumentRole>;
  /** How often a node is read. */
  protected readonly uses: ReadonlyMap<Node, number>;
  protected readonly depthOf: DepthOf;
  readonly loops = new Map<Value, Loop>();
  /** What they leave, to which more may come. */
  protected readonly emits = new Map<Loop, Loop['emits'][number][]>();
  protected count = 0;

  protected readonly origin: OriginOf;
  protected readonly place: (origin: Origin) => string;
  protected readonly parameter: (path: string) => string;

  constructor(
    input: InputSource,
    { roles, uses, origin, depthOf }: NodeFacts,
    place: (origin: Origin) => string,
    parameter: (path: string) => string,
  ) {
    this.place = place;
    this.parameter = parameter;
    this.input = input;
    this.roles = roles;
    this.uses = uses;
    this.depthOf = depthOf;
    this.origin = origin;
  }

  protected of(node: Node): Value {
    const value = this.done.get(node);
    if (value === undefined) throw new Error(`emit: %${node.id} (${node.op.kind}) is used before it is lowered`);
    return value;
  }

  protected make(
    kind: Value['kind'],
    code: readonly Piece[],
    dtype: Value['dtype'],
    origin: Origin,
    hint: string,
    more: Typed = {},
  ): Value {
    return { id: this.count++, kind, code, dtype, origin, hint, ...more };
  }

  protected shared(
    kind: Value['kind'],
    code: readonly Piece[],
    dtype: Value['dtype'],
    origin: Origin,
    hint: string,
    more: Typed = {},
  ): Value {
    const key = `${kind} ${dtype} ${code.map(keyOf).join('\u0000')}`;
    let value = this.known.get(key);
    if (value === undefined) {
      value = this.make(kind, code, dtype, origin, hint, more);
      this.known.set(key, value);
    }
    return value;
  }

  protected call(node: Node, hint: string, ...code: readonly Piece[]): Value {
    return this.shared('tensor', code, dtypeOfNode(node), this.origin(node), hint);
  }

  /** Which positions of an axis each example has: no equation of the program computes that. */
  protected mask(node: Node, axis: string, ...code: readonly Piece[]): Value {
    return this.shared('tensor', code, 'bool', { ...node.origin, name: `${axis} mask` }, 'mask');
  }

  /** A step on the way to a node's value: it does not take the node's name. */
  protected part(node: Node, dtype: Value['dtype'], hint: string, ...code: readonly Piece[]): Value {
    return this.shared('tensor', code, dtype, { ...node.origin, name: null }, hint);
  }

  /** Written where it is used, unless that is long: then it has a statement of its own. */
  protected host(code: readonly Piece[], dtype: Value['dtype'], origin: Origin): Value {
    const value = this.shared('host', code, dtype, origin, 'number');
    const length = code.reduce(
      (sum, piece) => sum + (typeof piece === 'object' && 'kind' in piece ? (this.lengths.get(piece) ?? 1) : 1),
      0,
    );
    if (length <= LONGEST_NUMBER) {
      this.lengths.set(value, length);
      return value;
    }
    return this.shared('host', [this.shared('rows', [value], dtype, origin, 'number')], dtype, origin, 'number');
  }

  /** As one tensor: lists are stacked, numbers of the host uploaded. */
  protected tensor(value: Value, origin: Origin): Value {
    const unnamed = { ...origin, name: null };
    if (value.kind === 'rows')
      return this.shared(
        'tensor',
        ['rt.cached(', value, `, ${this.rowsAxis.get(value)})`],
        value.dtype,
        unnamed,
        `${nameOf(value)} so far`,
      );
    const whole = this.wholes.get(value);
    if (whole !== undefined) return whole;
    if (isList(value)) {
      const step = this.steps.get(value);
      const code = step === undefined ? ['tf.stack(', value, ')'] : ['rt.stack(', value, ', ', ...step, `, '${value.dtype}')`];
      return this.shared('tensor', code, value.dtype, origin, `${nameOf(value).replace(/ steps$/, '')} stacked`);
    }
    if (value.kind !== 'host') return value;
    const [size] = value.code;
    // What sizes give is exact on the host, and may be more than int32 holds.
    const isMade =
      value.dtype === 'int32' && typeof size === 'object' && 'size' in size && constantOf(size.size) === null && atomOf(size.size) === null;
    if (isMade) return this.shared('tensor', ['tf.scalar(rt.int32(', value, "), 'int32')"], value.dtype, unnamed, 'number');
    return this.shared(
      'tensor',
      value.dtype === 'float32' ? ['tf.scalar(', value, ')'] : ['tf.scalar(', value, `, '${value.dtype}')`],
      value.dtype,
      unnamed,
      (typeof size === 'string' ? NUMBERS[size] : undefined) ?? 'number',
    );
  }

  protected tensorOf(node: Node): Value {
    return this.tensor(this.of(node), this.origin(node));
  }

  /** tfjs takes a number for a float32 tensor. */
  protected operand(node: Node): Value {
    const value = this.of(node);
    return value.kind === 'host' && value.dtype === 'float32' ? value : this.tensorOf(node);
  }
}
