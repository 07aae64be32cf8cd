import { z } from "zod";

/** Shortest key of pseudonyms, in characters: who can guess a name must not be able to guess the key too. */
const SHORTEST_KEY = 32;

/** How people are recorded: the same for everything that records events. */
export const PEOPLE_SETTINGS = {
  USER_DIRECTORY: z.enum(["open", "closed"], "must be open or closed").default("open"),
  ACTOR_NAMES: z
    .enum(["plain", "pseudonym", "off"], "must be plain, pseudonym or off")
    .default("plain"),
  ACTOR_NAMES_KEY: z
    .string()
    .min(SHORTEST_KEY, `must have at least ${SHORTEST_KEY} characters`)
    .optional()
    .describe(
      `Key of the pseudonyms, at least ${SHORTEST_KEY} characters, needed with ACTOR_NAMES=pseudonym. Keep it: with another key everybody would be somebody else.`,
    ),
};

type People = Partial<z.infer<z.ZodObject<typeof PEOPLE_SETTINGS>>>;

/** A schema that has the settings of people, and asks for the key where it is needed. */
export function withPeople<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object({ ...shape, ...PEOPLE_SETTINGS }).refine(
    (config) => {
      const { ACTOR_NAMES, ACTOR_NAMES_KEY } = config as People;
      return ACTOR_NAMES !== "pseudonym" || ACTOR_NAMES_KEY !== undefined;
    },
    // Said together with the faults of single settings, not only after those are gone.
    { path: ["ACTOR_NAMES_KEY"], message: "is needed", when: () => true },
  );
}
