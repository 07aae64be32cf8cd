import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Every page of the repository, by its path. */
const PAGES = execFileSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
  {
    cwd: ROOT,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)));

const read = (page: string): string => readFileSync(join(ROOT, page), "utf8");

/** The text without what is shown letter by letter: links in there are none. */
function withoutCode(text: string): string {
  return text.replaceAll(/^( *)(```|~~~)[^]*?^\1\2/gm, "").replaceAll(/`[^`\n]*`/g, "code");
}

/** Where a page's links and images lead, those to other hosts left out. */
function linksOf(page: string): string[] {
  const text = withoutCode(read(page));
  const found = [
    ...text.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g),
    ...text.matchAll(/^\[[^\]]+\]: +(\S+)/gm),
    ...text.matchAll(/\b(?:src|href)="([^"]+)"/g),
  ];
  return found.map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of a page's headings. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  const text = read(page).replaceAll(/^( *)(```|~~~)[^]*?^\1\2/gm, "");
  for (const [, heading = ""] of text.matchAll(/^#{1,6} +(.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a link; undefined when it leads somewhere. */
function faultOf(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (target.startsWith("..") || !existsSync(join(ROOT, target))) return `${link}: no such file`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: no such heading`;
}

describe("the links of the documentation", () => {
  it("are found", () => {
    expect(PAGES).to.include.members(["README.md", "docs/README.md", "docs/sql.md"]);
    expect(linksOf("README.md")).to.include("docs/operations.md");
    expect(faultOf("README.md", "docs/nowhere.md")).to.equal("docs/nowhere.md: no such file");
    expect(faultOf("README.md", "docs/cli.md#nowhere")).to.match(/no such heading/);
    expect(faultOf("README.md", "docs/cli.md#retention")).to.equal(undefined);
  });

  for (const page of PAGES) {
    it(`lead somewhere, those of ${page}`, () => {
      const faults = linksOf(page).flatMap((link) => faultOf(page, link) ?? []);
      expect(faults).to.deep.equal([]);
    });
  }

  it("lead from the list of pages to every page", () => {
    const listed = linksOf("docs/README.md");
    const pages = PAGES.flatMap((page) => /^docs\/([^/]+\.md)$/.exec(page)?.[1] ?? []);
    for (const page of pages) if (page !== "README.md") expect(listed).to.include(page);
  });
});
