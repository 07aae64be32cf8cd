/** What an event is about. */
export const TARGET_KINDS = ["tag", "manifest", "blob", "repository"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface TargetTraits {
  readonly tag: string | null;
  readonly digest: string | null;
  readonly mediaType: string | null;
  /** The wire's `target.url`, of any type. */
  readonly url: unknown;
  /** The wire's `target.type`, which only the 2015 beta sends. */
  readonly type: unknown;
}

const OCI_INDEX = "application/vnd.oci.image.index.v1+json";

/** Tells the kind of a target; the first rule that fits decides. */
export function targetKindOf(target: TargetTraits): TargetKind {
  if (target.tag !== null) return "tag";
  if (target.mediaType !== null) return isManifestType(target.mediaType) ? "manifest" : "blob";
  const collection = collectionOf(target.url);
  const type = typeof target.type === "string" && target.type !== "" ? target.type : undefined;
  if (collection === "manifests" || type === "manifest") return "manifest";
  if (collection === "blobs" || type !== undefined) return "blob";
  return target.digest === null ? "repository" : "manifest";
}

/** The OCI image index is the one manifest type whose name does not say so. */
function isManifestType(mediaType: string): boolean {
  const name = mediaType.toLowerCase();
  return name.includes("manifest") || name.split(";", 1)[0]?.trim() === OCI_INDEX;
}

/** The last but one segment of the url's path: `manifests` or `blobs` in a registry's own urls. */
function collectionOf(url: unknown): string | undefined {
  if (typeof url !== "string" || url === "") return undefined;
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const last = path.lastIndexOf("/");
  return last < 0 ? undefined : path.slice(path.lastIndexOf("/", last - 1) + 1, last);
}
