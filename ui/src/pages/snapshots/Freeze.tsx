import { useState } from "react";
import { type Listing, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { exact } from "../../components/Moment";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t, textOr } from "../../texts";
import { may } from "./snapshot";

interface Restoration {
  restored: boolean;
  frozen: boolean;
  restored_time?: string;
  snapshot_time?: string;
  rows?: number;
  thawed_time?: string;
}

interface Waiting {
  kind: string;
  mount: string;
  count: number;
  or_more: boolean;
  since: string;
}

const when = (text: string | undefined) => told(text) ?? "";

/** Whether the store waits for a go after a restore; nothing where it was never restored. */
export function Freeze() {
  const found = useRead<Restoration>("sys/restore", { every: 10_000 });
  if (found.data && !found.data.restored) return null;
  return (
    <Loaded of={found}>
      {({ frozen, restored_time: at, snapshot_time: of, thawed_time: thawed }) => (
        <section className={`notice ${frozen ? "notice-warn" : ""}`} aria-label={t("snapshots.restored_title")}>
          <div>
            <h2>{t(frozen ? "snapshots.frozen" : "snapshots.restored_title")}</h2>
            <p>{t("snapshots.restored_of", { at: when(at), of: when(of) })}</p>
            <p>{frozen ? t("snapshots.frozen_text") : t("snapshots.thawed", { at: when(thawed) })}</p>
            {frozen && (
              <May needs={["read sys/restore/waiting"]}>
                <WaitingOnes />
              </May>
            )}
            {frozen && <Go />}
          </div>
        </section>
      )}
    </Loaded>
  );
}

function WaitingOnes() {
  const found = useRead<Listing<Waiting>>("sys/restore/waiting", { query: { limit: 1000 }, every: 10_000 });
  return (
    <Loaded of={found}>
      {({ keys, key_info: info }) => (
        <DataTable
          label={t("snapshots.waiting")}
          rows={keys.map((place) => ({ place, ...info[place] }))}
          idOf={({ place }) => place}
          columns={[
            { id: "what", title: t("snapshots.waiting"), cell: ({ kind }) => textOr(`snapshots.waits_${kind ?? ""}`, kind ?? "") },
            { id: "mount", title: t("snapshots.mount"), cell: ({ mount, place }) => mount || place },
            { id: "count", title: t("snapshots.count"), order: ({ count }) => count ?? 0, cell: ({ count, or_more: more }) => (more ? t("snapshots.or_more", { n: count ?? 0 }) : count) },
            { id: "since", title: t("snapshots.due_since"), cell: ({ since }) => exact(since) },
          ]}
          empty={<p>{t("snapshots.nothing_waits")}</p>}
        />
      )}
    </Loaded>
  );
}

function Go() {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => write("sys/restore/thaw", {}),
    () => {
      setOpen(false);
      toast(t("snapshots.gone"));
    },
  );
  return (
    <>
      <Button look="danger" onPress={() => setOpen(true)} needs={may("update", "sys/restore/thaw")}>
        {t("snapshots.go")}
      </Button>
      {open && (
        <Confirm title={t("snapshots.go_title")} isOpen onClose={() => setOpen(false)} action={t("snapshots.go")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("snapshots.go_text")}</p>
        </Confirm>
      )}
    </>
  );
}
