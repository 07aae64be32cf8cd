import { REGISTRY, SECRET, startApp } from "../app-process.ts";
import type { BenchContext } from "../bench-context.ts";
import { startChildProgram, stopChild } from "../child-program.ts";
import { cpuSeconds } from "../cpu-time.ts";
import {
  assertAllAcknowledged,
  measurementOf,
  roundOfLoad,
  type Measurement,
  type Round,
} from "../measurement.ts";
import { checkQueue, QUEUE_KEYS } from "../queue-content.ts";

export const CONNECTIONS = 64;

/** Different events in the generator's pool. */
const DISTINCT_EVENTS = 5_000;

/** Of each contender in each mode. After one second bare HTTP has reached its speed and ours two thirds of it. */
const WARM_UP_SECONDS = 3;

const CONTENDERS = ["bare", "textbook", "ours"] as const;
type Contender = (typeof CONTENDERS)[number];
const MODES = ["keepAlive", "perRequest"] as const;
type Mode = (typeof MODES)[number];

export interface AcknowledgeResult {
  readonly keepAlive: Readonly<Record<Contender, Measurement>>;
  /** A connection per request, as registries do it. */
  readonly perRequest: Readonly<Record<Contender, Measurement>>;
  /** Share of one CPU that the load generator used against bare http, keep-alive: at 1 it would be the limit itself. */
  readonly generatorCpuShare: number;
}

interface Server {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** How fast requests are acknowledged, each with one event of its own, all of them checked in the queue. */
export async function measureAcknowledgement(context: BenchContext): Promise<AcknowledgeResult> {
  const { plan, progress } = context;
  progress.stage("acknowledge");
  const servers: Record<string, Server> = {};
  const rounds = new Map<string, Round[]>();
  let generatorCpuShare = 0;
  try {
    for (const contender of CONTENDERS) servers[contender] = await start(contender, context);
    for (let round = 0; round <= plan.acknowledge.rounds; round++) {
      for (const mode of MODES) {
        for (const contender of CONTENDERS) {
          const isWarmUp = round === 0;
          const label = `${isWarmUp ? "warm-up" : `round ${round}`}, ${contender}, ${mode}`;
          progress.now(label);
          const seconds = isWarmUp ? WARM_UP_SECONDS : plan.acknowledge.seconds;
          const server = servers[contender] as Server;
          const { cpuShare, ...result } = await measure(context, {
            server,
            contender,
            mode,
            seconds,
          });
          if (isWarmUp) continue;
          rounds.set(`${mode} ${contender}`, [
            ...(rounds.get(`${mode} ${contender}`) ?? []),
            result,
          ]);
          if (mode === "keepAlive" && contender === "bare") {
            generatorCpuShare = Math.max(generatorCpuShare, cpuShare);
          }
          progress.done(`${label}: ${Math.round(result.rate)}/s`);
        }
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
  const of = (mode: Mode): Record<Contender, Measurement> => ({
    bare: measurementOf(rounds.get(`${mode} bare`) ?? []),
    textbook: measurementOf(rounds.get(`${mode} textbook`) ?? []),
    ours: measurementOf(rounds.get(`${mode} ours`) ?? []),
  });
  return { keepAlive: of("keepAlive"), perRequest: of("perRequest"), generatorCpuShare };
}

async function measure(
  { redis, load, nextRun, services }: BenchContext,
  options: { server: Server; contender: Contender; mode: Mode; seconds: number },
): Promise<Round & { readonly cpuShare: number }> {
  const { server, contender, mode, seconds } = options;
  await redis.flushall();
  const cpuSoFar = async () => ({
    own: await cpuSeconds(server.pid),
    redis: await cpuSeconds(services.redis.pid),
  });
  const before = await cpuSoFar();
  const result = await load.run({
    port: server.port,
    authorization: `Bearer ${SECRET}`,
    connections: CONNECTIONS,
    keepAlive: mode === "keepAlive",
    seconds,
    run: nextRun(),
    distinctEvents: DISTINCT_EVENTS,
  });
  const after = await cpuSoFar();
  const round = roundOfLoad(result, {
    own: after.own - before.own,
    redis: after.redis - before.redis,
  });
  assertAllAcknowledged(result, contender);
  if (contender !== "bare") await checkQueue(redis, QUEUE_KEYS[contender], result);
  return { ...round, cpuShare: result.cpuShare };
}

async function start(contender: Contender, context: BenchContext): Promise<Server> {
  const QUEUE_URL = context.services.redis.url;
  if (contender === "ours") {
    return startApp(
      "ingest",
      { QUEUE_URL, NOTIFICATION_SECRETS: `${REGISTRY}=${SECRET}` },
      context.logDirectory,
    );
  }
  const program = contender === "bare" ? "bare-http.ts" : "textbook/ingest.ts";
  const { child, ready } = await startChildProgram(program, { QUEUE_URL, SECRET });
  const { port } = ready as { port: number };
  return { pid: child.pid ?? 0, port, stop: () => stopChild(child) };
}
