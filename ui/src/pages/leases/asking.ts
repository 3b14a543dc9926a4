import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";

interface Asked<T> {
  enabled?: boolean;
  /** After how many milliseconds to ask again, by what came last; false for not at all. */
  every?: (found: T | undefined) => number | false;
}

/** What the server answers to a question that has a body, and so is a write, but changes nothing. */
export function useAsked<T>(path: string, body: Record<string, unknown>, { enabled = true, every }: Asked<T> = {}): UseQueryResult<T, ApiError> {
  const { interrupted } = useSession();
  return useQuery<T, ApiError>({
    queryKey: [...keyOf("POST", path), body],
    queryFn: ({ signal }) => write<T>(path, body, { signal }),
    enabled,
    refetchInterval: ({ state }) => (interrupted === null && every?.(state.data)) || false,
    refetchOnWindowFocus: interrupted === null,
  });
}
