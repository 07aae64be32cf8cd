import { tmpdir, userInfo } from "node:os";
import { runProgram } from "./run-program.ts";

/** Milliseconds that a Docker daemon has to answer. */
const INFO_TIMEOUT = 10_000;

/** Whether Docker can stand in for a program: elsewhere than on Linux a container is not on our loopback interface. */
export async function dockerWorks(): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const { succeeded } = await runProgram("docker", ["info"], { timeout: INFO_TIMEOUT });
  return succeeded;
}

/**
 * A program that runs in a container as if it were installed: as ourselves, on our network, and with our temporary
 * directory and our working directory at the same paths. It sees nothing else of our files, nor our environment.
 *
 * @returns the tool, or in one line why the image cannot be had
 */
export async function dockerTool({
  image,
  program,
}: {
  image: string;
  program: string;
}): Promise<{ command: string; args: string[] } | string> {
  const { succeeded, output } = await runProgram("docker", ["pull", "--quiet", image]);
  if (!succeeded) return `docker pull ${image}: ${output.split("\n").at(-1)}`;
  const { uid, gid } = userInfo();
  const directories = [...new Set([tmpdir(), process.cwd()])];
  const volumes = directories.map((directory) => `--volume=${directory}:${directory}`);
  // The images' own entry points would switch to another user.
  const options = `--rm --init --network=host --user=${uid}:${gid} --entrypoint=${program}`;
  const environment = [`--env=HOME=${tmpdir()}`, `--env=TMPDIR=${tmpdir()}`];
  return {
    command: "docker",
    args: ["run", ...options.split(" "), ...environment, ...volumes, image],
  };
}
