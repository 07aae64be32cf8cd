import { createServer } from "node:net";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

/** The wanted ports, and free ones instead of those that somebody else has. */
export async function choosePorts<Name extends string>(
  wanted: Readonly<Record<Name, number>>,
): Promise<Record<Name, number>> {
  const chosen: Record<Name, number> = { ...wanted };
  for (const name of Object.keys(wanted) as Name[]) {
    if (!(await isFree(wanted[name]))) chosen[name] = await freePort();
  }
  return chosen;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
