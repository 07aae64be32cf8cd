import type { RegistrySecret } from "@tallyman/runtime";
import {
  adviceFor,
  postNotification,
  UnreachableError,
  type Answer,
} from "../sample/post-notification.ts";
import { rounded } from "../send-sample.ts";
import { Findings, type Finding } from "./finding.ts";

/** Milliseconds after which a registry gives an answer up, unless it is set otherwise. */
const REGISTRY_TIMEOUT_MS = 1_000;

const EMPTY = {
  contentType: "application/vnd.docker.distribution.events.v2+json",
  body: '{"events":[]}',
};

/** Sends an empty notification with each registry's secret: nothing is counted, and all but the queue is tried. */
export async function checkIngest(
  url: string,
  secrets: readonly RegistrySecret[],
): Promise<Finding[]> {
  const findings = new Findings("ingest");
  for (const { registry, secret } of secrets) {
    try {
      const answer = await postNotification({ url, authorization: `Bearer ${secret}`, ...EMPTY });
      judgeAnswer(findings, url, registry, answer);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      findings.fault(error.message, error.next);
      break;
    }
  }
  return findings.found;
}

function judgeAnswer(findings: Findings, url: string, registry: string, answer: Answer): void {
  const { status, body, milliseconds } = answer;
  const time = `${rounded(milliseconds)} ms`;
  const advice = adviceFor(status, registry);
  if (advice !== undefined) {
    findings.fault(`${url} answers ${status} to ${registry}`, advice);
  } else if (!body.includes('"accepted"')) {
    findings.fault(
      `${url} answers 200, but not as ingest does: a registry would believe it, and its events would be lost`,
      "Look at what listens there, a proxy perhaps.",
    );
  } else if (milliseconds >= REGISTRY_TIMEOUT_MS) {
    findings.warning(
      `${url} takes ${time} to answer ${registry}: a registry gives up after ${REGISTRY_TIMEOUT_MS} ms and sends again`,
      "Look at what lies between, and at the machine's load.",
    );
  } else {
    findings.ok(`${url} takes notifications of ${registry} (${time})`);
  }
}
