/** W0301: sizes, as written or as set, with which no model can be made. */
import type { Problems } from '../../diagnostics/diagnostic.ts';
import type { Program } from '../../graph/graph.ts';
import { holds, MUST, numberOf } from '../../graph/requirement.ts';
import { atomsOf, showSize, type Size } from '../../size/size.ts';

/** Once for each location in the text. */
export function reportImpossibleSizes(programs: readonly Program[], problems: Problems): void {
  const seen = new Set<string>();
  for (const { hyperparameters, fixed, requirements } of programs) {
    const known = new Map([...hyperparameters, ...fixed].map((each) => [each.dim.id, each]));
    const values = new Map([...known].map(([id, { value }]) => [id, value]));
    const label = (atom: string): string => known.get(atom)!.dim.label;
    for (const {
      kind,
      a,
      b,
      origin: { file, start, end },
      why,
    } of requirements) {
      const [left, right] = [a, b].map((size) => numberOf(size, values)) as [number | null, number | null];
      const key = `${file} ${start} ${end}`;
      if (left === null || right === null || holds(kind, left, right) || seen.has(key)) continue;
      seen.add(key);
      const shown = (size: Size, value: number): string =>
        atomsOf(size).size === 0 ? `${value}` : `\`${showSize(size, label)}\` (${value})`;
      problems.report({
        code: 'W0301',
        severity: 'warning',
        place: { file, start, end },
        message: `with the sizes as they are, ${shown(a, left)} ${MUST[kind]} ${shown(b, right)}`,
        why,
        fix: "give sizes that fit: as defaults, with `--set`, or each time as the constructor's `dims`",
      });
    }
  }
}
