import type { ApiError } from "../../api/errors";
import { Failure } from "../../components/Failure";
import { t } from "../../texts";
import type { Fault } from "./lint";

/** What the server finds wrong with a text, by line; read out when it changes. */
export function Faults({ faults, error }: { faults: readonly Fault[]; error: ApiError | null }) {
  return (
    <div role="status">
      {error && <Failure error={error} />}
      {faults.length > 0 && (
        <div className={`notice ${faults.some(({ severity }) => severity === "error") ? "notice-danger" : "notice-warn"}`}>
          <ul aria-label={t("policies.faults")}>
            {faults.map(({ line, text }) => (
              <li key={`${line} ${text}`}>{t("policies.fault", { line, text })}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
