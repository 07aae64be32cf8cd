import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/octet-stream";
const DAY_MS = 86_400_000;

/** What part of the deliveries is sent again on purpose, and what part can never be counted. */
const DUPLICATES = 0.05;
const POISON = 0.02;
const ENVELOPES_OF_THREE = 0.02;

const HOT_REPOSITORIES = ["app/web", "app/api", "base/alpine", "tools/ci", "team/data"];
const USERS = Array.from({ length: 40 }, (_, index) => `user-${index}`);

export interface WorkloadOptions {
  readonly random: Random;
  /** Makes the ids of this instance different from those of all others. */
  readonly instance: string;
  /** Repositories of the long tail; few of them make workers meet on the same rows. */
  readonly repositories?: number;
  /** Bytes that are added to each body, as `includereferences` would. */
  readonly padding?: number;
}

/**
 * The bodies that one registry instance sends, one after the other. Nothing deletes a whole repository, so exactly one
 * push or mount of each is its creation.
 */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #random: Random;
  readonly #recent: string[] = [];
  #count = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#random = options.random;
  }

  next(): string {
    const random = this.#random;
    const [first] = this.#recent;
    if (first !== undefined && random.chance(DUPLICATES)) return random.pick(this.#recent);
    const size = random.chance(ENVELOPES_OF_THREE) ? 3 : 1;
    const events = Array.from({ length: size }, () => this.#event());
    const padding = this.#options.padding ?? 0;
    const body = JSON.stringify({
      events,
      // At random: it is to take room in the queue, which packs what repeats itself.
      ...(padding > 0 ? { padding: randomBytes((padding / 4) * 3).toString("base64") } : {}),
    });
    this.#recent.push(body);
    if (this.#recent.length > 200) this.#recent.shift();
    return body;
  }

  #event(): unknown {
    const random = this.#random;
    const id = `${this.#options.instance}-${this.#count++}`;
    if (random.chance(POISON)) return this.#poison(id);
    const action = random.pick(["push", "push", "push", "pull", "pull", "pull", "mount", "delete"]);
    const repository = random.chance(0.5)
      ? random.pick(HOT_REPOSITORIES)
      : `tail/repository-${random.below(this.#options.repositories ?? 400)}`;
    const digest = `sha256:${random.below(1_000).toString(16).padStart(64, "0")}`;
    return {
      id,
      timestamp: this.#timestamp(),
      action,
      target: { repository, ...this.#target(action, digest) },
      request: { id: `request-${id}`, method: random.chance(0.2) ? "HEAD" : "GET" },
      actor: this.#actor(),
      source: { addr: "registry:5000", instanceID: this.#options.instance },
    };
  }

  #target(action: string, digest: string): object {
    const random = this.#random;
    if (action === "mount")
      return { digest, mediaType: LAYER, size: 31_000, fromRepository: "app/web" };
    if (action === "delete") {
      return random.chance(0.5) ? { tag: `v${random.below(20)}` } : { digest };
    }
    if (random.chance(0.4)) return { digest, mediaType: LAYER, size: random.below(50_000_000) };
    const manifest = { digest, mediaType: MANIFEST, size: 743 };
    return random.chance(0.7) ? { ...manifest, tag: `v${random.below(20)}` } : manifest;
  }

  /** Most happened lately; some are months late, on both sides of every boundary; a few are unusable. */
  #timestamp(): string {
    const random = this.#random;
    if (random.chance(0.01)) return "yesterday";
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const age = random.chance(0.7) ? random.below(DAY_MS) : random.below(400 * DAY_MS);
    return new Date(today - age).toISOString().replace("Z", "123999Z");
  }

  #actor(): object {
    const random = this.#random;
    if (random.chance(0.1)) return {};
    const name = random.pick(USERS);
    return random.chance(0.1) ? { name: `token-${name}`, user_type: "deploy_token" } : { name };
  }

  #poison(id: string): unknown {
    const target = { repository: "app/web", tag: "v1", mediaType: MANIFEST };
    return this.#random.pick<unknown>([
      `no event at all: ${id}`,
      { id, action: "fly", target },
      { id, action: "push" },
      { id, action: "push", target: { ...target, tag: "nul\0" } },
      { id, action: "push", target: { ...target, tag: "t".repeat(129) } },
      { id, action: "pull", target: { ...target, repository: "lone \ud800" } },
      { id, action: "pull", target: { repository: ["list"] } },
    ]);
  }
}
