/** From the laid-out graph to calls of tfjs: one rule per operation. Equal calls become one value. */
import { atomOf, constantOf, nonNegative, size as sizes, type Size } from '../../size/size.ts';
import type { Axis, BinaryFn, Elem, Node, Op, OpOf, Origin, ReduceFn, UnaryFn } from '../../graph/graph.ts';
import { NOWHERE } from '../../graph/builder.ts';
import { BINARY } from '../../graph/operations/binary.ts';
import { UNARY } from '../../graph/operations/unary.ts';
import { isRagged, isUnit, originOf, sizeOf, startsAtZero } from '../../graph/spaces.ts';
import { mayBeEmpty } from '../../passes/absence/absence.ts';
import { BATCH, BEAM, HYPOTHESES, isGrowing, isSlots, isOfRounds } from '../../passes/core/axes.ts';
import { inOrder, nativeOrder } from '../../passes/layout/build.ts';
import { axesOf } from '../../passes/layout/limits.ts';
import { access, quoted } from './names.ts';
import { inputsOf, isValue, type Call, type Loop, type Piece, type State, type Value } from './value.ts';

/** Where a function finds what the graph calls inputs; `host` for a number. */
export type InputSource = (name: string) => { readonly text: string; readonly host: boolean; readonly type?: string };

export interface Lowered {
  readonly roots: readonly Value[];
  /** By what a loop binds or leaves: its arguments, its statement, its final states, its lists. */
  readonly loops: ReadonlyMap<Value, Loop>;
  /** By the call, and by each of its outputs. */
  readonly calls: ReadonlyMap<Value, Call>;
}

/**
 * `place` says in messages where in the program something stands, `parameter` where a parameter lies in the tree of all,
 * `equation` which equation it stands for.
 */
export function lower(
  roots: readonly Node[],
  input: InputSource,
  place: (origin: Origin) => string,
  parameter: (path: string) => string,
  equation: (origin: Origin) => string,
  isList: (root: number) => boolean = () => false,
): Lowered {
  const nodes = inOrder(roots);
  const origin = originsOf(nodes, equation);
  const pass = new Lowering(input, { roles: argumentsOf(nodes, origin), uses: usesOf(nodes, roots), origin }, place, parameter);
  for (const node of nodes) pass.visit(node);
  return { roots: roots.map((node, k) => (isList(k) ? pass.list(node) : pass.root(node))), loops: pass.loops, calls: new Map() };
}

type OriginOf = (node: Node) => Origin;

/** What is known of nodes before they are lowered. */
interface NodeFacts {
  readonly roles: ReadonlyMap<Node, ArgumentRole>;
  readonly uses: ReadonlyMap<Node, number>;
  /** Without the equation's name for what is only on the way to its result. */
  readonly origin: OriginOf;
}

/** Passes give what they make for an equation its origin; its name is that of the result alone, and of no mask. */
function originsOf(nodes: readonly Node[], equation: (origin: Origin) => string): OriginOf {
  const keys = new Map(nodes.map((node) => [node, equation(node.origin)]));
  /** By node: the named results of its equation that it goes into. */
  const into = new Map<Node, Set<string>>();
  const unnamed = new Map<Node, Origin>();
  const masks = masksIn(nodes);
  for (const node of nodes.toReversed()) {
    const { name, start, file, frame } = node.origin;
    const key = `${name} ${start} ${file} ${frame?.path}`;
    const own = into.get(node) ?? new Set();
    if (name !== null && (own.has(key) || masks.has(node))) unnamed.set(node, { ...node.origin, name: null });
    for (const input of node.inputs.filter((each) => keys.get(each) === keys.get(node))) {
      into.set(input, new Set([...(into.get(input) ?? []), ...own, ...(name === null ? [] : [key])]));
    }
  }
  return (node) => unnamed.get(node) ?? node.origin;
}

/** What is made of nothing but lengths and positions, and of a length. */
function masksIn(nodes: readonly Node[]): ReadonlySet<Node> {
  const masks = new Set<Node>();
  const isFixed = new Set<Node>();
  for (const node of nodes) {
    const { kind } = node.op;
    if (kind === 'argument' || kind === 'input' || kind === 'parameter' || kind === 'scan' || kind === 'result' || kind === 'random')
      continue;
    if (!node.inputs.every((each) => isFixed.has(each) || masks.has(each))) continue;
    if (kind === 'length' || node.inputs.some((each) => masks.has(each))) masks.add(node);
    else isFixed.add(node);
  }
  return masks;
}

interface ArgumentRole {
  readonly position: boolean;
  readonly hint: string;
  /** One round's parameter: the path in pieces, between which stand the positions of the rounds so far. */
  readonly parameter?: { readonly path: string; readonly rounds: readonly Node[] };
}

/** What the arguments of loops are and, for those without a name, what they may be called. */
function argumentsOf(nodes: readonly Node[], origin: OriginOf): ReadonlyMap<Node, ArgumentRole> {
  const roles = new Map<Node, ArgumentRole>();
  // Loops around come first: those inside read what they bind.
  for (const { op, inputs } of [...nodes].sort((a, b) => regionStart(a) - regionStart(b))) {
    if (op.kind !== 'scan') continue;
    const { position, xs, states, nexts } = op.region;
    roles.set(position, { position: true, hint: op.axis.rounds === true ? 'i' : 't' });
    xs.forEach((x, k) => {
      const parameter = parameterOf(inputs[k]!, roles);
      if (parameter === null) roles.set(x, { position: false, hint: sourceName(inputs[k]!, origin) });
      else
        roles.set(x, {
          position: false,
          hint: parameter.path.split('.').at(-1)!,
          parameter: { path: parameter.path, rounds: [...parameter.rounds, position] },
        });
    });
    states.forEach((state, k) => roles.set(state, { position: false, hint: origin(nexts[k]!).name ?? 'state' }));
  }
  return roles;
}

/** Arguments of loops around are made before those of loops inside. */
function regionStart({ op }: Node): number {
  return op.kind === 'scan' ? op.region.position.id : 0;
}

/** What a sequence of rounds is, if it is a parameter. */
function parameterOf(sequence: Node, roles: ReadonlyMap<Node, ArgumentRole>): NonNullable<ArgumentRole['parameter']> | null {
  let from = sequence;
  while (from.op.kind === 'rename') from = from.inputs[0]!;
  if (from.op.kind === 'argument') return roles.get(from)?.parameter ?? null;
  return from.op.kind === 'parameter' && isOfRounds(from) ? { path: from.op.path, rounds: [] } : null;
}

function usesOf(nodes: readonly Node[], roots: readonly Node[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  roots.forEach(use);
  for (const { op, inputs } of nodes) {
    inputs.forEach(use);
    if (op.kind === 'scan') [...op.region.nexts, ...op.region.emits].forEach(use);
  }
  return uses;
}

function sourceName(node: Node, origin: OriginOf): string {
  const { op, inputs } = node;
  const { name } = origin(node);
  if (name !== null) return name;
  if (op.kind === 'input') return op.name;
  if (op.kind === 'parameter') return op.path.split('.').at(-1)!;
  if (op.kind === 'result') return resultName(inputs[0]!.op as OpOf<'scan'>, op.index, origin);
  if (op.kind === 'unary') return UNARY[op.fn].typescript.call === null ? sourceName(inputs[0]!, origin) : UNARY[op.fn].typescript.hint;
  if (op.kind === 'matmul') return 'product';
  const shapes = op.kind === 'permute' || op.kind === 'reshape' || op.kind === 'rename' || op.kind === 'broadcast';
  return shapes ? sourceName(inputs[0]!, origin) : op.kind === 'binary' ? BINARY[op.fn].typescript.hint : 'x';
}

function resultName({ region: { states, emits } }: OpOf<'scan'>, index: number, origin: OriginOf): string {
  const inner = states[index] ?? emits[index - states.length]!;
  return inner.op.kind === 'argument' ? (origin(inner).name ?? 'previous') : sourceName(inner, origin);
}

/** The root, which `isOfHost`, as a number of the host. */
export function lowerHost(root: Node, input: InputSource): Value {
  const pass = new Lowering(
    input,
    { roles: new Map(), uses: new Map(), origin: ({ origin }) => origin },
    () => '',
    (path) => path,
  );
  for (const node of inOrder([root])) pass.visit(node);
  return pass.value(root);
}

/** By what is surely more than 0 the kernels divide as they are. */
const DIVISIONS: Partial<Readonly<Record<BinaryFn, string>>> = { mod: 'tf.mod', quot: 'tf.floorDiv' };
const isPositive = ({ op, inputs }: Node): boolean =>
  (op.kind === 'constant' && op.value > 0) ||
  (op.kind === 'size' && nonNegative(sizes.sub(op.size, sizes.int(1)))) ||
  ((op.kind === 'reshape' || op.kind === 'broadcast') && isPositive(inputs[0]!));

const REDUCE: Readonly<Record<ReduceFn, readonly [call: string, hint: string]>> = {
  sum: ['tf.sum', 'total'],
  mean: ['tf.mean', 'mean'],
  max: ['tf.max', 'highest'],
  min: ['tf.min', 'lowest'],
  prod: ['tf.prod', 'product'],
  any: ['tf.any', 'any'],
  all: ['tf.all', 'all'],
};

const at = (node: Node, id: string): number => axesOf(node).findIndex((axis) => axis.id === id);
/** What a check calls by no name: the examples and, in a step of decoding, their hypotheses. */
const isOfExamples = (id: string): boolean => id === BATCH.id || id === BEAM.id || id === HYPOTHESES.id;
const dtypeOf = ({ kind }: Elem): Value['dtype'] => (kind === 'float' ? 'float32' : kind === 'bool' ? 'bool' : 'int32');
const dtypeOfNode = (node: Node): Value['dtype'] => dtypeOf(node.types[0]!.elem);

/** In pieces of text. */
const LONGEST_NUMBER = 100;

class Lowering {
  readonly #done = new Map<Node, Value>();
  /** What the results of a scan read: its final states, then its lists. */
  readonly #scans = new Map<Node, readonly Value[]>();
  /** Gathers and scatters as tfjs gives them. */
  readonly #native = new Map<Node, Value>();
  readonly #known = new Map<string, Value>();
  /** For numbers of the host: how many pieces they are written in. */
  readonly #lengths = new Map<Value, number>();
  /** The axis that a cache's rows lie along. */
  readonly #rowsAxis = new Map<Value, number>();
  /** Which of the caller's values are lists. */
  readonly #givenLists = new Set<Value>();
  /** The shape of one step in each list that may be empty. */
  readonly #steps = new Map<Value, readonly Piece[]>();
  readonly #input: InputSource;
  readonly #roles: ReadonlyMap<Node, ArgumentRole>;
  /** How often a node is read. */
  readonly #uses: ReadonlyMap<Node, number>;
  readonly loops = new Map<Value, Loop>();
  /** What they leave, to which more may come. */
  readonly #emits = new Map<Loop, Loop['emits'][number][]>();
  #count = 0;

  readonly #origin: OriginOf;
  readonly #place: (origin: Origin) => string;
  readonly #parameter: (path: string) => string;

  constructor(
    input: InputSource,
    { roles, uses, origin }: NodeFacts,
    place: (origin: Origin) => string,
    parameter: (path: string) => string,
  ) {
    this.#place = place;
    this.#parameter = parameter;
    this.#input = input;
    this.#roles = roles;
    this.#uses = uses;
    this.#origin = origin;
  }

  visit(node: Node): void {
    if (node.op.kind === 'scan') this.#scans.set(node, this.#scan(node, node.op));
    else this.#done.set(node, this.#rule(node, node.op));
  }

  root(node: Node): Value {
    const value = this.#of(node);
    return value.kind === 'rows' ? value : this.#tensor(value, this.#origin(node));
  }

  /** As a list along its first axis. */
  list(node: Node): Value {
    const value = this.#of(node);
    if (this.#isList(value)) return value;
    return (
      this.#turned(node) ??
      this.#shared('list', ['tf.unstack(', this.#tensorOf(node), ')'], value.dtype, NOWHERE, `${sourceName(node, this.#origin)} steps`)
    );
  }

  /** What a loop leaves in another order is turned step by step; null: it is no such thing. */
  #turned({ op, inputs: [from] }: Node): Value | null {
    const list = op.kind === 'permute' ? this.#done.get(from!) : undefined;
    const emits = list?.kind === 'emitted' ? this.#emits.get(this.loops.get(list)!) : undefined;
    if (op.kind !== 'permute' || list === undefined || emits === undefined || this.#uses.get(from!) !== 1) return null;
    const [first, ...perm] = op.order.map((id) => at(from!, id));
    if (first !== 0) return null;
    const { value } = emits.find((emit) => emit.list === list)!;
    const order = perm.map((k) => k - 1).join(', ');
    const turned = this.#shared(
      'tensor',
      ['tf.transpose(', value, `, [${order}])`],
      value.dtype,
      { ...value.origin, name: null },
      `${nameOf(value)}T`,
    );
    const made = this.#new('emitted', list.code, value.dtype, list.origin, list.hint);
    emits.push({ value: turned, list: made });
    this.loops.set(made, this.loops.get(list)!);
    return made;
  }

  #isList(value: Value): boolean {
    return value.kind === 'list' || value.kind === 'emitted' || this.#givenLists.has(value);
  }

  value(node: Node): Value {
    return this.#of(node);
  }

  // ---------------------------------------------------------------- values

  #of(node: Node): Value {
    const value = this.#done.get(node);
    if (value === undefined) throw new Error(`emit: %${node.id} (${node.op.kind}) is used before it is lowered`);
    return value;
  }

  #new(kind: Value['kind'], code: readonly Piece[], dtype: Value['dtype'], origin: Origin, hint: string, free?: string): Value {
    const value = { id: this.#count++, kind, code, dtype, origin, hint };
    return free === undefined ? value : { ...value, free };
  }

  #shared(kind: Value['kind'], code: readonly Piece[], dtype: Value['dtype'], origin: Origin, hint: string, free?: string): Value {
    const key = `${kind} ${dtype} ${code.map(keyOf).join('\u0000')}`;
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#new(kind, code, dtype, origin, hint, free);
      this.#known.set(key, value);
    }
    return value;
  }

  #call(node: Node, hint: string, ...code: readonly Piece[]): Value {
    return this.#shared('tensor', code, dtypeOfNode(node), this.#origin(node), hint);
  }

  /** Which positions of an axis each example has: no equation of the program computes that. */
  #mask(node: Node, axis: string, ...code: readonly Piece[]): Value {
    return this.#shared('tensor', code, 'bool', { ...node.origin, name: `${axis} mask` }, 'mask');
  }

  /** A step on the way to a node's value: it does not take the node's name. */
  #part(node: Node, dtype: Value['dtype'], hint: string, ...code: readonly Piece[]): Value {
    return this.#shared('tensor', code, dtype, { ...node.origin, name: null }, hint);
  }

  /** Written where it is used, unless that is long: then it has a statement of its own. */
  #host(code: readonly Piece[], dtype: Value['dtype'], origin: Origin): Value {
    const value = this.#shared('host', code, dtype, origin, 'number');
    const length = code.reduce(
      (sum, piece) => sum + (typeof piece === 'object' && 'kind' in piece ? (this.#lengths.get(piece) ?? 1) : 1),
      0,
    );
    if (length <= LONGEST_NUMBER) {
      this.#lengths.set(value, length);
      return value;
    }
    return this.#shared('host', [this.#shared('rows', [value], dtype, origin, 'number')], dtype, origin, 'number');
  }

  /** As one tensor: lists are stacked, numbers of the host uploaded. */
  #tensor(value: Value, origin: Origin): Value {
    const unnamed = { ...origin, name: null };
    if (value.kind === 'rows')
      return this.#shared(
        'tensor',
        ['rt.cached(', value, `, ${this.#rowsAxis.get(value)})`],
        value.dtype,
        unnamed,
        `${nameOf(value)} so far`,
      );
    // A list made of a tensor is that tensor.
    if (value.kind === 'list') return inputsOf(value)[0]!;
    if (value.kind === 'emitted') {
      const step = this.#steps.get(value);
      const code = step === undefined ? ['tf.stack(', value, ')'] : ['rt.stack(', value, ', ', ...step, `, '${value.dtype}')`];
      return this.#shared('tensor', code, value.dtype, origin, nameOf(value).replace(/ steps$/, ' stacked'));
    }
    if (this.#givenLists.has(value))
      return this.#shared('tensor', ['tf.stack(', value, ')'], value.dtype, origin, `${nameOf(value)} stacked`);
    if (value.kind !== 'host') return value;
    const [size] = value.code;
    // What sizes give is exact on the host, and may be more than int32 holds.
    const isMade =
      value.dtype === 'int32' && typeof size === 'object' && 'size' in size && constantOf(size.size) === null && atomOf(size.size) === null;
    if (isMade) return this.#shared('tensor', ['tf.scalar(rt.int32(', value, "), 'int32')"], value.dtype, unnamed, 'number');
    return this.#shared(
      'tensor',
      value.dtype === 'float32' ? ['tf.scalar(', value, ')'] : ['tf.scalar(', value, `, '${value.dtype}')`],
      value.dtype,
      unnamed,
      (typeof size === 'string' ? NUMBERS[size] : undefined) ?? 'number',
    );
  }

  #tensorOf(node: Node): Value {
    return this.#tensor(this.#of(node), this.#origin(node));
  }

  /** tfjs takes a number for a float32 tensor. */
  #operand(node: Node): Value {
    const value = this.#of(node);
    return value.kind === 'host' && value.dtype === 'float32' ? value : this.#tensorOf(node);
  }

  // ---------------------------------------------------------------- rules

  #rule(node: Node, op: Exclude<Op, OpOf<'scan'>>): Value {
    const inputs = op.kind === 'result' ? [] : node.inputs;
    const [x, y] = [inputs[0]!, inputs[1]!];
    switch (op.kind) {
      case 'input': {
        const source = this.#input(op.name);
        const isList = isOfRounds(node);
        const one = source.type ?? (source.host ? 'number' : 'tf.Tensor');
        const value = this.#shared(
          source.host ? 'host' : 'given',
          [source.text],
          dtypeOfNode(node),
          this.#origin(node),
          op.name,
          isList ? `readonly ${one}[]` : one,
        );
        if (isList) this.#givenLists.add(value);
        return value;
      }
      case 'parameter':
        // Rounds read their own: nothing reads the whole.
        return this.#shared('given', [{ parameter: this.#parameter(op.path) }], 'float32', this.#origin(node), op.path.split('.').at(-1)!);
      case 'constant':
        return this.#host([dtypeOfNode(node) === 'bool' ? `${op.value !== 0}` : literal(op.value)], dtypeOfNode(node), this.#origin(node));
      case 'size':
        return this.#host([{ size: op.size, tight: true }], 'int32', this.#origin(node));
      case 'length':
        return this.#shared('given', [`batch.lengths${access(op.dim.label)}`], 'int32', NOWHERE, `${op.dim.label} lengths`, 'tf.Tensor');
      case 'position': {
        const first = originOf(op.axis.space);
        const end = sizes.add(sizeOf(op.axis.space), first);
        return this.#part(
          node,
          'int32',
          `${op.axis.label} positions`,
          'tf.range(',
          { size: first, tight: false },
          ', ',
          { size: end, tight: false },
          ", 1, 'int32')",
        );
      }
      case 'argument':
        return this.#argument(node);
      case 'random':
        return this.#random(node, op);
      case 'unary':
        return this.#unary(node, op.fn, x);
      case 'binary': {
        const { call, hint, host } = BINARY[op.fn].typescript;
        const [a, b] = [this.#of(x), this.#of(y)];
        if (a.kind === 'host' && b.kind === 'host') return this.#host(host(a, b), dtypeOfNode(node), this.#origin(node));
        const direct = isPositive(y) ? DIVISIONS[op.fn] : undefined;
        if (direct !== undefined && dtypeOfNode(node) === 'int32')
          return this.#call(node, hint, `${direct}(`, this.#tensorOf(x), ', ', this.#tensorOf(y), ')');
        const gradient = op.fn === 'mul' ? gradientOf(x, y) : null;
        if (gradient !== null)
          return this.#call(node, gradient.call, `rt.${gradient.call}(`, this.#tensorOf(gradient.g), ', ', this.#tensorOf(gradient.y), ')');
        const mask = maskedAxis(x, y);
        if (mask !== null) return this.#mask(node, mask, `${call}(`, this.#operand(x), ', ', this.#operand(y), ')');
        const named = op.fn === 'and' && (isMask(a) || isMask(b)) ? 'mask' : areOrdered(x, y) ? 'causal mask' : hint;
        return this.#call(node, named, `${call}(`, this.#operand(x), ', ', this.#operand(y), ')');
      }
      case 'select': {
        const condition = this.#tensorOf(x);
        const of = this.#of(y);
        const hint = isMask(condition) && of.kind !== 'host' ? `${nameOf(of).replace(/(Wide|Rows|Shaped)+$/, '')}Masked` : 'chosen';
        return this.#call(node, hint, 'rt.where(', condition, ', ', this.#operand(y), ', ', this.#operand(inputs[2]!), ')');
      }
      case 'reduce': {
        const [call, hint] = REDUCE[op.fn];
        const positions = op.axes.map((id) => at(x, id)).sort((a, b) => a - b);
        const rank = axesOf(x).length;
        // Such truth values are turned first, which webgpu does wrongly.
        if ((op.fn === 'any' || op.fn === 'all') && rank > 2 && positions[0]! < rank - positions.length) {
          return this.#call(node, hint, `rt.${op.fn}(`, this.#tensorOf(x), `, [${positions.join(', ')}])`);
        }
        if (positions.length === axesOf(x).length) return this.#call(node, hint, `${call}(`, this.#tensorOf(x), ')');
        return this.#call(
          node,
          hint,
          `${call}(`,
          this.#tensorOf(x),
          `, ${positions.length === 1 ? positions[0] : `[${positions.join(', ')}]`})`,
        );
      }
      case 'softmax':
        return this.#call(node, op.log ? 'logSoftmax' : 'softmax', op.log ? 'rt.logSoftmax(' : 'tf.softmax(', this.#tensorOf(x), ')');
      case 'argmax':
        return this.#moved(
          node,
          this.#part(node, 'int32', 'best', 'tf.argMax(', this.#tensorOf(x), `, ${at(x, op.axis)})`),
          originOf(axesOf(x)[at(x, op.axis)]!.space),
          'add',
        );
      case 'matmul':
        return this.#call(
          node,
          this.#productName(inputs),
          'tf.matMul(',
          this.#tensorOf(x),
          ', ',
          this.#tensorOf(y),
          `${transpositions(op)})`,
        );
      case 'check': {
        const value = this.#of(x);
        const labels = axesOf(y)
          .map(({ id, label }) => quoted(isOfExamples(id) ? '' : label))
          .join(', ');
        if (value.kind === 'host') return this.#host(['rt.int32(', value, ')'], 'int32', this.#origin(node));
        const batch = this.#shared('given', ['batch'], 'float32', NOWHERE, 'batch', 'rt.Batch');
        return this.#call(
          node,
          'checked',
          'rt.refuse(',
          batch,
          ', ',
          value,
          ', ',
          this.#tensorOf(y),
          `, ${quoted(`${this.#place(this.#origin(node))}: ${op.what}`)}, [${labels}])`,
        );
      }
      case 'gather':
        return this.#gather(node, op, x, y);
      case 'scatter': {
        const index = this.#index(node, y, op.axis);
        const leading = axesOf(y).filter((axis) => !op.over.includes(axis.id)).length;
        return this.#inOrder(
          node,
          'scattered',
          'rt.scatter(',
          index,
          ', ',
          this.#tensorOf(x),
          ', ',
          extent(op.axis),
          leading === 0 ? ')' : `, ${leading})`,
        );
      }
      case 'onehot':
        return this.#call(node, 'oneHot', 'rt.oneHot(', this.#index(node, x, op.axis), ', ', extent(op.axis), ')');
      case 'concat':
        return this.#call(
          node,
          'joined',
          'tf.concat([',
          ...separated(inputs.map((input) => this.#tensorOf(input))),
          `], ${axesOf(node).findIndex((axis) => axis.id === op.axis.id)})`,
        );
      case 'slice':
        return this.#slice(node, op, x);
      case 'shift':
        return this.#call(
          node,
          op.circular ? 'rolled' : 'shifted',
          op.circular ? 'rt.roll(' : 'rt.shift(',
          this.#tensorOf(x),
          `, ${at(x, op.axis)}, `,
          { size: op.by, tight: false },
          ')',
        );
      case 'rename':
        return this.#of(x);
      case 'broadcast':
        return this.#broadcast(node, x);
      case 'cumsum':
      case 'cumprod':
        return this.#call(
          node,
          'running',
          `tf.${op.kind}(`,
          this.#tensorOf(x),
          `, ${at(x, op.axis)}${op.exclusive || op.reversed ? `, ${op.exclusive}, ${op.reversed}` : ''})`,
        );
      case 'permute': {
        const native = nativeOrder(x);
        if (native?.every((axis, k) => axis.id === op.order[k])) return called(this.#native.get(x)!, this.#origin(node));
        return this.#permuted(node, this.#tensorOf(x), axesOf(x), op.order);
      }
      case 'reshape': {
        const kept = this.#keptReduction(node, x);
        if (kept !== null) return kept;
        const hint = `${this.#base(x)}${x.op.kind === 'matmul' ? '' : axesOf(node).length < axesOf(x).length ? 'Rows' : axesOf(node).some(isUnit) ? 'Wide' : 'Shaped'}`;
        return this.#call(node, hint, 'tf.reshape(', this.#tensorOf(x), ', ', ...shape(axesOf(node)), ')');
      }
      case 'append': {
        const axis = at(node, op.axis.id);
        const keep: readonly Piece[] = op.keep === null ? [] : [', ', { size: op.keep, tight: false }];
        const value = this.#new(
          'rows',
          ['rt.appendToCache(', this.#of(x), ', ', this.#tensorOf(y), `, ${axis}`, ...keep, ')'],
          dtypeOfNode(node),
          this.#origin(node),
          'rows',
        );
        this.#rowsAxis.set(value, axis);
        return value;
      }
      case 'before': {
        const rows = this.#of(x);
        return this.#call(
          node,
          'earlier',
          'rt.cachedAt(',
          rows,
          `, ${this.#rowsAxis.get(rows)}, `,
          { size: sizes.sub(sizes.atom('before'), op.by), tight: false },
          ')',
        );
      }
      case 'result':
        return this.#result(node, op.index);
      case 'across':
      case 'where':
      case 'otherwise':
      case 'contract':
      case 'merge':
      case 'split':
      case 'past':
      case 'call':
      case 'clock':
        throw new Error(`emit: ${op.kind} is not laid out`);
    }
  }

  /** A reduction whose axes stay as unit axes is one call, where nothing reads it without them. */
  #keptReduction(node: Node, reduced: Node): Value | null {
    const { op } = reduced;
    if (
      op.kind !== 'reduce' ||
      (op.fn !== 'mean' && op.fn !== 'sum' && op.fn !== 'max' && op.fn !== 'min') ||
      this.#uses.get(reduced) !== 1
    )
      return null;
    const x = reduced.inputs[0]!;
    const positions = op.axes.map((id) => at(x, id)).sort((a, b) => a - b);
    const axes = axesOf(node);
    const fits =
      axes.length === axesOf(x).length && axes.every((axis, k) => (positions.includes(k) ? isUnit(axis) : axis.id === axesOf(x)[k]!.id));
    if (!fits) return null;
    const [call, hint] = REDUCE[op.fn];
    return this.#shared(
      'tensor',
      [`${call}(`, this.#tensorOf(x), `, ${positions.length === 1 ? positions[0] : `[${positions.join(', ')}]`}, true)`],
      dtypeOfNode(node),
      this.#origin(reduced),
      hint,
    );
  }

  #unary(node: Node, fn: UnaryFn, x: Node): Value {
    const value = this.#of(x);
    const dtype = dtypeOfNode(node);
    if (fn === 'stop') return called(value, this.#origin(node));
    if (value.dtype === dtype && (fn === 'int' || fn === 'float' || fn === 'floor')) return value;
    if (value.kind === 'host' && value.dtype === 'int32' && fn === 'float') return this.#host([value], dtype, this.#origin(node));
    const { call, hint, host } = UNARY[fn].typescript;
    if (value.kind === 'host' && host !== null) return this.#host([`${host}(`, value, ')'], dtype, this.#origin(node));
    const tensor = this.#tensor(value, this.#origin(x));
    switch (fn) {
      case 'float':
      case 'int':
        return this.#call(node, `${nameOf(value)}As${fn === 'int' ? 'Int' : 'Float'}`, 'tf.cast(', tensor, `, '${dtype}')`);
      case 'floor':
        return this.#call(node, 'whole', 'tf.cast(', this.#part(node, 'float32', 'floor', 'tf.floor(', tensor, ')'), ", 'int32')");
      default:
        return this.#call(node, hint, `${call}(`, tensor, ')');
    }
  }

  #random(node: Node, op: OpOf<'random'>): Value {
    const steps = node.inputs.map((input) => this.#of(input));
    const ragged = op.axes
      .slice(1)
      .map((axis) => isRagged(axis.space) || isGrowing(axis) || isSlots(axis.space))
      .join(', ');
    const rate = op.draw === 'keep' ? `${literal(op.rate)}, ` : '';
    const site = this.#shared('host', [quoted(op.site)], 'float32', NOWHERE, 'site', 'string');
    return this.#call(
      node,
      op.draw,
      `random.${op.draw}(`,
      site,
      `, ${rate}`,
      ...shape(op.axes),
      `, [${ragged}], [`,
      ...separated(steps),
      '])',
    );
  }

  /** An index counted from 0. */
  #index(node: Node, i: Node, axis: Axis): Value {
    return this.#moved(node, this.#tensorOf(i), originOf(axis.space), 'sub');
  }

  #moved(node: Node, index: Value, first: Size, fn: 'add' | 'sub'): Value {
    if (constantOf(first) === 0) return index.origin.name === null && node.op.kind === 'argmax' ? this.#renamed(node, index) : index;
    const offset = this.#part(node, 'int32', 'first', 'tf.scalar(', { size: first, tight: false }, ", 'int32')");
    return this.#part(node, 'int32', 'place', `tf.${fn}(`, index, ', ', offset, ')');
  }

  /** The same call under the node's name; the unnamed value is forgotten. */
  #renamed(node: Node, value: Value): Value {
    return this.#origin(node).name === null ? value : this.#new(value.kind, value.code, value.dtype, this.#origin(node), value.hint);
  }

  #gather(node: Node, op: OpOf<'gather'>, t: Node, i: Node): Value {
    const axis = axesOf(t)[at(t, op.axis)]!;
    const position = at(t, op.axis);
    const place = this.#of(i);
    const first = originOf(axis.space);
    if (place.kind === 'host') {
      const from = this.#tensorOf(t);
      const begin = axesOf(t).flatMap((_, k): Piece[] => [
        k === 0 ? '' : ', ',
        ...(k === position ? (constantOf(first) === 0 ? [place] : [place, ' - ', { size: first, tight: true }]) : ['0']),
      ]);
      const part = this.#part(
        node,
        from.dtype,
        'place',
        'tf.slice(',
        from,
        ', [',
        ...begin,
        '], ',
        `[${axesOf(t)
          .map((_, k) => (k === position ? 1 : -1))
          .join(', ')}])`,
      );
      return this.#call(node, 'picked', 'tf.reshape(', part, ', ', ...shape(axesOf(node)), ')');
    }
    const zip = axesOf(i).filter((each) => each.id !== op.axis && at(t, each.id) >= 0).length;
    const index = this.#index(node, i, axis);
    const where = zip === 0 ? (position === 0 ? '' : `, ${position}`) : `, ${zip}, ${zip}`;
    return this.#inOrder(node, 'picked', 'tf.gather(', this.#tensorOf(t), ', ', index, `${where})`);
  }

  /** In the order of the node's type; what tfjs gives is kept for those who take it as it is. */
  #inOrder(node: Node, hint: string, ...code: readonly Piece[]): Value {
    const native = nativeOrder(node);
    const order = axesOf(node).map((axis) => axis.id);
    const isSo = native === null || native.every((axis, k) => axis.id === order[k]);
    const value = isSo ? this.#call(node, hint, ...code) : this.#part(node, dtypeOfNode(node), this.#origin(node).name ?? hint, ...code);
    this.#native.set(node, value);
    return isSo ? value : this.#permuted(node, value, native!, order);
  }

  /** A product with a parameter is called after that. */
  #productName(operands: readonly Node[]): string {
    const [path] = operands.flatMap((operand) => this.#pathOf(original(operand)) ?? []);
    return `${path ?? ''} product`.trim();
  }

  /** For a parameter, or one round's part of it. */
  #pathOf(node: Node): string | null {
    return node.op.kind === 'parameter' ? node.op.path : (this.#roles.get(node)?.parameter?.path ?? null);
  }

  /** What a value is called before it was reshaped and transposed. */
  #base(node: Node): string {
    let from = node;
    while (this.#origin(from).name === null && (from.op.kind === 'reshape' || from.op.kind === 'permute' || from.op.kind === 'rename'))
      from = from.inputs[0]!;
    return this.#pathOf(from) ?? nameOf(this.#of(from));
  }

  #permuted(node: Node, value: Value, axes: readonly Axis[], order: readonly string[]): Value {
    const perm = order.map((id) => axes.findIndex((axis) => axis.id === id));
    return this.#call(
      node,
      node.op.kind === 'permute' ? `${this.#base(node.inputs[0]!)}T` : value.hint,
      value.dtype === 'bool' && perm.length > 2 ? 'rt.transpose(' : 'tf.transpose(',
      value,
      `, [${perm.join(', ')}])`,
    );
  }

  #slice(node: Node, op: OpOf<'slice'>, x: Node): Value {
    const from = this.#of(x);
    const position = at(x, op.axis);
    if (op.into === null && position === 0 && (from.kind === 'list' || from.kind === 'emitted')) {
      return this.#shared('given', [from, '[', { size: op.start, tight: false }, ']!'], from.dtype, this.#origin(node), 'place');
    }
    const begin = axesOf(x).flatMap((_, k): Piece[] => [k === 0 ? '' : ', ', k === position ? { size: op.start, tight: false } : '0']);
    const count = axesOf(x).flatMap((_, k): Piece[] => [
      k === 0 ? '' : ', ',
      k === position ? (op.into === null ? '1' : extent(op.into)) : '-1',
    ]);
    const code: Piece[] = ['tf.slice(', this.#tensorOf(x), ', [', ...begin, '], [', ...count, '])'];
    if (op.into !== null) return this.#call(node, 'part', ...code);
    return this.#call(node, 'place', 'tf.reshape(', this.#part(node, from.dtype, 'part', ...code), ', ', ...shape(axesOf(node)), ')');
  }

  #broadcast(node: Node, x: Node): Value {
    const value = this.#of(x);
    if (value.kind === 'host') {
      const more = value.dtype === 'float32' ? [] : [`, '${value.dtype}'`];
      // tfjs fills truth values with numbers.
      const filling: readonly Piece[] =
        value.dtype !== 'bool' ? [value] : x.op.kind === 'constant' ? [x.op.value === 0 ? '0' : '1'] : ['Number(', value, ')'];
      const hint = x.op.kind !== 'constant' ? 'filled' : x.op.value === 0 ? 'zeros' : x.op.value === 1 ? 'ones' : 'filled';
      return this.#call(node, hint, 'tf.fill(', ...shape(axesOf(node)), ', ', ...filling, ...more, ')');
    }
    return this.#call(node, `${nameOf(value)}Wide`, 'tf.broadcastTo(', this.#tensorOf(x), ', ', ...shape(axesOf(node)), ')');
  }

  // ---------------------------------------------------------------- scans

  /** Lowered before its loop is known. The position of a step is a number of the host. */
  #argument(node: Node): Value {
    const role = this.#roles.get(node);
    if (role?.parameter !== undefined) return this.#roundOf(node, role.parameter);
    const argument = this.#new('argument', [], dtypeOfNode(node), this.#origin(node), role?.hint ?? 'value');
    if (role?.position !== true) return argument;
    const elem = node.types[0]!.elem;
    if (elem.kind !== 'index' || startsAtZero(elem.space)) return this.#host([argument], 'int32', this.#origin(node));
    return this.#host(['(', argument, ' + ', { size: originOf(elem.space), tight: true }, ')'], 'int32', this.#origin(node));
  }

  /** Written where it is used: `p.layers[i]!.W`. Where a loop inside takes it apart, nothing reads it. */
  #roundOf(node: Node, { path, rounds }: NonNullable<ArgumentRole['parameter']>): Value {
    const positions = rounds.map((position) => inputsOf(this.#of(position))[0]!);
    return this.#shared(
      'given',
      [{ parameter: this.#parameter(path) }, ...positions],
      'float32',
      this.#origin(node),
      path.split('.').at(-1)!,
    );
  }

  #scan(node: Node, op: OpOf<'scan'>): readonly Value[] {
    const { region, axis } = op;
    const unnamed = { ...node.origin, name: null };
    const count = region.xs.length;
    const list = (x: Node): Value => {
      const value = this.#of(x);
      if (this.#isList(value)) return value;
      return this.#shared(
        'list',
        [mayBeEmpty(axis.space) ? 'rt.unstack(' : 'tf.unstack(', this.#tensorOf(x), ')'],
        value.dtype,
        unnamed,
        `${isMask(value) ? nameOf(value) : sourceName(x, this.#origin)} steps`,
      );
    };
    // A round's parameters are read where they are used.
    const xs = region.xs.flatMap((x, k) =>
      this.#roles.get(x)?.parameter === undefined ? [{ argument: this.#of(x), list: list(node.inputs[k]!) }] : [],
    );
    const firsts = region.states.map((_, k) => this.#tensorOf(node.inputs[count + k]!));
    const nexts = region.nexts.map((next) => this.#tensorOf(next));
    const values = region.emits.map((emit) => (this.#of(emit).kind === 'rows' ? this.#of(emit) : this.#tensorOf(emit)));
    const self = this.#new('loop', [], 'float32', unnamed, 'loop');
    const states: State[] = region.states.map((state, k) => ({
      argument: this.#of(state),
      first: firsts[k]!,
      next: nexts[k]!,
      final: this.#new('final', [self], nexts[k]!.dtype, this.#origin(node), nameOf(this.#of(state))),
    }));
    // What a step emits of a sequence is the sequence; what it emits twice is one list.
    const lists = new Map<Value, Value>(xs.map((x) => [x.argument, x.list]));
    const emits: Loop['emits'][number][] = [];
    for (const [k, value] of values.entries()) {
      if (lists.has(value)) continue;
      const made = this.#new('emitted', [self], value.dtype, unnamed, `${nameOf(value)} steps`);
      lists.set(value, made);
      if (mayBeEmpty(axis.space)) this.#steps.set(made, shape(axesOf(region.emits[k]!)));
      emits.push({ value, list: made });
    }
    const position = inputsOf(this.#of(region.position))[0]!;
    const loop: Loop = { size: sizeOf(axis.space), label: axis.label, reversed: op.reversed, position, xs, states, emits, self };
    this.#emits.set(loop, emits);
    const tied = [
      self,
      position,
      ...xs.map((x) => x.argument),
      ...states.flatMap((state) => [state.argument, state.final]),
      ...emits.map((emit) => emit.list),
    ];
    for (const value of tied) this.loops.set(value, loop);
    return [...states.map((state) => state.final), ...values.map((value) => lists.get(value)!)];
  }

  #result(node: Node, index: number): Value {
    const value = this.#scans.get(node.inputs[0]!)?.[index];
    if (value === undefined) throw new Error(`emit: %${node.id} reads no scan`);
    return value;
  }
}

/** What a node was before it was reshaped and transposed. */
function original(node: Node): Node {
  let from = node;
  while (from.op.kind === 'reshape' || from.op.kind === 'permute' || from.op.kind === 'rename') from = from.inputs[0]!;
  return from;
}

/** For lengths compared with the positions along a ragged axis, or with that of a step: that axis's label. */
function maskedAxis(...operands: readonly Node[]): string | null {
  const bases = operands.map((operand) => original(operand).op);
  const position = bases.find((op) => op.kind === 'position');
  const length = bases.find((op) => op.kind === 'length');
  return length === undefined
    ? null
    : position !== undefined
      ? position.axis.label
      : bases.some((op) => op.kind === 'argument')
        ? length.dim.label
        : null;
}

/** Is one position told from another of the same kind by which comes first? */
function areOrdered(...operands: readonly [Node, Node]): boolean {
  const [a, b] = operands.map((operand) => original(operand).op);
  return a!.kind === 'position' && b!.kind === 'position';
}

/** What says where something is there. */
function isMask(value: Value): boolean {
  return value.dtype === 'bool' && /mask(Wide|T|Rows|Shaped)*$/i.test(nameOf(value));
}

/** What small numbers are called. */
const NUMBERS: Readonly<Record<string, string>> = { '0': 'zero', '1': 'one', '2': 'two', '(-1)': 'minus one' };

/** g (1 - y^2) and g y (1 - y), on operands of one shape: single operations of TensorFlow. */
function gradientOf(a: Node, b: Node): { readonly call: string; readonly g: Node; readonly y: Node } | null {
  const isBinary = (node: Node, fn: BinaryFn): boolean => node.op.kind === 'binary' && node.op.fn === fn;
  const complement = (node: Node): Node | null => {
    const [one, rest] = [node.inputs[0]!, node.inputs[1]!];
    return isBinary(node, 'sub') && one.op.kind === 'constant' && one.op.value === 1 ? rest : null;
  };
  const alike = (x: Node, y: Node): boolean =>
    axesOf(x).length === axesOf(y).length && axesOf(x).every((axis, k) => axis.id === axesOf(y)[k]!.id);
  for (const [g, factor] of [
    [a, b],
    [b, a],
  ] as const) {
    const squared = complement(factor);
    if (squared !== null && isBinary(squared, 'mul') && squared.inputs[0] === squared.inputs[1] && alike(g, squared.inputs[0]!)) {
      return { call: 'tanhGradient', g, y: squared.inputs[0]! };
    }
    if (!isBinary(factor, 'mul')) continue;
    for (const [y, rest] of [factor.inputs, [...factor.inputs].reverse()] as const) {
      if (y !== undefined && rest !== undefined && complement(rest) === y && alike(g, y)) return { call: 'sigmoidGradient', g, y };
    }
  }
  return null;
}

/** The last arguments of a product, as far as they are not what tfjs takes for granted. */
function transpositions({ transposeA, transposeB }: OpOf<'matmul'>): string {
  return transposeB ? `, ${transposeA}, true` : transposeA ? ', true' : '';
}

/** A value without a name takes that of a node that adds nothing to it. */
function called(value: Value, { name }: Origin): Value {
  if (value.kind === 'tensor' && value.origin.name === null && name !== null) rename(value, name);
  return value;
}

function rename(value: { origin: Origin }, name: string): void {
  value.origin = { ...value.origin, name };
}

function keyOf(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  if (isValue(piece)) return `%${piece.id}`;
  return 'size' in piece ? `<${piece.size.key}>` : `p ${'parameter' in piece ? piece.parameter : ''}`;
}

/** What a value is called in the names of others. */
function nameOf(value: Value): string {
  return value.origin.name ?? value.hint;
}

export function literal(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '(-Infinity)';
  const [plain, short] = [`${value}`, value.toExponential().replace('e+', 'e')];
  const text = Object.is(value, -0) ? '0' : short.length < plain.length ? short : plain;
  return value < 0 ? `(${text})` : text;
}

function extent(axis: Axis): Piece {
  return { size: sizeOf(axis.space), tight: false };
}

function shape(axes: readonly Axis[]): readonly Piece[] {
  return ['[', ...separated(axes.map(extent)), ']'];
}

function separated(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.flatMap((piece, k) => (k === 0 ? [piece] : [', ', piece]));
}
