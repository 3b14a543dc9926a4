import { serverNow } from "../../api/clock";
import { distance, told, utc } from "../../components/time";
import { t } from "../../texts";
import { dueOf } from "./due";

/** Whom a secret concerns and until when it is good, by its custom metadata; nothing if they don't say. */
export function DueNote({ custom, written }: { custom: Record<string, string> | null; written: Date | null }) {
  const now = serverNow();
  const due = dueOf(custom ?? {}, written);
  const owner = custom?.["owner"];
  if (!owner && !due) return null;
  return (
    <p className="row">
      {owner && <span className="badge">{t("kv.owned_by", { owner })}</span>}
      {due && (
        <span className={due.at <= now ? "badge badge-danger" : "badge"} title={`${told(due.at)} (${utc(due.at)})`}>
          {t(due.at <= now ? `kv.overdue_${due.reason}` : `kv.due_${due.reason}`, { when: distance(due.at, now) })}
        </span>
      )}
    </p>
  );
}
