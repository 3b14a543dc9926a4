import type { Envelope, Fields } from "../../api/client";
import { isFields } from "../../api/json";

type Wrapped = Pick<Envelope<Fields | null>, "data" | "auth">;

/** What somebody is meant to see of an answer that was wrapped (pure): of a versioned secret its fields, of a login the token. */
export function insideOf({ data, auth }: Wrapped): Fields {
  return auth ? { token: auth.client_token, accessor: auth.accessor } : fieldsOf(data);
}

/** The fields of what was read (pure); of a versioned secret those of its version. */
export function fieldsOf(data: Fields | null): Fields {
  const { data: values, metadata } = data ?? {};
  const isVersion = isFields(values) && isFields(metadata) && "version" in metadata && Object.keys(data ?? {}).length === 2;
  return isVersion ? values : (data ?? {});
}
