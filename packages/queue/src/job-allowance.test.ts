import type { Notification } from "@tallyman/events";
import { expect } from "chai";
import { JobAllowance } from "./job-allowance.ts";

const LIMITS = { jobs: 200, notifications: 8_000, characters: 1_000_000 };

describe("JobAllowance", () => {
  let allowance: JobAllowance;

  const job = (notifications: number, characters = 10): Notification[] =>
    Array.from({ length: notifications }, () => ({
      registry: "harbour",
      receivedAt: "2026-03-02T09:15:27.123Z",
      body: "x".repeat(characters),
    }));

  /** Begins jobs until no more may be taken. @returns how many those are */
  const fillWith = (jobOf: () => Notification[]): number => {
    let begun = 0;
    while (begun < allowance.jobs) {
      allowance.begin(jobOf());
      begun++;
    }
    return begun;
  };

  beforeEach(() => {
    allowance = new JobAllowance(LIMITS);
  });

  it("begins with a few jobs, of which nobody knows yet how large they are", () => {
    expect(allowance.jobs).to.equal(4);
  });

  it("takes as many jobs as it may while each holds one notification", () => {
    expect(fillWith(() => job(1))).to.equal(200);
  });

  it("takes few jobs when each holds hundreds of notifications", () => {
    expect(fillWith(() => job(500))).to.equal(16);
  });

  it("takes few jobs when their bodies are large", () => {
    expect(fillWith(() => job(1, 300_000))).to.equal(4);
  });

  it("always takes one, however large", () => {
    expect(fillWith(() => job(1, 5_000_000))).to.equal(1);
  });

  it("takes the next job for each that is done, and more when they are small", () => {
    const ends = Array.from({ length: 16 }, () => allowance.begin(job(500)));
    expect(allowance.jobs).to.equal(16);
    for (const end of ends) end();
    expect(allowance.jobs).to.equal(16);
    expect(fillWith(() => job(1))).to.equal(200);
  });

  it("takes fewer at the next large job after many small ones", () => {
    const ends = Array.from({ length: 200 }, () => allowance.begin(job(1)));
    for (const end of ends) end();
    expect(allowance.jobs).to.equal(200);
    expect(fillWith(() => job(2_000))).to.equal(4);
  });
});
