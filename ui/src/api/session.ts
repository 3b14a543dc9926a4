import type { ApiError } from "./errors";

/** Who a token belongs to. */
export interface Owner {
  /** An entity's id, or an accessor; while the session is interrupted, whose it was.  What was asked for is kept by it. */
  readonly user: string;
  /** The namespace that the token is of, without slashes at its ends; null if nobody knows. */
  readonly home: string | null;
}

/** Whose session it is, and until when. */
export interface Session extends Owner {
  /** Empty while nobody is logged in. */
  readonly token: string;
  /** The namespace that pages work in, without slashes at its ends; empty for the root. */
  readonly namespace: string;
  /** How the user logged in, for the next time: the mount's path, and the name that was typed. */
  readonly login: { readonly mount: string; readonly type: string; readonly name: string } | null;
  /** Why there is no token, though pages are open: they stay as they are until the same user is back. */
  readonly interrupted: "idle" | "ended" | null;
}

type Listener = () => void;

const NONE: Session = { token: "", user: "", home: null, namespace: "", login: null, interrupted: null };
/** Session storage belongs to one tab and ends with it; a reload keeps it. */
const KEY = "strongroom.session";
/** When somebody was last here, in milliseconds: a tab that is restored after hours asks for the login again. */
const KEY_ACTIVE = "strongroom.active";
const IDLE_MS = 15 * 60 * 1000;
const NOTED_EVERY_MS = 5_000;
const ACTIVITY = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

/**
 * The session of this tab.
 *
 * Nothing of it is in a URL, a cookie or local storage.  A token that was forgotten because nobody was there isn't
 * revoked: what was issued with it, such as credentials of databases, would end with it.
 */
class SessionStore {
  private state: Session = restored();
  private readonly listeners = new Set<Listener>();
  private idle: number | undefined;
  private lastActive = Date.now();
  private noted = 0;
  /** Asks the server whether a token that was refused is still valid. */
  verify: ((token: string) => Promise<boolean>) | null = null;

  readonly current = (): Session => this.state;

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  begin(token: string, owner: Owner, login: Session["login"], namespace = this.state.namespace): void {
    this.set({ token, ...owner, namespace, login, interrupted: null });
    this.active();
  }

  enter(namespace: string): void {
    this.set({ ...this.state, namespace: namespace.replace(/^\/+|\/+$/g, "") });
  }

  /** Forget the token, and leave pages as they are. */
  interrupt(reason: "idle" | "ended"): void {
    if (this.state.token) this.set({ ...this.state, token: "", interrupted: reason });
  }

  end(): void {
    this.set({ ...NONE, namespace: this.state.namespace });
  }

  /** Notice a request that was refused: maybe the token has ended. */
  failed(error: ApiError, token: string): void {
    if (error.kind !== "denied" || !token || token !== this.state.token || !this.verify) return;
    void this.verify(token).then((valid) => {
      if (!valid && token === this.state.token) this.interrupt("ended");
    });
  }

  /** Whether the tab's store has the token that this page has: another page of the tab may have ended the session. */
  isStored(): boolean {
    return restored().token === this.state.token;
  }

  /** Watch for a user who has left.  Returns what ends the watch. */
  watch(): () => void {
    const noticed = () => this.active();
    for (const name of ACTIVITY) window.addEventListener(name, noticed, { passive: true, capture: true });
    // A laptop that slept doesn't run timers: look at the time when it wakes.
    const looked = () => {
      if (Date.now() - this.lastActive >= IDLE_MS) this.interrupt("idle");
    };
    document.addEventListener("visibilitychange", looked);
    this.active();
    return () => {
      for (const name of ACTIVITY) window.removeEventListener(name, noticed, { capture: true });
      document.removeEventListener("visibilitychange", looked);
      window.clearTimeout(this.idle);
    };
  }

  private active(): void {
    if (this.state.token && Date.now() - this.lastActive >= IDLE_MS) this.interrupt("idle");
    this.lastActive = Date.now();
    if (this.lastActive - this.noted >= NOTED_EVERY_MS) {
      this.noted = this.lastActive;
      sessionStorage.setItem(KEY_ACTIVE, String(this.lastActive));
    }
    window.clearTimeout(this.idle);
    this.idle = window.setTimeout(() => this.interrupt("idle"), IDLE_MS);
  }

  private set(state: Session): void {
    this.state = state;
    if (state.token || state.namespace) sessionStorage.setItem(KEY, JSON.stringify(state));
    else sessionStorage.removeItem(KEY);
    for (const listener of [...this.listeners]) listener();
  }
}

function restored(): Session {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<Session> | null;
    if (typeof kept?.token !== "string" || typeof kept.namespace !== "string") return NONE;
    const idle = Date.now() - Number(sessionStorage.getItem(KEY_ACTIVE) ?? 0) >= IDLE_MS;
    if (idle) return { ...NONE, namespace: kept.namespace };
    return { ...NONE, token: kept.token, user: kept.user ?? "", home: kept.home ?? null, namespace: kept.namespace, login: kept.login ?? null };
  } catch {
    return NONE;
  }
}

export const session = new SessionStore();
