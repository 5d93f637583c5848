/** What Linux says of this process, in bytes. */
import { readFileSync, writeFileSync } from 'node:fs';

export function memory(): { readonly now: number; readonly peak: number } {
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (name: string): number => 1024 * Number(new RegExp(`${name}:\\s*(\\d+) kB`, 'u').exec(status)![1]);
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** The peak counts from here. */
export function resetPeak(): void {
  writeFileSync('/proc/self/clear_refs', '5');
}
