/**
 * `npm run build`: what a bundle for browsers has of tfjs's backends, beside this folder's types in dist/.
 *
 * - `cpu.js`, `wasm.js`, `webgpu.js`: a backend with the kernels that `runtime/tf.ts` and `runtime/ops.ts` reach, a third of all.
 * - `wasm-binary.js`: the binary of wasm, packed, so that no bundler and no server has to know of it.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Kernels by the names of tfjs-core. Where a backend lacks one, tfjs composes it, or attnc adds it. */
export const KERNELS = [
  'Abs',
  'Add',
  'AddN',
  'All',
  'Any',
  'ArgMax',
  'ArgMin',
  'Atan',
  'BatchMatMul',
  'Cast',
  'Ceil',
  'ClipByValue',
  'Complex',
  'Concat',
  'Cos',
  'Cumprod',
  'Cumsum',
  'Elu',
  'Equal',
  'Erf',
  'Exp',
  'ExpandDims',
  'Expm1',
  'Fill',
  'Floor',
  'FloorDiv',
  'GatherV2',
  'Greater',
  'GreaterEqual',
  'Identity',
  'IsFinite',
  'IsNaN',
  'Less',
  'LessEqual',
  'Log',
  'Log1p',
  'LogicalAnd',
  'LogicalNot',
  'LogicalOr',
  'Max',
  'Maximum',
  'Mean',
  'Min',
  'Minimum',
  'Mod',
  'Multiply',
  'Neg',
  'NotEqual',
  'OneHot',
  'OnesLike',
  'Pack',
  'PadV2',
  'Pow',
  'Prod',
  'Range',
  'RealDiv',
  'Reciprocal',
  'Relu',
  'Reshape',
  'Reverse',
  'Round',
  'Rsqrt',
  'ScatterNd',
  'Select',
  'Sigmoid',
  'Sign',
  'Sin',
  'Slice',
  'Softmax',
  'Softplus',
  'SplitV',
  'Sqrt',
  'Square',
  'SquaredDifference',
  'Sub',
  'Sum',
  'Tanh',
  'Tile',
  'TopK',
  'Transpose',
  'Unpack',
  'UnsortedSegmentSum',
  'ZerosLike',
];

const require = createRequire(import.meta.url);
const packageFolder = (name) => dirname(require.resolve(`${name}/package.json`));

function backendModule(name) {
  const folder = join(packageFolder(name), 'dist', 'kernels');
  const files = readdirSync(folder);
  const imports = KERNELS.flatMap((kernel) => {
    // `IsNaN.js` of two backends is `IsNan.js` of the third.
    const file = files.find((each) => each.toLowerCase() === `${kernel.toLowerCase()}.js`);
    if (file === undefined) return [];
    const [, config] = /^export const (\w+Config)\b/m.exec(readFileSync(join(folder, file), 'utf8'));
    return [{ config, line: `import { ${config} } from '${name}/dist/kernels/${file}';` }];
  });
  return `${imports.map(({ line }) => line).join('\n')}
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
export * from '${name}/dist/base.js';
for (const config of [${imports.map(({ config }) => config).join(', ')}]) {
  if (getKernel(config.kernelName, config.backendName) === undefined) registerKernel(config);
}
`;
}

function binaryModule() {
  const binary = readFileSync(join(packageFolder('@tensorflow/tfjs-backend-wasm'), 'dist', 'tfjs-backend-wasm-simd.wasm'));
  return `export const packed = '${gzipSync(binary, { level: 9 }).toString('base64')}';\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../../../dist/runtime/backend/browser/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  for (const name of ['cpu', 'wasm', 'webgpu'])
    writeFileSync(join(folder, `${name}.js`), backendModule(`@tensorflow/tfjs-backend-${name}`));
  writeFileSync(join(folder, 'wasm-binary.js'), binaryModule());
}
