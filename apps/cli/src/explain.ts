import { MissingEventsError } from "@tallyman/database";

/** What went wrong, and what to do about it, in words. */
export function explain(error: unknown): string {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (error instanceof MissingEventsError) {
    return `${error.message}\nA rebuild would remove what only they told. Restore them, or give --accept-missing-events.`;
  }
  // A name with several addresses fails with an error that has nothing but a code.
  const text = message === "" ? code : message;
  const advice = ADVICE[code];
  return advice === undefined ? text : `${text}\n${advice}`;
}

const UNREACHABLE = "The database does not answer. Start it, or correct DATABASE_URL.";
const LOGIN = "Correct the user and the password in DATABASE_URL.";

/** By code of the system or SQLSTATE. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: UNREACHABLE,
  ENOTFOUND: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  "57P03": "The database is starting or stopping. Try again in a moment.",
  "28P01": LOGIN,
  "28000": LOGIN,
  "3D000": "There is no such database. Correct DATABASE_URL, or create it and run: npm run migrate",
  "42501": "Its login lacks the right to do this. Use the one that runs: npm run migrate",
  "55P03": "Somebody has kept a lock for too long; pg_stat_activity tells who. Then try again.",
};
