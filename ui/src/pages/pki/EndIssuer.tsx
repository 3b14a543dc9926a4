import { useState } from "react";
import { remove, send } from "../../api/client";
import { useNavigate } from "../../app/location";
import { Removal } from "../../components/Removal";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { issuerPath, pkiLink } from "./mount";
import { ReasonField } from "./ReasonField";
import { useStanding } from "./standing";

interface Props {
  mount: string;
  id: string;
  title: string;
}

/** Takes an authority out of service: revokes it, or forgets it. */
export function EndIssuer({ mount, id, title }: Props) {
  const [reason, setReason] = useState("");
  const navigate = useNavigate();
  const { isRevoked } = useStanding(mount, id);
  return (
    <>
      {!isRevoked && (
        <Removal action={t("pki.revoke")} title={t("pki.revoke_issuer_title", { name: title })} needs={`update ${issuerPath(mount, id, "revoke")}`} act={() => send("POST", issuerPath(mount, id, "revoke"), { data: reason ? { reason } : {} })} done={() => toast(t("pki.issuer_revoked", { name: title }))} typed={title}>
          <p>{t("pki.revoke_issuer_text")}</p>
          <ReasonField path={`${mount}issuer/{issuer_ref}/revoke`} value={reason} onChange={setReason} />
        </Removal>
      )}
      <Removal
        look="danger"
        title={t("pki.remove_issuer_title", { name: title })}
        needs={`delete ${issuerPath(mount, id)}`}
        act={() => remove(issuerPath(mount, id))}
        done={() => {
          toast(t("pki.issuer_removed", { name: title }));
          navigate(pkiLink(mount));
        }}
        typed={title}
      >
        <p>{t("pki.remove_issuer_text")}</p>
      </Removal>
    </>
  );
}
