import type { Envelope, Fields } from "../../api/client";
import { isFields } from "../../api/json";

/**
 * What was in a wrapping token, as fields (pure).
 *
 * Of a secret with versions these are its values; of a login or a new token the token and what belongs to it.
 */
export function fieldsInside({ data, auth }: Pick<Envelope<Fields | null>, "data" | "auth">): Fields {
  if (auth) {
    const { client_token, accessor, policies, lease_duration, renewable, metadata } = auth;
    return { client_token, accessor, policies: policies ?? [], lease_duration, renewable, metadata: metadata ?? {} };
  }
  const fields = data ?? {};
  const { data: values, metadata } = fields;
  const isVersion = isFields(values) && isFields(metadata) && Object.keys(fields).length === 2 && "version" in metadata;
  return isVersion ? values : fields;
}
