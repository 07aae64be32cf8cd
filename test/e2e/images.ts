import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { writeOciImage, type OciImage } from "../support/oci-image.ts";
import { MATE, PILOT, skopeoCopy, type TestRegistry } from "../support/registry.ts";

/** Writes an image and pushes it. */
export async function pushImage(
  registry: TestRegistry,
  repository: string,
  tag: string,
): Promise<OciImage> {
  const directory = await mkdtemp(join(tmpdir(), "tallyman-image-"));
  try {
    const image = await writeOciImage(directory, tag, repository);
    await skopeoCopy(`oci:${directory}:${tag}`, registry.reference(repository, tag), PILOT);
    return image;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Downloads an image as somebody who would run it. */
export async function pullImage(
  registry: TestRegistry,
  repository: string,
  tag: string,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "tallyman-image-"));
  try {
    await skopeoCopy(registry.reference(repository, tag), `dir:${directory}`, MATE);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Waits until nothing is left that the registry would still have to deliver. */
export const allDelivered = (registry: TestRegistry): Promise<void> =>
  eventually("the registry has delivered everything", async () => {
    const { pending, events, successes } = await registry.deliveries();
    return pending === 0 && events > 0 && successes === events;
  });
