import type { Server } from "node:http";
import type { NotificationQueue } from "@tallyman/queue";
import { closeServer, listen, parseRegistrySecrets } from "@tallyman/runtime";
import { createApp } from "../../apps/ingest/src/app.ts";
import { authenticator } from "../../apps/ingest/src/authenticate.ts";
import { GroupCommit } from "../../apps/ingest/src/group-commit.ts";
import { createHttpServer } from "../../apps/ingest/src/http-server.ts";
import { postNotification } from "../../apps/ingest/src/post-notification.ts";

export const SECRET = "a-secret-for-the-harbour";
export const OTHER_SECRET = "a-secret-for-the-dock";

/** As `NOTIFICATION_SECRETS` has them. */
export const SECRETS = `harbour=${SECRET},dock=${OTHER_SECRET}`;

export interface IngestApp {
  readonly url: string;
  /** Errors that nobody expected. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** Starts ingest's app in this process, with the real HTTP server and another queue. */
export async function startIngestApp(
  queue: NotificationQueue,
  maxBodyBytes: number,
): Promise<IngestApp> {
  const errors: unknown[] = [];
  const groups = new GroupCommit(queue);
  const app = createApp({
    postNotification: postNotification({
      authenticate: authenticator(parseRegistrySecrets(SECRETS).secrets),
      store: (notification, bytes) => groups.store(notification, bytes),
      maxBodyBytes,
      onUnavailable: () => undefined,
    }),
    onError: (error) => errors.push(error),
  });
  const server: Server = createHttpServer(app);
  const port = await listen(server, 0, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${port}`,
    errors,
    close: async () => {
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}
