import { noteTime } from "./clock";
import { ApiError, kindOf } from "./errors";
import { type Fields, type Json, parseExact } from "./json";
import { encodePath, isRelative } from "./paths";
import { type Session, session } from "./session";

export type { Fields, Json };

/** Beside a response's data. */
export interface Auth {
  client_token: string;
  accessor: string;
  policies: string[] | null;
  identity_policies?: string[] | null;
  metadata: Record<string, string> | null;
  lease_duration: number;
  renewable: boolean;
  entity_id: string;
  token_type: string;
  mfa_requirement: MfaRequirement | null;
}

export interface MfaRequirement {
  mfa_request_id: string;
  mfa_constraints: Record<string, { any: { type: string; id: string; uses_passcode: boolean; name?: string }[] }>;
}

export interface WrapInfo {
  token: string;
  accessor: string;
  ttl: number;
  creation_time: string;
  creation_path: string;
}

/** The envelope of most responses. */
export interface Envelope<T> {
  request_id: string;
  lease_id: string;
  renewable: boolean;
  lease_duration: number;
  data: T;
  auth: Auth | null;
  wrap_info: WrapInfo | null;
  warnings: string[] | null;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Options {
  data?: unknown;
  query?: Record<string, string | number | boolean | undefined>;
  /** Instead of that of the session; empty for none. */
  namespace?: string;
  /** Instead of that of the session; empty for none. */
  token?: string;
  /** Wraps the response; for example `1h`. */
  wrapTtl?: string;
  /** Keeps every digit of numbers, as `parseExact` does. */
  exact?: boolean;
  signal?: AbortSignal;
}

const JSON_TYPE = "application/json";
/** What the server says to such a path, if one comes to it. */
const RELATIVE = "relative paths not supported";

/**
 * One request of the API.
 *
 * @param path below `/v1/`, not encoded.
 * @returns the whole document; `undefined` of an answer without one.
 * @throws ApiError
 */
export async function send<T = unknown>(method: Method, path: string, options: Options = {}): Promise<T> {
  const asked = session.current();
  const response = await answer(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  refuseIfLeft(asked, method, path, options);
  if (text === "") return undefined as T;
  if (!response.headers.get("content-type")?.startsWith(JSON_TYPE)) return text as T;
  try {
    return (options.exact ? parseExact(text) : JSON.parse(text)) as T;
  } catch {
    throw new ApiError("foreign", response.status, [], method, path); // cut off, or somebody else's
  }
}

/** The same for a response that isn't kept as text, or is read while it comes. */
export async function answer(method: Method, path: string, options: Options = {}): Promise<Response> {
  const asked = session.current();
  const { token, namespace } = asked;
  const within = options.namespace ?? namespace;
  // What is shown, and what the user was asked for, has to be what is done: names come from addresses and other people, too.
  if (isRelative(`${within}/${path}`)) throw new ApiError("invalid", 0, [RELATIVE], method, path);
  const headers = new Headers({ "X-Vault-Request": "true" });
  const shown = options.token ?? token;
  if (shown) headers.set("X-Vault-Token", shown);
  const [header, prefix] = named(within);
  if (header) headers.set("X-Vault-Namespace", header);
  if (options.wrapTtl) headers.set("X-Vault-Wrap-TTL", options.wrapTtl);
  const init: RequestInit = { method, headers, cache: "no-store", credentials: "omit", redirect: "manual" };
  if (options.signal) init.signal = options.signal;
  if (options.data instanceof Blob) init.body = options.data;
  else if (options.data !== undefined) {
    headers.set("Content-Type", method === "PATCH" ? "application/merge-patch+json" : JSON_TYPE);
    init.body = JSON.stringify(options.data);
  }
  let response: Response;
  try {
    response = await fetch(`/v1/${prefix}${encodePath(path)}${queryOf(options.query)}`, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    refuseIfLeft(asked, method, path, options);
    throw new ApiError("unreachable", 0, [], method, path);
  }
  refuseIfLeft(asked, method, path, options);
  // The server leads nowhere, and answers with no page: a proxy does, such as one that wants a login.
  const isForeign = response.type === "opaqueredirect" || (response.ok && response.headers.get("content-type")?.startsWith("text/html"));
  if (isForeign) throw new ApiError("foreign", response.status, [], method, path);
  noteTime(response.headers.get("date"));
  if (response.ok) return response;
  const document = await documentOf(response);
  const errors = errorsIn(document);
  const kind = kindOf(response.status, errors);
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  const requestId = response.headers.get("x-strongroom-request-id") ?? "";
  const failed = new ApiError(kind, response.status, errors, method, path, retryAfter, document, requestId);
  session.failed(failed, shown);
  throw failed;
}

/**
 * Hands no answer on to who asked in another namespace, or as another user, than pages work in by now.
 *
 * What takes several requests would send the rest of them there; and what was made would be shown to somebody else.
 */
function refuseIfLeft(asked: Session, method: Method, path: string, { token, namespace }: Options): void {
  const now = session.current();
  const isLeft = (namespace === undefined && now.namespace !== asked.namespace) || (token === undefined && now.user !== asked.user);
  if (isLeft) throw new ApiError("left", 0, [], method, path);
}

/** How a request names its namespace (pure): by a header, or by the beginning of the path where a header can't hold the name. */
export function named(namespace: string): [header: string, prefix: string] {
  if (/^[\x21-\x7e]*$/.test(namespace)) return [namespace, ""];
  return ["", `${encodePath(namespace)}/`];
}

/** The data of a response. */
export async function data<T = Fields>(method: Method, path: string, options?: Options): Promise<T> {
  return (await send<Envelope<T> | undefined>(method, path, options))?.data as T;
}

export const read = <T = Fields>(path: string, options?: Options) => data<T>("GET", path, options);
export const write = <T = Fields>(path: string, body: unknown, options?: Options) =>
  data<T>("POST", path, { ...options, data: body });
export const remove = (path: string, options?: Options) => send<void>("DELETE", path, options);

/** The names in a folder; none where the server says that there is nothing. */
export async function list<T = Fields>(path: string, options?: Options): Promise<Listing<T>> {
  try {
    // Not by the method LIST, which some proxies refuse.
    const found = await data<Partial<Listing<T>> | undefined>("GET", path, { ...options, query: { ...options?.query, list: true } });
    return { keys: found?.keys ?? [], key_info: found?.key_info ?? {} };
  } catch (error) {
    if (error instanceof ApiError && error.kind === "missing" && error.errors.length === 0) return { keys: [], key_info: {} };
    throw error;
  }
}

export interface Listing<T> {
  keys: string[];
  key_info: Record<string, T>;
}

function queryOf(query: Options["query"]): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  return pairs.length ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : "";
}

async function documentOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined; // not from the server itself, such as a proxy's page
  }
}

function errorsIn(document: unknown): string[] {
  const errors = typeof document === "object" && document !== null && "errors" in document ? document.errors : undefined;
  return Array.isArray(errors) ? errors.map(String) : [];
}
