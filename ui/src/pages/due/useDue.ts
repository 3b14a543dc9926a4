import { useQueries, useQuery } from "@tanstack/react-query";
import { serverNow } from "../../api/clock";
import { coveredOf } from "../../api/capabilities";
import { read } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import type { Mount } from "../secrets/Mounts";
import { type Due, MOST, type Source, sourcesOf } from "./sources";

interface Sources {
  allowed: Source[];
  /** The mounts of which the user may not know what is due. */
  forbidden: string[];
}

const DAY_MS = 24 * 3600 * 1000;

/** All that is due within some days, of what the user may see, by time. */
export function useDue(days: number) {
  const { interrupted } = useSession();
  const sources = useQuery<Sources, ApiError>({ queryKey: keyOf("DUE", "sources"), queryFn: findSources, enabled: interrupted === null });
  const answers = useQueries({
    queries: (sources.data?.allowed ?? []).map((source) => ({
      queryKey: [...keyOf("DUE", source.mount), source.needs, days],
      queryFn: ({ signal }: { signal: AbortSignal }) => source.find(new Date(serverNow().getTime() + days * DAY_MS), signal),
      enabled: interrupted === null,
    })),
  });
  const due: Due[] = answers.flatMap(({ data }) => data ?? []).sort((a, b) => a.at.getTime() - b.at.getTime());
  const asked = sources.data?.allowed ?? [];
  return {
    sources,
    due,
    isLooking: answers.some(({ isPending }) => isPending),
    failed: answers.flatMap(({ error, refetch }, index) => (error ? [{ mount: asked[index]?.mount ?? "", error: error as ApiError, refetch }] : [])),
    cut: answers.flatMap(({ data }, index) => (data && data.length >= MOST ? [asked[index]?.mount ?? ""] : [])),
  };
}

/** The sources of all mounts, and which of them the user may ask: one question for all of them. */
async function findSources(): Promise<Sources> {
  const { secret } = await read<{ secret: Record<string, Mount> }>("sys/internal/ui/mounts");
  const all = Object.entries(secret).flatMap(([path, mount]) => sourcesOf(path, mount));
  const needs = [...new Set(all.flatMap((source) => source.needs))];
  if (needs.length === 0) return { allowed: [], forbidden: [] };
  const covered = await coveredOf(needs);
  const may = (source: Source) => source.needs.every((need) => covered[needs.indexOf(need)]);
  return { allowed: all.filter(may), forbidden: all.filter((source) => !may(source)).map(({ mount }) => mount) };
}
