import { useEffect, useRef, useState } from "react";
import { type Fields, write } from "../../../api/client";
import { type ApiError, asApiError } from "../../../api/errors";
import { type Course, joined, NOTHING_YET, type Piece, searchPath } from "./logged";

/** How many requests more are looked for at once. */
const ENOUGH = 100;

interface Search {
  course: Course;
  isLooking: boolean;
  error: ApiError | null;
  /** Looks at what is before. */
  further: () => void;
  stop: () => void;
}

/** Looks for requests in a device's log, from its end on, until there are enough, or the log is at its beginning. */
export function useSearch(device: string, body: Fields): Search {
  const [course, setCourse] = useState(NOTHING_YET);
  const [isLooking, setLooking] = useState(true);
  const [error, setError] = useState<ApiError | null>(null);
  const under = useRef<AbortController | null>(null);

  async function look(known: Course): Promise<void> {
    const own = new AbortController();
    under.current = own;
    setLooking(true);
    setError(null);
    let now = known;
    try {
      do {
        const piece = await write<Piece>(searchPath(device), { ...body, before: now.before }, { signal: own.signal });
        if (own.signal.aborted) return;
        now = joined(now, piece);
        setCourse(now);
      } while (now.before && now.requests.length < known.requests.length + ENOUGH);
    } catch (thrown) {
      if (own.signal.aborted) return;
      setError(asApiError(thrown));
    }
    setLooking(false);
  }

  // What is looked for doesn't change while a search is shown: another one is another element.
  useEffect(() => {
    void look(NOTHING_YET);
    return () => under.current?.abort();
  }, []);
  const stop = () => {
    under.current?.abort();
    setLooking(false);
  };
  return { course, isLooking, error, further: () => void look(course), stop };
}
