import { createHash } from "node:crypto";

/** Whose words an event is in: distribution 2.x and 3.x, and GitLab's registry, which is a fork of 2.x. */
export const SENDERS = ["distribution-2", "distribution-3", "gitlab"] as const;
export type Sender = (typeof SENDERS)[number];

/** What somebody does. `head` is a pull by HEAD, which registries report as a pull. */
export const SAMPLE_ACTIONS = ["push", "pull", "head", "mount", "delete"] as const;
export type SampleAction = (typeof SAMPLE_ACTIONS)[number];

/** With what. A manifest and a blob are named by their digest. */
export const SAMPLE_TARGETS = ["tag", "manifest", "blob", "repository"] as const;
export type SampleTarget = (typeof SAMPLE_TARGETS)[number];

export interface Sample {
  readonly sender: Sender;
  readonly action: SampleAction;
  readonly target: SampleTarget;
  readonly repository: string;
  /** Of a tag. */
  readonly tag: string;
  /** Made of repository and tag when it is not given, so that a pull gets what a push has brought. */
  readonly digest?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** Of a mount: the repository that has the blob already. */
  readonly from: string;
  /** Nobody's name is an anonymous event. */
  readonly actor?: string | undefined;
  /** How somebody has logged in; only GitLab's registry tells. */
  readonly userType?: string | undefined;
  /** Where the registry is: `host` or `host:port`. */
  readonly host: string;
  /** Of the event. */
  readonly id: string;
  /** ISO 8601. */
  readonly timestamp: string;
}

/** A request body with its media type. */
export interface Envelope {
  readonly contentType: string;
  readonly body: string;
}

/** Why no registry sends such an event; undefined when one does. */
export function impossible({
  action,
  target,
}: Pick<Sample, "action" | "target">): string | undefined {
  if (action === "mount" && target !== "blob") return "Only a blob is mounted.";
  if (target === "repository" && action !== "delete") {
    return `Nobody can ${action} a whole repository; that is told by what is in it.`;
  }
  return undefined;
}

/** A notification as a registry writes it: one event, indented by three blanks. */
export function sampleEnvelope(sample: Sample): Envelope {
  const { sender, id, timestamp, action, host } = sample;
  const event = {
    id,
    timestamp,
    action: action === "head" ? "pull" : action,
    target: targetOf(sample),
    request: {
      id: uuidOf(`request ${id}`),
      addr: "192.0.2.1:40000",
      host,
      method: methodOf(action),
      useragent: "tallyman-sample",
    },
    actor: actorOf(sample),
    source: { addr: host, instanceID: uuidOf(`instance ${host}`) },
  };
  return {
    contentType: `application/vnd.docker.distribution.events.v${sender === "distribution-3" ? 2 : 1}+json`,
    body: goJson({ events: [event] }),
  };
}

function methodOf(action: SampleAction): string {
  return { push: "PUT", pull: "GET", head: "HEAD", mount: "POST", delete: "DELETE" }[action];
}

function actorOf({ sender, actor, userType = "personal_access_token" }: Sample): object {
  if (actor === undefined) return {};
  return sender === "gitlab" ? { user_type: userType, name: actor } : { name: actor };
}

/** Its fields in the order of each generation. The third one writes empty ones where the second leaves them out. */
function targetOf(sample: Sample): object {
  const { sender, action, target, repository, tag, from, host } = sample;
  const isThird = sender === "distribution-3";
  const named = target === "tag" ? { tag } : {};
  if (action === "delete") {
    const digest = target === "manifest" || target === "blob" ? digestOf(sample) : "";
    if (isThird) return { mediaType: "", digest, size: 0, repository, ...named };
    return { ...(digest === "" ? {} : { digest }), repository, ...named };
  }
  const isBlob = target === "blob";
  const { size = isBlob ? 3_145_728 : 1_024 } = sample;
  const digest = digestOf(sample);
  const content = isThird ? { digest, size } : { size, digest };
  const mounted = action === "mount" ? { fromRepository: from } : {};
  return {
    mediaType: isBlob ? "application/octet-stream" : "application/vnd.oci.image.manifest.v1+json",
    ...content,
    length: size,
    repository,
    ...mounted,
    url: `http://${host}/v2/${repository}/${isBlob ? "blobs" : "manifests"}/${digest}`,
    ...named,
  };
}

function digestOf({ digest, target, repository, tag }: Sample): string {
  const content = target === "blob" ? `layer of ${repository}` : `${repository}:${tag}`;
  return digest ?? `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Text in the form of a UUID, always the same for the same name. */
function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join("-");
}

/** JSON as Go writes it: what could end a script in a web page is escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value, null, 3).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
