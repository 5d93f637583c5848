/** The benchmark's side of the protocol: a subject's process. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Failed, Job, Ready, Report, Request, Timed, Work } from './protocol.ts';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export class SubjectError extends Error {}

/** The last lines of what a process has complained about. */
const COMPLAINT = 2000;

export class SubjectProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<void>;
  private readonly patience: number;
  private complaint = '';

  /** @param patience milliseconds until an answer must have come */
  constructor({ command, args, env = {} }: Command, job: Job, patience: number) {
    this.patience = patience;
    this.child = spawn(command, [...args, JSON.stringify(job)], { env: { ...process.env, ...env }, stdio: 'pipe' });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stderr.on('data', (text: Buffer) => {
      this.complaint = (this.complaint + text.toString()).slice(-COMPLAINT);
    });
    this.child.stdin.on('error', () => {});
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => resolve());
      this.child.once('error', (error) => {
        this.complaint += error.message;
        resolve();
      });
    });
  }

  /** Its first piece of work is done. */
  ready(): Promise<Ready> {
    return this.answer<Ready>();
  }

  async go(work: Work): Promise<number> {
    return (await this.ask<Timed>({ go: work })).milliseconds;
  }

  report(): Promise<Report> {
    return this.ask<Report>({ report: true });
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.ended;
    clearTimeout(late);
  }

  private ask<T extends object>(request: Request): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer<T>();
  }

  private async answer<T extends object>(): Promise<T> {
    const late = setTimeout(() => {
      this.complaint = `no answer within ${this.patience / 1000} seconds`;
      this.child.kill('SIGKILL');
    }, this.patience);
    try {
      for (;;) {
        const { value, done } = (await this.lines.next()) as IteratorResult<string, undefined>;
        if (done === true) throw new SubjectError(await this.why());
        // A library may print, too.
        if (!value.startsWith('{')) continue;
        const message = JSON.parse(value) as T | Failed;
        if ('failed' in message) throw new SubjectError(message.failed);
        return message;
      }
    } finally {
      clearTimeout(late);
    }
  }

  private async why(): Promise<string> {
    await this.ended;
    const lines = this.complaint.trim().split('\n');
    return lines.findLast((line) => /error/iu.test(line)) ?? (lines.at(-1) || 'the process ended');
  }
}
