import { remove } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Loaded as Awaited } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { LOAD, type Loaded, may, readLink } from "./snapshot";

/** The snapshots that are loaded on this node, from which single secrets can be read. */
export function LoadedOnes() {
  const found = useList<Loaded>(LOAD, { every: 30_000 });
  const unload = useChange(
    (id: string) => remove(`${LOAD}/${id}`),
    () => toast(t("snapshots.unloaded")),
  );
  return (
    <section className="stack">
      <div className="row">
        <h2>{t("snapshots.loaded_ones")}</h2>
        <LinkButton to="/snapshots/restore" needs={may("update", LOAD)}>
          {t("snapshots.load_file")}
        </LinkButton>
      </div>
      {unload.error && <Failure error={unload.error} />}
      <Awaited of={found}>
        {({ keys, key_info: info }) => (
          <DataTable
            label={t("snapshots.loaded_ones")}
            rows={keys.map((id) => ({ id, ...info[id] }))}
            idOf={({ id }) => id}
            columns={[
              { id: "time", title: t("snapshots.created"), order: ({ snapshot_time: time }) => time ?? "", cell: ({ id, snapshot_time: time }) => <Anchor to={readLink(id)}>{exact(time) ?? id}</Anchor> },
              { id: "until", title: t("snapshots.until"), cell: ({ expires_at: until }) => exact(until) },
              { id: "actions", title: t("snapshots.actions"), cell: ({ id }) => <Button look="quiet" onPress={() => unload.mutate(id)} needs={may("delete", `${LOAD}/${id}`)}>{t("snapshots.unload")}</Button> },
            ]}
            empty={<p>{t("snapshots.none_loaded")}</p>}
          />
        )}
      </Awaited>
    </section>
  );
}
