import { type Auth, type Envelope, send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { type LoginMethod, requestOf, TOKEN, WRAPPED } from "./methods";

/** What a login has come to: a token, or a second factor that is missing. */
export interface Outcome {
  token: string;
  name: string;
  pending: Auth["mfa_requirement"];
}

/** Logs in.  `namespace` is where the auth method is mounted.  Throws `ApiError`. */
export async function logIn(method: LoginMethod, mount: string, values: Record<string, string>, namespace: string): Promise<Outcome> {
  const given = (values["token"] ?? "").trim();
  if (method.type === TOKEN) return withToken(given, namespace);
  if (method.type === WRAPPED) return unwrapped(given, namespace);
  const { path, body } = requestOf(method, mount, values);
  return outcomeOf(await send<Envelope<unknown>>("POST", path, { data: body, token: "", namespace }), path);
}

/** The outcome that a response to a login has.  Throws `ApiError` if it has none. */
export function outcomeOf(answer: Envelope<unknown> | undefined, path: string): Outcome {
  const auth = answer?.auth;
  if (!auth?.client_token && !auth?.mfa_requirement) throw new ApiError("invalid", 200, [], "POST", path);
  return { token: auth.client_token, name: auth.metadata?.["username"] ?? "", pending: auth.client_token ? null : auth.mfa_requirement };
}

async function withToken(token: string, namespace: string): Promise<Outcome> {
  const { data } = await send<Envelope<{ display_name: string }>>("GET", "auth/token/lookup-self", { token, namespace });
  return { token, name: data.display_name, pending: null };
}

/** A wrapping token can be used once: what is in it is either a login, or a token that somebody put there. */
async function unwrapped(token: string, namespace: string): Promise<Outcome> {
  const answer = await send<Envelope<Record<string, unknown> | null>>("POST", "sys/wrapping/unwrap", { token, namespace });
  if (answer.auth) return outcomeOf(answer, "sys/wrapping/unwrap");
  const inside = answer.data?.["token"];
  if (typeof inside !== "string") throw new ApiError("invalid", 200, [], "POST", "sys/wrapping/unwrap");
  return withToken(inside, namespace);
}

/** Proves the second factors of a login.  `codes` has one for each method's id; empty for those that need none. */
export async function prove(pending: NonNullable<Outcome["pending"]>, codes: Record<string, string>, namespace: string): Promise<Outcome> {
  const payload = Object.fromEntries(Object.entries(codes).map(([id, code]) => [id, code ? [code] : []]));
  const body = { mfa_request_id: pending.mfa_request_id, mfa_payload: payload };
  return outcomeOf(await send<Envelope<unknown>>("POST", "sys/mfa/validate", { data: body, token: "", namespace }), "sys/mfa/validate");
}
