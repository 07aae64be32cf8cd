import { Counter, Gauge } from "prom-client";
import type { SpoolState } from "./spool-limits.ts";

/** Shows what is in the spool, as it is when somebody asks. Once per process. */
export function watchSpool(spool: { readonly state: SpoolState }): void {
  new Gauge({
    name: "tallyman_ingest_spool_bytes",
    help: "Bytes of the spool on the disk.",
    collect() {
      this.set(spool.state.bytes);
    },
  });
  new Gauge({
    name: "tallyman_ingest_spool_notifications",
    help: "Notifications in the spool that the queue does not have yet.",
    collect() {
      this.set(spool.state.notifications);
    },
  });
  new Gauge({
    name: "tallyman_ingest_spool_age_seconds",
    help: "Time since the oldest notification in the spool was received; 0 when it is empty.",
    collect() {
      const { oldest } = spool.state;
      this.set(oldest === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldest)) / 1_000);
    },
  });
  new Counter({
    name: "tallyman_ingest_spooled_total",
    help: "Notifications that were acknowledged on the word of the spool.",
    collect() {
      this.reset();
      this.inc(spool.state.spooled);
    },
  });
}
