import { BACKEND_NAMES, reportBackends } from '../../../runtime/backend/index.ts';
import { formatReports } from './doctor.ts';
import { InstallError, installTensorflow, installWebgpu, type Installed, type InstallOptions } from './install.ts';

export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  readonly isTTY: boolean;
}

const BACKEND_USAGE = `usage: attnc backend install tensorflow|webgpu [--force]
       attnc backend list

  install tensorflow   fetches the TensorFlow library (some 200 MB) and compiles tfjs-node's addon against it
  install webgpu       fetches Dawn (some 50 MB), which is WebGPU for Node
    --force            again, even if it is installed
  list                 says which backends work here, and how to get the others`;

/**
 * `attnc backend ...`.
 * @returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted
 */
export async function runBackendCommand(args: string[], io: CommandIo): Promise<number> {
  const [action, ...rest] = args;
  if (action === '--help' || action === 'help') {
    io.out(BACKEND_USAGE);
    return 0;
  }
  if (action === 'list' && rest.length === 0) {
    for (const line of formatReports(await reportBackends())) io.out(line);
    return 0;
  }
  const force = rest.includes('--force');
  const [name, ...more] = rest.filter((argument) => argument !== '--force');
  if (action === 'install' && name !== undefined && more.length === 0) return install(name, force, io);
  io.err(action === undefined ? BACKEND_USAGE : `attnc backend: cannot understand '${args.join(' ')}'\n${BACKEND_USAGE}`);
  return 2;
}

/** Backends that come with attnc no further than this. */
const INSTALLERS: Readonly<Record<string, (options: InstallOptions) => Promise<Installed>>> = {
  tensorflow: installTensorflow,
  webgpu: installWebgpu,
};

async function install(name: string, force: boolean, io: CommandIo): Promise<number> {
  const installer = Object.hasOwn(INSTALLERS, name) ? INSTALLERS[name] : undefined;
  if (installer === undefined) {
    const known = BACKEND_NAMES.some((backend) => backend === name);
    io.err(
      known
        ? `attnc backend: '${name}' comes with attnc and needs no installation; 'attnc backend list' says whether it works here`
        : `attnc backend: there is no backend '${name}' to install; there are: ${Object.keys(INSTALLERS).join(', ')}`,
    );
    return known ? 0 : 2;
  }
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new InstallError('it was interrupted', 'run the command again; nothing was left behind'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const bar = new ProgressBar(io.isTTY);
  try {
    await installer({
      force,
      signal: abort.signal,
      report(line) {
        bar.clear();
        io.out(line);
      },
      progress: (fraction, label) => bar.show(fraction, label),
    });
    return 0;
  } catch (error) {
    bar.clear();
    if (!(error instanceof InstallError)) throw error;
    io.err(`the ${name} backend was not installed: ${error.message}`);
    return abort.signal.aborted ? 130 : 1;
  } finally {
    bar.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** A terminal line that is redrawn; nothing if the output is not a terminal. */
class ProgressBar {
  readonly #enabled: boolean;
  #shown = '';

  constructor(enabled: boolean) {
    this.#enabled = enabled;
  }

  show(fraction: number, label: string): void {
    if (!this.#enabled) return;
    const full = Math.round(fraction * 30);
    const line = `${'#'.repeat(full)}${'.'.repeat(30 - full)} ${String(Math.floor(fraction * 100)).padStart(3)}% ${label}`;
    if (line === this.#shown) return;
    this.clear();
    process.stderr.write(line);
    this.#shown = line;
  }

  clear(): void {
    if (this.#shown !== '') process.stderr.write('\r\u001B[2K');
    this.#shown = '';
  }
}
