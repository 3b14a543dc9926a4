import { Facts } from "../../components/Facts";
import { exact } from "../../components/Moment";
import { t } from "../../texts";
import type { Whole } from "./snapshot";

/** What a snapshot is of. */
export function WholeFacts({ title, whole }: { title: string; whole: Whole }) {
  return (
    <section className="card stack" aria-live="polite">
      <h3>{title}</h3>
      <Facts
        rows={[
          [t("snapshots.created"), exact(whole.created)],
          [t("snapshots.rows"), whole.rows],
          [t("snapshots.cluster"), `${whole.cluster_name} (${whole.cluster_id})`],
          [t("snapshots.vouched"), t(whole.authenticated_by ? "snapshots.vouched_yes" : "snapshots.vouched_no")],
          [t("snapshots.seals"), whole.seals.join(", ")],
          [t("snapshots.version"), whole.version],
          [t("snapshots.storage"), whole.storage],
        ]}
      />
    </section>
  );
}
