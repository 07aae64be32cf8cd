import { activity } from "../panels/activity.ts";
import { changedRepositories } from "../panels/changed-repositories.ts";
import { cleanup } from "../panels/cleanup.ts";
import { ledger } from "../panels/ledger.ts";
import { LiveFeed } from "../panels/live-feed.ts";
import { people } from "../panels/people.ts";
import { pipeline } from "../panels/pipeline.ts";
import { rejections } from "../panels/rejections.ts";
import { tiles } from "../panels/tiles.ts";
import { topRepositories } from "../panels/top-repositories.ts";
import { viewOf, type View } from "./view.ts";

/** Everything at a glance. */
export function overview(): View {
  const parts = [
    tiles(),
    activity(),
    new LiveFeed(),
    people(),
    topRepositories(),
    cleanup(),
    changedRepositories(),
    ledger(),
    rejections(),
    pipeline(),
  ];
  return viewOf(parts, {
    title: () => "Overview",
    uses: { registry: true, period: true },
    class: "overview",
  });
}
