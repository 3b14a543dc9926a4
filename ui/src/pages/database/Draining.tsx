import { useState } from "react";
import { remove } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Confirm } from "../../components/Dialog";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { briefly } from "../engine/Names";

/** Connections that were deleted while users of them live: the server keeps them to drop these. */
export function Draining({ mount }: { mount: string }) {
  const found = useList<Record<string, unknown>>(`${mount}draining`);
  const [asked, setAsked] = useState<string | null>(null);
  const forget = useChange(
    (id: string) => remove(`${mount}draining/${id}`),
    (_, id) => {
      toast(t("database.forgotten", { name: id }));
      setAsked(null);
    },
  );
  const keys = found.data?.keys ?? [];
  if (keys.length === 0) return null;
  return (
    <section className="stack">
      <h2>{t("database.draining")}</h2>
      <p className="intro">{t("database.draining_intro")}</p>
      <DataTable
        label={t("database.draining")}
        rows={keys.map((id) => ({ id }))}
        idOf={({ id }) => id}
        columns={[
          { id: "id", title: t("engine.name"), cell: ({ id }) => id },
          { id: "about", title: t("engine.about"), cell: ({ id }) => briefly(found.data?.key_info[id]) },
          { id: "forget", title: t("kv.actions"), cell: ({ id }) => <Button look="quiet" onPress={() => setAsked(id)} needs={`delete ${mount}draining/${id}`}>{t("database.forget")}</Button> },
        ]}
        empty={null}
      />
      {asked && (
        <Confirm title={t("database.forget_title", { name: asked })} isOpen onClose={() => setAsked(null)} action={t("database.forget")} onConfirm={() => forget.mutate(asked)} isPending={forget.isPending} error={forget.error} typed={asked}>
          <p>{t("database.forget_text")}</p>
        </Confirm>
      )}
    </section>
  );
}
