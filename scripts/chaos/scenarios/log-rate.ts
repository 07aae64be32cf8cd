import type { World } from "../world.ts";

/** The most lines that any process of the fleet has logged within one second, averaged over five. */
export async function logLinesPerSecond({ fleet }: World): Promise<number> {
  let worst = 0;
  for (const slot of fleet.all) {
    const bySpan = new Map<number, number>();
    for (const [, at] of (await slot.log()).matchAll(/"timestamp":"([^"]+)"/g)) {
      const span = Math.floor(Date.parse(at ?? "") / 5_000);
      bySpan.set(span, (bySpan.get(span) ?? 0) + 1);
    }
    worst = Math.max(worst, ...bySpan.values());
  }
  return worst / 5;
}
