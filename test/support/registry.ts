import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/local/free-port.ts";
import { runProgram } from "../../scripts/local/run-program.ts";
import { startServiceProcess } from "../../scripts/local/service-process.ts";
import { toolFromTestRun } from "./environment.ts";
import { eventually } from "./eventually.ts";

/** A login at the registry. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

export const PILOT: Login = { name: "pilot", password: "full-steam-ahead" };
export const MATE: Login = { name: "Mate", password: "mind-the-anchor" };

/** The registry takes passwords as bcrypt only, which Node does not have: these are the hashes of the two above. */
const HTPASSWD = [
  "pilot:$2y$05$tallymanharbourpilot..UugSztw5BP.uVe/Xeh6KgnjD89.YjhC",
  "Mate:$2y$05$tallymanharbourmates..sDNfWnsgmHPECjq0fQPM/rru3CXCJXW",
  "",
].join("\n");

/** What the registry says about its notifications: events, not attempts, but for `failures` and `errors`. */
export interface Deliveries {
  /** Waiting to be delivered. */
  readonly pending: number;
  readonly events: number;
  /** Answered with 2xx or 3xx. */
  readonly successes: number;
  /** Answered with anything else. */
  readonly failures: number;
  /** Not answered. */
  readonly errors: number;
  /** How often, by status line. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** A real registry (distribution 2.8) that notifies. */
export interface TestRegistry {
  readonly url: string;
  /** An image's reference for skopeo. */
  reference(repository: string, tag: string): string;
  /** Calls its HTTP API as somebody, and expects a status. */
  call(login: Login, method: string, path: string, expected: number): Promise<Response>;
  deliveries(): Promise<Deliveries>;
  stop(): Promise<void>;
}

/** Starts a registry on a free port, with an empty storage and deletions allowed. */
export async function startRegistry(
  notificationUrl: string,
  authorization: string,
): Promise<TestRegistry> {
  const tool = toolFromTestRun("TALLYMAN_TEST_DOCKER_REGISTRY");
  const directory = await mkdtemp(join(tmpdir(), "tallyman-registry-"));
  const port = await freePort();
  const debugPort = await freePort();
  const configuration = join(directory, "config.yml");
  const passwords = join(directory, "htpasswd");
  const log = join(directory, "log");
  await writeFile(passwords, HTPASSWD);
  // JSON is YAML.
  await writeFile(
    configuration,
    JSON.stringify({
      version: "0.1",
      log: { level: "warn", accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: join(directory, "data") },
        delete: { enabled: true },
        maintenance: { uploadpurging: { enabled: false } },
      },
      auth: { htpasswd: { realm: "test", path: passwords } },
      http: {
        addr: `127.0.0.1:${port}`,
        secret: "shared-by-nobody",
        debug: { addr: `127.0.0.1:${debugPort}` },
      },
      notifications: {
        endpoints: [
          {
            name: "tallyman",
            url: notificationUrl,
            headers: { Authorization: [authorization] },
            timeout: "1s",
            threshold: 3,
            backoff: "1s",
          },
        ],
      },
    }),
  );
  const registry = await startServiceProcess({
    command: tool.command,
    args: [...tool.args, "serve", configuration],
    cwd: directory,
    log,
    environment: environmentWithoutSettings(),
    orphanSignal: "SIGKILL",
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually("the registry answers", async () => {
    if (registry.ending() !== undefined) {
      throw new Error(`the registry did not start:\n${await readFile(log, "utf8")}`);
    }
    return fetch(`${url}/v2/`).then(
      () => true,
      () => false,
    );
  });
  return {
    url,
    reference: (repository, tag) => `docker://127.0.0.1:${port}/${repository}:${tag}`,
    call: async (login, method, path, expected) => {
      const response = await fetch(url + path, {
        method,
        headers: {
          Authorization: `Basic ${Buffer.from(`${login.name}:${login.password}`).toString("base64")}`,
          Accept: "application/vnd.oci.image.manifest.v1+json",
        },
      });
      const body = await response.text();
      if (response.status !== expected) {
        throw new Error(`${method} ${path}: ${response.status} instead of ${expected}: ${body}`);
      }
      return response;
    },
    deliveries: async () => readDeliveries(`http://127.0.0.1:${debugPort}/debug/vars`),
    stop: async () => {
      await registry.stop([{ signal: "SIGTERM", grace: 10_000 }]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Variables that begin with REGISTRY would change the configuration. */
function environmentWithoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("REGISTRY")),
  );
}

async function readDeliveries(url: string): Promise<Deliveries> {
  const variables = (await (await fetch(url)).json()) as {
    registry: {
      notifications: {
        endpoints: {
          Metrics: {
            Pending: number;
            Events: number;
            Successes: number;
            Failures: number;
            Errors: number;
            Statuses: Record<string, number> | null;
          };
        }[];
      };
    };
  };
  const metrics = variables.registry.notifications.endpoints[0]?.Metrics;
  if (metrics === undefined) throw new Error("the registry has no endpoint to notify");
  return {
    pending: metrics.Pending,
    events: metrics.Events,
    successes: metrics.Successes,
    failures: metrics.Failures,
    errors: metrics.Errors,
    statuses: metrics.Statuses ?? {},
  };
}

/** Copies an image between a registry and a directory. */
export async function skopeoCopy(from: string, to: string, login: Login): Promise<void> {
  const tool = toolFromTestRun("TALLYMAN_TEST_SKOPEO");
  const side = to.startsWith("docker://") ? "dest" : "src";
  const { succeeded, output } = await runProgram(tool.command, [
    ...tool.args,
    "--insecure-policy",
    "copy",
    `--${side}-tls-verify=false`,
    `--${side}-creds=${login.name}:${login.password}`,
    from,
    to,
  ]);
  if (!succeeded) throw new Error(`skopeo copy ${from} ${to}: ${output}`);
}
