import { useMutation, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { changes } from "./changes";
import { list, read, type Listing, type Options } from "./client";
import { type ApiError, passes, waitOf } from "./errors";
import { session, type Session } from "./session";

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.current);
}

interface Asked extends Omit<Options, "signal" | "data"> {
  enabled?: boolean;
  /** Ask again after so many milliseconds, for what changes while it is looked at. */
  every?: number;
}

/** The key under which an answer is kept: by whom, where and what. */
export function keyOf(method: string, path: string, query?: Options["query"]): unknown[] {
  const { user, namespace } = session.current();
  return [method, user, namespace, path, query ?? {}];
}

/** What decides on it, of a question. */
interface Failing {
  state: { error: unknown; errorUpdateCount: number };
}

/** After how many milliseconds a question is asked again because it has failed for a time; false if that isn't so. */
export function afterFailure({ state: { error, errorUpdateCount } }: Failing): number | false {
  return passes(error) && session.current().interrupted === null ? waitOf(error, errorUpdateCount) : false;
}

/** While nobody is logged in over open pages, they ask for nothing. */
const ASLEEP = { refetchInterval: false, refetchOnWindowFocus: false } as const;

/** The data of a read. */
export function useRead<T>(path: string, { enabled = true, every, ...options }: Asked = {}): UseQueryResult<T, ApiError> {
  const { interrupted } = useSession();
  return useQuery<T, ApiError>({
    queryKey: [...keyOf("GET", path, options.query), options.exact ?? false],
    queryFn: ({ signal }) => read<T>(path, { ...options, signal }),
    ...(options.exact ? { gcTime: 0 } : {}), // a secret is forgotten once its page is left
    structuralSharing: !options.exact, // it would copy a number that is kept as text, and make an object of it
    enabled,
    ...(interrupted ? ASLEEP : { refetchInterval: (query: Failing) => afterFailure(query) || (every ?? false) }),
  });
}

/** The names in a folder. */
export function useList<T = unknown>(path: string, { enabled = true, every, ...options }: Asked = {}): UseQueryResult<Listing<T>, ApiError> {
  const { interrupted } = useSession();
  return useQuery<Listing<T>, ApiError>({
    queryKey: keyOf("LIST", path, options.query),
    queryFn: ({ signal }) => list<T>(path, { ...options, signal }),
    enabled,
    ...(interrupted ? ASLEEP : { refetchInterval: (query: Failing) => afterFailure(query) || (every ?? false) }),
  });
}

/** Something that changes the server; afterwards every answer that pages have is asked for again. */
export function useChange<A, R>(change: (argument: A) => Promise<R>, done?: (result: R, argument: A) => void) {
  const client = useQueryClient();
  return useMutation<R, ApiError, A>({
    mutationFn: change,
    onSuccess: async (result, argument) => {
      changes.add();
      done?.(result, argument);
      // What `done` has left, such as the page of something that was deleted, is gone in the next turn and isn't asked for again.
      await new Promise((resolve) => setTimeout(resolve, 0));
      await client.invalidateQueries();
    },
  });
}
