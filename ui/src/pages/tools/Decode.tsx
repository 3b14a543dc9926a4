import { useState } from "react";
import { data } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";

/** Makes a root token of what the holders of key shares were given, and of its one-time password. */
export function Decode() {
  const [encoded, setEncoded] = useState("");
  const [otp, setOtp] = useState("");
  const decode = useChange(
    () => data<{ token: string }>("POST", "sys/decode-token", { data: { encoded_token: encoded.trim(), otp: otp.trim() }, token: "", namespace: "" }),
    () => {
      setEncoded("");
      setOtp("");
    },
  );
  return (
    <SubmitForm className="stack" onSubmit={() => decode.mutate(undefined)}>
      <p>{t("tools.decode_intro")}</p>
      <TextField label={t("tools.encoded")} value={encoded} onChange={setEncoded} isRequired code />
      <TextField label={t("tools.otp")} type="password" value={otp} onChange={setOtp} isRequired code />
      {decode.error && <Failure error={decode.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={decode.isPending} isDisabled={encoded.trim() === "" || otp.trim() === ""}>
          {t("tools.decode_do")}
        </Button>
      </div>
      {decode.data && <Secret value={decode.data.token} name={t("start.root_token")} />}
    </SubmitForm>
  );
}
