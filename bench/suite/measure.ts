/**
 * Times the subjects of a row. Each is a process of its own. They take turns, one piece of work each in every round, and never two
 * at once; the order moves on with the round, so that nobody always comes after the same other one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PEERS, type Peer, type Variant } from './peers.ts';
import type { Prepared } from './prepare.ts';
import { WORKS, type Job, type Ready, type Report, type Work } from './protocol.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { SubjectError, SubjectProcess } from './subject.ts';

export interface Plan {
  readonly rounds: number;
  /** Milliseconds after which slow work is timed no more, if it has been often enough. */
  readonly enough: number;
  /** Calls of each work before it is timed; together with the first one, no fewer than are compared. */
  readonly warmUps: number;
  /** Processes that each subject starts: the time to the first step is theirs. */
  readonly starts: number;
  /** Milliseconds between two turns, in which the threads of the last one come to rest. */
  readonly rest: number;
  /** Milliseconds until an answer must have come. */
  readonly patience: number;
  readonly told: (line: string) => void;
}

export interface Measured {
  readonly peer: string;
  readonly backend: string | null;
  readonly execution: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly parameters: number | null;
  /** Milliseconds. */
  readonly works: Readonly<Partial<Record<Work, Spread>>>;
  /** Milliseconds from the start of a process to the end of its first step, or first piece of work where it trains nothing. */
  readonly first: Spread;
  readonly memory: Report['memory'];
  /** Losses of the first steps, or what else shows that all do the same. */
  readonly values: readonly number[];
}

export interface Unmeasured {
  readonly peer: string;
  readonly backend: string | null;
  readonly execution: string;
  readonly failed: string;
}

interface Subject {
  readonly peer: Peer;
  readonly variant: Variant;
  readonly works: readonly Work[];
  readonly job: Job;
  readonly first: number[];
  readonly times: Map<Work, number[]>;
  start?: () => SubjectProcess;
  process?: SubjectProcess;
  ready?: Ready;
  report?: Report;
  failed?: string;
}

export const labelOf = ({
  peer,
  backend,
  execution,
}: {
  readonly peer: string;
  readonly backend: string | null;
  readonly execution: string;
}): string => [PEERS.find(({ name }) => name === peer)?.title ?? peer, ...(backend === null ? [] : [backend]), execution].join(', ');

export async function measure(
  prepared: Prepared,
  variants: readonly { readonly peer: Peer; readonly variant: Variant }[],
  plan: Plan,
): Promise<(Measured | Unmeasured)[]> {
  const subjects: Subject[] = [];
  for (const { peer, variant } of variants) {
    const works = peer.works(prepared, variant);
    if (works.length === 0) continue;
    const { row, sizes, tensors, adam } = prepared;
    const job = { row: row.name, sizes, works, tensors, adam, backend: variant.backend, execution: variant.execution };
    const subject: Subject = { peer, variant, works, job, first: [], times: new Map() };
    subjects.push(subject);
    await attempt(subject, plan, async () => {
      const command = await peer.command(prepared, variant);
      subject.start = () => new SubjectProcess(command, job, plan.patience);
    });
  }
  try {
    await start(subjects, plan);
    await warmUp(subjects, plan);
    await rounds(subjects, plan);
    for (const subject of subjects)
      await attempt(subject, plan, async () => {
        subject.report = await subject.process!.report();
      });
  } finally {
    for (const { process } of subjects) await process?.end();
  }
  return subjects.map(resultOf);
}

/** Milliseconds of a call that needs no further warm-up: what is warmed up is little beside it. */
const SLOW = 2_000;

/** Fresh processes, of which the last stays. */
async function start(subjects: readonly Subject[], plan: Plan): Promise<void> {
  for (let k = 0; k < plan.starts; k++) {
    for (const subject of subjects) {
      if (subject.failed !== undefined || (k > 0 && subject.variant.compiles === true)) continue;
      await subject.process?.end();
      await pause(plan.rest);
      const begin = performance.now();
      const process = subject.start!();
      subject.process = process;
      await attempt(subject, plan, async () => {
        subject.ready = await process.ready();
        subject.first.push(performance.now() - begin);
      });
    }
  }
}

async function warmUp(subjects: readonly Subject[], plan: Plan): Promise<void> {
  for (const subject of subjects) {
    for (const work of subject.works) {
      for (let k = 0; k < plan.warmUps; k++) {
        let took = 0;
        await attempt(subject, plan, async () => {
          took = await subject.process!.go(work);
        });
        // The first losses are compared.
        if (took > SLOW && work !== 'step') break;
      }
    }
  }
}

/** Times that a median and quartiles can stand on. */
const OFTEN_ENOUGH = 3;

async function rounds(subjects: readonly Subject[], plan: Plan): Promise<void> {
  for (let round = 0; round < plan.rounds; round++) {
    for (const work of WORKS) {
      const turn = subjects.filter(({ works }) => works.includes(work));
      for (const k of turn.keys()) {
        const subject = turn[(k + round) % turn.length]!;
        const times = subject.times.get(work) ?? [];
        if (times.length >= OFTEN_ENOUGH && times.reduce((a, b) => a + b) > plan.enough) continue;
        await pause(plan.rest);
        await attempt(subject, plan, async () => {
          times.push(await subject.process!.go(work));
          subject.times.set(work, times);
        });
      }
    }
  }
}

/** A subject that fails is left out from then on. */
async function attempt(subject: Subject, plan: Plan, what: () => Promise<unknown>): Promise<void> {
  if (subject.failed !== undefined) return;
  try {
    await what();
  } catch (error) {
    if (!(error instanceof SubjectError)) throw error;
    subject.failed = error.message;
    plan.told(`  ${subject.peer.name} ${subject.variant.backend ?? ''} ${subject.variant.execution} failed: ${error.message}`);
  }
}

function resultOf({ peer, variant: { backend, execution }, ready, report, failed, first, times }: Subject): Measured | Unmeasured {
  const who = { peer: peer.name, backend, execution };
  if (failed !== undefined) return { ...who, failed };
  const works = Object.fromEntries([...times].map(([work, values]) => [work, spreadOf(values)]));
  return { ...who, ...ready!, works, first: spreadOf(first), ...report! };
}

/** How far apart what subjects compute may be, relative to values above 1. */
export const TOLERANCE = 1e-3;

/** What does not do the same work as attnc does: other losses, or another number of parameters. */
export function disagreements(results: readonly (Measured | Unmeasured)[]): string[] {
  const measured = results.filter((result): result is Measured => !('failed' in result));
  const own = measured.find(({ peer }) => peer === 'attnc');
  if (own === undefined) return [];
  return measured.flatMap((other) => {
    const differs = other.values.some((value, k) => Math.abs(value - (own.values[k] ?? value)) > TOLERANCE * Math.max(1, Math.abs(value)));
    return [
      ...(differs || other.values.length === 0
        ? [`${labelOf(other)}: ${other.values.join(', ')}; ${labelOf(own)}: ${own.values.join(', ')}`]
        : []),
      ...(other.parameters === null || other.parameters === own.parameters
        ? []
        : [`${labelOf(other)} has ${other.parameters} parameters, ${labelOf(own)} ${own.parameters}`]),
    ];
  });
}
