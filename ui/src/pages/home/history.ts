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
  user: string;
  last: Taken | undefined;
  points: readonly Point[];
}

/** The server keeps no history of its numbers; this tab keeps what it has seen, also while other pages are shown. */
let kept: Kept = { user: "", last: undefined, points: [] };

/** The history with one more moment (pure). */
export function withTaken(before: Kept, user: string, taken: Taken): Kept {
  const same: Kept = before.user === user ? before : { user, last: undefined, points: [] };
  if (same.last && taken.at <= same.last.at) return same;
  return { user, last: taken, points: [...same.points, pointOf(same.last, taken)].slice(-MOST_POINTS) };
}

/** The numbers of the node that answers, asked for again and again unless that is paused. */
export function useHistory(paused: boolean) {
  const { user, interrupted } = useSession();
  const isAsleep = paused || interrupted !== null;
  const question = useQuery<Taken, ApiError>({
    queryKey: keyOf("NUMBERS", "sys/metrics"),
    queryFn: async ({ signal }) => ({ metrics: parsed(await send<string>("GET", "sys/metrics", { query: { format: "prometheus" }, signal })), at: Date.now() }),
    refetchInterval: () => (isAsleep ? false : kept.user === user && kept.points.length > 1 ? EVERY_MS : SOON_MS),
    refetchOnWindowFocus: !isAsleep,
    structuralSharing: false,
    staleTime: 0,
  });
  const [shown, setShown] = useState<Kept>(kept.user === user ? kept : { user, last: undefined, points: [] });
  const taken = question.data;
  useEffect(() => {
    if (!taken) return;
    kept = withTaken(kept, user, taken);
    setShown(kept);
  }, [taken, user]);
  return { question, taken: shown.last, points: shown.points };
}
