import { useSyncExternalStore } from "react";
import { session } from "../api/session";

const all = new Set<Kept<unknown>>();

/** What is shown once, until its holder says that it has its place; to nobody but the user for whom it was made. */
export class Kept<T> {
  private value: T | null = null;
  private user = "";
  private readonly listeners = new Set<() => void>();

  constructor() {
    session.subscribe(() => {
      const { token, interrupted } = session.current();
      if (!token && !interrupted) this.set(null);
      else this.tell(); // another user may have logged in over the pages of this one
    });
  }

  readonly current = (): T | null => (this.user === session.current().user ? this.value : null);

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T | null): void {
    if (value === this.value) return;
    this.value = value;
    this.user = session.current().user;
    // The browser asks before it is closed or reloaded; other pages may be looked at meanwhile.
    if (value === null) {
      all.delete(this);
      window.removeEventListener("beforeunload", this.asked);
    } else {
      all.add(this);
      window.addEventListener("beforeunload", this.asked);
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }

  private readonly asked = (event: BeforeUnloadEvent) => event.preventDefault();
}

/** Whether there is anything that would end with the session. */
export function isAnythingKept(): boolean {
  return all.size > 0;
}

export function useKept<T>(kept: Kept<T>): T | null {
  return useSyncExternalStore(kept.subscribe, kept.current);
}
