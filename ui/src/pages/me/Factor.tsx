import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, send } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Suggested } from "../../components/Field";
import { Once } from "../../components/Once";
import { QrCode } from "../../components/QrCode";
import { SubmitForm } from "../../components/SubmitForm";
import { Warnings } from "../../components/Warnings";
import { t } from "../../texts";

interface Made {
  url: string;
}

interface Method {
  name?: string;
  issuer?: string;
}

/** Makes a secret for the user's authenticator app. */
export function Factor() {
  const [method, setMethod] = useState("");
  const mayList = useMay("list identity/mfa/method/totp");
  const methods = useList<Method>("identity/mfa/method/totp", { enabled: mayList === true });
  const make = useChange(() => send<Envelope<Made | null>>("POST", "identity/mfa/method/totp/generate", { data: { method_id: method.trim() } }));
  const url = make.data?.data?.url;
  const choices = (methods.data?.keys ?? []).map((id) => ({ id, label: id, description: methods.data?.key_info[id]?.name || methods.data?.key_info[id]?.issuer || "" }));
  return (
    <SubmitForm onSubmit={() => make.mutate(undefined)}>
      <p>{t("me.factor_intro")}</p>
      <Suggested label={t("me.factor_method")} description={t("me.factor_method_hint")} value={method} onChange={setMethod} choices={choices} isRequired />
      {make.error && <Failure error={make.error} />}
      <Warnings of={make.data?.warnings} />
      {url && (
        <>
          <Once>{t("kv.received_once")}</Once>
          <QrCode text={url} label={t("me.factor_scan")} />
        </>
      )}
      <div className="row">
        <Button type="submit" look="primary" isPending={make.isPending} isDisabled={method.trim() === ""} needs="update identity/mfa/method/totp/generate">
          {t("me.factor_make")}
        </Button>
      </div>
    </SubmitForm>
  );
}
