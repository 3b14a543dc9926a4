import type { Envelope, Fields } from "../../api/client";
import { fieldsOf } from "../kv/inside";

/** What was in a wrapping token, as fields (pure): of a login or a new token the token and all that belongs to it. */
export function fieldsInside({ data, auth }: Pick<Envelope<Fields | null>, "data" | "auth">): Fields {
  if (!auth) return fieldsOf(data);
  const { client_token, accessor, policies, lease_duration, renewable, metadata } = auth;
  return { client_token, accessor, policies: policies ?? [], lease_duration, renewable, metadata: metadata ?? {} };
}
