import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { endPath, type LeaseState } from "./lease";

/** What is below a path. */
export interface Below {
  leases: Record<LeaseState, number>;
  tokens: number;
  ends_own_token: boolean;
}

interface Page extends Below {
  after: string;
}

/** The sum of two parts of a count (pure). */
export function summed(one: Below, other: Below): Below {
  const leases = { ...one.leases };
  for (const state of Object.keys(leases) as LeaseState[]) leases[state] += other.leases[state];
  return { leases, tokens: one.tokens + other.tokens, ends_own_token: one.ends_own_token || other.ends_own_token };
}

/** How much of it hasn't ended: what a revocation would still end, and what is being revoked (pure). */
export function left({ leases, tokens }: Below): { toEnd: number; going: number; failing: number } {
  return { toEnd: leases.active + leases.planned + tokens, going: leases.revoking, failing: leases.irrevocable };
}

/** Of a path with nothing below. */
export const NOTHING: Below = { leases: { active: 0, planned: 0, revoking: 0, irrevocable: 0 }, tokens: 0, ends_own_token: false };
const WATCH_MS = 2_000;

/**
 * Counts what is below a path, request by request, and again while something there is being revoked.
 *
 * @returns the question, and what was counted so far.
 */
export function useBelow(prefix: string, enabled: boolean) {
  const { interrupted } = useSession();
  const [sofar, setSofar] = useState(0);
  const path = endPath("revoke-prefix", prefix);
  const count = async (signal: AbortSignal): Promise<Below> => {
    let sum = NOTHING;
    let after = "";
    do {
      const page = await read<Page>(path, { query: { after: after || undefined }, signal });
      sum = summed(sum, page);
      after = page.after;
      setSofar(Object.values(sum.leases).reduce((total, each) => total + each, sum.tokens));
    } while (after !== "");
    return sum;
  };
  const question = useQuery<Below, ApiError>({
    queryKey: keyOf("COUNT", path),
    queryFn: ({ signal }) => count(signal),
    enabled,
    refetchInterval: ({ state }) => (interrupted === null && state.data && left(state.data).going > 0 ? WATCH_MS : false),
    refetchOnWindowFocus: interrupted === null,
  });
  return { question, sofar };
}
