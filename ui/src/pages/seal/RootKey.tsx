import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { REKEY } from "./ceremony";

/** A new root key under the same shares. */
export function RootKey() {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => write(REKEY, {}),
    () => {
      setOpen(false);
      toast(t("seal.root_rotated"));
    },
  );
  return (
    <section className="card stack">
      <h2>{t("seal.root_key")}</h2>
      <p>{t("seal.root_key_intro")}</p>
      <div className="row">
        <Button onPress={() => setOpen(true)} needs={[`update ${REKEY}`, `sudo ${REKEY}`]}>
          {t("seal.root_rotate")}
        </Button>
      </div>
      {open && (
        <Confirm title={t("seal.root_rotate_title")} isOpen onClose={() => setOpen(false)} action={t("seal.root_rotate")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("seal.root_rotate_text")}</p>
        </Confirm>
      )}
    </section>
  );
}
