import { useState } from "react";
import { serverNow } from "../../api/clock";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Removal } from "../../components/Removal";
import { told } from "../../components/time";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { CertificateFacts } from "./CertificateFacts";
import { stateOf } from "./chain";
import { listIn } from "./crl";
import { crumbsOf, issuerPath, needs, rolePath, type StoredCertificate } from "./mount";
import { joined } from "./pem";
import { fileName, PemText } from "./PemText";
import { ReasonField } from "./ReasonField";
import { certificateIn } from "./x509";

/** One certificate that the mount has stored. */
export default function Certificate() {
  const [mount, serial, role] = [useParam("mount"), useParam("serial"), useParam("role")];
  const found = useRead<StoredCertificate>(join(mount, "cert", serial));
  const crumbs = crumbsOf(mount, { text: t("pki.part_certificates"), page: "/certificates" });
  const missing = (
    <>
      <PageHead title={serial} crumbs={crumbs} />
      <Empty title={t("pki.certificate_missing")} />
    </>
  );
  return (
    <Loaded of={found} missing={missing}>
      {(stored) => {
        const read = certificateIn(stored.certificate);
        const isRevoked = stored.revocation_time > 0;
        return (
          <>
            <PageHead title={read?.commonName || serial} crumbs={crumbs}>
              {!isRevoked && <Revoke mount={mount} serial={serial} role={role} name={read?.commonName || serial} />}
            </PageHead>
            {isRevoked && <Revoked mount={mount} serial={serial} stored={stored} />}
            {read && stateOf(read, serverNow()) === "expired" && <p className="notice notice-warn">{t("pki.has_expired")}</p>}
            <section className="card stack">{read ? <CertificateFacts certificate={read} /> : <p>{t("pki.unreadable")}</p>}</section>
            <section className="card">
              <PemText title={t("pki.certificate")} text={joined([stored.certificate])} file={`${fileName(read?.commonName || serial)}.pem`} />
            </section>
          </>
        );
      }}
    </Loaded>
  );
}

/** That it was revoked, and whether the list that everybody fetches says so already. */
function Revoked({ mount, serial, stored }: { mount: string; serial: string; stored: StoredCertificate }) {
  const issuer = stored.issuer_id ?? "";
  const found = useRead<{ crl: string }>(issuerPath(mount, issuer, "crl"), { enabled: issuer !== "" });
  const list = found.data && listIn(found.data.crl);
  const isListed = list?.revoked.some((each) => each.serial === serial.toLowerCase().replace(/-/g, ":"));
  return (
    <div className="notice notice-danger">
      <div>
        <p>{t("pki.was_revoked", { when: told(stored.revocation_time_rfc3339) ?? "" })}</p>
        {stored.revocation_reason && <p>{t("pki.was_revoked_because", { reason: stored.revocation_reason })}</p>}
        {list && <p data-listed={isListed}>{isListed ? t("pki.is_listed", { n: list.number ?? "", when: told(list.thisUpdate) ?? "" }) : t("pki.not_listed")}</p>}
      </div>
    </div>
  );
}

function Revoke({ mount, serial, role, name }: { mount: string; serial: string; role: string; name: string }) {
  const [reason, setReason] = useState("");
  const mayAll = useMay(needs(mount).revoke);
  const mayRole = useMay(`update ${rolePath(mount, role || "none", "revoke")}`);
  // Whose policies only let him revoke what a role has issued.
  const byRole = mayAll === false && role !== "" && mayRole;
  const path = byRole ? rolePath(mount, role, "revoke") : join(mount, "revoke");
  return (
    <Removal
      look="danger"
      action={t("pki.revoke")}
      title={t("pki.revoke_title", { name })}
      needs={`update ${path}`}
      act={async () => {
        const { warnings } = await send<Envelope<Fields | null>>("POST", path, { data: { serial_number: serial, ...(reason && { reason }) } });
        for (const text of warnings ?? []) toast(text, "danger");
      }}
      done={() => toast(t("pki.is_revoked", { name }))}
    >
      <p>{t("pki.revoke_text")}</p>
      <ReasonField path={`${mount}${byRole ? "roles/{name}/revoke" : "revoke"}`} value={reason} onChange={setReason} />
    </Removal>
  );
}
