/**
 * A process with a lifecycle, for the tests of packages/runtime. Its one argument is what its second closer does:
 * `quick`, `hang` or `fail`. It says on stdout what it does, in lines of text, beside the lines of its log.
 */
import { createLogger, Lifecycle } from "@tallyman/runtime";

const lifecycle = new Lifecycle(createLogger("sample", "info"));
const say = (line: string): void => console.log(`# ${line}`);
const behaviour = process.argv[2] ?? "quick";

lifecycle.onClose("first", async () => say(`closing first, open: ${lifecycle.isOpen()}`));
lifecycle.onClose("second", async () => {
  say(`closing second, open: ${lifecycle.isOpen()}`);
  if (behaviour === "hang") await new Promise(() => undefined);
  if (behaviour === "fail") throw new Error("the second will not close");
});
lifecycle.onClose("third", async () => say(`closing third, open: ${lifecycle.isOpen()}`));

if (behaviour === "throw") setImmediate(() => void Promise.reject(new Error("nobody handles me")));
if (behaviour === "cannot") setImmediate(() => lifecycle.fail(new Error("the queue loses data")));

// Something to live for.
setInterval(() => undefined, 60_000);
say(`started, open: ${lifecycle.isOpen()}`);
