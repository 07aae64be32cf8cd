/** A program with a configuration, for the tests of `runMain`. */
import { DATABASE_URL, port, runMain } from "@tallyman/runtime";
import { z } from "zod";

await runMain({
  schema: z.object({ DATABASE_URL, PORT: port(8080), TOKENS: z.string().default("none") }),
  secrets: ["TOKENS"],
  start: async ({ PORT }) => {
    if (PORT === 1) throw new Error("Cannot listen on port 1.");
    console.log(`started on ${PORT}`);
  },
});
