import { data } from "./client";
import { randomText } from "./random";
import type { Owner } from "./session";

/** What a token says of itself. */
export interface Found {
  entity_id: string;
  accessor: string;
  /** Of the root namespace's tokens there is none. */
  namespace_path?: string;
  /** How often it can be used yet; 0 for as often as one likes. */
  num_uses: number;
}

/**
 * Who a token belongs to: an entity, or a token that belongs to none.
 *
 * Pages that were left open by one user are not for another; whoever can't be told from others counts as another.
 */
export async function ownerOf(token: string, namespace: string): Promise<Owner> {
  try {
    return ownerIn(await data<Found>("GET", "auth/token/lookup-self", { token, namespace }));
  } catch {
    return { user: randomText(), home: null }; // its policies don't let it look itself up
  }
}

/** The same of a token that has been looked up. */
export function ownerIn({ entity_id, accessor, namespace_path = "" }: Found): Owner {
  return { user: entity_id || accessor || randomText(), home: namespace_path.replace(/\/$/, "") };
}
