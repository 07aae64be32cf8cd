/** Something to wait for that a test opens when it wants to. */
export class Gate {
  readonly opened: Promise<void>;
  /** Lets everybody through who waits, and everybody who comes later. */
  readonly open: () => void;

  constructor() {
    let open = (): void => undefined;
    this.opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.open = open;
  }
}
