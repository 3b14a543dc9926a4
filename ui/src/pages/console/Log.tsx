import { useEffect, useRef } from "react";
import { Empty, Loading } from "../../components/Loaded";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import type { Entry, Kept } from "./record";

/** What was run, and what came of it. */
export function Log({ kept: { entries, leftOut } }: { kept: Kept }) {
  const end = useRef<HTMLDivElement>(null);
  const last = entries.at(-1);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [last]);
  return (
    <div className="console-log" role="log" aria-label={t("console.log")}>
      {entries.length === 0 && <Empty title={t("console.empty")} />}
      {leftOut > 0 && <p className="description">{t("console.truncated", { n: leftOut })}</p>}
      {entries.map((entry) => (
        <Line key={entry.id} entry={entry} />
      ))}
      <div ref={end} className="console-end" />
    </div>
  );
}

function Line({ entry: { line, result } }: { entry: Entry }) {
  return (
    <article className="console-entry">
      <header className="console-line">
        <span className="code">
          <span aria-hidden>$ </span>
          {line}
        </span>
        {result?.isError && <span className="badge badge-danger">{t("console.failed")}</span>}
        {result && <CopyButton text={result.text} label={t("console.copy_output", { line })} />}
      </header>
      {result ? (
        // It scrolls, by keys too.
        <pre className="code console-output" tabIndex={0} data-failed={result.isError || undefined}>
          {result.text}
        </pre>
      ) : (
        <Loading />
      )}
    </article>
  );
}
