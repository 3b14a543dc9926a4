import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { bytes } from "../../components/bytes";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Empty, Loaded as Awaited } from "../../components/Loaded";
import { Progress } from "../../components/Progress";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { Outcome, RestoreDialog } from "./RestoreDialog";
import { type Loaded, may, readLink, type Restored, takenPath, type Whole } from "./snapshot";
import { WholeFacts } from "./WholeFacts";

/** The snapshots that a schedule has taken, and what can be done with each. */
export function TakenOnes({ name }: { name: string }) {
  const found = useList<{ size: number; snapshot_time: string }>(takenPath(name), { every: 30_000 });
  const [asked, setAsked] = useState<{ what: "delete" | "restore"; file: string; time: string | undefined } | null>(null);
  const navigate = useNavigate();
  const verify = useChange((file: string) => write<Whole>(`${takenPath(name, file)}/verify`, {}));
  const load = useChange(
    (file: string) => write<Loaded>(`${takenPath(name, file)}/load`, {}),
    ({ snapshot_id: id }) => navigate(readLink(id)),
  );
  const drop = useChange(
    (file: string) => remove(takenPath(name, file)),
    (_, file) => {
      setAsked(null);
      toast(t("snapshots.removed", { name: file }));
    },
  );
  const restore = useChange(
    ({ file, thaw }: { file: string; thaw: boolean }) => write<Restored>(`${takenPath(name, file)}/restore`, { thaw }),
    () => setAsked(null),
  );
  const pending = verify.isPending ? "snapshots.verifying" : load.isPending ? "snapshots.loading" : restore.isPending ? "snapshots.restoring" : null;
  const failed = verify.error ?? load.error;
  return (
    <section className="stack">
      <h2>{t("snapshots.taken_ones")}</h2>
      {pending && <Progress label={t(pending)} value={0} most={0} text="" />}
      {failed && <Failure error={failed} />}
      {verify.data && !verify.isPending && <WholeFacts title={t("snapshots.whole", { name: verify.variables ?? "" })} whole={verify.data} />}
      {restore.data && <Outcome restored={restore.data} />}
      <Awaited of={found}>
        {({ keys, key_info: info }) => (
          <DataTable
            label={t("snapshots.taken_ones")}
            rows={keys.map((file) => ({ file, size: info[file]?.size ?? 0, time: info[file]?.snapshot_time })).reverse()}
            idOf={({ file }) => file}
            textOf={({ file }) => file}
            columns={[
              { id: "time", title: t("snapshots.created"), order: ({ time }) => time ?? "", cell: ({ time }) => <When at={time} /> },
              { id: "file", title: t("snapshots.file"), secondary: true, order: ({ file }) => file, cell: ({ file }) => <span className="code">{file}</span> },
              { id: "size", title: t("snapshots.size"), order: ({ size }) => size, cell: ({ size }) => bytes(size) },
              {
                id: "actions",
                title: t("snapshots.actions"),
                cell: ({ file, time }) => (
                  <span className="row">
                    <Button look="quiet" onPress={() => verify.mutate(file)} isDisabled={pending !== null} needs={may("update", `${takenPath(name, file)}/verify`)}>{t("snapshots.verify")}</Button>
                    <Button look="quiet" onPress={() => load.mutate(file)} isDisabled={pending !== null} needs={may("update", `${takenPath(name, file)}/load`)}>{t("snapshots.load")}</Button>
                    <Button look="quiet" onPress={() => setAsked({ what: "restore", file, time })} isDisabled={pending !== null} needs={may("update", `${takenPath(name, file)}/restore`)}>{t("snapshots.restore")}</Button>
                    <Button look="quiet" onPress={() => setAsked({ what: "delete", file, time })} needs={may("delete", takenPath(name, file))}>{t("common.delete")}</Button>
                  </span>
                ),
              },
            ]}
            empty={<Empty title={t("snapshots.none_taken")} />}
          />
        )}
      </Awaited>
      {asked?.what === "delete" && (
        <Confirm title={t("snapshots.remove_title", { name: asked.file })} isOpen onClose={() => setAsked(null)} action={t("common.delete")} onConfirm={() => drop.mutate(asked.file)} isPending={drop.isPending} error={drop.error}>
          <p>{t("snapshots.is_of", { time: told(asked.time) ?? "" })}</p>
          <p>{t("snapshots.drop_text")}</p>
        </Confirm>
      )}
      {asked?.what === "restore" && <RestoreDialog name={asked.file} time={asked.time} onClose={() => setAsked(null)} onRestore={(thaw) => restore.mutate({ file: asked.file, thaw })} isPending={restore.isPending} error={restore.error} />}
    </section>
  );
}
