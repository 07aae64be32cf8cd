import { expect } from "chai";
import { throttle } from "./throttle.ts";

describe("throttle", () => {
  it("lets one call through per interval and tells how many it left out", () => {
    let now = 0;
    const calls: [string, number][] = [];
    const call = throttle(
      1_000,
      (value: string, suppressed) => calls.push([value, suppressed]),
      () => now,
    );
    for (const [at, value] of [
      [0, "first"],
      [0, "left out"],
      [999, "left out"],
      [1_000, "second"],
      [1_500, "left out"],
      [10_000, "third"],
      [11_000, "fourth"],
    ] as const) {
      now = at;
      call(value);
    }
    expect(calls).to.deep.equal([
      ["first", 0],
      ["second", 2],
      ["third", 1],
      ["fourth", 0],
    ]);
  });
});
