import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Loaded";
import { t } from "../../texts";
import { entityLink } from "../identity/links";
import type { Changed, Simulated } from "./simulating";

const LOOKS: Record<string, string> = { "newly allowed": "badge badge-warn", "newly denied": "badge badge-danger" };

/** What a draft would change. */
export function Simulation({ found }: { found: Simulated }) {
  const totals = Object.entries(found.totals);
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("policies.outcome")}</h2>
      {totals.length === 0 && <p>{t("policies.no_requests")}</p>}
      <dl className="facts">
        {totals.map(([change, n]) => (
          <div key={change} className="fact">
            <dt>{change}</dt>
            <dd>{n}</dd>
          </div>
        ))}
      </dl>
      {found.unreadable > 0 && <p className="notice notice-warn">{t("policies.unreadable", { n: found.unreadable })}</p>}
      {found.leftOut > 0 && <p className="notice notice-warn">{t("policies.no_room", { n: found.leftOut })}</p>}
      {totals.length > 0 && (
        <DataTable
          label={t("policies.outcome")}
          rows={found.requests}
          idOf={(row) => [row.change, row.operation, row.namespace, row.path, row.entity_id, ...row.policies].join(" ")}
          textOf={(row) => [row.change, row.operation, row.namespace, row.path, ...row.policies].join(" ")}
          columns={[
            { id: "path", title: t("me.path"), order: ({ path }) => path, cell: (row) => <Path row={row} /> },
            { id: "change", title: t("policies.change"), order: ({ change }) => change, cell: ({ change }) => <span className={LOOKS[change] ?? "badge"}>{change}</span> },
            { id: "count", title: t("policies.times"), order: ({ count }) => count, cell: ({ count }) => count },
            { id: "policies", title: t("me.policies"), cell: ({ policies }) => policies.join(", "), secondary: true },
            { id: "entity", title: t("policies.entity"), cell: ({ entity_id }) => (entity_id ? <Anchor to={entityLink(entity_id)}>{t("policies.its_entity")}</Anchor> : ""), secondary: true },
          ]}
          empty={<Empty title={t("policies.no_change")} />}
        />
      )}
    </section>
  );
}

function Path({ row }: { row: Changed }) {
  const before = row.conditions_before.join(", ") || t("common.none");
  const after = row.conditions_after.join(", ") || t("common.none");
  return (
    <span>
      <strong>{row.operation}</strong> <span className="code">{row.namespace + row.path}</span>
      {before !== after && <span className="description">{t("policies.conditions_change", { before, after })}</span>}
    </span>
  );
}
