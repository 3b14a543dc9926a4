import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { keyPath, needs, type OfKey } from "./mount";

/** Makes another version of a key. */
export function Rotate({ mount, name, info }: OfKey) {
  const [open, setOpen] = useState(false);
  const act = useChange(
    () => send("POST", keyPath(mount, name, "rotate"), { data: {} }),
    () => {
      toast(t("transit.rotated", { name }));
      setOpen(false);
    },
  );
  if (info?.soft_deleted) return null;
  return (
    <>
      <Button icon={<RefreshCw aria-hidden size={16} />} onPress={() => setOpen(true)} needs={needs(mount, name).rotate}>
        {t("transit.rotate")}
      </Button>
      {open && (
        <Confirm title={t("transit.rotate_title", { name })} isOpen onClose={() => setOpen(false)} action={t("transit.rotate")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error}>
          <p>{t("transit.rotate_text")}</p>
        </Confirm>
      )}
    </>
  );
}
