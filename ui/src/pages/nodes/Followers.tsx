import { useState } from "react";
import { remove } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { behind, type Follower, mayRevoke } from "./region";

/** The regions that follow this one. */
export function Followers({ followers }: { followers: readonly Follower[] }) {
  const [asked, setAsked] = useState<Follower | null>(null);
  const revoke = useChange(
    ({ id }: Follower) => remove(`sys/region/followers/${id}`),
    (_, { name }) => {
      setAsked(null);
      toast(t("nodes.revoked", { name }));
    },
  );
  return (
    <section className="stack">
      <h2>{t("nodes.followers")}</h2>
      <DataTable
        label={t("nodes.followers")}
        rows={followers}
        idOf={({ id }) => id}
        columns={[
          { id: "name", title: t("nodes.name"), order: ({ name }) => name, cell: ({ name }) => name },
          { id: "state", title: t("nodes.state"), cell: ({ connected, left }) => <span className={`badge ${connected ? "badge-good" : "badge-warn"}`}>{t(left ? "nodes.has_left" : connected ? "nodes.connected" : "nodes.silent")}</span> },
          { id: "behind", title: t("nodes.behind"), cell: ({ lag_revisions: revisions, lag_s: seconds }) => (revisions === undefined || seconds === undefined ? t("nodes.never_heard") : behind(revisions, seconds)) },
          {
            id: "actions",
            title: t("nodes.actions"),
            cell: (follower) => (
              <Button look="quiet" onPress={() => setAsked(follower)} needs={mayRevoke(follower.id)}>
                {t("nodes.revoke")}
              </Button>
            ),
          },
        ]}
        empty={<p>{t("nodes.no_followers")}</p>}
      />
      {asked && (
        <Confirm title={t("nodes.revoke_title", { name: asked.name })} isOpen onClose={() => setAsked(null)} action={t("nodes.revoke")} onConfirm={() => revoke.mutate(asked)} isPending={revoke.isPending} error={revoke.error} typed={asked.name}>
          <p>{t("nodes.revoke_text")}</p>
        </Confirm>
      )}
    </section>
  );
}
