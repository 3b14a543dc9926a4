import { type ReactNode, useState } from "react";
import { remove } from "../api/client";
import { useChange } from "../api/hooks";
import { useNavigate } from "../app/location";
import { t } from "../texts";
import { Button } from "./Button";
import { Confirm } from "./Dialog";
import { toast } from "./toasts";

interface Props {
  /** What the API deletes. */
  path: string;
  name: string;
  /** What happens, and what can't be undone. */
  children: ReactNode;
  /** Where to go then. */
  back: string;
  /** Whether the name has to be typed. */
  isGrave?: boolean;
}

/** Deletes what the page shows, after asking. */
export function RemoveButton({ path, name, children, back, isGrave = false }: Props) {
  const [open, setOpen] = useState(false);
  const navigate = useNavigate();
  const act = useChange(
    () => remove(path),
    () => {
      toast(t("engine.removed", { name }));
      setOpen(false);
      navigate(back);
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`delete ${path}`}>
        {t("common.delete")}
      </Button>
      {open && (
        <Confirm title={t("engine.remove_title", { name })} isOpen onClose={() => setOpen(false)} action={t("common.delete")} onConfirm={() => act.mutate(undefined)} isPending={act.isPending} error={act.error} {...(isGrave && { typed: name })}>
          {children}
        </Confirm>
      )}
    </>
  );
}
