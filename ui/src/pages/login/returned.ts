import { ApiError } from "../../api/errors";

/** What a provider sends by the browser. */
export interface Returned {
  state: string;
  code: string;
  /** Which provider answers (RFC 9207); empty if it doesn't say. */
  iss: string;
  error: string;
  description: string;
}

/** A login that has begun and whose end comes by another page. */
export interface Pending {
  mount: string;
  namespace: string;
  nonce: string;
  state: string;
  /** The address that the user wanted to see, below `/ui`. */
  back: string;
}

const CHANNEL = "strongroom.oidc";
const KEY = "strongroom.oidc.pending";
const FORM_POST = "oidc-callback";
const WATCHED_EVERY_MS = 700;

/** What an address of the callback page says (pure). */
export function returnedIn(search: string): Returned {
  const given = new URLSearchParams(search);
  const text = (name: string) => given.get(name) ?? "";
  return { state: text("state"), code: text("code"), iss: text("iss"), error: text("error"), description: text("error_description") };
}

/** The same in a message of another page of this origin; null for any other message (pure). */
export function returnedFrom(message: unknown): Returned | null {
  if (typeof message !== "object" || message === null || !("state" in message) || typeof message.state !== "string") return null;
  const text = (name: string) => {
    const value: unknown = Object.entries(message).find(([each]) => each === name)?.[1];
    return typeof value === "string" ? value : "";
  };
  return { state: message.state, code: text("code"), iss: text("iss"), error: text("error"), description: text("description") };
}

/** Keeps what a login needs that goes on in this tab, at another address. */
export function keep(pending: Pending): void {
  sessionStorage.setItem(KEY, JSON.stringify(pending));
}

/**
 * The login of a state that this tab has begun; it is forgotten.
 *
 * A window that was opened by a page has a copy of its storage: another login in it counts for nothing.
 */
export function kept(state: string): Pending | null {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  try {
    const found: unknown = JSON.parse(text ?? "null");
    return isPending(found) && found.state === state ? found : null;
  } catch {
    return null;
  }
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return ["mount", "namespace", "nonce", "state", "back"].every((name) => typeof fields.get(name) === "string");
}

/** Hands an answer to the page that waits for it. */
export function handOn(message: Returned): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(message);
  channel.close();
}

/**
 * Waits for a provider's answer to arrive at the callback page, or at the API where the provider posts it.
 *
 * A window that looks closed is no reason to give up: a provider whose pages don't want to be opened by others looks so
 * from the beginning.
 */
export function awaited(popup: Window | null, state: string, signal: AbortSignal, onClosed: () => void): Promise<Returned> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(CHANNEL);
    const take = (message: unknown) => {
      const found = returnedFrom(message);
      if (found?.state !== state) return;
      end();
      resolve(found);
    };
    const posted = ({ origin, data }: MessageEvent<unknown>) => {
      const ours = origin === window.location.origin && typeof data === "object" && data !== null && "source" in data;
      if (ours && data.source === FORM_POST) take(data);
    };
    const stopped = () => {
      end();
      reject(new ApiError("invalid", 0, [], "GET", "oidc/callback"));
    };
    const watch = window.setInterval(() => popup?.closed && onClosed(), WATCHED_EVERY_MS);
    const end = () => {
      channel.close();
      window.clearInterval(watch);
      window.removeEventListener("message", posted);
      signal.removeEventListener("abort", stopped);
    };
    channel.onmessage = ({ data }: MessageEvent<unknown>) => take(data);
    window.addEventListener("message", posted);
    signal.addEventListener("abort", stopped);
  });
}
