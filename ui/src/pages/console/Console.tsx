import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { type Envelope, type Fields, send } from "../../api/client";
import { useSession } from "../../api/hooks";
import { Confirm } from "../../components/Dialog";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { asksFirst } from "./ends";
import { Log } from "./Log";
import { Prompt, type Told } from "./Prompt";
import { record } from "./record";
import { CLEAR, failed, HELP, help, type Parsed, parse, type Result, run } from "./run";
import "./Console.css";

/** A line that waits for the user's consent. */
interface Waiting {
  line: string;
  input: string;
  parsed: Parsed;
  told: Told;
}

/** A console that takes the command line's commands. */
export default function Console() {
  const { token } = useSession();
  const kept = useSyncExternalStore(record.subscribe, record.current);
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const client = useQueryClient();
  useEffect(() => {
    if (token) record.ownedBy(token);
  }, [token]);
  const start = async ({ line, input, parsed, told }: Waiting) => {
    setWaiting(null);
    const id = record.begin(line);
    told.begun();
    const result = await run(parsed, input, (method, path, options) => send<Envelope<Fields> | undefined>(method, path, { ...options, exact: true }));
    record.end(id, result);
    if (!result.isError) told.done();
    // What other pages have may have changed.
    await client.invalidateQueries({ refetchType: "none" });
  };
  const submit = (line: string, input: string, told: Told) => {
    const [first = "", ...rest] = line.trim().split(/\s+/);
    const answer = (result: Result) => {
      record.end(record.begin(line), result);
      told.begun();
    };
    if (first === HELP) return answer({ text: help(rest), isError: false });
    if (first === CLEAR) {
      record.clear();
      return told.begun();
    }
    try {
      const next = { line, input, parsed: parse(line), told };
      if (asksFirst(next.parsed)) setWaiting(next);
      else void start(next);
    } catch (error) {
      answer({ text: failed(error), isError: true });
    }
  };
  return (
    <>
      <PageHead title={t("console.title")} intro={t("console.intro")} />
      <section className="console card">
        <Log kept={kept} />
        <Prompt lines={kept.lines} onSubmit={submit} />
      </section>
      {waiting && (
        <Confirm title={t("console.confirm_title")} isOpen onClose={() => setWaiting(null)} action={t("console.run")} onConfirm={() => void start(waiting)}>
          <pre className="code">{waiting.line}</pre>
          <p>{t("console.confirm_text")}</p>
        </Confirm>
      )}
    </>
  );
}
