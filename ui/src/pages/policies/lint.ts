import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { ApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { lineOf } from "./lines";

export interface Fault {
  line: number;
  text: string;
  severity: "error" | "warning";
}

const PAUSE_MS = 400;
const NONE: Fault[] = [];

/** What the server finds wrong with a policy that is being typed; nothing for who may not ask. */
export function useFaults(policy: string): { faults: Fault[]; error: ApiError | null } {
  const settled = useSettled(policy, PAUSE_MS);
  const { user, namespace } = useSession();
  const may = useMay("update sys/policies/lint");
  const found = useQuery<Fault[], ApiError>({
    queryKey: ["lint", user, namespace, settled],
    queryFn: () => faultsOf(settled),
    enabled: may === true && settled.trim() !== "",
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (settled.trim() === "" || !may) return { faults: NONE, error: null };
  return { faults: found.data ?? NONE, error: found.error };
}

async function faultsOf(policy: string): Promise<Fault[]> {
  try {
    const { warnings } = await write<{ warnings: string[] | null }>("sys/policies/lint", { policy });
    return (warnings ?? []).map((text) => ({ line: lineOf(policy, text), text, severity: "warning" }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "invalid") throw error;
    return error.errors.map((text) => ({ line: lineOf(policy, text), text, severity: "error" }));
  }
}

function useSettled(value: string, pauseMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), pauseMs);
    return () => window.clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
