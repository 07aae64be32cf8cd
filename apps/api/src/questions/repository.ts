import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { REGISTRY_PART, REPOSITORY_PART } from "../parameters.ts";
import { defineRoute } from "../route.ts";
import {
  REPOSITORY_COLUMNS,
  REPOSITORY_ROW,
  repositoriesWhere,
  toRepositoryRow,
  type RepositoryRecord,
} from "./repository-rows.ts";

const ONE = `
select ${REPOSITORY_COLUMNS}
from ${repositoriesWhere("registry = $1 and repository = $2")} repositories`;

export const repository = defineRoute({
  path: "/api/v1/repositories/{registry}/{repository}",
  question: "How much is one repository used, and since when has it been there?",
  parameters: z.object({ registry: REGISTRY_PART, repository: REPOSITORY_PART }),
  response: REPOSITORY_ROW,
  table: { row: REPOSITORY_ROW, rowsOf: (answer) => [answer] },
  answer: async ({ registry, repository: path }, { database }) => {
    const [row] = await database.query<RepositoryRecord>(ONE, [registry, path]);
    if (row === undefined) {
      throw new NotFoundError(
        "No event named this repository and nobody imported it. GET /api/v1/repositories?search= finds paths by their parts.",
      );
    }
    return toRepositoryRow(row);
  },
});
