import { data, type Envelope, send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { encodePath } from "../../api/paths";
import { randomText } from "../../api/random";
import { type Outcome, outcomeOf } from "./log_in";
import { awaited, handOn, keep, kept, type Pending, type Returned, returnedIn } from "./returned";

interface Begun {
  auth_url: string;
  /** Of a login that ends elsewhere, so that it has to be asked for. */
  state?: string;
  poll_interval?: string;
  /** What the user types at the provider. */
  user_code?: string;
}

/** What the user sees while a login goes on at the provider. */
export interface Elsewhere {
  url: string;
  userCode: string;
  /** `open`: in a window; `closed`: that window isn't to be seen; `link`: the user has to open the page. */
  window: "open" | "closed" | "link";
}

export interface Asked {
  mount: string;
  role: string;
  namespace: string;
  /** Whether this tab has pages with something in them, and can't be left. */
  stay: boolean;
  signal: AbortSignal;
  tell: (elsewhere: Elsewhere) => void;
}

const SLOW_DOWN_S = 5;
const LEAST_INTERVAL_S = 1;

/** The address that the provider sends the browser back to; the one that Vault's interface has. */
export function redirectOf(origin: string, mount: string, namespace: string): string {
  const within = namespace ? `?namespace=${encodeURIComponent(namespace)}` : "";
  return `${origin}/ui/vault/auth/${encodePath(mount)}/oidc/callback${within}`;
}

/**
 * Logs in by a provider's page in a window of its own, or in this tab where the browser blocks windows.
 *
 * In this tab it never returns: the page is left.
 */
export async function oidc(asked: Asked): Promise<Outcome> {
  // Opened at once: a browser allows it only as a direct answer to a click.
  const popup = window.open("about:blank", "_blank", "popup,width=560,height=720");
  // A provider's page must not lead this one elsewhere while somebody looks at the other.
  if (popup) popup.opener = null;
  const nonce = randomText();
  let begun: Begun;
  try {
    begun = await begin(asked, nonce);
  } catch (error) {
    popup?.close();
    throw error;
  }
  const url = new URL(begun.auth_url);
  const state = begun.state ?? url.searchParams.get("state") ?? "";
  const pending: Pending = { mount: asked.mount, namespace: asked.namespace, nonce, state, back: placeOf(window.location) };
  const polled = begun.poll_interval !== undefined;
  if (!popup && !asked.stay && !polled) {
    keep(pending);
    window.location.assign(url);
    return new Promise(() => undefined);
  }
  const elsewhere: Elsewhere = { url: url.href, userCode: begun.user_code ?? "", window: popup ? "open" : "link" };
  asked.tell(elsewhere);
  popup?.location.replace(url);
  if (polled) return poll(pending, Number(begun.poll_interval) || SLOW_DOWN_S, asked.signal);
  const back = await awaited(popup, state, asked.signal, () => asked.tell({ ...elsewhere, window: "closed" }));
  popup?.close();
  return complete(pending, back);
}

async function begin({ mount, role, namespace, signal }: Asked, nonce: string): Promise<Begun> {
  const path = `auth/${mount}/oidc/auth_url`;
  const body = { role, redirect_uri: redirectOf(window.location.origin, mount, namespace), client_nonce: nonce };
  const begun = await data<Begun>("POST", path, { data: body, token: "", namespace, signal });
  // A page must not be led to a script by what a server says of its provider.
  if (!/^https?:\/\//.test(begun.auth_url)) throw new ApiError("invalid", 200, [begun.auth_url], "POST", path);
  return begun;
}

/** Asks again and again whether a login has ended that the user ends at the provider alone. */
async function poll({ mount, namespace, nonce, state }: Pending, everyS: number, signal: AbortSignal): Promise<Outcome> {
  const path = `auth/${mount}/oidc/poll`;
  let wait = Math.max(everyS, LEAST_INTERVAL_S);
  for (;;) {
    await pause(wait * 1000, signal);
    try {
      return outcomeOf(await send<Envelope<unknown>>("POST", path, { data: { state, client_nonce: nonce }, token: "", namespace, signal }), path);
    } catch (error) {
      const reason = error instanceof ApiError ? error.errors[0] : "";
      if (reason === "slow_down") wait += SLOW_DOWN_S;
      else if (reason !== "authorization_pending") throw error;
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      window.clearTimeout(timer);
      reject(new ApiError("invalid", 0, [], "POST", "oidc/poll"));
    });
  });
}

async function complete({ mount, namespace, nonce }: Pending, { state, code, iss, error, description }: Returned): Promise<Outcome> {
  const path = `auth/${mount}/oidc/callback`;
  const query = { state, code, client_nonce: nonce, ...(iss && { iss }), ...(error && { error, error_description: description }) };
  try {
    return outcomeOf(await send<Envelope<unknown>>("GET", path, { query, token: "", namespace }), path);
  } catch (thrown) {
    if (!(thrown instanceof ApiError) || !error) throw thrown;
    throw new ApiError(thrown.kind, thrown.status, [...thrown.errors, description || error], "GET", path);
  }
}

/** What a callback has come to: a login of this tab, or something for the page that waits for it. */
export type Arrival = { outcome: Outcome; pending: Pending } | "handed on" | "nothing";

/** Takes up a login at the callback page: hands it to the page that waits for it, or ends it here. */
export async function arrive(): Promise<Arrival> {
  const message = returnedIn(window.location.search);
  // A code is of no use to who comes to this computer later.
  window.history.replaceState(null, "", window.location.pathname);
  if (!message.state) return "nothing";
  const pending = kept(message.state);
  if (pending) return { outcome: await complete(pending, message), pending };
  handOn(message);
  window.close(); // where the browser allows it
  return "handed on";
}

/** A place of this interface, below `/ui`. */
function placeOf({ pathname, search }: Location): string {
  return `${pathname.replace(/^\/ui(?=\/)/, "")}${search}`;
}
