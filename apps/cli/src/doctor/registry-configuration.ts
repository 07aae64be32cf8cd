/** What a registry has to be told. */
export interface RegistryConfiguration {
  /** For `config.yml` of distribution 2.8 and 3.x. */
  readonly distribution: string;
  /** For `gitlab.rb`. */
  readonly gitlab: string;
}

/**
 * What to put into a registry's own configuration.
 *
 * @param url where the registry finds ingest
 * @param secret what it authenticates with, or words in its place
 */
export function registryConfiguration(url: string, secret: string): RegistryConfiguration {
  const gitlabUrl = new URL("/api/v4/container_registry_event/events", url).href;
  return {
    distribution: `notifications:
  endpoints:
    - name: tallyman
      url: ${yaml(url)}
      headers:
        Authorization: [${yaml(`Bearer ${secret}`)}]
      timeout: 1s # ingest answers within 0.4 s
      threshold: 5 # after so many failures in a row it waits
      backoff: 1s # so long before each further try; it tries for ever and loses nothing
      # Leaves layers out, which are most of the traffic, and with them push_blob, pull_blob and their bytes:
      # ignore:
      #   mediatypes: [application/octet-stream]`,
    gitlab: `registry['notifications'] = [{
  'name' => 'tallyman',
  'url' => ${ruby(gitlabUrl)},
  'timeout' => '1s', 'maxretries' => 20, 'backoff' => '1s',
  'headers' => { 'Authorization' => [${ruby(secret)}] }
}]`,
  };
}

/** Text in double quotes means the same in JSON and in YAML. */
function yaml(text: string): string {
  return JSON.stringify(text);
}

function ruby(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
