export interface WelcomeOptions {
  readonly ports: { readonly ingest: number; readonly api: number };
  readonly secret: string;
  readonly databaseUrl: string;
}

/** What a newcomer needs next: where everything is, and a first event to send. */
export function welcome({ ports, secret, databaseUrl }: WelcomeOptions): string {
  return `
Tallyman counts.

  notifications  http://127.0.0.1:${ports.ingest}/notifications
  secret         ${secret}
  dashboard      http://127.0.0.1:${ports.api}/
  api            http://127.0.0.1:${ports.api}/api/v1
  database       ${databaseUrl}

Send a first event (paste this into another terminal):

${curlLine(ports.ingest, secret)}

Then ask:  npm run sql -- "select action, repository, tag, actor_name from tracking_events"

Every counted event shows below. Ctrl-C stops everything; the data stay.

`;
}

/** The id is new each time it is pasted: the same id twice would be a duplicate. */
function curlLine(port: number, secret: string): string {
  const event = `{"events":[{"id":"hello-'$(date +%s)-$RANDOM'","timestamp":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'","action":"push","target":{"repository":"demo/hello","tag":"1.0","digest":"sha256:b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184","mediaType":"application/vnd.oci.image.manifest.v1+json","size":743},"actor":{"name":"you"}}]}`;
  return [
    `curl -sS http://127.0.0.1:${port}/notifications`,
    `-H 'Authorization: Bearer ${secret}'`,
    `-H 'Content-Type: application/vnd.docker.distribution.events.v2+json'`,
    `-d '${event}'`,
  ].join(" ");
}
