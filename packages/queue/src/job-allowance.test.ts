import { expect } from "chai";
import { JobAllowance } from "./job-allowance.ts";

describe("JobAllowance", () => {
  const after = (sizes: readonly number[]): number => {
    const allowance = new JobAllowance({ jobs: 200, notifications: 8_000 });
    return sizes.map((size) => allowance.after(size)).at(-1) ?? 0;
  };
  const many = (size: number): number[] => Array.from({ length: 100 }, () => size);

  it("takes as many jobs as it may while each holds one notification", () => {
    expect(after(many(1))).to.equal(200);
  });

  it("takes few jobs when each holds hundreds of notifications", () => {
    expect(after(many(500))).to.equal(16);
  });

  it("comes back to many jobs when they are small again", () => {
    expect(after([...many(500), ...many(1)])).to.equal(200);
  });

  it("always takes some, and never more than it may", () => {
    expect(after(many(100_000))).to.equal(4);
    expect(new JobAllowance({ jobs: 1, notifications: 8_000 }).after(100_000)).to.equal(1);
  });
});
