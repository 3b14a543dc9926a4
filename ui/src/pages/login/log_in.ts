import { type Auth, data, type Envelope, type Fields, send } from "../../api/client";
import { ApiError } from "../../api/errors";
import { randomText } from "../../api/random";
import type { Owner } from "../../api/session";
import { type Found, ownerIn } from "../../api/user";
import { fieldsInside } from "../tools/inside";
import { type LoginMethod, OKTA, requestOf, TOKEN, WRAPPED } from "./methods";

/** What a login has come to: a token, or a second factor that is missing. */
export interface Outcome {
  token: string;
  name: string;
  pending: Auth["mfa_requirement"];
  /** What was in a wrapping token that has no login in it. It can't be had again. */
  inside?: Fields;
  /** Of a token that was typed: whose it is, and how often it can be used yet, if that is limited. */
  typed?: { owner: Owner; uses: number };
}

/**
 * Logs in.  Throws `ApiError`.
 *
 * @param namespace where the auth method is mounted.
 * @param tellNumber is told the number that the user has to choose on the phone.
 */
export async function logIn(method: LoginMethod, mount: string, values: Record<string, string>, namespace: string, tellNumber: (number: number) => void): Promise<Outcome> {
  const given = (values["token"] ?? "").trim();
  if (method.type === TOKEN) return withToken(given, namespace);
  if (method.type === WRAPPED) return unwrapped(given, namespace);
  const { path, body } = requestOf(method, mount, values);
  if (method.type !== OKTA) return outcomeOf(await send<Envelope<unknown>>("POST", path, { data: body, token: "", namespace }), path);
  const nonce = randomText();
  const number = watchNumber(`auth/${mount}/verify/${nonce}`, namespace, tellNumber);
  try {
    return outcomeOf(await send<Envelope<unknown>>("POST", path, { data: { ...body, nonce }, token: "", namespace }), path);
  } finally {
    window.clearInterval(number);
  }
}

const NUMBER_EVERY_MS = 1000;

/** Asks for the number that Okta wants to be chosen, as long as the login goes on.  Returns the timer. */
function watchNumber(path: string, namespace: string, tell: (number: number) => void): number {
  return window.setInterval(() => {
    data<{ correct_answer: number }>("GET", path, { token: "", namespace }).then(
      (found) => tell(found.correct_answer),
      () => undefined, // there is none yet, or none is wanted
    );
  }, NUMBER_EVERY_MS);
}

/** The outcome that a response to a login has.  Throws `ApiError` if it has none. */
export function outcomeOf(answer: Envelope<unknown> | undefined, path: string): Outcome {
  const auth = answer?.auth;
  if (!auth?.client_token && !auth?.mfa_requirement) throw new ApiError("invalid", 200, [], "POST", path);
  return { token: auth.client_token, name: auth.metadata?.["username"] ?? "", pending: auth.client_token ? null : auth.mfa_requirement };
}

async function withToken(token: string, namespace: string): Promise<Outcome> {
  const { data } = await send<Envelope<Found & { display_name: string }>>("GET", "auth/token/lookup-self", { token, namespace });
  return { token, name: data.display_name, pending: null, typed: { owner: ownerIn(data), uses: data.num_uses } };
}

/** A wrapping token can be used once: what is in it is either a login, or a token that somebody put there. */
async function unwrapped(token: string, namespace: string): Promise<Outcome> {
  const answer = await send<Envelope<Fields | null>>("POST", "sys/wrapping/unwrap", { token, namespace, exact: true });
  if (answer.auth) return outcomeOf(answer, "sys/wrapping/unwrap");
  const fields = answer.data ?? {};
  const inside = fields["token"];
  // Other fields beside it, and it is a secret that somebody shares.
  if (typeof inside !== "string" || Object.keys(fields).length > 1) return { token: "", name: "", pending: null, inside: fieldsInside(answer) };
  try {
    return await withToken(inside, namespace);
  } catch {
    return { token: "", name: "", pending: null, inside: fields };
  }
}

/** Proves the second factors of a login.  `codes` has one for each method's id; empty for those that need none. */
export async function prove(pending: NonNullable<Outcome["pending"]>, codes: Record<string, string>, namespace: string): Promise<Outcome> {
  const payload = Object.fromEntries(Object.entries(codes).map(([id, code]) => [id, code ? [code] : []]));
  const body = { mfa_request_id: pending.mfa_request_id, mfa_payload: payload };
  return outcomeOf(await send<Envelope<unknown>>("POST", "sys/mfa/validate", { data: body, token: "", namespace }), "sys/mfa/validate");
}
