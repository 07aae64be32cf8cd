import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dockerContainer } from "./docker-container.ts";

describe("dockerContainer", () => {
  it("is none for a program that is installed", () => {
    expect(dockerContainer("/usr/bin/redis-server", ["--port", "0"])).to.equal(undefined);
    expect(dockerContainer("docker", ["info"])).to.equal(undefined);
  });

  it("names the container, and kills it by that name", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tallyman-docker-"));
    const docker = join(directory, "docker");
    await writeFile(docker, '#!/bin/sh\necho "$@" > "$0.said"\n');
    await chmod(docker, 0o755);

    const container = dockerContainer(docker, ["run", "--rm", "redis:7", "--port", "6379"]);
    const [run, option, name, ...rest] = container?.args ?? [];
    expect([run, option]).to.deep.equal(["run", "--name"]);
    expect(rest).to.deep.equal(["--rm", "redis:7", "--port", "6379"]);

    await container?.kill();
    expect(await readFile(`${docker}.said`, "utf8")).to.equal(`kill ${name}\n`);
    await rm(directory, { recursive: true });
  });
});
