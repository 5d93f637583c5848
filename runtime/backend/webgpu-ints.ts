/**
 * Kernels of whole numbers on WebGPU. The stock shaders read and write every element as a float, which from 2^24 on is another
 * number; these read and write it as it is. What leaves int32 wraps, as everywhere.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attribute, input, wrapKernel } from './registration.ts';
import { run, type Arguments, type WebgpuBackend } from './webgpu-program.ts';

const strides = (shape: readonly number[]): number[] => shape.map((_, axis) => tf.util.sizeFromShape(shape.slice(axis + 1)));
const numbered = (letter: string, values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.map((value, k) => [`${letter}${k}`, value]));

/** Shader code that counts `at` out over axes of the sizes `size0`, …, the last one fastest: `each` says what to do with a position. */
function counted(at: string, size: string, rank: number, each: (axis: number, place: string) => string): string {
  const lines = Array.from({ length: rank }, (_, k) => rank - 1 - k).map(
    (axis) => `${each(axis, `(rest_${size} % uniforms.${size}${axis})`)} rest_${size} = rest_${size} / uniforms.${size}${axis};`,
  );
  return `var rest_${size} = ${at}; ${lines.join(' ')}`;
}

/** Each position of the result is one of x: along every axis `step` apart, and round again after `turn` positions. */
function strided(
  args: Arguments,
  x: tf.TensorInfo,
  shape: number[],
  step: readonly number[],
  first = 0,
  turn: readonly number[] = shape,
): tf.TensorInfo {
  const code = `var at = uniforms.first; ${counted('index', 'd', shape.length, (axis, place) => `at = at + (${place} % uniforms.m${axis}) * uniforms.s${axis};`)} result[index] = a[at];`;
  return run(
    args,
    `strided${shape.length}`,
    shape,
    x.dtype,
    [x],
    { first, ...numbered('d', shape), ...numbered('m', turn), ...numbered('s', step) },
    code,
  );
}

/** Elementwise, `code` an expression in x and y; shapes broadcast. */
function elementwise(name: string, code: string, dtype: tf.DataType): (stock: tf.KernelFunc) => tf.KernelFunc {
  return (stock) => (args) => {
    const [a, b] = [input(args, 'a'), input(args, 'b')];
    if (a.dtype !== 'int32' || b.dtype !== 'int32') return stock(args);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const steps = [a, b].map((x) => {
      const own = [...new Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
      return strides(own).map((stride, axis) => (own[axis] === 1 ? 0 : stride));
    }) as [number[], number[]];
    const places = counted(
      'index',
      'd',
      shape.length,
      (axis, place) => `p = p + ${place} * uniforms.s${axis}; q = q + ${place} * uniforms.t${axis};`,
    );
    return run(
      args,
      `${name}${shape.length}`,
      shape,
      dtype,
      [a, b],
      { ...numbered('d', shape), ...numbered('s', steps[0]), ...numbered('t', steps[1]) },
      `var p = 0; var q = 0; ${places} let x = a[p]; let y = b[q]; result[index] = ${code};`,
    );
  };
}

const UNARY: Readonly<Record<string, string>> = { [tf.Neg]: '0 - x', [tf.Abs]: 'abs(x)', [tf.Sign]: 'sign(x)', [tf.Relu]: 'max(x, 0)' };
const BINARY: Readonly<Record<string, string>> = {
  [tf.Add]: 'x + y',
  [tf.Sub]: 'x - y',
  [tf.Multiply]: 'x * y',
  [tf.Maximum]: 'max(x, y)',
  [tf.Minimum]: 'min(x, y)',
  // WGSL rounds quotients to 0, and gives a remainder the sign of x.
  [tf.FloorDiv]: 'x / y - select(0, 1, x % y != 0 && (x < 0) != (y < 0))',
  [tf.Mod]: 'x % y + select(0, y, x % y != 0 && (x < 0) != (y < 0))',
};
const COMPARISONS: Readonly<Record<string, string>> = {
  [tf.Equal]: '==',
  [tf.NotEqual]: '!=',
  [tf.Less]: '<',
  [tf.LessEqual]: '<=',
  [tf.Greater]: '>',
  [tf.GreaterEqual]: '>=',
};
const REDUCTIONS: Readonly<Record<string, readonly [start: string, add: string]>> = {
  [tf.Sum]: ['0', 'total + x'],
  [tf.Prod]: ['1', 'total * x'],
  [tf.Max]: ['bitcast<i32>(0x80000000u)', 'max(total, x)'],
  [tf.Min]: ['0x7fffffff', 'min(total, x)'],
};

/** Kernels whose operand `x` holds whole numbers; all others go to the stock. */
const OF_X: Readonly<Record<string, (args: Arguments, x: tf.TensorInfo) => tf.TensorInfo>> = {
  ...Object.fromEntries(
    Object.entries(UNARY).map(([name, code]) => [
      name,
      (args: Arguments, x: tf.TensorInfo) => run(args, name, x.shape, 'int32', [x], {}, `let x = a[index]; result[index] = ${code};`),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(REDUCTIONS).map(([name, [start, add]]) => [
      name,
      (args: Arguments, x: tf.TensorInfo) => reduced(args, x, name, start, add),
    ]),
  ),
  [tf.Cumsum]: (args, x) => running(args, x, '0', '+'),
  [tf.Cumprod]: (args, x) => running(args, x, '1', '*'),
  [tf.ArgMax]: (args, x) => extreme(args, x, '>'),
  [tf.ArgMin]: (args, x) => extreme(args, x, '<'),
  [tf.Transpose]: (args, x) => {
    const perm = attribute<number[]>(args, 'perm');
    const step = strides(x.shape);
    return strided(
      args,
      x,
      perm.map((axis) => x.shape[axis]!),
      perm.map((axis) => step[axis]!),
    );
  },
  [tf.Slice]: (args, x) => {
    const [begin, size] = tf.slice_util.parseSliceParams(
      x as tf.Tensor,
      attribute<number | number[]>(args, 'begin'),
      attribute<number | number[]>(args, 'size'),
    );
    tf.slice_util.assertParamsValid(x as tf.Tensor, begin!, size!);
    const step = strides(x.shape);
    return strided(
      args,
      x,
      size!,
      step,
      begin!.reduce((at, place, axis) => at + place * step[axis]!, 0),
    );
  },
  [tf.Tile]: (args, x) =>
    strided(
      args,
      x,
      x.shape.map((places, axis) => places * attribute<number[]>(args, 'reps')[axis]!),
      strides(x.shape),
      0,
      x.shape,
    ),
  [tf.Reverse]: (args, x) => {
    const turned = tf.util.parseAxisParam(attribute<number | number[]>(args, 'dims'), x.shape);
    const step = strides(x.shape);
    const last = turned.reduce((at, axis) => at + (x.shape[axis]! - 1) * step[axis]!, 0);
    return strided(
      args,
      x,
      x.shape,
      step.map((stride, axis) => (turned.includes(axis) ? -stride : stride)),
      last,
    );
  },
  [tf.UnsortedSegmentSum]: (args, x) => {
    const segments = attribute<number>(args, 'numSegments');
    const shape = [segments, ...x.shape.slice(1)];
    const width = tf.util.sizeFromShape(x.shape.slice(1));
    return run(
      args,
      'segments',
      shape,
      'int32',
      [x, input(args, 'segmentIds')],
      { width, rows: x.shape[0]! },
      'var total = 0; for (var row = 0; row < uniforms.rows; row++) { if (b[row] == index / uniforms.width) { total = total + a[row * uniforms.width + index % uniforms.width]; } } result[index] = total;',
    );
  },
  [tf.GatherV2]: (args, x) => {
    const indices = input(args, 'indices');
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0]!;
    const { batchSize, outerSize, dimSize, sliceSize, outputShape } = tf.backend_util.segment_util.collectGatherOpShapeInfo(
      x as tf.Tensor,
      indices as tf.Tensor,
      axis,
      attribute<number>(args, 'batchDims'),
    );
    const count = tf.util.sizeFromShape(indices.shape) / Math.max(batchSize, 1);
    return run(
      args,
      'gather',
      outputShape,
      'int32',
      [x, indices],
      { outer: outerSize, places: dimSize, width: sliceSize, count },
      `let row = index / uniforms.width; let block = row / uniforms.count; let at = b[(block / uniforms.outer) * uniforms.count + row % uniforms.count];
       if (at >= 0 && at < uniforms.places) { result[index] = a[(block * uniforms.places + at) * uniforms.width + index % uniforms.width]; } else { result[index] = 0; }`,
    );
  },
  [tf.PadV2]: (args, x) => {
    const paddings = attribute<[number, number][]>(args, 'paddings');
    const shape = x.shape.map((places, axis) => paddings[axis]![0] + places + paddings[axis]![1]);
    const each = counted(
      'index',
      'd',
      shape.length,
      (axis, place) =>
        `let k${axis} = ${place} - uniforms.p${axis}; inside = inside && k${axis} >= 0 && k${axis} < uniforms.m${axis}; at = at + k${axis} * uniforms.s${axis};`,
    );
    return run(
      args,
      `pad${shape.length}`,
      shape,
      'int32',
      [x],
      {
        filling: attribute<number>(args, 'constantValue'),
        ...numbered('d', shape),
        ...numbered(
          'p',
          paddings.map(([before]) => before),
        ),
        ...numbered('m', x.shape),
        ...numbered('s', strides(x.shape)),
      },
      `var at = 0; var inside = true; ${each} if (inside) { result[index] = a[at]; } else { result[index] = uniforms.filling; }`,
    );
  },
};

function reduced(args: Arguments, x: tf.TensorInfo, name: string, start: string, add: string): tf.TensorInfo {
  const attrs = args.attrs as unknown as { axis?: number | number[]; reductionIndices?: number | number[]; keepDims?: boolean };
  const axes = tf.util.parseAxisParam(attrs.axis ?? attrs.reductionIndices ?? [...x.shape.keys()], x.shape);
  const step = strides(x.shape);
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const pick = (of: readonly number[], from: readonly number[]): number[] => from.map((axis) => of[axis]!);
  const [outer, inner] = [pick(x.shape, kept), pick(x.shape, axes)];
  const numbers = {
    count: tf.util.sizeFromShape(inner),
    ...numbered('d', outer),
    ...numbered('s', pick(step, kept)),
    ...numbered('e', inner),
    ...numbered('t', pick(step, axes)),
  };
  const made = run(
    args,
    `${name}${outer.length}of${inner.length}`,
    outer,
    'int32',
    [x],
    numbers,
    `var first = 0; ${counted('index', 'd', outer.length, (axis, place) => `first = first + ${place} * uniforms.s${axis};`)}
     var total : i32 = ${start};
     for (var k = 0; k < uniforms.count; k++) { var at = first; ${counted('k', 'e', inner.length, (axis, place) => `at = at + ${place} * uniforms.t${axis};`)} let x = a[at]; total = ${add}; }
     result[index] = total;`,
  );
  return attrs.keepDims === true ? { ...made, shape: x.shape.map((places, axis) => (axes.includes(axis) ? 1 : places)) } : made;
}

/** The axes before and behind one, as two. */
function around(x: tf.TensorInfo, axis: number): { readonly count: number; readonly width: number } {
  return { count: x.shape[axis]!, width: tf.util.sizeFromShape(x.shape.slice(axis + 1)) };
}

const LINE =
  'let column = index % uniforms.width; let place = (index / uniforms.width) % uniforms.count; let first = (index / (uniforms.width * uniforms.count)) * uniforms.count * uniforms.width + column;';

function running(args: Arguments, x: tf.TensorInfo, start: string, operator: string): tf.TensorInfo {
  const { axis, exclusive, reverse } = args.attrs as unknown as tf.CumsumAttrs;
  const own = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const [from, to] = reverse ? [exclusive ? 'place + 1' : 'place', 'uniforms.count'] : ['0', exclusive ? 'place' : 'place + 1'];
  return run(
    args,
    `running${operator}${exclusive}${reverse}`,
    x.shape,
    'int32',
    [x],
    around(x, own),
    `${LINE} var total = ${start}; for (var k = ${from}; k < ${to}; k++) { total = total ${operator} a[first + k * uniforms.width]; } result[index] = total;`,
  );
}

function extreme(args: Arguments, x: tf.TensorInfo, beats: string): tf.TensorInfo {
  const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0]!;
  return run(
    args,
    `extreme${beats}`,
    x.shape.filter((_, k) => k !== axis),
    'int32',
    [x],
    around(x, axis),
    `let first = (index / uniforms.width) * uniforms.count * uniforms.width + index % uniforms.width;
     var best = 0; for (var k = 1; k < uniforms.count; k++) { if (a[first + k * uniforms.width] ${beats} a[first + best * uniforms.width]) { best = k; } } result[index] = best;`,
  );
}

/** One part after the other, each written to its own positions. */
function joined(args: Arguments, parts: readonly tf.TensorInfo[], axis: number): tf.TensorInfo {
  const shape = parts[0]!.shape.with(
    axis,
    parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
  );
  const whole = (args.backend as WebgpuBackend).makeTensorInfo(shape, 'int32');
  const total = tf.util.sizeFromShape(shape.slice(axis));
  let start = 0;
  for (const part of parts) {
    const width = tf.util.sizeFromShape(part.shape.slice(axis));
    if (tf.util.sizeFromShape(part.shape) > 0) {
      run(
        args,
        'joined',
        part.shape,
        'int32',
        [part],
        { start, width, total },
        'result[(index / uniforms.width) * uniforms.total + uniforms.start + index % uniforms.width] = a[index];',
        { into: whole },
      );
    }
    start += width;
  }
  return whole;
}

/** Pieces of the given numbers of positions along `axis`, one after the other. */
function pieces(args: Arguments, x: tf.TensorInfo, axis: number, places: readonly number[]): tf.TensorInfo[] {
  const step = strides(x.shape);
  let from = 0;
  return places.map((count) => {
    from += count;
    return strided(args, x, x.shape.with(axis, count), step, (from - count) * step[axis]!);
  });
}

/** To be called once, after all other repairs: whole numbers go past them. */
export function installIntegerKernels(): void {
  for (const [name, kernel] of Object.entries(OF_X)) {
    wrapKernel(name, 'webgpu', (stock) => (args) => {
      const x = input(args, 'x');
      return x.dtype === 'int32' ? kernel(args, x) : stock(args);
    });
  }
  for (const [name, code] of Object.entries(BINARY)) wrapKernel(name, 'webgpu', elementwise(name, code, 'int32'));
  for (const [name, operator] of Object.entries(COMPARISONS))
    wrapKernel(name, 'webgpu', elementwise(name, `select(0, 1, x ${operator} y)`, 'bool'));
  wrapKernel(tf.Select, 'webgpu', (stock) => (args) => {
    const [condition, t, e] = [input(args, 'condition'), input(args, 't'), input(args, 'e')];
    if (t.dtype !== 'int32' || condition.shape.length !== t.shape.length) return stock(args);
    return run(args, 'select', t.shape, 'int32', [condition, t, e], {}, 'result[index] = select(c[index], b[index], a[index] != 0);');
  });
  wrapKernel(tf.Fill, 'webgpu', (stock) => (args) => {
    const { shape, value, dtype } = args.attrs as unknown as tf.FillAttrs;
    return dtype !== 'int32' || typeof value !== 'number'
      ? stock(args)
      : run(args, 'fill', shape, 'int32', [], { value }, 'result[index] = uniforms.value;');
  });
  wrapKernel(tf.Concat, 'webgpu', (stock) => (args) => {
    const parts = args.inputs as unknown as readonly tf.TensorInfo[];
    return parts[0]!.dtype === 'int32'
      ? joined(args, parts, tf.util.parseAxisParam(attribute<number>(args, 'axis'), parts[0]!.shape)[0]!)
      : stock(args);
  });
  wrapKernel(tf.Pack, 'webgpu', (stock) => (args) => {
    const parts = args.inputs as unknown as readonly tf.TensorInfo[];
    const axis = attribute<number>(args, 'axis');
    const { dtype, shape } = parts[0]!;
    if (dtype !== 'int32') return stock(args);
    const wide = shape.toSpliced(axis, 0, 1);
    return joined(
      args,
      parts.map((part) => ({ ...part, shape: wide })),
      axis,
    );
  });
  wrapKernel(tf.Unpack, 'webgpu', (stock) => (args) => {
    const value = input(args, 'value');
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), value.shape)[0]!;
    if (value.dtype !== 'int32') return stock(args);
    return pieces(args, value, axis, new Array<number>(value.shape[axis]!).fill(1)).map((piece) => ({
      ...piece,
      shape: value.shape.toSpliced(axis, 1),
    }));
  });
  wrapKernel(tf.SplitV, 'webgpu', (stock) => (args) => {
    const x = input(args, 'x');
    const axis = tf.util.parseAxisParam(attribute<number>(args, 'axis'), x.shape)[0]!;
    return x.dtype === 'int32'
      ? pieces(args, x, axis, tf.backend_util.prepareSplitSize(x as tf.Tensor, attribute<number | number[]>(args, 'numOrSizeSplits'), axis))
      : stock(args);
  });
}
