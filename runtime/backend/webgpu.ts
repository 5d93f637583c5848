import { dawnGpu, loadWebgpu, NO_ADAPTER_REMEDY } from './host.ts';
import { register, started } from './registration.ts';
import { BackendError, messageOf } from './types.ts';
import type { PreparedBackend } from './types.ts';
import { repairWebgpuKernels } from './webgpu-kernels.ts';
import { withinRows, type WebgpuBackend } from './webgpu-program.ts';

// The few parts of the WebGPU API that are used here; the DOM's types are not loaded.
interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}
interface Device {
  readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  destroy(): void;
}
interface Adapter {
  readonly info: AdapterInfo;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: { requiredFeatures: string[]; requiredLimits: Record<string, number> }): Promise<Device>;
}
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface WebgpuBackendModule {
  readonly WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuBackend;
}

// What tfjs asks of a device beyond the defaults.
const LIMITS: readonly string[] = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

/** WebGPU: the browser's own, and in Node the one of the npm package `webgpu` (Dawn). */
export async function prepareWebgpu(): Promise<PreparedBackend> {
  const gpu = ambientGpu() ?? ((await dawnGpu()) as Gpu);
  const adapter = await requestAdapter(gpu);
  const software = isSoftware(adapter.info);
  return {
    detail: `WebGPU on ${describe(adapter.info)}${software ? ' (software: for checking, not for speed)' : ''}`,
    suitableForAuto: !software,
    async start() {
      // The adapter of this preparation is not kept: one adapter gives one device.
      if (!isOurs(started('webgpu'))) await startOn(await requestAdapter(gpu));
    },
  };
}

function ambientGpu(): Gpu | undefined {
  const navigator: unknown = Reflect.get(globalThis, 'navigator');
  return typeof navigator === 'object' && navigator !== null ? (Reflect.get(navigator, 'gpu') as Gpu | undefined) : undefined;
}

async function requestAdapter(gpu: Gpu): Promise<Adapter> {
  let adapter: Adapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    throw new BackendError('webgpu', `no adapter: ${messageOf(error)}`, NO_ADAPTER_REMEDY, { cause: error });
  }
  if (adapter === null)
    throw new BackendError('webgpu', 'there is no graphics adapter that it can use (no Vulkan, Metal or D3D12 device)', NO_ADAPTER_REMEDY);
  return adapter;
}

function isSoftware(info: AdapterInfo): boolean {
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|software|basic render/i.test(describe(info));
}

function describe(info: AdapterInfo): string {
  return (
    [info.vendor, info.architecture, info.device, info.description].filter((part) => part !== '').join(' ') || 'an adapter without a name'
  );
}

const OURS = Symbol.for('attnc.webgpu');

function isOurs(backend: object | null): boolean {
  return backend !== null && OURS in backend;
}

/**
 * Starts the backend on a device requested here. tfjs's own registration nests a feature name in an array, which some devices
 * refuse, and keeps the device to itself, so that it could not be destroyed and would keep a Node process alive.
 */
async function startOn(adapter: Adapter): Promise<void> {
  const { WebGPUBackend } = (await loadWebgpu()) as unknown as WebgpuBackendModule;
  let device: Device;
  try {
    device = await adapter.requestDevice({
      requiredFeatures: ['timestamp-query', 'bgra8unorm-storage'].filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name] ?? 0])),
    });
  } catch (error) {
    throw new BackendError('webgpu', `the adapter gives no device: ${messageOf(error)}`, 'update the graphics driver', { cause: error });
  }
  repairWebgpuKernels({ software: isSoftware(adapter.info) });
  const backend = new WebGPUBackend(device, adapter.info);
  const stock = backend.runWebGPUProgram.bind(backend);
  register(
    'webgpu',
    Object.assign(backend, {
      [OURS]: true,
      runWebGPUProgram: ((program, ...rest) => stock(withinRows(program), ...rest)) satisfies typeof stock,
    }),
  );
  // Without this the threads of Dawn would outlive the program.
  if (typeof process === 'object' && typeof process.once === 'function') process.once('beforeExit', () => device.destroy());
}
