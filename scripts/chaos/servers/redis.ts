import { freePort } from "../../local/free-port.ts";
import { startRedisServer, type RedisServer } from "../../local/redis-server.ts";
import type { Tool } from "../../local/tool.ts";

/** The run's own Redis, which comes back on its port with its data whatever was done to it. */
export class ChaosRedis {
  readonly directory: string;
  readonly port: number;
  readonly settings: Record<string, string> = {};
  tool: Tool;
  #server: RedisServer | undefined;

  private constructor(tool: Tool, directory: string, port: number) {
    this.tool = tool;
    this.directory = directory;
    this.port = port;
  }

  static async prepare(tool: Tool, directory: string): Promise<ChaosRedis> {
    return new ChaosRedis(tool, directory, await freePort());
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { tool, directory, port, settings } = this;
    this.#server = await startRedisServer({ tool, directory, port, settings });
  }

  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.#server?.stop();
  }

  freeze(): void {
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#server === undefined) return;
    try {
      process.kill(this.#server.pid, signal);
    } catch {
      // It has ended already.
    }
  }
}
