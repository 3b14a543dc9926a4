import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { parsed } from "./metrics";
import { MOST_POINTS, type Point, pointOf, type Taken } from "./points";

const EVERY_MS = 5_000;
/** What goes by the time between two moments needs a second one soon. */
const SOON_MS = 1_000;

interface Kept {
  /** Whose numbers they are: nobody else's pages show them. */
  token: string;
  last: Taken | undefined;
  points: readonly Point[];
}

/** The server keeps no history of its numbers; this tab keeps what it has seen, also while other pages are shown. */
let kept: Kept = { token: "", last: undefined, points: [] };

/** The history with one more moment (pure). */
export function withTaken(before: Kept, token: string, taken: Taken): Kept {
  const same: Kept = before.token === token ? before : { token, last: undefined, points: [] };
  if (same.last && taken.at <= same.last.at) return same;
  return { token, last: taken, points: [...same.points, pointOf(same.last, taken)].slice(-MOST_POINTS) };
}

/** The numbers of the node that answers, asked for again and again unless that is paused. */
export function useHistory(paused: boolean) {
  const { token } = useSession();
  const question = useQuery<Taken, ApiError>({
    queryKey: keyOf("GET", "sys/metrics"),
    queryFn: async ({ signal }) => ({ metrics: parsed(await send<string>("GET", "sys/metrics", { query: { format: "prometheus" }, signal })), at: Date.now() }),
    refetchInterval: () => (paused ? false : kept.token === token && kept.points.length > 1 ? EVERY_MS : SOON_MS),
    refetchOnWindowFocus: !paused,
    structuralSharing: false,
    staleTime: 0,
  });
  const [shown, setShown] = useState<Kept>(kept.token === token ? kept : { token, last: undefined, points: [] });
  const taken = question.data;
  useEffect(() => {
    if (!taken) return;
    kept = withTaken(kept, token, taken);
    setShown(kept);
  }, [taken, token]);
  return { question, taken: shown.last, points: shown.points };
}
