import { data, type Envelope, send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { type Outcome, outcomeOf } from "./log_in";

const CHANNEL = "strongroom.oidc";
const KEY = "strongroom.oidc.pending";
const POPUP_WAIT_MS = 10 * 60 * 1000;
const CALLBACK = /\/vault\/auth\/(.+)\/oidc\/callback$/;

interface Returned {
  state: string;
  code: string;
  error: string;
}

/** A login that another page of this tab has begun. */
interface Pending {
  mount: string;
  namespace: string;
  nonce: string;
}

/** The address that the provider sends the browser back to; the one that Vault's interface has. */
export function redirectOf(mount: string, namespace: string): string {
  const within = namespace ? `?namespace=${encodeURIComponent(namespace)}` : "";
  return `${window.location.origin}/ui/vault/auth/${mount}/oidc/callback${within}`;
}

/** Whether the page is where a provider sends the browser back to. */
export function isCallback(path: string): boolean {
  return CALLBACK.test(path);
}

/**
 * Logs in by a provider's page in a window of its own, or in this tab where the browser blocks windows.
 *
 * In this tab it never returns: the page is left.
 */
export async function oidc(mount: string, role: string, namespace: string): Promise<Outcome> {
  // Opened at once: a browser allows it only as a direct answer to a click.
  const popup = window.open("about:blank", "_blank", "popup,width=560,height=720");
  const nonce = crypto.randomUUID();
  let url: string;
  try {
    const asked = { role, redirect_uri: redirectOf(mount, namespace), client_nonce: nonce };
    const begun = await data<{ auth_url: string }>("POST", `auth/${mount}/oidc/auth_url`, { data: asked, token: "", namespace });
    url = begun.auth_url;
    if (!/^https?:\/\//.test(url)) throw new ApiError("invalid", 200, [url], "POST", `auth/${mount}/oidc/auth_url`);
  } catch (error) {
    popup?.close();
    throw error;
  }
  const pending: Pending = { mount, namespace, nonce };
  if (!popup) {
    sessionStorage.setItem(KEY, JSON.stringify(pending));
    window.location.assign(url);
    return new Promise(() => undefined);
  }
  const state = new URL(url).searchParams.get("state") ?? "";
  const back = returned(popup, state);
  popup.location.replace(url);
  return complete(pending, await back);
}

/** Waits for what the provider sends to the callback page. */
function returned(popup: Window, state: string): Promise<Returned> {
  return new Promise((resolve, reject) => {
    const channel = new BroadcastChannel(CHANNEL);
    const end = () => {
      channel.close();
      window.clearTimeout(timeout);
      window.clearInterval(watch);
    };
    const fail = (text: string) => {
      end();
      reject(new ApiError("invalid", 0, [text], "GET", "oidc/callback"));
    };
    const timeout = window.setTimeout(() => fail("the provider's page was open for too long"), POPUP_WAIT_MS);
    let closed = 0;
    const watch = window.setInterval(() => {
      // The answer may still be under way when the window is gone.
      if (popup.closed && ++closed > 3) fail("the provider's window was closed before the login was done");
    }, 700);
    channel.onmessage = ({ data: message }: MessageEvent<Returned>) => {
      if (message.state !== state) return;
      end();
      resolve(message);
    };
  });
}

async function complete({ mount, namespace, nonce }: Pending, { state, code, error }: Returned): Promise<Outcome> {
  const path = `auth/${mount}/oidc/callback`;
  if (error) throw new ApiError("denied", 0, [error], "GET", path);
  const query = { state, code, client_nonce: nonce };
  return outcomeOf(await send<Envelope<unknown>>("GET", path, { query, token: "", namespace }), path);
}

/** Takes up a login at the callback page: hands it to the page that waits for it, or ends it here. */
export async function arrive(): Promise<{ outcome: Outcome; pending: Pending } | null> {
  const given = new URLSearchParams(window.location.search);
  const message: Returned = {
    state: given.get("state") ?? "",
    code: given.get("code") ?? "",
    error: given.get("error_description") ?? given.get("error") ?? "",
  };
  window.history.replaceState(null, "", "/ui/"); // a code is of no use to who comes to this computer later
  const kept = sessionStorage.getItem(KEY);
  if (kept) {
    sessionStorage.removeItem(KEY);
    const pending = JSON.parse(kept) as Pending;
    return { outcome: await complete(pending, message), pending };
  }
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(message);
  channel.close();
  window.close();
  return null;
}
