import { useState } from "react";
import type { ApiError } from "../../api/errors";
import { LinkButton } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Checkbox } from "../../components/Field";
import { told } from "../../components/time";
import { t } from "../../texts";
import type { Restored } from "./snapshot";
import { WholeFacts } from "./WholeFacts";

interface Props {
  name: string;
  /** Of when it is, where that is known. */
  time?: string | undefined;
  /** Whether it may be of another cluster. */
  forced?: boolean;
  onClose: () => void;
  onRestore: (thaw: boolean) => void;
  isPending: boolean;
  error: ApiError | null;
}

const TOO_LARGE = 413;

/** Asks before everything that is stored is replaced. */
export function RestoreDialog({ name, time, forced = false, onClose, onRestore, isPending, error }: Props) {
  const [thaw, setThaw] = useState(false);
  return (
    <Confirm title={t("snapshots.restore_title", { name })} isOpen onClose={onClose} action={t("snapshots.restore")} onConfirm={() => onRestore(thaw)} isPending={isPending} error={error} typed="restore">
      {time && <p>{t("snapshots.is_of", { time: told(time) ?? "" })}</p>}
      <p>{t("snapshots.restore_text")}</p>
      {forced && <p className="notice notice-danger">{t("snapshots.force_text")}</p>}
      {error?.status === TOO_LARGE && <p>{t("snapshots.too_large")}</p>}
      {error?.kind === "unreachable" && <p className="notice notice-warn">{t("snapshots.broke_off")}</p>}
      <Checkbox label={t("snapshots.thaw")} description={t("snapshots.thaw_hint")} value={thaw} onChange={setThaw} />
    </Confirm>
  );
}

/** What a restore has done. */
export function Outcome({ restored }: { restored: Restored }) {
  return (
    <div className="stack">
      {restored.sealed && <p className="notice notice-warn">{t("snapshots.restored_sealed")}</p>}
      {restored.frozen && (
        <div className="notice notice-warn">
          <p>{t("snapshots.frozen_text")}</p>
          <LinkButton to="/snapshots">{t("snapshots.to_freeze")}</LinkButton>
        </div>
      )}
      <WholeFacts title={t(restored.frozen ? "snapshots.restored_frozen" : "snapshots.restored")} whole={restored} />
    </div>
  );
}
