import { migrate } from "@tallyman/database";
import { migrateQueue } from "@tallyman/queue";
import { DATABASE_URL, QUEUE_URL, runMain } from "@tallyman/runtime";
import { z } from "zod";

const CONFIG = z.object({ DATABASE_URL, QUEUE_URL });

async function start(config: z.infer<typeof CONFIG>): Promise<void> {
  const { applied, pendingRoleStatements } = await migrate(config.DATABASE_URL);
  for (const name of applied) console.log(`applied ${name}`);
  if (applied.length === 0) console.log("the database is up to date");
  await migrateQueue({ url: config.QUEUE_URL });
  if (pendingRoleStatements.length > 0) {
    console.log(
      "\nThis login may not set up Tallyman's roles. Let a superuser run these statements, then migrate again:\n",
    );
    for (const statement of pendingRoleStatements) console.log(`  ${statement}`);
  }
}

await runMain({ schema: CONFIG, secrets: [], start });
