import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRegistrySecrets } from "@tallyman/runtime";
import { expect } from "chai";
import { eventually } from "../../../test/support/eventually.ts";
import { SecretRotation } from "./secret-rotation.ts";
import { watchFiles } from "./watch-files.ts";

const OLD = "the-old-secret-of-the-harbour";
const NEW = "the-new-secret-of-the-harbour";

describe("the rotation of secrets", () => {
  let directory: string;
  let file: string;
  let rotation: SecretRotation;
  let logs: { message: string }[];
  let stop: () => Promise<void>;

  /** The registry that a secret belongs to now. */
  const owner = (secret: string) => rotation.authenticate(["Authorization", `Bearer ${secret}`]);
  const logged = (message: string): boolean => logs.some((line) => line.message.includes(message));
  const start = (): void => {
    const log = (message: string, fields: object) => logs.push({ message, ...fields });
    const logger = { info: log, error: log } as never;
    const { secrets } = parseRegistrySecrets(`harbour=${OLD}`);
    rotation = new SecretRotation({ secrets, file, logger });
    stop = watchFiles({ paths: [file], onChange: rotation.reload, intervalMs: 10 });
  };

  beforeEach(async () => {
    logs = [];
    directory = await mkdtemp(join(tmpdir(), "tallyman-secrets-"));
    file = join(directory, "secrets");
    await writeFile(file, `harbour=${OLD}`);
  });

  afterEach(async () => {
    await stop();
    await rm(directory, { recursive: true });
  });

  it("takes over what is written into the file", async () => {
    start();
    await writeFile(file, `harbour=${OLD},dock=${NEW}\n`);
    await eventually("the new secret works", () => owner(NEW) === "dock");
    expect(owner(OLD)).to.equal("harbour");
    await writeFile(file, `dock=${NEW}\n`);
    await eventually("the old secret is gone", () => owner(OLD) === undefined);
    expect(JSON.stringify(logs)).not.to.include(NEW).and.not.to.include(OLD);
  });

  it("notices a symlink that is exchanged further up, as Kubernetes does it", async () => {
    for (const [version, secret] of Object.entries({ first: OLD, second: NEW })) {
      await mkdir(join(directory, version));
      await writeFile(join(directory, version, "secrets"), `harbour=${secret}`);
    }
    await symlink("first", join(directory, "data"));
    await rm(file);
    await symlink(join("data", "secrets"), file);
    start();
    await symlink("second", join(directory, "data.new"));
    await rename(join(directory, "data.new"), join(directory, "data"));
    await eventually("the new secret works", () => owner(NEW) === "harbour");
  });

  it("notices a change from before the watch began", async () => {
    await writeFile(file, `harbour=${NEW}`);
    start();
    await eventually("the new secret works", () => owner(NEW) === "harbour");
  });

  it("keeps the old secrets while the file is faulty, and says what is wrong without a secret", async () => {
    start();
    for (const content of ["", `harbour=${NEW},dock=${NEW}`, "harbour=too-short"]) {
      logs = [];
      await writeFile(file, content);
      await eventually("the fault is logged", () => logged("faulty"));
      expect(owner(OLD)).to.equal("harbour");
      expect(owner(NEW)).to.equal(undefined);
      expect(JSON.stringify(logs)).not.to.include(NEW).and.not.to.include("too-short");
    }
    await writeFile(file, `harbour=${NEW}`);
    await eventually("the new secret works", () => owner(NEW) === "harbour");
  });

  it("keeps the old secrets while the file is missing", async () => {
    start();
    await rm(file);
    await eventually("the fault is logged", () => logged("faulty"));
    expect(JSON.stringify(logs)).to.include("ENOENT");
    expect(owner(OLD)).to.equal("harbour");
    await writeFile(file, `harbour=${NEW}`);
    await eventually("the new secret works", () => owner(NEW) === "harbour");
  });
});
