/** Shaders of our own on tfjs's WebGPU backend. */
import type * as tf from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

export type Arguments = Parameters<tf.KernelFunc>[0];

/** What tfjs asks of a shader that it is to run. */
interface Program {
  readonly outputShape: number[];
  readonly shaderKey: string;
  readonly variableNames: string[];
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: [number, number, number];
  readonly uniforms: string;
  readonly size: true;
  getUserCode(): string;
}
export interface WebgpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  runWebGPUProgram(
    program: Program,
    inputs: readonly tf.TensorInfo[],
    dtype: tf.DataType,
    uniforms: readonly { readonly type: 'int32'; readonly data: number[] }[],
    output?: tf.TensorInfo,
  ): tf.TensorInfo;
}

const WORKGROUP = 64;
const NAMES = ['a', 'b', 'c'];

/** Runs `body`, which says what `result[index]` is, for every element; it sees the operands flat, and the numbers by their names. */
export function run(
  args: Arguments,
  key: string,
  shape: number[],
  dtype: tf.DataType,
  inputs: readonly tf.TensorInfo[],
  numbers: Readonly<Record<string, number>>,
  body: string,
  { into, functions = '' }: { readonly into?: tf.TensorInfo; readonly functions?: string } = {},
): tf.TensorInfo {
  const size = util.sizeFromShape(shape);
  const program: Program = {
    outputShape: [size],
    shaderKey: `attnc_${key}`,
    variableNames: NAMES.slice(0, inputs.length),
    workgroupSize: [WORKGROUP, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [Math.ceil(size / WORKGROUP), 1, 1],
    size: true,
    uniforms: Object.keys(numbers)
      .map((name) => `${name} : i32, `)
      .join(''),
    getUserCode: () => `${functions}\nfn main(index : i32) { if (index < uniforms.size) { ${body} } }`,
  };
  const flattened = ({ dataId, dtype: type, shape: own }: tf.TensorInfo): tf.TensorInfo => ({
    dataId,
    dtype: type,
    shape: [util.sizeFromShape(own)],
  });
  const made = (args.backend as WebgpuBackend).runWebGPUProgram(
    program,
    inputs.map(flattened),
    dtype,
    Object.values(numbers).map((value) => ({ type: 'int32', data: [value] })),
    into && flattened(into),
  );
  return { dataId: made.dataId, shape, dtype };
}

const READ_SECOND = /(fn mm_readB\([^)]*\)[^{]*\{\s*var value = [^;]*;\s*)(value = getB\([^;]*;)/;

/**
 * Products of tfjs read on behind the rows of the second operand, where another example's may lie, and count on what they find
 * being met by 0: which infinity and no number are not.
 */
export function withinRows<P extends Pick<Program, 'shaderKey' | 'getUserCode'>>(program: P): P {
  if (!program.shaderKey.startsWith('matMul')) return program;
  const code = program.getUserCode.bind(program);
  return Object.assign(program, {
    getUserCode: () => code().replace(READ_SECOND, '$1if (row < uniforms.dimInner && col < uniforms.dimBOuter) { $2 }'),
  });
}
