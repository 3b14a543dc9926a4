import { data } from "./client";

interface Found {
  entity_id: string;
  accessor: string;
}

/**
 * Who a token belongs to: an entity, or a token that belongs to none.
 *
 * Pages that were left open by one user are not for another; whoever can't be told from others counts as another.
 */
export async function userOf(token: string, namespace: string): Promise<string> {
  try {
    const { entity_id, accessor } = await data<Found>("GET", "auth/token/lookup-self", { token, namespace });
    return entity_id || accessor || crypto.randomUUID();
  } catch {
    return crypto.randomUUID(); // its policies don't let it look itself up
  }
}
