import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/capabilities";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import type { Metrics } from "./device";

const EVERY_MS = 10_000;

/** The server's numbers, for who may read them. */
export function useMetrics() {
  useSession();
  const may = useMay("read sys/metrics");
  return useQuery<Metrics, ApiError>({
    queryKey: keyOf("GET", "sys/metrics", { format: "json" }),
    queryFn: ({ signal }) => send<Metrics>("GET", "sys/metrics", { signal }),
    enabled: may === true,
    refetchInterval: EVERY_MS,
  });
}
