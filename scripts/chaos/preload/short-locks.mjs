// Loaded with `node --import` into a worker: shortens BullMQ's job locks, so that a test need not wait half a minute
// until the jobs of a dead worker come back. Production code has no such switch.
import { Worker } from "bullmq";

const LOCK_MS = 3_000;
const CHECK_MS = 1_500;

const run = Reflect.get(Worker.prototype, "run");

Worker.prototype.run = function runWithShortLocks() {
  Object.assign(this.opts, {
    lockDuration: LOCK_MS,
    stalledInterval: CHECK_MS,
    lockRenewTime: LOCK_MS / 2,
  });
  Object.assign(this.lockManager.opts, { lockDuration: LOCK_MS, lockRenewTime: LOCK_MS / 2 });
  return run.call(this);
};
