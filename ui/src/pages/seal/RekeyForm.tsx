import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextArea } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { faultOf, keysIn } from "../start/Initialise";
import { REKEY, type Rekeying } from "./ceremony";

const MOST_SHARES = 255;

/** Which new shares are wanted. */
export function RekeyForm({ onBegin }: { onBegin: () => void }) {
  const [shares, setShares] = useState<number | null>(5);
  const [threshold, setThreshold] = useState<number | null>(3);
  const [verify, setVerify] = useState(true);
  const [pgp, setPgp] = useState(false);
  const [keys, setKeys] = useState("");
  const [backup, setBackup] = useState(false);
  const found = pgp ? keysIn(keys) : [];
  const fault = faultOf(shares, threshold, pgp ? found.length : null);
  const begin = useChange(
    () => write<Rekeying>(`${REKEY}/init`, { secret_shares: shares, secret_threshold: threshold, require_verification: verify, ...(pgp && { pgp_keys: found, backup }) }),
    onBegin,
  );
  return (
    <SubmitForm onSubmit={() => begin.mutate(undefined)}>
      <h2>{t("seal.begin_title")}</h2>
      <NumberField label={t("start.shares")} description={t("start.shares_hint")} value={shares} onChange={setShares} min={1} max={MOST_SHARES} />
      <NumberField label={t("start.threshold")} description={t("start.threshold_hint")} value={threshold} onChange={setThreshold} min={1} max={MOST_SHARES} error={fault} />
      <Checkbox label={t("seal.require_verification")} description={t("seal.require_verification_hint")} value={verify} onChange={setVerify} />
      <Checkbox label={t("start.pgp")} description={t("start.pgp_hint")} value={pgp} onChange={setPgp} />
      {pgp && (
        <>
          <TextArea label={t("start.pgp_keys")} description={t("start.pgp_keys_hint", { n: found.length })} value={keys} onChange={setKeys} rows={6} code />
          <Checkbox label={t("seal.keep_backup")} description={t("seal.keep_backup_hint")} value={backup} onChange={setBackup} />
        </>
      )}
      {!verify && <p className="notice notice-warn">{t("seal.unverified_warning")}</p>}
      {begin.error && <Failure error={begin.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={begin.isPending} isDisabled={fault !== null} needs={`update ${REKEY}/init`}>
          {t("seal.begin")}
        </Button>
      </div>
    </SubmitForm>
  );
}
