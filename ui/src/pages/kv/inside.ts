import type { Envelope, Fields } from "../../api/client";
import { isFields } from "../../api/json";

/** What somebody is meant to see of an answer that was wrapped (pure): of a versioned secret its fields, of a login the token. */
export function insideOf({ data, auth }: Pick<Envelope<Fields | null>, "data" | "auth">): Fields {
  if (auth) return { token: auth.client_token, accessor: auth.accessor };
  if (!data) return {};
  const inner = data["data"];
  const isVersioned = isFields(inner) && isFields(data["metadata"]) && "version" in data["metadata"];
  return isVersioned ? inner : data;
}
