import { session } from "../../api/session";
import type { Result } from "./run";

/** A line that was run, and what came of it; null while it runs. */
export interface Entry {
  id: number;
  line: string;
  result: Result | null;
}

export interface Kept {
  /** Whose: another session begins with nothing. */
  token: string;
  entries: readonly Entry[];
  /** Earlier lines, the newest last. */
  lines: readonly string[];
  leftOut: number;
}

const MOST = 200;

const nothing = (token: string): Kept => ({ token, entries: [], lines: [], leftOut: 0 });

/**
 * What was run in this tab.
 *
 * It is in memory alone, so that no output is left in a store of the browser, and goes with the session.
 */
class Runs {
  private state = nothing("");
  private last = 0;
  private readonly listeners = new Set<() => void>();

  constructor() {
    session.subscribe(() => {
      const { token, interrupted } = session.current();
      if (!interrupted) this.ownedBy(token);
    });
  }

  readonly current = (): Kept => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Begins anew for another session. */
  ownedBy(token: string): void {
    if (token !== this.state.token) this.set(nothing(token));
  }

  begin(line: string): number {
    const { entries, lines, leftOut } = this.state;
    const id = ++this.last;
    const all = [...entries, { id, line, result: null }];
    const isRepeated = lines.at(-1) === line;
    this.set({ ...this.state, entries: all.slice(-MOST), lines: isRepeated ? lines : [...lines, line].slice(-MOST), leftOut: leftOut + Math.max(0, all.length - MOST) });
    return id;
  }

  end(id: number, result: Result): void {
    this.set({ ...this.state, entries: this.state.entries.map((entry) => (entry.id === id ? { ...entry, result } : entry)) });
  }

  /** Forgets what was shown, and keeps the lines. */
  clear(): void {
    this.set({ ...this.state, entries: [], leftOut: 0 });
  }

  private set(state: Kept): void {
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
}

export const record = new Runs();
