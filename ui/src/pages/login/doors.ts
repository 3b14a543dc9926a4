/** An address below `/ui/vault/` that other systems lead to.  They are those of Vault's interface. */
export type Door =
  | { kind: "callback" } // a provider sends the browser back there
  | { kind: "authorize"; namespace: string; provider: string }; // an application sends somebody there to log in

const CALLBACK = /^\/ui\/vault\/(?:.+\/)?auth\/.+\/oidc\/callback\/?$/;
const AUTHORIZE = /^\/ui\/vault\/(?:(.+)\/)?identity\/oidc\/provider\/([^/]+)\/authorize\/?$/;

/** What an address is to other systems; null if it is a page like others (pure).  `path` as the browser has it, encoded. */
export function doorOf(path: string): Door | null {
  if (CALLBACK.test(path)) return { kind: "callback" };
  const found = AUTHORIZE.exec(path);
  const [, namespace = "", provider = ""] = found ?? [];
  return found ? { kind: "authorize", namespace: decoded(namespace), provider: decoded(provider) } : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
