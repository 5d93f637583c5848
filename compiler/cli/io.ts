/** Where the command line reads and writes, so that commands can be run without a process of their own. */
import type { RenderStyle } from '../diagnostics/render.ts';

export interface Io {
  /** A line of results. */
  out(line: string): void;
  /** A line for the person: problems and progress. */
  err(line: string): void;
  /** Results as they are, without a line end. */
  write(text: string): void;
  /** Are the results shown on a terminal? */
  readonly isTTY: boolean;
  /** How problems are shown. */
  readonly style: RenderStyle;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Exit status: everything is fine, the program or the work has errors, the command line makes no sense, Ctrl-C. */
export const STATUS = { fine: 0, failed: 1, misuse: 2, interrupted: 130 } as const;

/** What a person can mend: shown as one line and the fix, without a stack. */
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

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // Whoever reads may stop early, as `head` does: that is no fault.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(STATUS.fine);
  });
  return {
    out: (line) => stdout.write(`${line}\n`),
    err: (line) => stderr.write(`${line}\n`),
    write: (text) => stdout.write(text),
    isTTY: stdout.isTTY === true,
    style: { color: wantsColor(stderr.isTTY === true, env), width: columns(stderr) },
    cwd: process.cwd(),
    env,
  };
}

/** Some terminals say that they are 0 wide. */
function columns(stream: NodeJS.WriteStream): number {
  return stream.columns > 0 ? stream.columns : 100;
}

/** Colour on terminals only; NO_COLOR forbids and FORCE_COLOR demands it. */
export function wantsColor(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}
