import { t } from "../../texts";
import type { LeaseState } from "./lease";

const LOOKS: Record<LeaseState, string> = { active: "badge badge-good", planned: "badge", revoking: "badge badge-warn", irrevocable: "badge badge-danger" };

/** What becomes of a lease. */
export function StateBadge({ state }: { state: LeaseState }) {
  return <span className={LOOKS[state]}>{t(`leases.state_${state}`)}</span>;
}
