/** The words that a declaration may reach, in its own text and in everything it may call: by syntax alone, rather too many than too few. */
import type { Declaration, Item, Objective } from '../../../grammar/ast.ts';

export class Words {
  /** Declarations by name, and imports by their local name. */
  readonly #named = new Map<string, Item[]>();
  readonly #own = new Map<Item, ReadonlySet<string>>();

  constructor(items: readonly Item[]) {
    for (const item of items) {
      const names = item.kind === 'declaration' ? [item.name] : item.kind === 'import' ? item.names.map(({ name, as }) => as ?? name) : [];
      for (const { text } of names) this.#named.set(text, [...(this.#named.get(text) ?? []), item]);
    }
  }

  reach(from: Declaration | Objective, word: string): boolean {
    const seen = new Set<Item>([from]);
    for (const item of seen) {
      const words = this.#of(item);
      if (words.has(word)) return true;
      for (const each of words) for (const other of this.#named.get(each) ?? []) seen.add(other);
    }
    return false;
  }

  #of(item: Item): ReadonlySet<string> {
    const known = this.#own.get(item);
    if (known !== undefined) return known;
    const words = new Set<string>();
    collect(item, words);
    this.#own.set(item, words);
    return words;
  }
}

function collect(part: object, words: Set<string>): void {
  for (const inner of Object.values(part)) {
    if (typeof inner === 'string') words.add(inner);
    else if (typeof inner === 'object' && inner !== null) collect(inner, words);
  }
}
