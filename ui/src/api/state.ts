import { useQuery } from "@tanstack/react-query";
import { send } from "./client";
import type { ApiError } from "./errors";

/** `sys/seal-status`, which everybody may read. */
export interface SealStatus {
  type: string;
  initialized: boolean;
  sealed: boolean;
  t: number;
  n: number;
  progress: number;
  nonce: string;
  version: string;
  build_date: string;
  migration: boolean;
  cluster_name?: string;
  cluster_id?: string;
  recovery_seal: boolean;
  storage_type: string;
}

export const SEAL_STATUS = ["seal-status"];

/** The state of the node that answers; asked again while it isn't ready for work. */
export function useSealStatus() {
  return useQuery<SealStatus, ApiError>({
    queryKey: SEAL_STATUS,
    queryFn: ({ signal }) => send<SealStatus>("GET", "sys/seal-status", { token: "", namespace: "", signal }),
    refetchInterval: ({ state }) => (state.status === "success" && state.data?.initialized === true && !state.data.sealed ? 30_000 : 2_000),
    retry: false,
  });
}
