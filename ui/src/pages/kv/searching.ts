import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";

/** What is looked for. */
export interface Asked {
  text: string;
  /** Empty for all. */
  mount: string;
  /** Of custom metadata, with a part of its text; empty for none. */
  name: string;
  value: string;
}

/** A secret that was found. */
export interface Secret {
  path: string;
  mount: string;
  name: string;
  custom_metadata: Record<string, string>;
}

interface Page {
  keys: string[];
  key_info: Record<string, Omit<Secret, "path">>;
  after: string;
  complete: boolean;
}

/** How many secrets are shown before somebody asks for more. */
const STEP = 100;

/** The request that looks for something (pure). */
export function bodyOf({ text, mount, name, value }: Asked, after: string) {
  return { text, limit: STEP, ...(mount && { mount: [mount] }), ...(name && { metadata: { [name]: value } }), ...(after && { after }) };
}

/**
 * Looks through all mounts.
 *
 * One request looks at some thousand secrets and may find nothing in them: the search goes on by itself until there is
 * something to show.
 */
export function useSearch(asked: Asked) {
  const { interrupted } = useSession();
  const found = useInfiniteQuery<Page, ApiError, Secret[], unknown[], string>({
    queryKey: [...keyOf("SEARCH", "sys/search"), asked],
    queryFn: ({ pageParam, signal }) => write<Page>("sys/search", bodyOf(asked, pageParam), { signal }),
    initialPageParam: "",
    getNextPageParam: ({ after }) => after || undefined,
    select: ({ pages }) => pages.flatMap(({ keys, key_info }) => keys.flatMap((path) => (key_info[path] ? [{ path, ...key_info[path] }] : []))),
    enabled: interrupted === null,
  });
  const { data = [], hasNextPage, isFetching, fetchNextPage, error, refetch } = found;
  const isLooking = isFetching || (hasNextPage && data.length === 0 && !error);
  useEffect(() => {
    if (hasNextPage && !isFetching && !error && data.length === 0) void fetchNextPage();
  }, [hasNextPage, isFetching, error, data.length, fetchNextPage]);
  return { secrets: data, isComplete: !hasNextPage, isLooking, error, goOn: () => void (error && data.length === 0 ? refetch() : fetchNextPage()) };
}
