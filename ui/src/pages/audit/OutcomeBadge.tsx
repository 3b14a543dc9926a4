import { t } from "../../texts";

const LOOKS = { ok: "badge badge-good", denied: "badge badge-danger", failed: "badge badge-warn", unanswered: "badge" } as const;

/** How a request ended. */
export function OutcomeBadge({ of }: { of: keyof typeof LOOKS }) {
  return <span className={LOOKS[of]}>{t(`audit.outcome_${of}`)}</span>;
}
