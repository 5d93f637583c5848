/** One program against every promise: what a counter-example is pasted into. */
import type { Diagnostic } from '../../compiler/index.ts';
import type { BackendName } from '../../runtime/index.ts';
import { build, isRefused, Texts, type Example, type Settings } from './build.ts';
import type { Values } from './data.ts';
import { attackProgram, type Failure } from './properties.ts';

export interface HoldsOptions {
  readonly examples?: readonly Example[];
  readonly backends?: readonly BackendName[];
  readonly seed?: number;
  readonly values?: Values;
  readonly set?: Settings;
  /** Of the examples that are drawn. */
  readonly shape?: { readonly count: number; readonly most: number };
  readonly count?: (what: string, by?: number) => void;
  readonly texts?: Texts;
}

/** The text is refused, as its author is told. */
export class RefusedText extends Error {
  readonly codes: readonly string[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, message }) => `${code} ${message}`).join('\n'));
    this.codes = diagnostics.map(({ code }) => code);
  }
}

/** The first promise that does not hold of the text's models; null where all do. Throws where the text is refused. */
export async function holds(
  text: string,
  { backends = ['cpu'], seed = 1, values = 'mild', set = {}, count = () => undefined, texts = new Texts(), ...given }: HoldsOptions = {},
): Promise<Failure | null> {
  const built = await build(texts, text, set);
  if (isRefused(built)) throw new RefusedText(built.diagnostics);
  for (const one of built) {
    const failure = await attackProgram(one, built, { seed, backends, values, count, ...given });
    if (failure !== null) return failure;
  }
  return null;
}
