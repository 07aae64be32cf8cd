import { mock } from "node:test";
import { expect } from "chai";
import { rejectionOf } from "../../../test/support/rejection.ts";
import { DeadlineError, withDeadline } from "./with-deadline.ts";

describe("withDeadline", () => {
  it("passes on what the work resolves or rejects with", async () => {
    expect(await withDeadline(Promise.resolve("done"), 60_000, "work")).to.equal("done");
    const failure = new Error("broken");
    expect(await rejectionOf(withDeadline(Promise.reject(failure), 60_000, "work"))).to.equal(
      failure,
    );
  });

  it("gives up work that takes too long, and names it", async () => {
    const error = await rejectionOf(withDeadline(new Promise(() => undefined), 5, "the check"));
    expect(error).to.be.an.instanceOf(DeadlineError);
    expect(error.message).to.equal("the check took longer than 5 ms");
  });

  it("leaves no timer behind that would keep the process alive", async () => {
    const clear = mock.method(globalThis, "clearTimeout");
    try {
      await withDeadline(Promise.resolve(), 60_000, "work");
      expect(clear.mock.callCount()).to.equal(1);
    } finally {
      clear.mock.restore();
    }
  });
});
