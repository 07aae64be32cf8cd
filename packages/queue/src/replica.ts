/**
 * After a failover the address leads to the new primary, but connections that stand still lead to the old one, which has
 * become a replica, answers reads and refuses writes, and closes nothing. Only a new connection finds the primary.
 */
export function isRefusedByReplica(error: Error): boolean {
  // Redis 6 says it in the middle of what it tells about a script.
  return error.message.includes("READONLY");
}

/**
 * What is wrong with a Redis that is a replica; undefined when it is none.
 *
 * @param info the answer to INFO, or to its section `replication`
 */
export function replicaFault(info: string): string | undefined {
  if (!/^role:slave\r?$/m.test(info)) return undefined;
  return "It is a replica, which takes nothing. After a failover its address should soon lead to the primary; if it does not, give QUEUE_URL the primary's address.";
}
