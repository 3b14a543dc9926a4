import { useState } from "react";
import { bytesOfBase64 } from "../../api/base64";
import type { Envelope } from "../../api/client";
import { Button, LinkButton } from "../../components/Button";
import { Download } from "../../components/Download";
import { Lease } from "../../components/Lease";
import { Once } from "../../components/Once";
import { Secret } from "../../components/Secret";
import { Warnings } from "../../components/Warnings";
import { t } from "../../texts";
import { CertificateFacts } from "./CertificateFacts";
import { certificateLink } from "./mount";
import { joined } from "./pem";
import { fileName, PemText } from "./PemText";
import { certificateIn } from "./x509";

/** What `issue` and `sign` answer. */
export interface IssuedCertificate {
  certificate: string;
  issuing_ca: string;
  ca_chain?: string[];
  serial_number: string;
  /** Where a key was made, and the answer isn't a keystore. */
  private_key?: string;
  pkcs12_bundle?: string;
}

interface Props {
  mount: string;
  role: string;
  answer: Envelope<IssuedCertificate>;
  onAgain: () => void;
}

/** A certificate that was just issued, with all that a server needs of it; its key is shown here and nowhere else. */
export function Issued({ mount, role, answer, onAgain }: Props) {
  const [at] = useState(() => new Date());
  const [isRevoked, setIsRevoked] = useState(false);
  const { certificate, ca_chain = [], private_key, pkcs12_bundle, serial_number } = answer.data;
  const read = certificate ? certificateIn(certificate) : null;
  const file = fileName(read?.commonName || read?.names[0]?.replace(/^\w+:/, "") || serial_number);
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("pki.issued")}</h2>
      {isRevoked && <p className="notice notice-danger">{t("lease.revoked")}</p>}
      <Warnings of={answer.warnings} />
      {read && <CertificateFacts certificate={read} />}
      {(private_key || pkcs12_bundle) && <Once>{t("pki.private_key_once")}</Once>}
      {private_key && (
        <section className="stack">
          <div className="row">
            <h3>{t("pki.private_key")}</h3>
            <Download name={`${file}.key`} content={`${private_key.trim()}\n`} label={t("pki.save", { name: `${file}.key` })} />
          </div>
          <Secret value={private_key} name={t("pki.private_key")} />
        </section>
      )}
      {pkcs12_bundle && (
        <div className="row">
          <Download name={`${file}.p12`} content={() => new Uint8Array(bytesOfBase64(pkcs12_bundle) ?? [])} label={t("pki.save", { name: `${file}.p12` })} />
        </div>
      )}
      {certificate && <PemText title={t("pki.certificate")} text={joined([certificate])} file={`${file}.pem`} isFolded />}
      {certificate && ca_chain.length > 0 && <PemText title={t("pki.with_chain")} text={joined([certificate, ...ca_chain])} file={`${file}-fullchain.pem`} isFolded />}
      {ca_chain.length > 0 && <PemText title={t("pki.chain_of", { n: ca_chain.length })} text={joined(ca_chain)} file={`${file}-chain.pem`} isFolded />}
      {answer.lease_id && !isRevoked && <Lease lease={answer} at={at} onRevoked={() => setIsRevoked(true)} />}
      <div className="row">
        <Button onPress={onAgain}>{t("pki.issue_again")}</Button>
        <LinkButton to={certificateLink(mount, serial_number, role)}>{t("pki.to_certificate")}</LinkButton>
      </div>
    </section>
  );
}
