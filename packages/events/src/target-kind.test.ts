import { expect } from "chai";
import { targetKindOf, type TargetTraits } from "./target-kind.ts";

const NOTHING: TargetTraits = {
  tag: null,
  digest: null,
  mediaType: null,
  url: undefined,
  type: undefined,
};
const LAYER = "application/octet-stream";

describe("targetKindOf", () => {
  const cases: readonly [string, Partial<TargetTraits>, string][] = [
    ["calls anything with a tag a tag", { tag: "v1", mediaType: LAYER, digest: "d" }, "tag"],
    [
      "knows Docker's manifests",
      { mediaType: "application/vnd.docker.distribution.manifest.v2+json" },
      "manifest",
    ],
    [
      "knows Docker's manifest lists",
      { mediaType: "application/vnd.docker.distribution.manifest.list.v2+json" },
      "manifest",
    ],
    [
      "knows signed schema 1 manifests",
      { mediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws" },
      "manifest",
    ],
    [
      "knows OCI manifests",
      { mediaType: "application/vnd.oci.image.manifest.v1+json" },
      "manifest",
    ],
    [
      "knows the OCI image index, whose name does not say manifest",
      { mediaType: "application/vnd.oci.image.index.v1+json" },
      "manifest",
    ],
    [
      "knows the OCI image index with parameters",
      { mediaType: "application/vnd.oci.image.index.v1+json; charset=utf-8" },
      "manifest",
    ],
    [
      "takes media types without case",
      { mediaType: "Application/VND.OCI.Image.Manifest.v1+JSON" },
      "manifest",
    ],
    [
      "calls any other media type a blob, whatever the url says",
      { mediaType: LAYER, url: "/v2/a/manifests/x" },
      "blob",
    ],
    [
      "goes by the url when there is no media type",
      { url: "https://r.test/v2/a/manifests/sha256:a?x=/blobs/y" },
      "manifest",
    ],
    ["goes by a relative url", { url: "/v2/a/blobs/sha256:a#/manifests/y", digest: "d" }, "blob"],
    ["goes by the beta's type manifest", { type: "manifest", digest: "d" }, "manifest"],
    ["calls any other type of the beta a blob", { type: "blob", digest: "d" }, "blob"],
    ["calls a bare digest a manifest", { digest: "sha256:a" }, "manifest"],
    ["calls nothing at all a repository", {}, "repository"],
    ["does not stumble over a url that is no text", { url: 7 }, "repository"],
    ["does not stumble over a url without a slash", { url: "manifests" }, "repository"],
    ["does not take an empty type for a type", { type: "" }, "repository"],
  ];
  for (const [title, traits, kind] of cases) {
    it(title, () => expect(targetKindOf({ ...NOTHING, ...traits })).to.equal(kind));
  }
});
