/** What the parameters of a block's function are called: after the block's own formals and equations, whoever calls it. */
import { chain } from '../../../graph/frames.ts';
import type { CallFrame } from '../../../graph/graph.ts';
import type { Declaration } from '../../naming/declarations.ts';
import { described } from '../../naming/names.ts';
import type { Sources } from '../../naming/sources.ts';
import { inputsOf, type Value } from '../value.ts';
import { isShape, type Segment, type Segmented } from './segments.ts';

/** In a name: what was done to the order or shape of something. */
const SHAPES = /(?:Rows|Wide|Shaped|Stacked|T)+$/;

export class Roles {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** What a segment may call what it reads from outside, the best first; none: nothing is known. */
  namesOf(value: Value, { frame, phase }: Segment, segmented: Segmented): readonly string[] {
    const steps = stepsTo(value, segmented);
    const source = steps.at(-1)!;
    const shape = value.origin.name === null ? (SHAPES.exec(value.hint)?.[0] ?? '') : '';
    const isBackward = phase === 'backward' && segmented.isBackward(source);
    if (chain(source.origin.frame ?? null).includes(frame)) {
      if (source.origin.name !== null) return [`${source.origin.name}${shape}`];
      return source.hint === 'state' ? [] : described(source.hint.replace(/ steps$/, ''), this.#sources.equation(source.origin));
    }
    if (isBackward) return [`d result${shape}`];
    const formal = this.#formal(steps, frame);
    return formal === null ? [] : [`${formal}${shape}`];
  }

  /** As which formal of the call a value arrives; null: that is not sure. */
  #formal(steps: readonly Value[], frame: CallFrame): string | null {
    const declaration = this.#sources.declaration(frame.callee);
    const callers = chain(frame.parent).filter(({ callee }) => this.#sources.declaration(callee) !== null);
    const caller = callers.at(-1);
    if (declaration === null || caller === undefined) return null;
    const around = this.#sources.declaration(caller.callee)!;
    const isInside = chain(steps.at(-1)!.origin.frame ?? null).includes(caller);
    const passed = isInside ? null : this.#formal(steps, caller);
    const names = namesIn(around, [...steps.flatMap(calledIn), ...(passed === null ? [] : [passed])]);
    const isGiven = (text: string, start: number, end: number): boolean =>
      names.has(/^[\p{ID_Continue}]+'?(?=\[|$)/u.exec(text)?.[0] ?? '') ||
      steps.some(({ origin }) => origin.file === around.file && origin.start === start && origin.end === end);
    const formals = (around.calls.get(frame.callee) ?? []).flatMap((given) =>
      given.flatMap(({ text, start, end }, k) => (isGiven(text, start, end) ? [declaration.formals[k] ?? []] : [])).flat(),
    );
    return new Set(formals).size === 1 ? formals[0]! : null;
  }
}

/** What the text calls them: `s'` what is `s_next` here, and elements of what a scan reads. */
function namesIn(declaration: Declaration, names: readonly string[]): ReadonlySet<string> {
  const written = new Set(names.map((name) => name.replace(/_next$/, "'")));
  for (const [element, of] of declaration.elements) if (written.has(of)) written.add(element);
  return written;
}

/** What the program calls a value; a gather is what its equation calls so in another order. */
function calledIn({ origin: { name }, code: [call], hint }: Value): readonly string[] {
  return name !== null ? [name] : call === 'tf.gather(' ? [hint] : [];
}

/** The value, and what it is another shape, an element or a list of. */
function stepsTo(value: Value, { lowered: { loops } }: Segmented): readonly Value[] {
  const steps = [value];
  for (let at: Value | undefined = value; at !== undefined; ) {
    const each: Value = at;
    const loop = loops.get(each);
    const isOf = isShape(each) || each.kind === 'list' || each.code[0] === 'tf.stack(';
    at =
      each.kind === 'argument'
        ? loop?.xs.find(({ argument }) => argument === each)?.list
        : each.kind === 'emitted'
          ? loop?.emits.find(({ list }) => list === each)?.value
          : isOf && each.origin.name === null
            ? inputsOf(each).find(({ kind }) => kind !== 'host')
            : undefined;
    if (at !== undefined) steps.push(at);
  }
  return steps;
}
