/** What is known of things by what is known of those they need, however long the way there is: no call for each step of it. */

/**
 * `make` is asked once for each thing that is needed, after all that `next` names for it; `of` answers for those. Cycles
 * have no answer: `next` must name none.
 */
export function folded<K, V>(next: (key: K) => readonly K[], make: (key: K, of: (key: K) => V) => V): (key: K) => V {
  const known = new Map<K, V>();
  const of = (key: K): V => known.get(key)!;
  return (root) => {
    const open = [root];
    while (open.length > 0) {
      const key = open.at(-1)!;
      if (!known.has(key) && push(open, next(key), (each) => !known.has(each))) continue;
      if (!known.has(key)) known.set(key, make(key, of));
      open.pop();
    }
    return of(root);
  };
}

/** Puts those that are wanted on the stack, so that the first of them is on top; whether there are any. */
export function push<T>(stack: T[], items: readonly T[], isWanted: (item: T) => boolean): boolean {
  const before = stack.length;
  for (let k = items.length - 1; k >= 0; k--) if (isWanted(items[k]!)) stack.push(items[k]!);
  return stack.length > before;
}
