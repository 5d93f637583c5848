import type { Evaluation } from '../../../runtime/index.ts';

/** The lines of a table: the first columns are left-aligned, the others, which are numbers, right-aligned. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string[] {
  const widths = head.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k]!.length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, k) => (k < texts ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** Fractions in percent, other numbers as they are. */
export function evaluationTable({ columns, counts = [], rows }: Evaluation): string[] {
  const show = (value: number, column: number): string =>
    value >= 0 && value <= 1 && !counts.includes(columns[column]!) ? `${(100 * value).toFixed(1)} %` : String(Number(value.toPrecision(4)));
  return tableOf(
    ['group', 'examples', ...columns],
    rows.map(({ group, examples, values }) => [group, examples.toLocaleString('en-US'), ...values.map(show)]),
  );
}
