import type { Operation } from "./operation.ts";
import type { TargetKind } from "./target-kind.ts";

/** Every action of `tracking_events.action`. */
export const ACTIONS = [
  "push_tag",
  "push_repository",
  "create_repository",
  "push_blob",
  "pull_tag",
  "pull_manifest",
  "pull_blob",
  "pull_repository",
  "head_tag",
  "head_manifest",
  "head_blob",
  "head_repository",
  "mount_blob",
  "delete_tag",
  "delete_manifest",
  "delete_repository",
  "delete_blob",
  "rename_repository",
] as const;
export type Action = (typeof ACTIONS)[number];

export interface ActionTraits {
  readonly operation: Operation;
  readonly targetKind: TargetKind;
  readonly mediaType: string | null;
}

/**
 * Names the action of an event.
 *
 * @param creates whether this event is the first push or mount of its repository
 */
export function actionOf(event: ActionTraits, creates: boolean): Action {
  const { operation, targetKind } = event;
  switch (operation) {
    case "push":
      // A tag push keeps GitLab's name even when it creates: the row's flag tells of the creation.
      if (targetKind === "tag") return "push_tag";
      if (creates) return "create_repository";
      return targetKind === "blob" ? "push_blob" : "push_repository";
    case "pull":
      return `pull_${targetKind}`;
    case "head":
      return `head_${targetKind}`;
    case "mount":
      return "mount_blob";
    case "delete":
      if (targetKind !== "manifest") return `delete_${targetKind}`;
      // A manifest's deletion is a bare digest. With a media type it is GitLab's documented repository deletion.
      return event.mediaType === null ? "delete_manifest" : "delete_repository";
    case "rename":
      return "rename_repository";
  }
}

/** Whether an event registers its repository: a push or mount of anything does. */
export function registersRepository(event: ActionTraits): boolean {
  return event.operation === "push" || event.operation === "mount";
}

/** Whether an event closes its repository: only a repository deletion without a digest does. */
export function closesRepository(
  event: ActionTraits & { readonly digest: string | null },
): boolean {
  return event.digest === null && actionOf(event, false) === "delete_repository";
}
