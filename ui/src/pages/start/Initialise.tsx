import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { SEAL_STATUS, useSealStatus } from "../../api/state";
import { useKept } from "../../app/kept";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, NumberField, TextArea } from "../../components/Field";
import { SubmitForm } from "../../components/SubmitForm";
import { Title } from "../../components/Title";
import { t } from "../../texts";
import { type Initialised, MADE } from "./made";
import { Sheet } from "./Sheet";

const MOST_SHARES = 255;

/** Makes the keys of a new server, and shows them once. */
export default function Initialise() {
  const recovery = useSealStatus().data?.recovery_seal ?? false;
  const [shares, setShares] = useState<number | null>(5);
  const [threshold, setThreshold] = useState<number | null>(3);
  const [pgp, setPgp] = useState(false);
  const [keys, setKeys] = useState("");
  const [rootKey, setRootKey] = useState("");
  const client = useQueryClient();
  const made = useKept(MADE);
  const pgpKeys = pgp ? keysIn(keys) : [];
  const fault = faultOf(shares, threshold, pgp ? pgpKeys.length : null);
  const isEmpty = shares === null;
  const make = useMutation<Initialised, ApiError, void>({
    mutationFn: () => {
      const prefix = recovery ? "recovery" : "secret";
      const wanted = { [`${prefix}_shares`]: shares, [`${prefix}_threshold`]: threshold };
      const sealed = pgp ? { [recovery ? "recovery_pgp_keys" : "pgp_keys"]: pgpKeys } : {};
      return send("POST", "sys/init", { data: { ...wanted, ...sealed, ...(pgp && rootKey && { root_token_pgp_key: stripped(rootKey) }) }, token: "", namespace: "" });
    },
    onSuccess: (answer) => MADE.set({ answer, threshold: threshold ?? 1, isEncrypted: pgp }),
  });
  const goOn = () => {
    MADE.set(null);
    void client.invalidateQueries({ queryKey: SEAL_STATUS });
  };
  if (made) return <Sheet made={made.answer} threshold={made.threshold} encrypted={made.isEncrypted} onDone={goOn} />;
  return (
    <SubmitForm className="login stack" onSubmit={() => make.mutate()}>
      <Title>{t("start.init_title")}</Title>
      <p>{t(recovery ? "start.init_recovery" : "start.init_intro")}</p>
      <NumberField label={t("start.shares")} description={t("start.shares_hint")} value={shares} onChange={setShares} min={1} max={MOST_SHARES} error={isEmpty ? fault : null} />
      <NumberField label={t("start.threshold")} description={t("start.threshold_hint")} value={threshold} onChange={setThreshold} min={1} max={MOST_SHARES} error={isEmpty ? null : fault} />
      <Checkbox label={t("start.pgp")} description={t("start.pgp_hint")} value={pgp} onChange={setPgp} />
      {pgp && (
        <>
          <TextArea label={t("start.pgp_keys")} description={t("start.pgp_keys_hint", { n: pgpKeys.length })} value={keys} onChange={setKeys} rows={6} code />
          <TextArea label={t("start.pgp_root")} value={rootKey} onChange={setRootKey} rows={4} code />
        </>
      )}
      {make.error && <Failure error={make.error} />}
      <Button type="submit" look="primary" isPending={make.isPending} isDisabled={fault !== null}>
        {t("start.init")}
      </Button>
    </SubmitForm>
  );
}

/** Why these numbers can't be used; null if they can (pure). */
export function faultOf(shares: number | null, threshold: number | null, keys: number | null): string | null {
  if (shares === null || threshold === null) return t("common.required");
  if (threshold > shares) return t("start.threshold_above");
  if (shares > 1 && threshold === 1) return t("start.threshold_one");
  if (keys !== null && keys !== shares) return t("start.pgp_count", { n: keys, shares });
  return null;
}

/** The public keys in a text: armoured, or one of base64 a line (pure). */
export function keysIn(text: string): string[] {
  const armoured = text.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g);
  return armoured ? armoured.map(stripped) : text.split("\n").map((line) => line.trim()).filter(Boolean);
}

/** A key without its armour, in base64 as the API takes it. */
function stripped(key: string): string {
  if (!key.includes("-----BEGIN")) return key.replace(/\s+/g, "");
  const body = key.replace(/-----[^-]+-----/g, "").trim();
  const lines = body.split(/\r?\n/).map((line) => line.trim());
  const blank = lines.indexOf("");
  return lines.slice(blank + 1).filter((line) => line !== "" && !line.startsWith("=")).join("");
}
