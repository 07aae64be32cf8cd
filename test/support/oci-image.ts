import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Something that a registry keeps by its digest. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
}

export interface OciImage {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layer: Blob;
}

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** An archive without files: two blocks of zeros. */
const EMPTY_TAR = Buffer.alloc(1_024);

/** Writes a small image as an OCI layout into a directory that is there and empty. Equal comments make equal images. */
export async function writeOciImage(
  directory: string,
  tag: string,
  comment: string,
): Promise<OciImage> {
  const blobs = join(directory, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const write = async (content: Buffer): Promise<Blob> => {
    const hash = sha256(content);
    await writeFile(join(blobs, hash), content);
    return { digest: `sha256:${hash}`, size: content.length };
  };
  const writeJson = (value: unknown): Promise<Blob> => write(Buffer.from(JSON.stringify(value)));

  const tar = Buffer.concat([EMPTY_TAR, Buffer.alloc(1_024 * comment.length)]);
  const layer = await write(gzipSync(tar));
  const config = await writeJson({
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(tar)}`] },
    history: [{ created: "2026-03-02T00:00:00Z", comment }],
  });
  const manifest = await writeJson({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...layer }],
  });
  await writeFile(join(directory, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(directory, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: MANIFEST_TYPE,
          ...manifest,
          annotations: { "org.opencontainers.image.ref.name": tag },
        },
      ],
    }),
  );
  return { manifest, config, layer };
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
