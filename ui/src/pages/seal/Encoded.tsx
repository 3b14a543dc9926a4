import { useState } from "react";
import { data } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import type { Generation } from "./ceremony";

/** A root token as the last share has brought it, and what decodes it. */
export function Encoded({ made, otp: known, onDone }: { made: Generation; otp: string; onDone: () => void }) {
  const [otp, setOtp] = useState(known);
  const decode = useChange(
    () => data<{ token: string }>("POST", "sys/decode-token", { data: { encoded_token: made.encoded_token, otp: otp.trim() } }),
    () => setOtp(""),
  );
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("seal.root_made")}</h2>
      <p>{t(made.pgp_fingerprint ? "seal.root_made_pgp" : "seal.root_made_otp", { fingerprint: made.pgp_fingerprint ?? "" })}</p>
      <Secret value={made.encoded_token ?? ""} name={t("seal.encoded")} />
      {!made.pgp_fingerprint && !decode.data && (
        <SubmitForm className="stack" onSubmit={() => decode.mutate(undefined)}>
          <TextField label={t("seal.otp")} type="password" value={otp} onChange={setOtp} isRequired />
          {decode.error && <Failure error={decode.error} />}
          <div className="row">
            <Button type="submit" look="primary" isPending={decode.isPending} isDisabled={otp.trim() === ""}>
              {t("seal.decode")}
            </Button>
          </div>
        </SubmitForm>
      )}
      {decode.data && (
        <>
          <h3>{t("start.root_token")}</h3>
          <Secret value={decode.data.token} name={t("start.root_token")} />
          <p className="description">{t("start.root_token_hint")}</p>
        </>
      )}
      <div className="row">
        <Button onPress={onDone}>{t("seal.done")}</Button>
      </div>
    </section>
  );
}
