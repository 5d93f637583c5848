/** The counts of a run as a table in Markdown. */
import { onTheLine, percentile } from './mutants.ts';
import type { Tally } from './tally.ts';

const number = (n: number): string => Math.round(n).toLocaleString('en-US');

const share = (part: number, all: number): string => (all === 0 ? '' : `${((100 * part) / all).toFixed(1)} %`);

export function report(
  tally: Tally,
  alike: ReadonlyMap<string, number>,
  { seed, minutes, jobs }: { readonly seed: number; readonly minutes: number; readonly jobs: number },
): string {
  const rows: (readonly [string, string])[] = [
    ['minutes, processes, seed', `${minutes.toFixed(0)}, ${jobs}, ${seed}`],
    ['generated programs', number(tally.of('programs'))],
    ...[2, 3, 4].map((n) => [`… on ${n} backends`, number(tally.of(`on ${n} backends`))] as const),
    ...['cpu', 'wasm', 'tensorflow', 'webgpu'].map((name) => [`models run on ${name}`, number(tally.of(`programs on ${name}`))] as const),
    ...[
      'numbers compared',
      'numbers beyond comparison',
      'slopes compared',
      'slopes beyond comparison',
      'slopes without a limit',
      'examples alone',
      'poisonings',
      'steps of decoders',
      'steps of streams',
      'searches',
      'checkpoints',
    ].map((what) => [what, number(tally.of(what))] as const),
    ['blocks of std, wrapped', number(tally.of('blocks of std'))],
    ['models of the zoo', number(tally.of('models of the zoo'))],
    ['modules type-checked', number(tally.of('modules type-checked'))],
    ['programs formatted and compiled again', number(tally.of('programs formatted'))],
    ...tally.under('crash ').map(([what, n]) => [what, number(n)] as const),
    ['mutants', number(tally.of('mutants'))],
    ['… of sound texts, with errors', number(tally.of('mutants with errors'))],
    ['errors at the 95th percentile', `${percentile(tally, 0.95)}`],
    ['first error on the spoilt line, or shown with what stands there', share(onTheLine(tally).line, tally.of('mutants with errors'))],
    ['… or at a use of the name that was spoilt', share(onTheLine(tally).either, tally.of('mutants with errors'))],
    ...tally
      .under('mutants of ')
      .map(
        ([kind, n]) =>
          [
            `… ${kind}`,
            `${share(tally.of(`mutants on the line ${kind}`) + tally.of(`mutants at a use ${kind}`), n)} of ${number(n)}`,
          ] as const,
      ),
    ['programs of the generator that the checker refused', number(tally.of('generator refused'))],
    ['counter-examples', number([...alike.values()].reduce((a, b) => a + b, 0))],
  ];
  const constructs = tally
    .under('construct ')
    .map(([name, n]) => `${name} ${number(n)}`)
    .join(', ');
  const others = [...tally.under('refused '), ...tally.under('std not wrapped '), ...tally.under('zoo not tried ')]
    .map(([name, n]) => `${name} ${number(n)}`)
    .join(', ');
  const bad = [...alike].map(([kind, n]) => `- ${kind}: ${number(n)}\n`).join('');
  const worst = tally
    .under('mutants elsewhere ')
    .slice(0, 15)
    .map(
      ([what, n]) =>
        `- ${what}: ${number(n)}\n${(tally.notes[`elsewhere ${what}`] ?? []).map((text) => `  ${text.replaceAll('\n', '\n  ')}\n`).join('')}`,
    )
    .join('');
  const cascades = (tally.notes.cascades ?? []).map((text) => `- ${text}\n`).join('');
  return `| what | how many |\n|---|---|\n${rows.map(([what, n]) => `| ${what} | ${n} |\n`).join('')}\nConstructs: ${constructs}.\n\nRefused: ${others === '' ? 'none' : others}.\n${bad}${worst === '' ? '' : `\nFirst errors elsewhere:\n${worst}`}${cascades === '' ? '' : `\nCascades:\n${cascades}`}`;
}
