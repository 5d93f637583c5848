/** Who does the work: attnc, and what its users could take instead. One record each. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle, root, workFolder, type Prepared } from './prepare.ts';
import type { Work } from './protocol.ts';
import { SubjectError, type Command } from './subject.ts';

/** One way in which a peer does a row's work; each is a subject. */
export interface Variant {
  readonly backend: string | null;
  readonly execution: string;
  /** Compiles at its first step and keeps what it made on disk: only one start is a first one. */
  readonly compiles?: true;
}

export interface Peer {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly Variant[];
  /** What it does of a row's work, the first of which makes it ready. */
  works(prepared: Prepared, variant: Variant): readonly Work[];
  /** Why it cannot run here; null if it can. */
  missing(variant: Variant): string | null;
  command(prepared: Prepared, variant: Variant): Promise<Command>;
}

/** Ways to run a module that `--execution` may name. */
export const EXECUTIONS = ['eager', 'graph', 'xla'] as const;
export const BACKENDS = ['tensorflow', 'wasm'] as const;

const peersFolder = join(root, 'bench', 'peers');
const INSTALL = 'npm run bench -- --install-peers';
/** The rows that are written by hand. */
const TRAINED = ['encoder', 'lstm', 'gpt', 'bahdanau', 'ntm'];
const WRITTEN = [...TRAINED, 'decode'];
/** Of tfjs-core, what its entry point in Node leaves out. */
const PARTS_OF_TFJS = ['@tensorflow/tfjs-core/dist/'];

const node = (file: string): Command => ({ command: process.execPath, args: [file] });

/** All works of the rows named. */
const doing =
  (rows: readonly string[]) =>
  ({ row }: Prepared): readonly Work[] =>
    rows.includes(row.name) ? row.works : [];

const onBackends = (execution: string): Variant[] => BACKENDS.map((backend) => ({ backend, execution }));

/** The Python that has the peers' packages: ATTNC_PYTHON, or what `--install-peers` made. */
export function python(): string {
  return process.env.ATTNC_PYTHON ?? join(peersFolder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
}

export function pythonHas(module: string): boolean {
  const code = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`;
  return spawnSync(python(), ['-c', code], { stdio: 'ignore' }).status === 0;
}

function needsPython(module: string): string | null {
  return pythonHas(module) ? null : `${INSTALL} (or ATTNC_PYTHON names a Python that has ${module})`;
}

/** So that nothing that an earlier run compiled makes a start look quick. */
function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  return folder;
}

function needsPackage(name: string): string | null {
  return existsSync(join(peersFolder, 'node_modules', name)) ? null : INSTALL;
}

/** Where packages of the peers are found. */
const peerBundle = (name: string, within: readonly string[] = []): Promise<string> =>
  bundle({ entryPoints: [join(peersFolder, name, 'main.mjs')] }, join(peersFolder, 'out', `${name}.mjs`), within);

function exportOnnx({ row, sizes, tensors }: Prepared): void {
  const file = join(dirname(tensors!), 'model.onnx');
  const job = JSON.stringify({ row: row.name, sizes, tensors });
  const { status, stderr } = spawnSync(python(), [join(peersFolder, 'torch', 'export.py'), job, file], { encoding: 'utf8' });
  if (status !== 0) throw new SubjectError(`torch does not export it: ${stderr.trim().split('\n').at(-1)}`);
}

export const PEERS: readonly Peer[] = [
  {
    name: 'attnc',
    title: 'attnc',
    variants: [...EXECUTIONS.map((execution): Variant => ({ backend: 'tensorflow', execution })), { backend: 'wasm', execution: 'eager' }],
    works: ({ row }) => row.works,
    missing: ({ backend }) => needsBackend(backend),
    command: async ({ bundle: file }) => node(file),
  },
  {
    name: 'tfjs',
    title: 'tfjs-core, by hand',
    variants: onBackends('eager'),
    works: doing(WRITTEN),
    missing: ({ backend }) => needsBackend(backend),
    command: async () =>
      node(await bundle({ entryPoints: [join(peersFolder, 'tfjs', 'main.ts')] }, join(workFolder, 'tfjs.mjs'), PARTS_OF_TFJS)),
  },
  {
    name: 'layers',
    title: 'tfjs-layers',
    variants: onBackends('eager'),
    works: ({ row }) => (row.name === 'lstm' ? ['step', 'forward'] : []),
    missing: ({ backend }) => needsPackage('@tensorflow/tfjs-layers') ?? needsBackend(backend),
    command: async () => node(await peerBundle('layers', PARTS_OF_TFJS)),
  },
  {
    name: 'onnx',
    title: 'onnxruntime-node',
    variants: [{ backend: null, execution: 'graph' }],
    works: ({ row }) => (TRAINED.includes(row.name) ? ['forward'] : []),
    missing: () => needsPackage('onnxruntime-node') ?? needsPython('onnxscript'),
    command: async (prepared) => {
      exportOnnx(prepared);
      return node(await peerBundle('onnx'));
    },
  },
  {
    name: 'torch',
    title: 'PyTorch',
    variants: [
      { backend: null, execution: 'eager' },
      { backend: null, execution: 'compiled', compiles: true },
    ],
    works: doing(WRITTEN),
    missing: () => needsPython('torch'),
    command: async () => ({
      command: python(),
      args: [join(peersFolder, 'torch', 'main.py')],
      env: { TORCHINDUCTOR_CACHE_DIR: emptied(join(workFolder, 'inductor')) },
    }),
  },
  {
    name: 'tensorflow',
    title: 'TensorFlow in Python',
    variants: [
      { backend: null, execution: 'graph' },
      { backend: null, execution: 'xla' },
    ],
    works: doing(TRAINED),
    missing: () => needsPython('tensorflow'),
    command: async () => ({ command: python(), args: [join(peersFolder, 'tensorflow', 'main.py')] }),
  },
  {
    name: 'jax-js',
    title: 'jax-js',
    variants: [{ backend: 'wasm', execution: 'compiled' }],
    works: doing(['encoder', 'lstm', 'gpt']),
    missing: () => needsPackage('@jax-js/jax'),
    command: async () => node(await peerBundle('jax-js')),
  },
];

function needsBackend(backend: string | null): string | null {
  if (backend !== 'tensorflow') return null;
  return spawnSync(process.execPath, ['-e', PROBE], { cwd: root, stdio: 'ignore' }).status === 0
    ? null
    : 'npx attnc backend install tensorflow';
}

/** Starting it is the only proof. */
const PROBE = "import('attnc/runtime').then(({ useBackend }) => useBackend('tensorflow')).catch(() => process.exit(1))";
