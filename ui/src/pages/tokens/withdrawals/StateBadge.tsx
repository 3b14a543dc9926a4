import { t } from "../../../texts";
import type { WithdrawalState } from "./withdrawal";

const LOOKS: Record<WithdrawalState, string> = { counting: "badge badge-warn", clearing: "badge badge-warn", blocking: "badge badge-danger", holding: "badge", done: "badge badge-good", cancelled: "badge" };

/** How far a withdrawal is. */
export function StateBadge({ state }: { state: WithdrawalState }) {
  return <span className={LOOKS[state]}>{t(`withdrawals.state_${state}`)}</span>;
}
