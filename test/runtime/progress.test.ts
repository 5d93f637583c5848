import { expect, test } from 'vitest';
import { duration, meansOf, ProgressBar, short, showTraining, tabulate, tabulateBy } from '../../runtime/index.ts';

class Screen {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;
  constructor(isTTY: boolean, columns = 80) {
    this.isTTY = isTTY;
    this.columns = columns;
  }
  write(text: string): void {
    this.text += text;
  }
}

test('on a terminal one line is rewritten, and is never wider than the terminal', () => {
  for (const columns of [10, 24, 40, 80, 200]) {
    let now = 0;
    const screen = new Screen(true, columns);
    const bar = new ProgressBar(screen, { label: 'training', total: 100, clock: () => now });
    for (let done = 0; done <= 100; done += 10) {
      bar.update(done, ['loss 0.5', 'exact 0.91', '12.3 steps/s']);
      now += 1000;
    }
    bar.end();
    expect(screen.text.endsWith('\n')).toBe(true);
    expect(screen.text.match(/\n/g)).toHaveLength(1);
    for (const line of screen.text.trimEnd().split('\r\x1b[2K')) expect(line.length).toBeLessThan(columns);
  }
});

test('says how much is done and how long it will take', () => {
  let now = 0;
  const screen = new Screen(true, 80);
  const bar = new ProgressBar(screen, { label: 'drawing', total: 100, clock: () => now });
  now = 20_000;
  bar.update(25, ['step 25']);
  expect(screen.text).toContain('drawing  ━━━━━━━━');
  expect(screen.text).toContain(' 25 %  1:00 left  step 25  20 s');
});

test('elsewhere plain lines come every few seconds', () => {
  let now = 0;
  const screen = new Screen(false);
  const bar = new ProgressBar(screen, { label: 'training', total: 40, plainEvery: 5, clock: () => now });
  for (let done = 1; done <= 20; done++) {
    bar.update(done);
    now += 1000;
  }
  expect(screen.text.split('\n').slice(0, -1)).toEqual([
    'training    2 %  0 s',
    'training   15 %  28 s left  5 s',
    'training   27 %  26 s left  10 s',
    'training   40 %  23 s left  15 s',
  ]);
});

test('a training run is shown by its events', () => {
  const screen = new Screen(false);
  const show = showTraining(screen, { clock: () => 0 });
  show({ kind: 'start', step: 0, steps: 200, seconds: null, parameterCount: 12345 });
  show({
    kind: 'progress',
    step: 10,
    epoch: 0.1,
    loss: 1.2345,
    metrics: { right: 0.5 },
    rate: 1e-3,
    seconds: 1,
    stepsPerSecond: 10,
    examplesPerSecond: 640,
  });
  show({ kind: 'validation', step: 100, loss: 0.9, metrics: { exact: 0.25 }, best: true });
  show({ kind: 'end', step: 200, reason: 'budget', seconds: 65 });
  expect(screen.text).toBe(
    '12,345 parameters\ntraining    5 %  loss 1.23  right 0.5  10 steps/s  640 examples/s  step 10  0 s\n' +
      'step 100: validation loss 0.9, exact 0.25 (best)\n' +
      'training    5 %  loss 1.23  right 0.5  10 steps/s  640 examples/s  step 10  0 s\nstep 200 after 1:05: the budget is used up\n',
  );
});

test('durations and numbers are short', () => {
  expect([0, 59.4, 60, 3599, 3600, 90061].map(duration)).toEqual(['0 s', '59 s', '1:00', '59:59', '1:00:00', '25:01:01']);
  expect([0, 0.000123, 0.12345, 12.345, 1234.5, NaN].map(short)).toEqual(['0', '1.2e-4', '0.123', '12.3', '1,235', 'NaN']);
});

test('results are tabulated overall and by group', () => {
  expect(tabulate('exact', ['de', 'en', 'de'], [1, 1, 0])).toEqual({
    columns: ['exact'],
    rows: [
      { group: 'all', examples: 3, values: [2 / 3] },
      { group: 'de', examples: 2, values: [0.5] },
      { group: 'en', examples: 1, values: [1] },
    ],
  });
  // Of several columns, and of what is no mean of examples.
  expect(
    tabulateBy(
      ['a', 'b'],
      ['de', 'en', 'de'],
      meansOf([
        [1, 2],
        [1, 4],
        [0, 6],
      ]),
    ),
  ).toEqual({
    columns: ['a', 'b'],
    rows: [
      { group: 'all', examples: 3, values: [2 / 3, 4] },
      { group: 'de', examples: 2, values: [0.5, 4] },
      { group: 'en', examples: 1, values: [1, 4] },
    ],
  });
  expect(tabulateBy(['first'], ['b', 'a', undefined], ([first]) => [first!]).rows.map(({ values }) => values)).toEqual([[0], [1], [0]]);
});
