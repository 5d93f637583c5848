import { availableParallelism, totalmem } from 'node:os';
import { reportBackends } from '../../../runtime/backend/index.ts';
import type { BackendReport } from '../../../runtime/backend/index.ts';

/** Where the output of a command goes. */
export interface DoctorIo {
  out(line: string): void;
  err(line: string): void;
}

/** `attnc doctor`. */
export async function runDoctor(io: DoctorIo, json: boolean): Promise<number> {
  return tellBackends(await reportBackends(), io, json);
}

/**
 * Reports the machine, which backends work on it, which one `auto` takes, and how to get the others.
 * @returns 0, or 1 if no backend works
 */
export function tellBackends(backends: readonly BackendReport[], io: DoctorIo, json: boolean): number {
  const chosen = backends.find(({ auto }) => auto)?.name ?? null;
  const machine = {
    node: process.version,
    platform: process.platform,
    architecture: process.arch,
    processors: availableParallelism(),
    memoryBytes: totalmem(),
  };
  if (json) {
    io.out(JSON.stringify({ ...machine, backends, auto: chosen }, null, 2));
  } else {
    io.out(
      `Node ${machine.node} on ${machine.platform} ${machine.architecture}, ${machine.processors} processors, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB of memory`,
    );
    io.out('');
    io.out('backends, fastest first:');
    for (const line of formatReports(backends)) io.out(line);
    io.out('');
    io.out(chosen === null ? 'No backend works here.' : `--backend auto takes ${chosen}.`);
  }
  return chosen === null ? 1 : 0;
}

/** One line per backend, and one for its remedy if it has one. */
export function formatReports(reports: readonly BackendReport[]): string[] {
  const width = Math.max(...reports.map(({ name }) => name.length));
  return reports.flatMap(({ name, usable, detail, remedy }) => [
    `  ${usable ? 'yes' : 'no '}  ${name.padEnd(width)}  ${detail}`,
    ...(remedy === undefined ? [] : [`       ${' '.repeat(width)}  get it: ${remedy}`]),
  ]);
}
