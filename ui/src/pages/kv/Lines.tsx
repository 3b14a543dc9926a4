import { Eye, EyeOff } from "lucide-react";
import { Button } from "../../components/Button";
import { useRevealed } from "../../components/revealed";
import { t } from "../../texts";
import { type Line, linesOf } from "./line_diff";

const MARKS = { same: " ", removed: "−", added: "+" } as const;

/** Two texts of several lines, line by line, once somebody asks to see them. */
export function Lines({ name, before, after }: { name: string; before: string; after: string }) {
  const [isShown, setIsShown] = useRevealed();
  return (
    <>
      <div className="row">
        <Button icon={isShown ? <EyeOff aria-hidden size={16} /> : <Eye aria-hidden size={16} />} onPress={() => setIsShown(!isShown)}>
          {t(isShown ? "kv.lines_hide" : "kv.lines_show", { name })}
        </Button>
      </div>
      {isShown && <Shown lines={linesOf(before, after)} name={name} />}
    </>
  );
}

function Shown({ lines, name }: { lines: Line[] | null; name: string }) {
  if (!lines) return <p>{t("kv.lines_too_many")}</p>;
  return (
    <pre className="code lines" tabIndex={0} aria-label={t("kv.lines_show", { name })}>
      {lines.map(({ kind, text }, index) => (
        <span key={index} className={`line line-${kind}`}>
          {kind !== "same" && <span className="visually-hidden">{t(`kv.line_${kind}`)}</span>}
          <span aria-hidden>{MARKS[kind]} </span>
          {text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
