/**
 * A worker that takes the jobs of a queue and never finishes them, for tests that kill it. Its one argument is the
 * location of the queue with the locks, as JSON; it says `handling` for each job that it has.
 */
import { BullmqConsumer, type JobLocks, type QueueLocation } from "@tallyman/queue";

const { location, locks } = JSON.parse(process.argv[2] ?? "") as {
  location: QueueLocation;
  locks: JobLocks;
};

new BullmqConsumer({
  location,
  locks,
  concurrency: 10,
  handle: () => {
    console.log("handling");
    return new Promise(() => undefined);
  },
  onError: (error) => console.error(error.message),
});
