const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
const DAY = 86_400_000;
/** Labels of the registries that send something. */
export const REGISTRIES = ["alpha", "beta"];

/** One event as it is sent, in words of its own. */
export interface Fact {
  readonly registry: string;
  readonly at: Date;
  readonly does: "push" | "pull" | "head" | "delete";
  readonly what: "tag" | "manifest" | "layer";
  readonly repository: string;
  readonly tag: string;
  readonly size: number;
  readonly who: string | undefined;
  readonly type: string | undefined;
}

/** Half a year of traffic until yesterday, different in every place and the same in every run. */
export function halfAYear(): Fact[] {
  let state = 7;
  const below = (bound: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * bound);
  };
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const yesterday = Math.floor(Date.now() / DAY) * DAY - DAY;
  return Array.from({ length: 900 }, (_, index) => ({
    registry: pick(REGISTRIES),
    at: new Date(yesterday - (900 - index) * (DAY / 5) + below(DAY / 6)),
    does: pick(["push", "push", "pull", "pull", "pull", "head", "delete"] as const),
    what: pick(["tag", "tag", "tag", "manifest", "layer"] as const),
    repository: `team/app-${below(12)}`,
    tag: `v${below(6)}`,
    size: 1 + below(1_000_000),
    who: pick([undefined, "mira", "Mira", "tom", "ann", "joon", "robot"]),
    type: undefined as string | undefined,
  })).map((fact) => ({ ...fact, type: fact.who === "robot" ? "deploy_token" : undefined }));
}

export function toEvent(fact: Fact, index: number): object {
  const { at, does, what, repository, tag, size, who, type } = fact;
  return {
    id: `event-${index}`,
    timestamp: at.toISOString(),
    action: does === "head" ? "pull" : does,
    target: {
      repository,
      mediaType: what === "layer" ? LAYER : MANIFEST,
      digest: `sha256:${index}`,
      size,
      ...(what === "tag" ? { tag } : {}),
    },
    request: { method: does === "head" ? "HEAD" : "GET" },
    actor: who === undefined ? {} : { name: who, user_type: type },
  };
}

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
export const monthOf = (at: Date): string => `${dayOf(at).slice(0, 7)}-01`;
export const mondayOf = (at: Date): string =>
  dayOf(new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY));
export const daysSince = (at: Date | undefined): number | null =>
  at === undefined ? null : Math.floor((Date.now() - at.getTime()) / DAY);

/** Groups, in the order of their keys. */
export function groups<T>(
  list: readonly T[],
  keyOf: (item: T) => readonly string[],
): [string[], T[]][] {
  const map = new Map<string, T[]>();
  for (const item of list) {
    const key = keyOf(item).join("\0");
    map.set(key, [...(map.get(key) ?? []), item]);
  }
  return [...map]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, items]) => [key.split("\0"), items]);
}

export const sum = (list: readonly number[]): number =>
  list.reduce((total, item) => total + item, 0);

/** Whether an event does something to a tag. */
export const isTag = (does: Fact["does"]) => (fact: Fact) =>
  fact.does === does && fact.what === "tag";

/** Whether it downloads a manifest. */
export const reads = ({ does, what }: Fact): boolean => does === "pull" && what !== "layer";
