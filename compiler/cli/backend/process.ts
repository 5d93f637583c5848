import { spawn } from 'node:child_process';

export interface Finished {
  /** Exit status; null when a signal ended the process. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly onStdout?: (text: string) => void;
}

/**
 * Runs a program without a shell and without input, and waits for it to end. A failing program is a result; it throws only if the
 * program cannot be started, or with the signal's reason when aborted.
 */
export function runProgram(program: string, args: readonly string[], { env, signal, onStdout }: RunOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env, signal });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onStdout?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => reject(signal?.aborted === true ? signal.reason : error));
    child.on('close', (status, killedBy) => resolve({ status, signal: killedBy, stdout, stderr }));
  });
}

/** The last lines of a program's output, for an error message. */
export function lastLines(text: string, count: number): string {
  return text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Error codes for a name that leads to no program that can be started. */
const NO_PROGRAM = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOEXEC']);

/** Could `runProgram` start nothing because there is no such program? */
export function isNoProgram(error: unknown): boolean {
  return NO_PROGRAM.has(errorCode(error) ?? '');
}

export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
