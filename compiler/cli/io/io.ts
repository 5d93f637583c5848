/** Input and output of the command line, so that commands can run without a process of their own. */
import { inspect } from 'node:util';
import type { RenderStyle } from '../../diagnostics/render.ts';
import { reasonOf } from './reasons.ts';

export interface Io {
  /** A line of results. */
  out(line: string): void;
  /** A line for the user: problems and progress. */
  err(line: string): void;
  /** Writes results as they are, without a line end. */
  write(text: string): void;
  /** Are the results shown on a terminal? */
  readonly isTTY: boolean;
  /** How problems are shown. */
  readonly style: RenderStyle;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Standard input to its end; that of the process where it is left out. */
  readonly stdin?: () => Promise<Uint8Array>;
  /** Has the reader of the results stopped? Then work that only produces them may end. */
  readonly readerGone?: () => boolean;
}

/** Exit status: everything is fine, the program or the work has errors, the command line makes no sense, Ctrl-C. */
export const STATUS = { fine: 0, failed: 1, misuse: 2, interrupted: 130 } as const;

/** An error that a user can fix: shown as one line and the fix, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly fix: string | undefined;
  readonly status: number;

  constructor(message: string, fix?: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.fix = fix;
    this.status = options.status ?? STATUS.failed;
  }
}

/** The command line makes no sense. */
export function misuse(message: string, fix?: string): CliError {
  return new CliError(message, fix, { status: STATUS.misuse });
}

/** Does the environment ask for stacks? */
export function wantsStacks({ env }: Io): boolean {
  return (env.ATTNC_DEBUG ?? '') !== '';
}

/** One line and the fix. */
export function showCliError(error: CliError, io: Io): void {
  const { message, fix } = error;
  if (wantsStacks(io)) io.err(inspect(error));
  io.err(`${message.startsWith('attnc') ? '' : 'attnc: '}${message}`);
  if (fix !== undefined) io.err(`  ${fix.startsWith('usage') || fix.startsWith('did') ? '' : 'fix: '}${fix}`);
}

/**
 * Works on each of several items: one that cannot be read or written is reported, and does not hide errors in the others.
 *
 * @returns whether all succeeded
 */
export async function each<T>(all: readonly T[], io: Io, work: (one: T) => void | Promise<void>): Promise<boolean> {
  let fine = true;
  for (const one of all) {
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof CliError) || error.status === STATUS.misuse) throw error;
      showCliError(error, io);
      fine = false;
    }
  }
  return fine;
}

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // The reader may stop early, as `head` does, or close the terminal: that is not an error, and the work continues.
  const gone = new Set<NodeJS.WriteStream>();
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      gone.add(stream);
      if (stream === stderr || ['EPIPE', 'EIO', 'ECONNRESET'].includes(error.code ?? '')) return;
      // Lost results, on a full disk for example, must not go unnoticed.
      stderr.write(`attnc: the results could not be written: ${reasonOf(error)}\n`);
      process.exit(STATUS.failed);
    });
  }
  return {
    out: (line) => stdout.write(`${line}\n`),
    err: (line) => stderr.write(`${line}\n`),
    write: (text) => stdout.write(text),
    isTTY: stdout.isTTY === true,
    style: { color: wantsColor(stderr.isTTY === true, env), width: columns(stderr) },
    cwd: process.cwd(),
    env,
    readerGone: () => gone.has(stdout),
  };
}

/** Some terminals report a width of 0. */
function columns(stream: NodeJS.WriteStream): number {
  return stream.columns > 0 ? stream.columns : 100;
}

/** Colour on terminals only; NO_COLOR forbids and FORCE_COLOR demands it. */
export function wantsColor(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY && env.TERM !== 'dumb';
}
