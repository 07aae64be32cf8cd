import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { asAccount, type Account } from "./account.ts";
import { placeDirectory } from "./place-directory.ts";

/** A directory that every user may enter; root's own temporary directory need not be one. */
const OPEN = process.getuid?.() === 0 ? "/tmp" : tmpdir();

/** Nobody in particular: all that counts is that it is neither root nor the owner of anything. */
const STRANGER: Account = { name: "a stranger", uid: 54_321, gid: 54_321 };

describe("placeDirectory", () => {
  let open: string;
  let reported: string[];

  beforeEach(async () => {
    open = await realpath(await mkdtemp(join(OPEN, "tallyman-place-")));
    await chmod(open, 0o755);
    reported = [];
  });

  afterEach(() => rm(open, { recursive: true }));

  const place = (directory: string, account: Account | undefined): Promise<string> =>
    placeDirectory({
      directory,
      account,
      report: (line) => reported.push(line),
      shelter: join(open, "shelter"),
    });

  it("makes the directory where it is wanted", async () => {
    const wanted = join(open, "checkout", ".tallyman");
    expect(await place(wanted, undefined)).to.equal(wanted);
    expect((await stat(wanted)).isDirectory()).to.equal(true);
    expect(reported).to.deep.equal([]);
  });

  it("follows a link, also to a directory that is not there yet", async () => {
    await symlink(join(open, "elsewhere"), join(open, "link"));
    expect(await place(join(open, "link"), undefined)).to.equal(join(open, "elsewhere"));
    expect(await place(join(open, "link"), undefined)).to.equal(join(open, "elsewhere"));
  });

  if (process.getuid?.() === 0) {
    it("lets the account in where root's directory is closed", async () => {
      const wanted = join(open, ".tallyman");
      await mkdir(wanted, { mode: 0o700 });
      expect(await place(wanted, STRANGER)).to.equal(wanted);
      expect((await stat(wanted)).mode & 0o777).to.equal(0o711);
    });

    it("moves a directory out of a place that the account cannot enter", async () => {
      const wanted = join(open, "closed", ".tallyman");
      await mkdir(wanted, { recursive: true });
      await chmod(join(open, "closed"), 0o700);
      await writeFile(join(wanted, "secret"), "kept");

      const real = await place(wanted, STRANGER);
      expect(real.startsWith(join(open, "shelter"))).to.equal(true);
      expect(await readlink(wanted)).to.equal(real);
      expect(await readFile(join(wanted, "secret"), "utf8")).to.equal("kept");
      expect(reported).to.have.length(1);

      expect(await place(wanted, STRANGER)).to.equal(real);
      expect(reported).to.have.length(1);
    });

    it("finds the moved directory again when the link was removed", async () => {
      const wanted = join(open, "closed", ".tallyman");
      await mkdir(join(open, "closed"), { mode: 0o700 });
      const real = await place(wanted, STRANGER);
      await writeFile(join(real, "yesterday"), "kept");
      await rm(wanted);

      expect(await place(wanted, STRANGER)).to.equal(real);
      expect(await readFile(join(wanted, "yesterday"), "utf8")).to.equal("kept");
    });

    it("does not mix two databases", async () => {
      const wanted = join(open, "closed", ".tallyman");
      await mkdir(join(open, "closed"), { mode: 0o700 });
      const real = await place(wanted, STRANGER);
      await mkdir(join(real, "data"));
      await rm(wanted);
      await mkdir(join(wanted, "data"), { recursive: true });

      const error: unknown = await place(wanted, STRANGER).catch((reason: unknown) => reason);
      expect(String(error)).to.include("remove one of them");
      expect((await lstat(wanted)).isSymbolicLink()).to.equal(false);
    });
  }
});

describe("asAccount", () => {
  it("gives spawn a signed number", () => {
    const nobody = { name: "nobody", uid: 4_294_967_294, gid: 4_294_967_294 };
    expect(asAccount(nobody)).to.deep.equal({ uid: -2, gid: -2 });
    expect(asAccount(undefined)).to.deep.equal({});
  });
});
