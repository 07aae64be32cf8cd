import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { eventually } from "../../test/support/eventually.ts";
import { processExists } from "./process-table.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

describe("startServiceProcess", () => {
  let directory: string;
  let log: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "tallyman-service-"));
    log = join(directory, "log");
  });

  afterEach(() => rm(directory, { recursive: true }));

  /** Runs a shell script as a service, and waits until the script says that it is ready. */
  async function startScript(script: string): Promise<ServiceProcess> {
    const service = await startServiceProcess({
      command: "/bin/sh",
      args: ["-c", script],
      log,
      orphanSignal: "SIGTERM",
    });
    await eventually("the service is ready", async () =>
      (await readFile(log, "utf8")).includes("ready"),
    );
    return service;
  }

  it("rejects when there is no such program", async () => {
    const attempt = startServiceProcess({
      command: join(directory, "absent"),
      args: [],
      log,
      orphanSignal: "SIGTERM",
    });
    expect(await attempt.catch(String)).to.include("ENOENT");
  });

  it("ends with the first signal that is heeded", async () => {
    const service = await startScript(
      "trap '' INT; trap 'exit 7' QUIT; echo ready; while :; do sleep 0.01; done",
    );
    await service.stop([
      { signal: "SIGINT", grace: 50 },
      { signal: "SIGQUIT", grace: 10_000 },
    ]);
    expect(service.ending()).to.deep.equal({ code: 7, signal: null });
  });

  it("has given every line when it has ended, the last ones too", async () => {
    const lines: string[] = [];
    const service = await startServiceProcess({
      command: "/bin/sh",
      // The background process writes on when the shell, whose end is waited for, has ended.
      args: ["-c", "echo ready; (sleep 0.05; seq 1000) & exit 0"],
      onLine: (line) => lines.push(line),
      orphanSignal: "SIGTERM",
    });
    await service.ended;
    expect(lines).to.have.length(1_001);
    expect(lines.at(-1)).to.equal("1000");
  });

  it("kills what heeds no signal", async () => {
    const service = await startScript("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    await service.stop([{ signal: "SIGTERM", grace: 50 }]);
    expect(service.ending()).to.deep.equal({ code: null, signal: "SIGKILL" });
  });

  it("may be stopped twice, and after its end", async () => {
    const service = await startScript("echo ready; exit 3");
    await service.ended;
    await service.stop([{ signal: "SIGTERM", grace: 10_000 }]);
    await service.stop([{ signal: "SIGTERM", grace: 10_000 }]);
    expect(service.ending()).to.deep.equal({ code: 3, signal: null });
  });

  it("does not outlive the process that started it", async () => {
    const module = new URL("./service-process.ts", import.meta.url).href;
    const script = `
      const { startServiceProcess } = await import(${JSON.stringify(module)});
      const { pid } = await startServiceProcess(
        { command: "/bin/sleep", args: ["600"], log: "/dev/null", orphanSignal: "SIGTERM" });
      console.log(pid);`;
    const args = ["--import", "tsx", "--conditions=source", "--input-type=module", "-e", script];
    const starter = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface(starter.stdout), "line")) as string[];
    const pid = Number(line);
    expect(processExists(pid)).to.equal(true);
    starter.kill("SIGKILL");
    await eventually("the service has ended", () => !processExists(pid));
  });
});
