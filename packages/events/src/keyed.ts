/** A key made of several texts. Identifying text holds no NUL, so the parts cannot run into each other. */
export function keyOf(first: string, second: string, third?: string, fourth?: string): string {
  let key = `${first}\0${second}`;
  if (third !== undefined) key += `\0${third}`;
  if (fourth !== undefined) key += `\0${fourth}`;
  return key;
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
  // Strings sort fastest without a comparison of ours; the lookup afterwards costs less than sorting pairs.
  return [...map.keys()].toSorted().map((key) => map.get(key) as V);
}
