import { useState } from "react";
import { remove, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { keyPath, mountLink, needs, type OfKey } from "./mount";

/** Takes a key out of use and back, and deletes one whose settings allow it. */
export function Remove({ mount, name, info }: OfKey) {
  const [asked, setAsked] = useState<"soft" | "hard" | null>(null);
  const navigate = useNavigate();
  const need = needs(mount, name);
  const soft = useChange(
    () => remove(keyPath(mount, name, "soft-delete")),
    () => {
      toast(t("transit.soft_removed", { name }));
      setAsked(null);
    },
  );
  const back = useChange(
    () => send("POST", keyPath(mount, name, "soft-delete-restore"), { data: {} }),
    () => toast(t("transit.soft_restored", { name })),
  );
  const hard = useChange(
    () => remove(keyPath(mount, name)),
    () => {
      toast(t("transit.removed", { name }));
      navigate(mountLink(mount));
    },
  );
  return (
    <>
      {info?.soft_deleted ? (
        <Button onPress={() => back.mutate(undefined)} isPending={back.isPending} needs={need.softRestore}>
          {t("transit.soft_restore")}
        </Button>
      ) : (
        <Button onPress={() => setAsked("soft")} needs={need.softDelete}>
          {t("transit.soft_remove")}
        </Button>
      )}
      {info?.deletion_allowed && (
        <Button look="danger" onPress={() => setAsked("hard")} needs={need.remove}>
          {t("common.delete")}
        </Button>
      )}
      {back.error && <Failure error={back.error} />}
      {asked === "soft" && (
        <Confirm title={t("transit.soft_title", { name })} isOpen onClose={() => setAsked(null)} action={t("transit.soft_remove")} onConfirm={() => soft.mutate(undefined)} isPending={soft.isPending} error={soft.error}>
          <p>{t("transit.soft_text")}</p>
        </Confirm>
      )}
      {asked === "hard" && (
        <Confirm title={t("transit.remove_title", { name })} isOpen onClose={() => setAsked(null)} action={t("common.delete")} onConfirm={() => hard.mutate(undefined)} isPending={hard.isPending} error={hard.error} typed={name}>
          <p>{t("transit.remove_text")}</p>
        </Confirm>
      )}
    </>
  );
}
