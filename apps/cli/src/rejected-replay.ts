import { replayRejected, type Replayed } from "@tallyman/database";
import { selectionOf, type SelectionOptions } from "./selection.ts";
import { counted, EXIT, print, type Surroundings } from "./surroundings.ts";
import { withDatabase, type CommonOptions } from "./with-database.ts";

/** `tallyman rejected replay`: reads rejected events again and counts those that are understood now. */
export async function rejectedReplay(
  surroundings: Surroundings,
  ids: readonly string[],
  options: CommonOptions & SelectionOptions & { readonly dryRun?: boolean },
): Promise<number> {
  const { json = false, dryRun = false } = options;
  const selection = selectionOf(ids, options);
  const summary = new Summary(dryRun, "ids" in selection);
  await withDatabase(surroundings, options, async ({ client, directory, agreedNames, progress }) =>
    replayRejected(client, selection, {
      directory,
      names: await agreedNames({ note: !dryRun }),
      dryRun,
      onReplayed: (replayed) => summary.add(replayed),
      onProgress: (done, total) => progress.show(`${done} of ${counted(total, "event")}`),
    }),
  );
  print(surroundings, json, summary.document(), summary.lines());
  return summary.isComplete() ? EXIT.ok : EXIT.failure;
}

class Summary {
  readonly #dryRun: boolean;
  /** One result per event, when they were named: then there are not too many. */
  readonly #results: Replayed[] | undefined;
  readonly #outcomes = new Map<Replayed["outcome"], number>();
  readonly #reasons = new Map<string, number>();
  #tracked = 0;
  #duplicates = 0;
  #rejectedAnew = 0;

  constructor(dryRun: boolean, isNamed: boolean) {
    this.#dryRun = dryRun;
    this.#results = isNamed ? [] : undefined;
  }

  add(replayed: Replayed): void {
    const { outcome, reason, tracked, duplicates, rejected } = replayed;
    increment(this.#outcomes, outcome);
    if (reason !== undefined) increment(this.#reasons, reason);
    this.#tracked += tracked;
    this.#duplicates += duplicates;
    this.#rejectedAnew += rejected;
    this.#results?.push(replayed);
  }

  #of(outcome: Replayed["outcome"]): number {
    return this.#outcomes.get(outcome) ?? 0;
  }

  /** Whether none of the events is left rejected by us. */
  isComplete(): boolean {
    const left = this.#of("still_rejected") + this.#of("missing") + this.#of("discarded");
    return left + this.#rejectedAnew === 0;
  }

  document(): unknown {
    return {
      dryRun: this.#dryRun,
      replayed: this.#of("replayed"),
      tracked: this.#tracked,
      duplicates: this.#duplicates,
      rejectedAnew: this.#rejectedAnew,
      stillRejected: this.#of("still_rejected"),
      reasons: Object.fromEntries(this.#reasons),
      alreadyReplayed: this.#of("already_replayed"),
      discarded: this.#of("discarded"),
      busy: this.#of("busy"),
      missing: this.#of("missing"),
      ...(this.#results === undefined ? {} : { events: this.#results }),
    };
  }

  lines(): string[] {
    const lines = (this.#results ?? []).map(
      ({ id, outcome, detail }) =>
        `${id}: ${outcome.replaceAll("_", " ")}${detail === undefined ? "" : ` (${detail})`}`,
    );
    const would = this.#dryRun ? "would be " : "";
    lines.push(
      `${counted(this.#of("replayed"), "event")} ${would}replayed: ${this.#tracked} ${would}counted, ${this.#duplicates} counted before`,
    );
    const reasons = [...this.#reasons].map(([reason, count]) => `${reason} ${count}`).join(", ");
    const others: readonly (readonly [number, string])[] = [
      [this.#rejectedAnew, "rejected anew, out of bodies that can be opened now"],
      [this.#of("still_rejected"), `still rejected (${reasons})`],
      [this.#of("already_replayed"), "replayed before"],
      [this.#of("discarded"), "discarded, with nothing left to replay"],
      [this.#of("busy"), "passed over: somebody else is replaying them now"],
      [this.#of("missing"), "not there"],
    ];
    for (const [count, text] of others) if (count > 0) lines.push(`${count} ${text}`);
    return lines;
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
