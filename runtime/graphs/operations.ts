/** One rule per instruction: the nodes of TensorFlow that compute it, as exactly as the emitted functions do. */
import type { Scope, Tensor, Type } from './graph-def.ts';
import type { Binary, ElementType, Expression, Operation, Reduction, Unary } from './format.ts';

/** Numbers and shapes in a graph: constants where they are known, inputs of the graph where the call decides. */
export interface Numbers {
  scalar(value: Expression, type: ElementType): Tensor;
  /** int [number of axes]. */
  shape(shape: readonly Expression[]): Tensor;
}

const ARRAYS = { float: Float32Array, double: Float64Array, int: Int32Array, bool: Uint8Array } as const;

/** Nodes of one scope. */
export class Nodes {
  readonly scope: Scope;
  readonly numbers: Numbers;
  /** Whether XLA compiles them. */
  readonly xla: boolean;

  constructor(scope: Scope, numbers: Numbers, xla = false) {
    this.scope = scope;
    this.numbers = numbers;
    this.xla = xla;
  }

  constant(values: readonly number[], type: keyof typeof ARRAYS, shape: readonly number[] = []): Tensor {
    const bytes = new Uint8Array(ARRAYS[type].from(values).buffer);
    return this.scope.node('Const', [], { dtype: { type }, value: { constant: { type, shape, bytes } } }, 'output', type);
  }

  unary(op: string, x: Tensor, output = 'y', type: Type = x.type): Tensor {
    return this.scope.node(op, [x], { T: { type: x.type } }, output, type);
  }

  binary(op: string, a: Tensor, b: Tensor, type: Type = a.type, output = 'z'): Tensor {
    return this.scope.node(op, [a, b], { T: { type: a.type } }, output, type);
  }

  logical(op: 'LogicalAnd' | 'LogicalOr', a: Tensor, b: Tensor): Tensor {
    return this.scope.node(op, [a, b], {}, 'z', 'bool');
  }

  not(x: Tensor): Tensor {
    return this.scope.node('LogicalNot', [x], {}, 'y', 'bool');
  }

  cast(x: Tensor, type: keyof typeof ARRAYS): Tensor {
    if (x.type === type) return x;
    return this.scope.node('Cast', [x], { SrcT: { type: x.type }, DstT: { type } }, 'y', type);
  }

  compare(op: string, a: Tensor, b: Tensor): Tensor {
    const isEquality = op === 'Equal' || op === 'NotEqual';
    const attributes = { T: { type: a.type }, ...(isEquality ? { incompatible_shape_error: { bool: true } } : {}) } as const;
    return this.scope.node(op, [a, b], attributes, 'z', 'bool');
  }

  select(condition: Tensor, then: Tensor, other: Tensor): Tensor {
    return this.scope.node('SelectV2', [condition, then, other], { T: { type: then.type } }, 'output', then.type);
  }

  /** Tells the rank, and keeps TensorFlow's optimiser from seeing what is before: it warns of a softmax of unknown rank. */
  ofRank(x: Tensor, rank: number): Tensor {
    return this.scope.node('EnsureShape', [x], { T: { type: x.type }, shape: { shape: Array<number>(rank).fill(-1) } }, 'output', x.type);
  }

  reduce(op: string, x: Tensor, axes: readonly number[], keep = false): Tensor {
    const positions = this.constant(axes, 'int', [axes.length]);
    const types = { Tidx: { type: 'int' }, keep_dims: { bool: keep } } as const;
    const isTruth = op === 'Any' || op === 'All';
    return this.scope.node(op, [x, positions], isTruth ? types : { T: { type: x.type }, ...types }, 'output', x.type);
  }

  reshape(x: Tensor, shape: Tensor): Tensor {
    return this.scope.node('Reshape', [x, shape], { T: { type: x.type }, Tshape: { type: 'int' } }, 'output', x.type);
  }

  expand(x: Tensor, axis: number): Tensor {
    const attributes = { T: { type: x.type }, Tdim: { type: 'int' } } as const;
    return this.scope.node('ExpandDims', [x, this.constant([axis], 'int')], attributes, 'output', x.type);
  }

  slice(x: Tensor, begin: Tensor, size: Tensor): Tensor {
    return this.scope.node('Slice', [x, begin, size], { T: { type: x.type }, Index: { type: 'int' } }, 'output', x.type);
  }

  concat(parts: readonly Tensor[], axis: number): Tensor {
    const { type } = parts[0]!;
    const attributes = { N: { int: parts.length }, T: { type }, Tidx: { type: 'int' } } as const;
    return this.scope.node('ConcatV2', [...parts, this.constant([axis], 'int')], attributes, 'output', type);
  }

  pack(parts: readonly Tensor[], axis = 0): Tensor {
    const { type } = parts[0]!;
    return this.scope.node('Pack', parts, { N: { int: parts.length }, T: { type }, axis: { int: axis } }, 'output', type);
  }

  gather(x: Tensor, index: Tensor, axis = 0, zip = 0): Tensor {
    const attributes = { batch_dims: { int: zip }, Tparams: { type: x.type }, Tindices: { type: 'int' }, Taxis: { type: 'int' } } as const;
    return this.scope.node('GatherV2', [x, index, this.constant([axis], 'int')], attributes, 'output', x.type);
  }

  /** The value; the call is refused where `wrong`, of so many axes, is true anywhere. */
  unless(text: string, x: Tensor, wrong: Tensor, rank: number): Tensor {
    const axes = Array.from({ length: rank }, (_, k) => k);
    const isFine = this.not(rank === 0 ? wrong : this.reduce('Any', wrong, axes));
    return this.scope.node('Identity', [x, this.scope.assertion(isFine, text)], { T: { type: x.type } }, 'output', x.type);
  }

  /** A list of `count` elements of one shape. */
  list(type: ElementType, shape: Tensor, count: Tensor): Tensor {
    return this.scope.node('TensorListReserve', [shape, count], { element_dtype: { type }, shape_type: { type: 'int' } }, 'handle', 'list');
  }

  withItem(list: Tensor, index: Tensor, item: Tensor, type: ElementType): Tensor {
    return this.scope.node('TensorListSetItem', [list, index, item], { element_dtype: { type } }, 'output_handle', 'list');
  }

  /** The elements along the first axis. */
  listOf(sequence: Tensor): Tensor {
    const attributes = { element_dtype: { type: sequence.type }, shape_type: { type: 'int' } } as const;
    return this.scope.node('TensorListFromTensor', [sequence, this.constant([-1], 'int')], attributes, 'output_handle', 'list');
  }

  /** An element that was set. */
  item(list: Tensor, index: Tensor, type: Type): Tensor {
    return this.scope.node('TensorListGetItem', [list, index, this.constant([-1], 'int')], { element_dtype: { type } }, 'item', type);
  }

  /** A list as one tensor; what was never set is 0. */
  stack(list: Tensor, shape: Tensor, type: ElementType): Tensor {
    return this.scope.node('TensorListStack', [list, shape], { element_dtype: { type }, num_elements: { int: -1 } }, 'tensor', type);
  }

  range(from: Tensor, to: Tensor, step: Tensor): Tensor {
    return this.scope.node('Range', [from, to, step], { Tidx: { type: 'int' } }, 'output', 'int');
  }

  fill(shape: Tensor, value: Tensor): Tensor {
    return this.scope.node('Fill', [shape, value], { T: { type: value.type }, index_type: { type: 'int' } }, 'output', value.type);
  }
}

type UnaryRule = (m: Nodes, x: Tensor) => Tensor;
type BinaryRule = (m: Nodes, a: Tensor, b: Tensor) => Tensor;

/** @param output TensorFlow's name of the result */
const one =
  (op: string, output = 'y'): UnaryRule =>
  (m, x) =>
    m.unary(op, x, output);
const two =
  (op: string): BinaryRule =>
  (m, a, b) =>
    m.binary(op, a, b);
const compared =
  (op: string): BinaryRule =>
  (m, a, b) =>
    m.compare(op, a, b);
const equal = compared('Equal');

/** As `rt.silu` and `rt.geluTanh`: a gate that is 0 has nothing infinite beside it. */
function gated(m: Nodes, x: Tensor, gate: Tensor, limit: number): Tensor {
  return m.binary('Mul', m.binary('Maximum', x, m.constant([limit], 'float')), gate);
}

function geluTanh(m: Nodes, x: Tensor): Tensor {
  const scale = Math.sqrt(8 / Math.PI);
  const squared = m.binary('Mul', m.unary('Square', x), m.constant([0.044715 * scale], 'float'));
  const slope = m.binary('AddV2', squared, m.constant([scale], 'float'));
  return gated(m, x, m.unary('Sigmoid', m.binary('Mul', x, slope)), -16);
}

/** As `rt.quot`: kernels trap at a divisor of 0, and at -2^31 / -1. */
function quot(m: Nodes, a: Tensor, b: Tensor): Tensor {
  const [zero, one, minus] = [0, 1, -1].map((n) => m.constant([n], 'int')) as [Tensor, Tensor, Tensor];
  const [isZero, isTurned] = [equal(m, b, zero), equal(m, b, minus)];
  const whole = m.binary('FloorDiv', a, m.select(m.logical('LogicalOr', isZero, isTurned), one, b));
  return m.select(isZero, zero, m.select(isTurned, m.unary('Neg', whole), whole));
}

/** As `rt.mod`. */
function mod(m: Nodes, a: Tensor, b: Tensor): Tensor {
  if (a.type === 'int') return m.binary('Sub', a, m.binary('Mul', b, quot(m, a, b)));
  const zero = m.constant([0], 'float');
  const remainder = m.binary('Sub', a, m.binary('Mul', b, m.unary('Floor', m.binary('RealDiv', a, b))));
  const isOutside = m.compare('Less', m.binary('Mul', remainder, m.unary('Sign', b)), zero);
  const inside = m.select(isOutside, m.binary('AddV2', remainder, b), remainder);
  return m.select(equal(m, b, zero), a, inside);
}

const UNARY: Readonly<Record<Unary, UnaryRule>> = {
  neg: one('Neg'),
  exp: one('Exp'),
  expm1: one('Expm1'),
  log: one('Log'),
  log1p: one('Log1p'),
  sqrt: one('Sqrt'),
  rsqrt: one('Rsqrt'),
  abs: one('Abs'),
  sign: one('Sign'),
  tanh: one('Tanh'),
  sigmoid: one('Sigmoid'),
  relu: one('Relu', 'activations'),
  softplus: one('Softplus', 'activations'),
  silu: (m, x) => gated(m, x, m.unary('Sigmoid', x), -120),
  gelu_tanh: geluTanh,
  erf: one('Erf'),
  sin: one('Sin'),
  cos: one('Cos'),
  atan: one('Atan'),
  floor: (m, x) => (x.type === 'float' ? m.cast(m.unary('Floor', x), 'int') : x),
  not: (m, x) => m.not(x),
};

const slope =
  (operation: string): BinaryRule =>
  (m, y, g) =>
    m.scope.node(operation, [y, g], { T: { type: y.type } }, 'z', y.type);

const BINARY: Readonly<Record<Binary, BinaryRule>> = {
  add: two('AddV2'),
  sub: two('Sub'),
  mul: two('Mul'),
  div: two('RealDiv'),
  pow: two('Pow'),
  max: two('Maximum'),
  min: two('Minimum'),
  mod,
  quot,
  tanhGradient: slope('TanhGrad'),
  sigmoidGradient: slope('SigmoidGrad'),
  eq: equal,
  ne: compared('NotEqual'),
  lt: compared('Less'),
  le: compared('LessEqual'),
  gt: compared('Greater'),
  ge: compared('GreaterEqual'),
  and: (m, a, b) => m.logical('LogicalAnd', a, b),
  or: (m, a, b) => m.logical('LogicalOr', a, b),
};

const REDUCTIONS: Readonly<Record<Reduction, string>> = {
  sum: 'Sum',
  mean: 'Mean',
  max: 'Max',
  min: 'Min',
  prod: 'Prod',
  any: 'Any',
  all: 'All',
};

/** As `rt.logSoftmax`. */
export function logSoftmax(m: Nodes, x: Tensor): Tensor {
  const shifted = m.binary('Sub', x, m.reduce('Max', x, [-1], true));
  return m.binary('Sub', shifted, m.unary('Log', m.reduce('Sum', m.unary('Exp', shifted), [-1], true)));
}

type Of<K extends Operation['op']> = Extract<Operation, { readonly op: K }>;

/** As `rt.scatter`. */
function scatter(m: Nodes, op: Of<'scatter'>, indices: Tensor, updates: Tensor): Tensor {
  const times = (a: Expression, b: Expression): Expression => ({ fn: 'mul', of: [a, b] });
  const rows = m.reshape(indices, m.numbers.shape([op.groups, op.places]));
  const [zero, limit, step] = [0, times(op.groups, op.size), op.size].map((each) => m.numbers.scalar(each, 'int')) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const begins = m.range(zero, limit, step);
  const moved = m.binary('AddV2', rows, m.reshape(begins, m.numbers.shape([op.groups, 1])));
  const count = times(op.groups, op.places);
  const sum = m.scope.node(
    'UnsortedSegmentSum',
    [m.reshape(updates, m.numbers.shape([count, op.width])), m.reshape(moved, m.numbers.shape([count])), limit],
    { T: { type: updates.type }, Tindices: { type: 'int' }, Tnumsegments: { type: 'int' } },
    'output',
    updates.type,
  );
  return m.reshape(sum, m.numbers.shape(op.shape));
}

/** Each position gets the value `by` positions before it, in rows that hold the axis and all after it. */
function shift(m: Nodes, op: Of<'shift'>, x: Tensor): Tensor {
  const f = (fn: string, ...of: Expression[]): Expression => ({ fn, of });
  const row = f('mul', op.places, op.width);
  const rows = m.reshape(x, m.numbers.shape([-1, row]));
  if (op.circular) {
    const back = m.numbers.scalar(f('mul', f('mod', op.by, op.places), op.width), 'int');
    const attributes = { T: { type: x.type }, Tshift: { type: 'int' }, Taxis: { type: 'int' } } as const;
    const rolled = m.scope.node('Roll', [rows, back, m.constant([1], 'int')], attributes, 'output', x.type);
    return m.reshape(rolled, m.numbers.shape(op.shape));
  }
  const by = f('max', f('neg', op.places), f('min', op.places, op.by));
  const [before, behind] = [f('max', 0, by), f('max', 0, f('neg', by))].map((each) => f('mul', each, op.width)) as [Expression, Expression];
  const kept = m.slice(rows, m.numbers.shape([0, behind]), m.numbers.shape([-1, f('sub', row, f('add', before, behind))]));
  const padding = m.reshape(m.numbers.shape([0, 0, before, behind]), m.constant([2, 2], 'int', [2]));
  const isTruth = x.type === 'bool';
  const padded = m.scope.node(
    'PadV2',
    [isTruth ? m.cast(kept, 'int') : kept, padding, m.constant([0], x.type === 'float' ? 'float' : 'int')],
    { T: { type: isTruth ? 'int' : x.type }, Tpaddings: { type: 'int' } },
    'output',
    isTruth ? 'int' : x.type,
  );
  return m.reshape(isTruth ? m.cast(padded, 'bool') : padded, m.numbers.shape(op.shape));
}

/** The rows with another one at place `t`. */
function write(m: Nodes, op: Of<'write'>, rows: Tensor, row: Tensor, t: Tensor): Tensor {
  const before = op.shape.slice(0, op.axis);
  const after = op.shape.slice(op.axis + 1);
  if (m.xla) {
    const zero = m.constant([0], 'int');
    const place = m.pack(op.shape.map((_, k) => (k === op.axis ? t : zero)));
    const update = m.reshape(row, m.numbers.shape([...before, 1, ...after]));
    const types = { T: { type: rows.type }, Tindices: { type: 'int' } } as const;
    return m.scope.node('XlaDynamicUpdateSlice', [rows, update, place], types, 'output', rows.type);
  }
  const product = (sizes: readonly Expression[]): Expression => sizes.reduce<Expression>((a, b) => ({ fn: 'mul', of: [a, b] }), 1);
  const [outer, inner] = [product(before), product(after)];
  const [zero, one] = [0, 1].map((n) => m.constant([n], 'int')) as [Tensor, Tensor];
  const groups = m.range(zero, m.numbers.scalar(outer, 'int'), one);
  const places = m.pack([groups, m.fill(m.numbers.shape([outer]), t)], 1);
  const flat = m.reshape(rows, m.numbers.shape([outer, op.shape[op.axis]!, inner]));
  const types = { T: { type: rows.type }, Tindices: { type: 'int' } } as const;
  const written = m.scope.node(
    'TensorScatterUpdate',
    [flat, places, m.reshape(row, m.numbers.shape([outer, inner]))],
    types,
    'output',
    rows.type,
  );
  return m.reshape(written, m.numbers.shape(op.shape));
}

/** What is no leaf, no loop and nothing of one. */
export type Computed = Exclude<Operation, Of<'random'> | Of<'check'> | Of<'result'>>;

/** @param type of the result */
export function computed(m: Nodes, op: Computed, type: ElementType, inputs: readonly Tensor[]): Tensor {
  const [x, y] = [inputs[0]!, inputs[1]!];
  switch (op.op) {
    case 'unary':
      return UNARY[op.fn](m, x);
    case 'binary':
      return BINARY[op.fn](m, x, y);
    case 'cast':
      return m.cast(x, type);
    case 'select':
      return m.select(x, y, inputs[2]!);
    case 'reduce':
      return m.reduce(REDUCTIONS[op.fn], x, op.axes);
    case 'softmax':
      return op.log ? logSoftmax(m, x) : m.unary('Softmax', m.ofRank(x, op.rank), 'softmax');
    case 'argmax':
      return m.scope.node(
        'ArgMax',
        // The optimiser would take the argmax before a monotonic function, where equals are none yet.
        [m.ofRank(x, op.rank), m.constant([op.axis], 'int')],
        { T: { type: x.type }, Tidx: { type: 'int' }, output_type: { type: 'int' } },
        'output',
        'int',
      );
    case 'matmul':
      return m.scope.node(
        'BatchMatMulV2',
        [x, y],
        { T: { type: x.type }, adj_x: { bool: op.transposeA }, adj_y: { bool: op.transposeB } },
        'output',
        x.type,
      );
    case 'gather':
      return m.gather(x, y, op.axis, op.zip);
    case 'scatter':
      return scatter(m, op, x, y);
    case 'onehot': {
      const [on, off] = [1, 0].map((n) => m.constant([n], 'float')) as [Tensor, Tensor];
      const attributes = { axis: { int: -1 }, T: { type: 'float' }, TI: { type: 'int' } } as const;
      return m.scope.node('OneHot', [x, m.numbers.scalar(op.depth, 'int'), on, off], attributes, 'output', 'float');
    }
    case 'concat':
      return m.concat(inputs, op.axis);
    case 'slice':
      return m.slice(x, m.numbers.shape(op.begin), m.numbers.shape(op.size));
    case 'shift':
      return shift(m, op, x);
    case 'broadcast':
      return m.scope.node('BroadcastTo', [x, m.numbers.shape(op.shape)], { T: { type: x.type }, Tidx: { type: 'int' } }, 'output', x.type);
    case 'reshape':
      return m.reshape(x, m.numbers.shape(op.shape));
    case 'cumsum':
    case 'cumprod':
      return m.scope.node(
        op.op === 'cumsum' ? 'Cumsum' : 'Cumprod',
        [x, m.constant([op.axis], 'int')],
        { exclusive: { bool: op.exclusive }, reverse: { bool: op.reversed }, T: { type: x.type }, Tidx: { type: 'int' } },
        'out',
        x.type,
      );
    case 'write':
      return write(m, op, x, y, inputs[2]!);
    case 'permute':
      return m.scope.node(
        'Transpose',
        [x, m.constant(op.order, 'int', [op.order.length])],
        { T: { type: x.type }, Tperm: { type: 'int' } },
        'y',
        x.type,
      );
  }
}
