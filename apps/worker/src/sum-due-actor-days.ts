import { dueUntil, openConnection, sumActorDays } from "@tallyman/database";

/**
 * Sums up what actors did on the days for which it is time, on a connection of its own: a day can take longer than any
 * statement of a batch may. Given up at once when the process ends; the next worker does that day again.
 */
export async function sumDueActorDays(databaseUrl: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const client = await openConnection(databaseUrl, "tallyman-worker-sums");
  // A connection that is ended rejects the statement under way.
  const giveUp = () => void client.end();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    await sumActorDays(client, dueUntil(new Date()), () => !signal.aborted);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
    await client.end();
  }
}
