import type { Activity } from "../answers.ts";
import { ask } from "../ask.ts";
import { utcToday } from "../days.ts";
import { Panel, type Part } from "../panel.ts";
import type { Place } from "../place.ts";
import { activityChart, activityNote, unitControl, unitOf } from "./activity.ts";
import { perPeriod, wholePeriods, type DailyRow } from "./daily.ts";

/**
 * Events of one repository or person over time, made of the days that the api has of it.
 *
 * @param path of the question
 * @param subject what says in a place whose events they are
 */
export function dailyActivity(
  path: (place: Place) => string,
  subject: (place: Place) => Readonly<Record<string, string>>,
): Part {
  return new Panel<Activity>({
    title: "Activity",
    class: "full",
    note: activityNote,
    controls: [unitControl("Activity per", "by")],
    key: (place) => [path(place), place.window(utcToday()), unitOf(place, "by")],
    load: async (place) => {
      const unit = unitOf(place, "by");
      const window = wholePeriods(unit, place.window(utcToday()));
      const { days } = await ask<{ days: readonly DailyRow[] }>(path(place), { ...window });
      return perPeriod(unit, window, days);
    },
    show: (answer, place) => activityChart(answer, unitOf(place, "by"), place, subject(place)),
  });
}
