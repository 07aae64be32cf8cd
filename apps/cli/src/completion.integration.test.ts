import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** What a shell shows when the tab key is pressed. */
async function completions(...words: string[]): Promise<string[]> {
  const { code, out } = await run(process.execPath, [...TSX, MAIN, "complete", "--", ...words]);
  expect(code).to.equal(0);
  return out
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(":"))
    .map((line) => line.split("\t")[0] ?? "");
}

const TSX = ["--import=tsx", "--conditions=source"];

async function run(
  command: string,
  args: readonly string[],
  input = "",
): Promise<{ code: number | null; out: string }> {
  const child = spawn(command, args, { env: { PATH: process.env["PATH"] } });
  let out = "";
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out };
}

describe("tallyman completion", () => {
  it("completes commands, subcommands, options and the values that an option allows", async () => {
    expect(await completions("")).to.include.members(["doctor", "report", "users", "rejected"]);
    expect(await completions("users", "")).to.include.members(["import", "list"]);
    expect(await completions("report", "--")).to.include.members(["--month", "--markdown"]);
    expect(await completions("report", "--by", "")).to.have.members(["day", "week", "month"]);
  });

  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    it(`prints a script for ${shell}`, async () => {
      const { code, out } = await run(process.execPath, [...TSX, MAIN, "completion", shell]);
      expect(code).to.equal(0);
      expect(out).to.contain("tallyman").and.to.contain("complete");
    });
  }

  it("is a script that bash takes", async () => {
    const { out } = await run(process.execPath, [...TSX, MAIN, "completion", "bash"]);
    expect(await run("bash", ["-n"], out)).to.deep.equal({ code: 0, out: "" });
  });

  it("exits with 2 for a shell that it does not know", async () => {
    const { code, out } = await run(process.execPath, [...TSX, MAIN, "completion", "csh"]);
    expect(code).to.equal(2);
    expect(out).to.contain("bash");
  });
});
