import { mock } from "node:test";
import { expect } from "chai";
import { Gate } from "../../../test/support/gate.ts";
import { startMaintenance } from "./maintenance.ts";

const MINUTE = 60_000;

describe("startMaintenance", () => {
  let runs: number;
  let errors: unknown[];
  /** What a run does. */
  let chore: () => Promise<void>;
  let maintenance: { stop(): Promise<void> };

  const start = (): void => {
    maintenance = startMaintenance({
      run: () => {
        runs++;
        return chore();
      },
      onError: (error) => errors.push(error),
    });
  };
  /** Lets a run that is over set its timer for the next one. */
  const settle = (): Promise<void> => new Promise(setImmediate);

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    runs = 0;
    errors = [];
    chore = async () => undefined;
  });

  afterEach(async () => {
    await maintenance.stop();
    mock.timers.reset();
  });

  it("runs at once and then once an hour", async () => {
    start();
    expect(runs).to.equal(1);
    await settle();
    mock.timers.tick(60 * MINUTE - 1);
    expect(runs).to.equal(1);
    mock.timers.tick(1);
    expect(runs).to.equal(2);
    await settle();
    mock.timers.tick(60 * MINUTE);
    expect(runs).to.equal(3);
    expect(errors).to.deep.equal([]);
  });

  it("tells of a failure and tries again after a minute, then after an hour", async () => {
    const failure = new Error("the database is away");
    chore = () => Promise.reject(failure);
    start();
    await settle();
    expect(errors).to.deep.equal([failure]);
    chore = async () => undefined;
    mock.timers.tick(MINUTE);
    expect(runs).to.equal(2);
    await settle();
    mock.timers.tick(MINUTE);
    expect(runs).to.equal(2);
  });

  it("never runs twice at the same time", async () => {
    const gate = new Gate();
    chore = () => gate.opened;
    start();
    mock.timers.tick(3 * 60 * MINUTE);
    expect(runs).to.equal(1);
    gate.open();
    await settle();
  });

  it("runs no more when it was stopped between two runs", async () => {
    start();
    await settle();
    await maintenance.stop();
    mock.timers.tick(3 * 60 * MINUTE);
    expect(runs).to.equal(1);
  });

  it("waits at its end for the run under way, and runs no more after it", async () => {
    const gate = new Gate();
    chore = () => gate.opened;
    start();
    let stopped = false;
    const stop = maintenance.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).to.equal(false);
    gate.open();
    await stop;
    mock.timers.tick(3 * 60 * MINUTE);
    expect(runs).to.equal(1);
  });
});
