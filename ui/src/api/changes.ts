/** How many changes this tab has made at the server: what differs afterwards may be its own doing. */
class Changes {
  private made = 0;
  private readonly listeners = new Set<() => void>();

  readonly count = (): number => this.made;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly add = (): void => {
    this.made += 1;
    for (const listener of [...this.listeners]) listener();
  };
}

export const changes = new Changes();
