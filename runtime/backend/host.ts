/**
 * What backends need from Node: for the browser, bundlers replace it by `host-browser.ts`, as package.json says, so that they
 * look for none of it.
 */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readManifest, webgpuFolder } from './home.ts';
import { BackendError, messageOf } from './types.ts';
import type { PreparedBackend } from './types.ts';

export const WASM_REMEDY = 'reinstall attnc';

// tfjs's packages register their backends and kernels when they are loaded.
export const loadCpu = () => import('@tensorflow/tfjs-backend-cpu');
export const loadWasm = () => import('@tensorflow/tfjs-backend-wasm');
export const loadWebgpu = () => import('@tensorflow/tfjs-backend-webgpu');

export const NO_ADAPTER_REMEDY =
  "install a Vulkan driver for the graphics card (Linux: libvulkan1 and the vendor's driver); " +
  'without a card, for checking only, a software one: apt-get install chromium, then set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json';

/** Loaded only on request. */
export async function prepareTensorflow(): Promise<PreparedBackend> {
  return (await import('./tensorflow.ts')).prepareTensorflow();
}

/** Runs `start` with the location of the wasm binaries: the package's folder, with a trailing separator. */
export async function withWasmFiles(start: (place: string | Record<string, string>) => Promise<void>): Promise<void> {
  await start(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
}

interface Dawn {
  create(options: string[]): object;
  readonly globals: object;
}

const INSTALL_DAWN = 'npx attnc backend install webgpu';

/** Prefers what `attnc backend install` fetched; the project's own package `webgpu` works as well. */
function findDawn(): string {
  const folder = webgpuFolder();
  if (readManifest(folder) !== undefined) return pathToFileURL(join(folder, 'index.js')).href;
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve('webgpu')).href;
  } catch (error) {
    throw new BackendError('webgpu', 'Dawn, which is WebGPU for Node, is not installed', INSTALL_DAWN, { absent: true, cause: error });
  }
}

/** Loads Dawn and provides what a browser has: the WebGPU classes as globals, and `navigator.gpu`. */
export async function dawnGpu(): Promise<object> {
  const place = findDawn();
  if (process.platform === 'linux' && !(await import('./vulkan.ts')).hasVulkanDriver()) {
    throw new BackendError('webgpu', 'no Vulkan driver is installed here', NO_ADAPTER_REMEDY, { absent: true });
  }
  // On startup Mesa and SwiftShader look there for a display and complain if it is missing.
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  let gpu: object;
  try {
    const dawn = (await import(place)) as Dawn;
    for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(dawn.globals))) {
      if (!(name in globalThis)) Object.defineProperty(globalThis, name, { ...value, configurable: true });
    }
    gpu = dawn.create([]);
  } catch (error) {
    throw new BackendError('webgpu', `Dawn does not load: ${messageOf(error)}`, `${INSTALL_DAWN} --force`, { cause: error });
  }
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  // Node has a `navigator` from version 21 on.
  if (typeof navigator === 'object' && navigator !== null) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  return gpu;
}
