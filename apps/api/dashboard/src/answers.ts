/** What the api answers, as far as it is shown here. Its own description is /api/v1/openapi.json. */
import type { Count } from "./format.ts";

export interface ActionCounts {
  readonly events: Count;
  readonly bytes: Count;
  readonly repositories_created: Count;
}

export interface Activity {
  readonly from: string;
  readonly to: string;
  readonly periods: readonly {
    readonly period_start: string;
    readonly actions: Readonly<Record<string, ActionCounts>>;
  }[];
}

export interface TrackedEvent {
  readonly event_id: string;
  readonly registry: string;
  readonly occurred_at: string;
  readonly received_at: string;
  readonly timestamp_source: string;
  readonly operation: string;
  readonly target_kind: string;
  readonly action: string;
  readonly created_repository: boolean;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly media_type: string | null;
  readonly size_bytes: Count | null;
  readonly actor_name: string | null;
  readonly actor_type: string | null;
  readonly user_agent: string | null;
}

export interface Repository {
  readonly registry: string;
  readonly repository: string;
  readonly pushes: Count;
  readonly pulls: Count;
  readonly first_pushed_at: string | null;
  readonly last_pushed_at: string | null;
  readonly first_pulled_at: string | null;
  readonly last_pulled_at: string | null;
  readonly bytes_pushed: Count;
  readonly bytes_pulled: Count;
  readonly created_at: string | null;
  readonly deleted_at: string | null;
}

export interface Tag {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
  readonly pushes: Count;
  readonly pulls: Count;
  readonly last_pushed_at: string | null;
  readonly last_pulled_at: string | null;
  readonly deleted_at: string | null;
}

export interface LedgerCounts {
  readonly received: Count;
  readonly tracked: Count;
  readonly duplicates: Count;
  readonly rejected: Count;
}

export interface Ledger {
  readonly totals: LedgerCounts;
  readonly days: readonly (LedgerCounts & { readonly registry: string; readonly day: string })[];
}
