import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { ConfigError, type Logger } from "@tallyman/runtime";

/** The files' content in PEM, and what else makes a context. */
interface TlsContext extends SecureContextOptions {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly ca?: string;
}

/** What the HTTP server is given. */
export interface Tls {
  readonly context: TlsContext;
  /** Clients must show a certificate of this authority. */
  readonly clientsAreVerified: boolean;
}

/** Settings that name files in PEM. */
export interface TlsFiles {
  readonly TLS_CERT_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
  readonly TLS_CLIENT_CA_FILE?: string | undefined;
}

const NAMES = ["TLS_CERT_FILE", "TLS_KEY_FILE", "TLS_CLIENT_CA_FILE"] as const;

/** The files that are set. */
export function tlsPaths(files: TlsFiles): string[] {
  return NAMES.flatMap((name) => files[name] ?? []);
}

/**
 * Reads certificate and key, and the authority of the clients' certificates.
 *
 * @returns undefined when TLS is not configured
 * @throws ConfigError
 */
export async function loadTls(files: TlsFiles): Promise<Tls | undefined> {
  if (files.TLS_CERT_FILE === undefined) return undefined;
  const faults: string[] = [];
  const read = async (name: (typeof NAMES)[number]): Promise<string | undefined> => {
    const path = files[name];
    if (path === undefined) return undefined;
    return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      faults.push(`${name}: cannot read ${path} (${error.code}).`);
      return undefined;
    });
  };
  const [cert, key, ca] = await Promise.all(NAMES.map(read));
  if (faults.length > 0) throw new ConfigError(faults);
  const context: TlsContext = {
    cert,
    key,
    // Without an authority of one's own Node would trust every public one.
    ...(ca === undefined ? {} : { ca }),
    // What is older is broken, and no registry needs it.
    minVersion: "TLSv1.2",
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new ConfigError([
      `TLS_CERT_FILE, TLS_KEY_FILE or TLS_CLIENT_CA_FILE cannot be used: ${(error as Error).message}.`,
    ]);
  }
  return { context, clientsAreVerified: ca !== undefined };
}

export interface ReloadTlsOptions {
  readonly files: TlsFiles;
  /** What the server has now. */
  readonly tls: Tls;
  readonly server: { setSecureContext(context: SecureContextOptions): void };
  readonly logger: Pick<Logger, "info" | "error">;
}

/** Makes the function that reads the files again; open connections stay, new ones get the new certificate. */
export function tlsReloader(options: ReloadTlsOptions): () => Promise<void> {
  const { files, server, logger } = options;
  let known = textOf(options.tls);
  return async () => {
    try {
      const tls = await loadTls(files);
      if (tls === undefined || textOf(tls) === known) return;
      server.setSecureContext(tls.context);
      known = textOf(tls);
      logger.info("the certificate was exchanged");
    } catch (error) {
      logger.error("the new certificate is faulty, the old one stays", { error });
    }
  };
}

function textOf({ context: { cert, key, ca } }: Tls): string {
  return [cert, key, ca].join("\n");
}
