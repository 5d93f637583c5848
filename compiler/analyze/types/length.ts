/** Axes whose size depends on ragged dims: `dim half = ceil(source / 2)` has its own length in every example. */
import type { Span } from '../../../grammar/ast.ts';
import type { Space } from '../../graph/graph.ts';
import type { Site } from '../scope/context.ts';
import { origin, report } from '../scope/report.ts';
import { dimSpace } from '../../graph/spaces.ts';
import { atomsOf, foldSize, nonNegative, size as sizes, substitute, type Size } from '../../size/size.ts';

/** Does it depend on the example? */
export function isOfLengths(size: Size, here: Site): boolean {
  return [...atomsOf(size)].some((atom) => here.ctx.ragged.has(atom));
}

interface Growth {
  /** Does it change with a ragged dim? */
  readonly moves: boolean;
  /** Does it never decrease as those grow? Then the size for the longest lengths is that of the longest example. */
  readonly grows: boolean;
  /** A function applied to a length that is not available on the device. */
  readonly fn: string | null;
  readonly negative: boolean;
}

function growthOf(size: Size, here: Site): Growth {
  const still: Growth = { moves: false, grows: true, fn: null, negative: false };
  const all = (parts: readonly Growth[]): Growth => ({
    moves: parts.some(({ moves }) => moves),
    grows: parts.every(({ grows }) => grows),
    fn: parts.find(({ fn }) => fn !== null)?.fn ?? null,
    negative: false,
  });
  return foldSize<Growth>(size, {
    int: (n) => ({ ...still, negative: n < 0 }),
    atom: (name) => ({ ...still, moves: here.ctx.ragged.has(name) }),
    add: all,
    mul: (parts) => {
      const made = all(parts);
      return { ...made, grows: made.grows && !(made.moves && parts.some(({ negative }) => negative)) };
    },
    pow: (base) => base,
    div: (of) => of,
    quot: (of, by) => ({ ...of, grows: of.grows && !by.moves, moves: of.moves || by.moves }),
    fn: (name, args) => {
      const made = all(args);
      return made.moves && name !== 'max' && name !== 'min' ? { ...made, fn: name } : made;
    },
  });
}

/** The space of an axis with that many positions, or null (reported). Every example must have at least one. */
export function lengthSpace(size: Size, id: string, label: string, span: Span, here: Site): Space | null {
  const { ctx } = here;
  const refuse = (message: string, why: string, fix: string): null => {
    report(here, 'E0508', span, message, { why, fix });
    return null;
  };
  const inner = [...atomsOf(size)].map((atom) => ctx.inner.get(atom)).find((dim) => dim !== undefined);
  if (inner !== undefined) {
    return refuse(
      `an axis cannot be made of \`${inner.label}\` in this way`,
      `\`${inner.label}\` has a length for each position of \`${inner.inside!.label}\`; with it there are sums (\`1 + ${inner.label}\`), and merges`,
      `take all positions of \`${inner.label}\`, and let what is not wanted be absent: \`x where …\``,
    );
  }
  const { grows, fn } = growthOf(size, here);
  if (fn !== null) {
    const name = fn.replace(/ceil$|floor$/, '');
    return refuse(
      `an axis cannot be as long as \`${name}\` of a ragged dim`,
      'a length is a sum, product or quotient of those of the dims it is made of, or their `max` or `min`',
      'bound the dim, `ragged <= most`, and take the size of the bound',
    );
  }
  if (!grows) {
    return refuse(
      'an axis cannot get shorter where an example is longer',
      'in a batch every axis is as long as that of the longest example',
      'take all positions, and let what is not wanted be absent: `x where position[a] < …`',
    );
  }
  const least = (empty: number): Size =>
    sizes.sub(
      substitute(
        size,
        new Map([...atomsOf(size)].map((atom) => [atom, sizes.add(sizes.atom(atom), sizes.int(ctx.emptied.has(atom) ? empty : 1))])),
      ),
      sizes.int(1),
    );
  const isSure = nonNegative(least(1));
  if (!isSure)
    ctx.requirements.push({
      kind: 'atMost',
      a: sizes.int(1),
      b: size,
      origin: origin(here, span),
      why: `\`${label}\` has one position or more`,
    });
  return dimSpace({ id, label, size, ragged: true, origin: sizes.int(0), mayBeEmpty: isSure && !nonNegative(least(0)) });
}
