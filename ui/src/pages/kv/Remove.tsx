import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { remove } from "../../api/client";
import { useChange } from "../../api/hooks";
import { nameOf, parentOf } from "../../api/paths";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Choices } from "../../components/Field";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { dataPath, folderLink, metadataPath, needs, type Store } from "./store";

/** Deletes a secret: its newest version, or everything that there ever was. */
export function Remove({ store, path }: { store: Store; path: string }) {
  const need = needs(store, path);
  const mayNewest = useMay(need.remove);
  const mayAll = useMay(need.removeAll) && store.versioned;
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState("newest");
  const navigate = useNavigate();
  const isAll = !store.versioned || (mayAll && (wanted === "all" || !mayNewest));
  const act = useChange(
    () => remove(store.versioned && isAll ? metadataPath(store, path) : dataPath(store, path)),
    () => {
      toast(t(isAll ? "kv.removed" : "kv.newest_removed", { name: path }));
      setOpen(false);
      if (isAll) navigate(folderLink(store, parentOf(path)), { replace: true });
    },
  );
  if (!mayNewest && !mayAll) return null;
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={mayNewest ? need.remove : need.removeAll}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm key={String(isAll)} title={t("kv.remove_title", { name: nameOf(path) })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} {...(isAll && { typed: nameOf(path) })}>
          {mayNewest && mayAll ? (
            <Choices
              label={t("kv.remove_what")}
              value={wanted}
              onChange={setWanted}
              choices={[
                { id: "newest", label: t("kv.remove_newest"), description: t("kv.remove_newest_hint") },
                { id: "all", label: t("kv.remove_all"), description: t("kv.remove_all_hint") },
              ]}
            />
          ) : (
            <p>{t(isAll ? "kv.remove_all_hint" : "kv.remove_newest_hint")}</p>
          )}
        </Confirm>
      )}
    </>
  );
}
