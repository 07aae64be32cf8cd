import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { runProgram } from "./run-program.ts";

export interface DockerContainer {
  /** The arguments of `docker run` with a name for the container among them. */
  readonly args: readonly string[];
  /** Kills the container at once. */
  kill(): Promise<void>;
}

/**
 * Names the container that a `docker run …` is about to start, or answers undefined for any other command. The docker
 * client passes every signal on to the container except SIGKILL, which it cannot catch: killing the client would leave
 * the container running, so that one has to be killed by name.
 */
export function dockerContainer(
  command: string,
  args: readonly string[],
): DockerContainer | undefined {
  if (basename(command) !== "docker" || args[0] !== "run") return undefined;
  const name = `tallyman-${randomUUID()}`;
  return {
    args: ["run", "--name", name, ...args.slice(1)],
    kill: async () => void (await runProgram(command, ["kill", name])),
  };
}
