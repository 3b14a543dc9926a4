import { useState } from "react";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { Empty, Loaded } from "../../components/Loaded";
import { moment } from "../../components/time";
import { t } from "../../texts";
import { Diff } from "./Diff";
import type { SecretMetadata } from "./Metadata";
import { metadataPath, needs, secretLink, type Store } from "./store";

interface Version {
  number: number;
  state: "current" | "kept" | "deleted" | "destroyed";
  created: string;
}

type Change = "delete" | "undelete" | "destroy";

/** The versions of a secret, the newest first. */
export function Versions({ store, path }: { store: Store; path: string }) {
  const found = useRead<SecretMetadata>(metadataPath(store, path));
  const [compared, setCompared] = useState<number | null>(null);
  const [asked, setAsked] = useState<{ change: Change; number: number } | null>(null);
  const change = useChange(
    ({ change: what, number }: { change: Change; number: number }) => write(join(store.mount, what, path), { versions: [number] }),
    () => setAsked(null),
  );
  const may = needs(store, path);
  return (
    <Loaded of={found} missing={<Empty title={t("kv.missing")} />}>
      {(metadata) => (
        <div className="stack">
          <DataTable
            label={t("kv.tab_versions")}
            rows={versionsOf(metadata)}
            idOf={({ number }) => String(number)}
            columns={[
              { id: "number", title: t("kv.number"), order: ({ number }) => number, cell: ({ number, state }) => (state === "destroyed" ? number : <Anchor to={secretLink(store, path, { version: number })}>{number}</Anchor>) },
              { id: "created", title: t("kv.created"), order: ({ created }) => created, cell: ({ created }) => moment(created)?.toLocaleString() },
              { id: "state", title: t("kv.state"), cell: ({ state }) => <span className={`badge ${state === "current" ? "badge-good" : state === "kept" ? "" : "badge-warn"}`}>{t(`kv.state_${state}`)}</span> },
              {
                id: "actions",
                title: t("kv.actions"),
                cell: ({ number, state }) => (
                  <span className="row">
                    {state === "kept" && <Button look="quiet" onPress={() => setCompared(number)} needs={may.read}>{t("kv.compare")}</Button>}
                    {(state === "kept" || state === "current") && <Button look="quiet" onPress={() => setAsked({ change: "delete", number })} needs={may.removeVersions}>{t("common.delete")}</Button>}
                    {state === "deleted" && <Button look="quiet" onPress={() => change.mutate({ change: "undelete", number })} needs={may.undelete}>{t("kv.undelete")}</Button>}
                    {state !== "destroyed" && <Button look="quiet" onPress={() => setAsked({ change: "destroy", number })} needs={may.destroy}>{t("kv.destroy")}</Button>}
                  </span>
                ),
              },
            ]}
            empty={<Empty title={t("kv.no_versions")} />}
          />
          {compared !== null && <Diff store={store} path={path} before={compared} after={metadata.current_version} onClose={() => setCompared(null)} />}
          {asked && (
            <Confirm title={t(`kv.${asked.change}_title`, { n: asked.number })} isOpen onClose={() => setAsked(null)} action={t(asked.change === "destroy" ? "kv.destroy" : "common.delete")} onConfirm={() => change.mutate(asked)} isPending={change.isPending} error={change.error}>
              <p>{t(`kv.${asked.change}_text`)}</p>
            </Confirm>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** The versions that metadata tell of (pure). */
export function versionsOf({ versions, current_version }: SecretMetadata): Version[] {
  return Object.entries(versions)
    .map(([key, { created_time, deletion_time, destroyed }]): Version => {
      const number = Number(key);
      const isDeleted = deletion_time !== "" && new Date(deletion_time) <= new Date();
      return { number, created: created_time, state: destroyed ? "destroyed" : isDeleted ? "deleted" : number === current_version ? "current" : "kept" };
    })
    .sort((a, b) => b.number - a.number);
}
