import { mock } from "node:test";
import { expect } from "chai";
import { backoff } from "./backoff.ts";

describe("backoff", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));

  afterEach(() => {
    mock.timers.reset();
    mock.restoreAll();
  });

  /** Milliseconds that it waits when chance is at its smallest or its greatest. */
  const waits = async (attempt: number, chance: number): Promise<number> => {
    const random = mock.method(Math, "random", () => chance);
    let done = false;
    const waited = backoff(attempt, new AbortController().signal).then(() => (done = true));
    random.mock.restore();
    for (let ms = 0; ; ms++) {
      await new Promise(setImmediate);
      if (done) {
        await waited;
        return ms;
      }
      mock.timers.tick(1);
    }
  };

  it("waits twice as long each time, up to five seconds, half of it by chance", async () => {
    const longest: number[] = [];
    const shortest: number[] = [];
    for (const attempt of [1, 2, 3, 7, 8, 1_000]) {
      longest.push(await waits(attempt, 1));
      shortest.push(await waits(attempt, 0));
    }
    expect(longest).to.deep.equal([50, 100, 200, 3_200, 5_000, 5_000]);
    expect(shortest).to.deep.equal([25, 50, 100, 1_600, 2_500, 2_500]);
  });

  it("ends early when it is told to, and does not begin when it was before", async () => {
    const stop = new AbortController();
    const waiting = backoff(1_000, stop.signal);
    stop.abort();
    await waiting;
    await backoff(1_000, stop.signal);
  });
});
