import { useEffect, useRef, useState } from "react";
import { answer } from "../../api/client";
import { type ApiError, asApiError } from "../../api/errors";
import { useSession } from "../../api/hooks";
import { kept, type Level, type Line, lineOf, parted } from "./lines";

/** How often what has come is shown: a busy server logs more lines than a browser draws. */
const SHOWN_EVERY_MS = 200;

type State = "connecting" | "open" | "ended" | "failed";

export interface Followed {
  lines: readonly Line[];
  state: State;
  error: ApiError | null;
  again: () => void;
  clear: () => void;
}

/** The server's log from now on, at a level or above; ends with the page, and pauses while the session is locked. */
export function useLog(level: Level): Followed {
  const { token } = useSession();
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [state, setState] = useState<State>("connecting");
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const count = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    let came: Line[] = [];
    const show = () => {
      if (came.length === 0) return;
      const more = came;
      came = [];
      setLines((before) => kept(before, more));
    };
    const follow = async () => {
      const response = await answer("GET", "sys/monitor", { query: { log_level: level, log_format: "json" }, signal: stop.signal });
      setState("open");
      for await (const text of textsOf(response)) came.push(lineOf(++count.current, text));
    };
    setError(null);
    setState(token ? "connecting" : "ended");
    if (!token) return;
    const timer = window.setInterval(show, SHOWN_EVERY_MS);
    follow().then(
      () => !stop.signal.aborted && setState("ended"),
      (thrown: unknown) => {
        if (stop.signal.aborted) return;
        setError(asApiError(thrown));
        setState("failed");
      },
    );
    return () => {
      window.clearInterval(timer);
      stop.abort();
    };
  }, [level, attempt, token]);
  return { lines, state, error, again: () => setAttempt(attempt + 1), clear: () => setLines([]) };
}

async function* textsOf(response: Response): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    const found = parted(rest + value);
    rest = found.rest;
    yield* found.lines;
  }
}
