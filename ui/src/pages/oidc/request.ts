import type { ApiError } from "../../api/errors";

/** What an application asks for, as far as a person is told. */
export interface Asked {
  clientId: string;
  redirectUri: string;
  /** The application's host, or its scheme where it is a program on this computer; empty if the address makes no sense. */
  application: string;
  scopes: string[];
  /** `login`: the person has to log in anew; `none`: nothing may be asked. */
  prompt: string;
  /** All parameters, as the API takes them. */
  parameters: Record<string, string>;
}

const RUNS_SCRIPTS = /^(javascript|data|vbscript|blob|file|about):$/;

/**
 * The request in an address (pure).
 *
 * Of a parameter that is there twice the first one counts, everywhere: the server must not check one address, and the
 * person be sent to another.
 */
export function askedIn(search: string): Asked {
  const given = new Map([...new URLSearchParams(search)].reverse());
  const text = (name: string) => given.get(name) ?? "";
  const redirectUri = text("redirect_uri");
  return {
    clientId: text("client_id"),
    redirectUri,
    application: applicationOf(redirectUri),
    scopes: text("scope").split(/\s+/).filter(Boolean),
    prompt: text("prompt"),
    parameters: Object.fromEntries([...given].filter(([name]) => name !== "prompt")),
  };
}

function applicationOf(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) return "";
  // As the browser reads it: it leaves out line ends and tabs.
  const { host, protocol } = new URL(redirectUri);
  if (RUNS_SCRIPTS.test(protocol)) return "";
  return host || protocol.replace(/:$/, "");
}

/** Where the person is sent back to with an answer; null where that would run a script (pure). */
export function backTo(redirectUri: string, answer: Record<string, string>): string | null {
  if (applicationOf(redirectUri) === "") return null;
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) if (value !== "") url.searchParams.set(name, value);
  return url.href;
}

/** Why a request was refused: the code of OpenID Connect, and the reason in words (pure). */
export function refusalIn(error: ApiError): { code: string; description: string } {
  const found = typeof error.document === "object" && error.document !== null ? Object.fromEntries(Object.entries(error.document)) : {};
  const text = (name: string) => {
    const value: unknown = found[name];
    return typeof value === "string" ? value : "";
  };
  return { code: text("error"), description: text("error_description") };
}
