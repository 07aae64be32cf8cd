/** A key made of several texts. Identifying text holds no NUL, so the parts cannot run into each other. */
export function keyOf(...parts: readonly string[]): string {
  return parts.join("\0");
}

/** The value under a key, made when there is none yet. */
export function getOrAdd<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** The values in the order of their keys: one order for all workers, so that they never deadlock. */
export function sortedByKey<V>(map: ReadonlyMap<string, V>): V[] {
  return [...map.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
