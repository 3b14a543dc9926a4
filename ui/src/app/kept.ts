import { useSyncExternalStore } from "react";
import { session } from "../api/session";

/** What is shown once, until its holder says that it has its place. */
export class Kept<T> {
  private value: T | null = null;
  private readonly listeners = new Set<() => void>();

  constructor() {
    session.subscribe(() => {
      const { token, interrupted } = session.current();
      if (!token && !interrupted) this.set(null); // of another user nobody sees it
    });
  }

  readonly current = (): T | null => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T | null): void {
    if (value === this.value) return;
    this.value = value;
    // The browser asks before it is closed or reloaded; other pages may be looked at meanwhile.
    if (value === null) window.removeEventListener("beforeunload", this.asked);
    else window.addEventListener("beforeunload", this.asked);
    for (const listener of [...this.listeners]) listener();
  }

  private readonly asked = (event: BeforeUnloadEvent) => event.preventDefault();
}

export function useKept<T>(kept: Kept<T>): T | null {
  return useSyncExternalStore(kept.subscribe, kept.current);
}
