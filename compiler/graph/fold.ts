/** Memoised recursion without the call stack: each key's value from the values of what it depends on, however long the chain. */

/**
 * `make` runs once for each key that is needed, after everything that `next` returns for it; `of` returns those values. `next`
 * must not form cycles. Keys with the same identity are the same.
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

/** Pushes the wanted items, the first of them on top; returns whether there were any. */
export function push<T>(stack: T[], items: readonly T[], isWanted: (item: T) => boolean): boolean {
  const before = stack.length;
  for (let k = items.length - 1; k >= 0; k--) if (isWanted(items[k]!)) stack.push(items[k]!);
  return stack.length > before;
}
