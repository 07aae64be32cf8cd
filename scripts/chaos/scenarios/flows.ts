import type { World } from "../world.ts";

/** Whether the fleet does its work again: deliveries are acknowledged, and jobs leave the queue. */
export async function flows(world: World): Promise<boolean> {
  const before = world.log.count(200);
  const { rows: first } = await world.pool.query("select sum(received) from ledger");
  await world.seconds(0.5);
  const { rows: second } = await world.pool.query("select sum(received) from ledger");
  return world.log.count(200) > before && JSON.stringify(first) !== JSON.stringify(second);
}
