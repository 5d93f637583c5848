/**
 * Replacements for kernels of tfjs-node that cost more than the operation they run.
 *
 * A shape, a permutation or a list of axes is an operand to TensorFlow; the stock kernels build and drop a tensor for it on
 * every call, here each is built once. The matrix product of two matrices goes to `MatMul`, which has a path for a single row
 * (a step of a decoder) that `BatchMatMulV2` lacks. `docs/backends.md` has the numbers.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attribute, input, wrapKernel } from './registration.ts';

interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}
interface OutputMetadata {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}
interface Binding {
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  createTensor(shape: readonly number[], dtype: number, values: Int32Array): number;
  deleteTensor(id: number): void;
  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): OutputMetadata[];
}
interface TensorflowBackend {
  readonly binding: Binding;
  getDTypeInteger(dtype: tf.DataType): number;
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(metadata: OutputMetadata | undefined): tf.TensorInfo;
}

/** Shapes that grow with the position, as in a decoder, create ever more constants. */
const MOST_CONSTANTS = 4096;

/** Replaces kernels of a newly created backend. */
export function installTensorflowKernels(active: tf.KernelBackend): void {
  const backend = active as unknown as TensorflowBackend;
  const { binding } = backend;
  const constants = new Map<string, number>();
  const constant = (values: readonly number[], shape: readonly number[]): number => {
    const key = `${shape.length}:${values.join()}`;
    let id = constants.get(key);
    if (id === undefined) {
      if (constants.size >= MOST_CONSTANTS) {
        for (const old of constants.values()) binding.deleteTensor(old);
        constants.clear();
      }
      id = binding.createTensor(shape, binding.TF_INT32, Int32Array.from(values));
      constants.set(key, id);
    }
    return id;
  };
  const list = (values: readonly number[]): number => constant(values, [values.length]);
  const index = (value: number): number => constant([value], []);
  const type = (name: string, dtype: tf.DataType): OpAttribute => ({
    name,
    type: binding.TF_ATTR_TYPE,
    value: backend.getDTypeInteger(dtype),
  });
  const flag = (name: string, value: boolean): OpAttribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const indexType = (name: string): OpAttribute => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 });
  const execute = (
    op: string,
    attributes: readonly OpAttribute[],
    tensors: readonly tf.TensorInfo[],
    ...operands: number[]
  ): tf.TensorInfo =>
    backend.createOutputTensor(binding.executeOp(op, attributes, [...backend.getInputTensorIds(tensors), ...operands], 1)[0]);

  const replacements: Readonly<Record<string, (stock: tf.KernelFunc) => tf.KernelFunc>> = {
    [tf.Reshape]: () => (args) => {
      const x = input(args, 'x');
      return execute('Reshape', [type('T', x.dtype), indexType('Tshape')], [x], list(attribute(args, 'shape')));
    },
    [tf.ExpandDims]: () => (args) => {
      const x = input(args, 'input');
      return execute('ExpandDims', [type('T', x.dtype), indexType('Tdim')], [x], index(attribute(args, 'dim')));
    },
    [tf.Transpose]: () => (args) => {
      const x = input(args, 'x');
      return execute('Transpose', [type('T', x.dtype), indexType('Tperm')], [x], list(attribute(args, 'perm')));
    },
    [tf.Concat]: () => (args) => {
      const tensors = args.inputs as unknown as readonly tf.TensorInfo[];
      const attributes = [{ name: 'N', type: binding.TF_ATTR_INT, value: tensors.length }, type('T', tensors[0]!.dtype), indexType('Tidx')];
      return execute('ConcatV2', attributes, tensors, index(attribute(args, 'axis')));
    },
    [tf.Mean]: (stock) => (args) => (input(args, 'x').dtype === 'float32' ? reduced('Mean', args) : stock(args)),
    [tf.Sum]: (stock) => (args) => (input(args, 'x').dtype === 'float32' ? reduced('Sum', args) : stock(args)),
    [tf.BatchMatMul]: (stock) => (args) => {
      const [a, b] = [input(args, 'a'), input(args, 'b')];
      if (a.shape.length !== 2 || b.shape.length !== 2) return stock(args);
      return execute(
        'MatMul',
        [type('T', a.dtype), flag('transpose_a', attribute(args, 'transposeA')), flag('transpose_b', attribute(args, 'transposeB'))],
        [a, b],
      );
    },
  };
  function reduced(op: string, args: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
    const x = input(args, 'x');
    const axes = tf.util.parseAxisParam(attribute(args, 'axis'), x.shape);
    return execute(op, [flag('keep_dims', attribute(args, 'keepDims') === true), type('T', x.dtype), indexType('Tidx')], [x], list(axes));
  }

  for (const [name, wrap] of Object.entries(replacements)) wrapKernel(name, 'tensorflow', wrap);
}
