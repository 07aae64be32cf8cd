import { expect } from "chai";
import { runNode, type RunningProgram } from "../../../test/support/run-node.ts";

describe("a process with a lifecycle", () => {
  let program: RunningProgram;

  const start = async (behaviour: string): Promise<void> => {
    program = runNode("sample-process.ts", [behaviour]);
    await program.says("# started, open: true");
  };
  /** What it said itself. */
  const steps = (): string[] =>
    program
      .stdout()
      .split("\n")
      .filter((line) => line.startsWith("# closing"));
  /** What its log says. */
  const logs = (): Record<string, unknown>[] =>
    program
      .stdout()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  const ALL_CLOSED = [
    "# closing third, open: false",
    "# closing second, open: false",
    "# closing first, open: false",
  ];

  afterEach(() => program.signal("SIGKILL"));

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`closes what it opened in reverse order at ${signal}, and exits with 0`, async () => {
      await start("quick");
      program.signal(signal);
      expect(await program.ended).to.deep.equal({ code: 0, signal: null });
      expect(steps()).to.deep.equal(ALL_CLOSED);
      expect(logs().map(({ message }) => message)).to.deep.equal(["stopping", "stopped"]);
      expect(logs()[0]).to.include({ signal, service: "sample", level: "info" });
    });
  }

  it("closes the others when one will not close, and says which", async () => {
    await start("fail");
    program.signal("SIGTERM");
    expect((await program.ended).code).to.equal(0);
    expect(steps()).to.deep.equal(ALL_CLOSED);
    const failure = logs().find(({ level }) => level === "error");
    expect(failure).to.include({ message: "closing failed", what: "second" });
    expect(failure?.["error"]).to.include({ message: "the second will not close" });
  });

  it("exits at once at a second signal, though something will not close", async () => {
    await start("hang");
    program.signal("SIGTERM");
    await program.says("# closing second");
    program.signal("SIGTERM");
    expect((await program.ended).code).to.equal(1);
    expect(steps()).to.deep.equal(ALL_CLOSED.slice(0, 2));
  });

  it("closes everything after an error that nobody handled, and exits with 1", async () => {
    await start("throw");
    expect((await program.ended).code).to.equal(1);
    expect(steps()).to.deep.equal(ALL_CLOSED);
    const failure = logs().find(({ level }) => level === "error");
    expect(failure?.["error"]).to.include({ message: "nobody handles me" });
  });

  it("closes everything when it finds that it cannot do its work, and exits with 1", async () => {
    await start("cannot");
    expect((await program.ended).code).to.equal(1);
    expect(steps()).to.deep.equal(ALL_CLOSED);
    const failure = logs().find(({ level }) => level === "error");
    expect(failure?.["error"]).to.include({ message: "the queue loses data" });
  });
});
