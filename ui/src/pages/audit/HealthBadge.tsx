import { t } from "../../texts";
import type { Health } from "./device";

/** Whether a device takes entries; nothing for who may not read the server's numbers. */
export function HealthBadge({ health }: { health: Health | null }) {
  if (!health) return <span className="description">{t("audit.health_unknown")}</span>;
  if (health.takes === null) return <span className="badge">{t("audit.health_unused")}</span>;
  return <span className={health.takes ? "badge badge-good" : "badge badge-danger"}>{t(health.takes ? "audit.health_good" : "audit.health_bad")}</span>;
}
