import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { write } from "../../api/client";
import { ApiError } from "../../api/errors";
import { useMay } from "../../api/capabilities";
import { useSession } from "../../api/hooks";

export interface Fault {
  line: number;
  text: string;
  severity: "error" | "warning";
}

const PAUSE_MS = 400;

/** What the server finds wrong with a policy that is being typed. */
export function useFaults(policy: string): Fault[] {
  const settled = useSettled(policy, PAUSE_MS);
  const { user, namespace } = useSession();
  const may = useMay("update sys/policies/lint");
  const found = useQuery<Fault[]>({
    queryKey: ["lint", user, namespace, settled],
    queryFn: () => faultsOf(settled),
    enabled: may === true && settled.trim() !== "",
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return settled.trim() === "" ? [] : (found.data ?? []);
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

/** The line that a message is about: it says so, or names a path that is there (pure). */
export function lineOf(policy: string, message: string): number {
  const said = /\bAt (\d+):\d+/.exec(message);
  if (said) return Number(said[1]);
  const named = /"([^"]+)"/.exec(message)?.[1];
  const at = named ? policy.indexOf(`"${named}"`) : -1;
  return at < 0 ? 1 : policy.slice(0, at).split("\n").length;
}

function useSettled(value: string, pauseMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), pauseMs);
    return () => window.clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}
