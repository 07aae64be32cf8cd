// Loaded with `node --import` into a worker: ends the process as kill -9 does, at the instant of a COMMIT that the
// environment names. Production code has no such hook.
//
// CHAOS_KILL_AT           before (the COMMIT is not sent), during (it is sent, the answer not awaited) or after (it is
//                         confirmed, the jobs are not completed yet)
// CHAOS_KILL_PROBABILITY  of each COMMIT
import pg from "pg";

const at = process.env.CHAOS_KILL_AT;
const probability = Number(process.env.CHAOS_KILL_PROBABILITY ?? 0);

const query = Reflect.get(pg.Client.prototype, "query");

function die() {
  // Not to be caught, and nothing is tidied up.
  process.kill(process.pid, "SIGKILL");
  // The signal takes a moment to arrive; nothing may happen in it.
  for (;;);
}

pg.Client.prototype.query = function queryThatMayKill(...args) {
  const isCommit = typeof args[0] === "string" && /^commit$/i.test(args[0].trim());
  if (!isCommit || Math.random() >= probability) return query.apply(this, args);
  if (at === "before") die();
  const result = query.apply(this, args);
  if (at === "during") setImmediate(die);
  if (at === "after") return result.then(die);
  return result;
};
