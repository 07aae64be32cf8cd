/** Calls again and again while anybody looks, and at once when somebody looks again. Ends when the node leaves the page. */
export function poll(node: Node, intervalMs: number, call: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async (): Promise<void> => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") await call();
    if (node.isConnected) timer = setTimeout(() => void turn(), intervalMs);
    else document.removeEventListener("visibilitychange", onVisibility);
  };
  const onVisibility = (): void => {
    if (document.visibilityState === "visible") void turn();
  };
  document.addEventListener("visibilitychange", onVisibility);
  // The node enters the page right after it is made.
  queueMicrotask(() => void turn());
}
