import { useEffect, useRef, useState } from "react";
import { link, useNavigate, useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Select, Switch, TextField } from "../../components/Field";
import { saveText } from "../../components/save";
import { t } from "../../texts";
import { type Level, LEVELS, type Line, written } from "./lines";
import { useLog } from "./useLog";
import "./Live.css";

/** The log, line by line as the server writes it. */
export function Live() {
  const asked = useParam("level");
  const level: Level = LEVELS.find((each) => each === asked) ?? "info";
  const navigate = useNavigate();
  const log = useLog(level);
  const [held, setHeld] = useState<readonly Line[] | null>(null);
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const lines = (held ?? log.lines).filter((line) => wanted === "" || written(line).toLowerCase().includes(wanted));
  return (
    <div className="stack">
      <div className="log-settings">
        <Select label={t("nodes.level")} value={level} onChange={(next) => navigate(link("/nodes/log", { level: next }), { replace: true })} choices={LEVELS.map((id) => ({ id, label: id }))} />
        <TextField label={t("common.filter")} value={filter} onChange={setFilter} />
      </div>
      <div className="row">
        <span className={`badge ${log.state === "open" ? "badge-good" : "badge-warn"}`} role="status">
          {t(`nodes.log_${log.state}`)}
        </span>
        <Switch label={t("nodes.hold")} value={held !== null} onChange={(hold) => setHeld(hold ? log.lines : null)} />
        <Button onPress={() => { log.clear(); setHeld(null); }} isDisabled={log.lines.length === 0}>
          {t("nodes.clear")}
        </Button>
        <Button onPress={() => saveText("strongroom.log", `${lines.map(written).join("\n")}\n`)} isDisabled={lines.length === 0}>
          {t("nodes.save_log")}
        </Button>
        {(log.state === "ended" || log.state === "failed") && <Button onPress={log.again}>{t("nodes.connect_again")}</Button>}
      </div>
      {log.error && <Failure error={log.error} />}
      <Lines lines={lines} follow={held === null} />
    </div>
  );
}

const LOOKS: Readonly<Record<string, string>> = { warn: "log-warn", error: "log-error" };

/** New lines come into view unless somebody has scrolled up to read. */
function Lines({ lines, follow }: { lines: readonly Line[]; follow: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (follow && atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follow]);
  const looked = () => {
    const { current } = box;
    if (current) atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < 40;
  };
  return (
    <div ref={box} className="log code" role="log" aria-label={t("nodes.live")} tabIndex={0} onScroll={looked}>
      {lines.length === 0 && <p className="description">{t("nodes.no_lines")}</p>}
      {lines.map((line) => (
        <p key={line.id} className={LOOKS[line.level]}>
          <time>{line.time}</time> {line.level && <strong>{line.level.toUpperCase()}</strong>} {line.logger && <span className="log-logger">{line.logger}:</span>} {line.message} <span className="log-more">{line.more}</span>
        </p>
      ))}
    </div>
  );
}
