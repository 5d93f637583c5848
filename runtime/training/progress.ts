/** Progress of long work: one line that is rewritten on a terminal, a plain line every few seconds elsewhere. */
import type { TrainingEvent } from './events.ts';

/** `process.stderr`, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
  listenerCount?(event: 'error'): number;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** The reader may stop, as `head` does, or close the terminal: the work continues. */
function unread(error: Error): void {
  if (!('code' in error && ['EPIPE', 'EIO', 'ECONNRESET'].includes(String(error.code)))) throw error;
}

export interface ProgressOptions {
  readonly label: string;
  /** Amount of work, in any unit; null where it is unknown. */
  readonly total: number | null;
  /** Work done before, which does not count towards the speed. */
  readonly done?: number;
  /** Seconds between lines without a terminal. Default 5. */
  readonly plainEvery?: number;
  /** Milliseconds, rising. Default `performance.now`. */
  readonly clock?: () => number;
}

/** Milliseconds between redraws on a terminal: more often flickers, and costs time. */
const redraw = 100;
const widestBar = 30;
const narrowestBar = 8;

export class ProgressBar {
  private readonly stream: ProgressStream;
  private readonly options: ProgressOptions;
  private readonly clock: () => number;
  private readonly began: number;
  private readonly first: number;
  private shownAt = -Infinity;
  private shown = '';
  private done: number;
  private notes: readonly string[] = [];

  constructor(stream: ProgressStream, options: ProgressOptions) {
    this.stream = stream;
    if (stream.listenerCount?.('error') === 0) stream.on?.('error', unread);
    this.options = options;
    this.clock = options.clock ?? (() => performance.now());
    this.began = this.clock();
    this.first = this.done = options.done ?? 0;
  }

  /**
   * Reports how much is done in total.
   *
   * @param notes notes to show beside it, most important first: the last ones are dropped if the line is too narrow
   */
  update(done: number, notes: readonly string[] = this.notes): void {
    this.done = done;
    this.notes = notes;
    const now = this.clock();
    const wait = this.stream.isTTY === true ? redraw : 1000 * (this.options.plainEvery ?? 5);
    if (now - this.shownAt < wait) return;
    this.shownAt = now;
    this.draw(now);
  }

  /** Writes a permanent line, above the bar. */
  message(text: string): void {
    if (this.stream.isTTY !== true) {
      this.stream.write(`${text}\n`);
      return;
    }
    this.stream.write(`\r\x1b[2K${text}\n`);
    if (this.shown !== '') this.stream.write(this.shown);
  }

  /** Draws the final state, which remains. */
  end(): void {
    this.draw(this.clock());
    if (this.stream.isTTY === true) this.stream.write('\n');
    this.shown = '';
  }

  private draw(now: number): void {
    const line = this.line(now);
    if (this.stream.isTTY === true) {
      this.shown = line;
      this.stream.write(`\r\x1b[2K${line}`);
    } else {
      this.stream.write(`${line}\n`);
    }
  }

  private line(now: number): string {
    const { label, total } = this.options;
    const seconds = (now - this.began) / 1000;
    const share = total === null || total <= 0 ? null : Math.min(1, Math.max(0, this.done / total));
    const rate = seconds > 0 ? (this.done - this.first) / seconds : 0;
    const left = total === null || rate <= 0 || share === 1 ? [] : [`${duration((total - this.done) / rate)} left`];
    const parts = [...left, ...this.notes, duration(seconds)];
    const percent = share === null ? `${Math.round(this.done)}` : `${String(Math.floor(100 * share)).padStart(3)} %`;
    if (this.stream.isTTY !== true) return [label, percent, ...parts].join('  ');

    // The last column is left free: a full line would wrap on some terminals.
    const width = Math.max(1, (this.stream.columns || 80) - 1);
    const fixed = [label, percent];
    const room = (): number => width - [...fixed, ...parts].join('  ').length - 2;
    while (parts.length > 1 && room() < (share === null ? 0 : narrowestBar)) parts.pop();
    const barWidth = Math.min(widestBar, room());
    const bar = share === null || barWidth < narrowestBar ? [] : [drawBar(share, barWidth)];
    return [label, ...bar, percent, ...parts].join('  ').slice(0, width);
  }
}

function drawBar(share: number, width: number): string {
  const full = Math.round(share * width);
  return '━'.repeat(full) + '─'.repeat(width - full);
}

/** `48 s`, `3:12`, `1:02:45`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A number in a readable format: `0.00123`, `12.3`, `1,234`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(1);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** Draws the events of a training run; hand it to `fit` as `onEvent`. */
export function showTraining(
  stream: ProgressStream,
  options: Pick<ProgressOptions, 'plainEvery' | 'clock'> & { readonly label?: string } = {},
): (event: TrainingEvent) => void {
  let bar: ProgressBar | undefined;
  let bySteps = true;
  let validated: readonly string[] = [];
  return (event) => {
    switch (event.kind) {
      case 'start': {
        bySteps = event.steps !== null || event.seconds === null;
        const total = bySteps ? event.steps : event.seconds;
        bar = new ProgressBar(stream, { ...options, label: options.label ?? 'training', total, done: bySteps ? event.step : 0 });
        const from = event.step > 0 ? `, going on from step ${event.step}` : '';
        bar.message(`${event.parameterCount.toLocaleString('en-US')} parameters${from}`);
        break;
      }
      case 'progress': {
        const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${short(value)}`);
        const speed = [`${short(event.stepsPerSecond)} steps/s`, `${short(event.examplesPerSecond)} examples/s`];
        bar?.update(bySteps ? event.step : event.seconds, [
          `loss ${short(event.loss)}`,
          ...validated,
          ...metrics,
          ...speed,
          `step ${event.step}`,
        ]);
        break;
      }
      case 'validation': {
        const metrics = Object.entries(event.metrics).map(([name, value]) => `${name} ${short(value)}`);
        validated = [`validation ${short(event.loss)}`];
        bar?.message(
          `step ${event.step}: validation ${[`loss ${short(event.loss)}`, ...metrics].join(', ')}${event.best ? ' (best)' : ''}`,
        );
        break;
      }
      case 'checkpoint':
        break;
      case 'end': {
        bar?.end();
        const why = { budget: 'the budget is used up', patience: 'validation got no better', signal: 'stopped' }[event.reason];
        bar?.message(`step ${event.step} after ${duration(event.seconds)}: ${why}`);
        break;
      }
    }
  };
}
