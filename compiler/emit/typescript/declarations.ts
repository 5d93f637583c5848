/** What the texts say of blocks: what their formals are called, and what calls hand to them. */

/** A declaration with the text up to the next one. */
export interface Declaration {
  readonly file: string;
  readonly formals: readonly string[];
  /** Where its text begins in its file. */
  readonly start: number;
  readonly text: string;
}

/** An argument of a call, by where it stands in its file. */
export interface Argument {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const HEAD = /^(?:\p{Ll}+ )+([\p{ID_Start}_][\p{ID_Continue}]*)(?=[[(])/gmu;

/** By name; of a name that several have nothing is known. */
export function declarationsIn(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Declaration> {
  const found = new Map<string, Declaration | null>();
  for (const [file, text] of texts) {
    const heads = [...text.matchAll(HEAD)];
    for (const [k, head] of heads.entries()) {
      const own = text.slice(head.index, heads[k + 1]?.index);
      const open = behindBrackets(own, head[0].length);
      const formals = argumentsAt(own, open, 0).flatMap(({ text: formal }) => /^[\p{ID_Continue}]+/u.exec(formal)?.[0] ?? []);
      found.set(head[1]!, found.has(head[1]!) ? null : { file, formals, start: head.index, text: own });
    }
  }
  return new Map([...found].flatMap(([name, each]) => (each === null ? [] : [[name, each]])));
}

/** The arguments of every call of the block in a declaration, also of its instances. */
export function callsOf(block: string, { text, start }: Declaration): readonly (readonly Argument[])[] {
  const instances = [...text.matchAll(/\blet ([\p{ID_Continue}]+) = ([\p{ID_Continue}]+)/gu)].filter(([, , of]) => of === block);
  const names = new Set([block, ...instances.map(([, name]) => name!)]);
  return [...text.matchAll(/(?<![\p{ID_Continue}'])[\p{ID_Start}_][\p{ID_Continue}]*/gu)]
    .filter(([name]) => names.has(name))
    .flatMap(({ 0: name, index }) => {
      const open = behindBrackets(text, index + name.length);
      return index > 0 && text[open] === '(' ? [argumentsAt(text, open, start)] : [];
    });
}

/** What a scan calls its steps' elements, by what it reads: `xt` of `x`. */
export function elementsIn({ text }: Declaration): readonly (readonly [element: string, of: string])[] {
  return [...text.matchAll(/\bwith ([^{]*)\{/g)].flatMap(([, pairs]) =>
    [...pairs!.matchAll(/([\p{ID_Continue}]+) = ([\p{ID_Continue}]+)/gu)].map(([, element, of]) => [element!, of!] as const),
  );
}

/** Behind `[…]` and `per a`, if they stand there. */
function behindBrackets(text: string, at: number): number {
  let place = at;
  if (text[place] === '[') {
    for (let depth = 0; place < text.length; place++) {
      depth += text[place] === '[' ? 1 : text[place] === ']' ? -1 : 0;
      if (depth === 0) break;
    }
    place++;
  }
  return place + (/^ per [\p{ID_Continue}]+ ?(?=\()/u.exec(text.slice(place, place + 100))?.[0].length ?? 0);
}

/** What stands between commas in the brackets that open there. @param start of the text in its file */
function argumentsAt(text: string, open: number, start: number): readonly Argument[] {
  const found: Argument[] = [];
  let depth = 0;
  let begin = open + 1;
  const take = (end: number): void => {
    const raw = text.slice(begin, end);
    const from = begin + raw.length - raw.trimStart().length;
    if (raw.trim() !== '') found.push({ text: raw.trim(), start: start + from, end: start + from + raw.trim().length });
    begin = end + 1;
  };
  for (let k = open; k < text.length; k++) {
    const character = text[k]!;
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (depth === 0 || (depth === 1 && character === ',')) take(k);
    if (depth === 0) break;
  }
  return found;
}
