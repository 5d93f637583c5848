/** A memoised recursion without the call stack: each thing's answer from the answers of what it needs, however long the chain. */

/**
 * `make` is asked once for each thing that is needed, after all that `next` names for it; `of` answers for those. Cycles
 * have no answer: `next` must name none. Things of one identity are one.
 */
export function folded<K, V>(
  next: (key: K) => readonly K[],
  make: (key: K, of: (key: K) => V) => V,
  identity: (key: K) => unknown = (key) => key,
): (key: K) => V {
  const known = new Map<unknown, V>();
  const isKnown = (key: K): boolean => known.has(identity(key));
  const of = (key: K): V => known.get(identity(key))!;
  return (root) => {
    const open = [root];
    while (open.length > 0) {
      const key = open.at(-1)!;
      if (!isKnown(key) && push(open, next(key), (each) => !isKnown(each))) continue;
      if (!isKnown(key)) known.set(identity(key), make(key, of));
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
