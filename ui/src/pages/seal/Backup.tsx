import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { read, remove } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Confirm } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { May } from "../../components/May";
import { Secret } from "../../components/Secret";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { REKEY } from "./ceremony";
import "./Seal.css";

interface Kept {
  nonce: string;
  /** By the fingerprint of the PGP key that each share is encrypted for. */
  keys_base64: Record<string, string[]>;
}

/** The shares that the server keeps, encrypted for their holders. */
export function Backup() {
  return (
    <May needs={[`read ${REKEY}/backup`]}>
      <Shown />
    </May>
  );
}

function Shown() {
  const [asking, setAsking] = useState(false);
  const ask = useMutation<Kept, ApiError, void>({ mutationFn: () => read<Kept>(`${REKEY}/backup`) });
  const drop = useChange(
    () => remove(`${REKEY}/backup`),
    () => {
      setAsking(false);
      ask.reset();
      toast(t("seal.backup_removed"));
    },
  );
  return (
    <section className="card stack">
      <h2>{t("seal.backup_title")}</h2>
      <p>{t("seal.backup_intro")}</p>
      {ask.error && <Failure error={ask.error} />}
      {ask.data && (
        <ul className="plain stack">
          {Object.entries(ask.data.keys_base64).flatMap(([fingerprint, shares]) =>
            shares.map((share, index) => (
              <li key={`${fingerprint} ${index}`}>
                <p className="code">{t("seal.for_key", { fingerprint })}</p>
                <Secret value={share} name={fingerprint} />
              </li>
            )),
          )}
        </ul>
      )}
      <div className="row">
        <Button onPress={() => ask.mutate()} isPending={ask.isPending} needs={`read ${REKEY}/backup`}>
          {t("seal.backup_show")}
        </Button>
        {ask.data && (
          <Button onPress={() => setAsking(true)} needs={`delete ${REKEY}/backup`}>
            {t("seal.backup_remove")}
          </Button>
        )}
      </div>
      {asking && (
        <Confirm title={t("seal.backup_remove_title")} isOpen onClose={() => setAsking(false)} action={t("common.delete")} onConfirm={() => drop.mutate(undefined)} isPending={drop.isPending} error={drop.error}>
          <p>{t("seal.backup_remove_text")}</p>
        </Confirm>
      )}
    </section>
  );
}
