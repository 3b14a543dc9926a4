import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { write } from "../../../api/client";
import type { ApiError } from "../../../api/errors";
import { keyOf, useSession } from "../../../api/hooks";
import { bodyOf, type Plan, type Selection, summed } from "./withdrawal";

interface Page extends Plan {
  complete: boolean;
  after: string;
}

/** Counts what a withdrawal would end, request by request; with what was counted so far. */
export function usePlan(selection: Selection) {
  const { interrupted } = useSession();
  const [sofar, setSofar] = useState(0);
  const count = async (signal: AbortSignal): Promise<Plan> => {
    let sum: Plan = { found: {}, undetermined: {}, total: 0, ends_own_token: false };
    let after = "";
    do {
      const page = await write<Page>("sys/revoke-issued", { ...bodyOf(selection), dry_run: true, ...(after && { after }) }, { signal });
      sum = { found: summed(sum.found, page.found), undetermined: summed(sum.undetermined, page.undetermined), total: sum.total + page.total, ends_own_token: page.ends_own_token };
      after = page.complete ? "" : page.after;
      setSofar(sum.total);
    } while (after !== "");
    return sum;
  };
  const question = useQuery<Plan, ApiError>({ queryKey: [...keyOf("PLAN", "sys/revoke-issued"), selection], queryFn: ({ signal }) => count(signal), refetchOnWindowFocus: interrupted === null });
  return { question, sofar };
}
