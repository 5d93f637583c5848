/** What the texts say of blocks: what their formals are called, and what calls hand to them. */

/** A declaration, by the text up to the next one. */
export interface Declaration {
  readonly file: string;
  readonly formals: readonly string[];
  /** By what is called in it, a block or an instance of it: the arguments of each call. */
  readonly calls: ReadonlyMap<string, readonly (readonly Argument[])[]>;
  /** What a scan calls its steps' elements, by what it reads: `xt` of `x`. */
  readonly elements: readonly (readonly [element: string, of: string])[];
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
      found.set(head[1]!, found.has(head[1]!) ? null : { file, formals, calls: callsIn(own, head.index), elements: elementsIn(own) });
    }
  }
  return new Map([...found].flatMap(([name, each]) => (each === null ? [] : [[name, each]])));
}

/** @param start of the text in its file */
function callsIn(text: string, start: number): Declaration['calls'] {
  const instances = new Map([...text.matchAll(/\blet ([\p{ID_Continue}]+) = ([\p{ID_Continue}]+)/gu)].map(([, name, of]) => [name!, of!]));
  const calls = new Map<string, (readonly Argument[])[]>();
  for (const { 0: name, index } of text.matchAll(/(?<![\p{ID_Continue}'])[\p{ID_Start}_][\p{ID_Continue}]*(?=[[( ])/gu)) {
    const open = behindBrackets(text, index + name.length);
    if (text[open] !== '(') continue;
    const block = instances.get(name) ?? name;
    const known = calls.get(block) ?? [];
    known.push(argumentsAt(text, open, start));
    calls.set(block, known);
  }
  return calls;
}

function elementsIn(text: string): Declaration['elements'] {
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
