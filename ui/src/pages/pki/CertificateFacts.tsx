import type { ReactNode } from "react";
import { Facts } from "../../components/Facts";
import { exact } from "../../components/Moment";
import { t } from "../../texts";
import { Ends } from "./Ends";
import { type Certificate, type Request } from "./x509";

const list = (values: readonly string[]) => (values.length > 0 ? <span className="code">{values.join(", ")}</span> : null);

/** What a certificate says, in words. */
export function CertificateFacts({ certificate, more = [] }: { certificate: Certificate; more?: readonly (readonly [string, ReactNode])[] }) {
  const { subject, issuer, names, notBefore, serial, key, usages, isAuthority, pathLength, crls } = certificate;
  return (
    <Facts
      rows={[
        [t("pki.subject"), subject],
        [t("pki.names"), list(names)],
        [t("pki.issuer"), issuer],
        [t("pki.begins"), exact(notBefore)],
        [t("pki.ends"), <Ends key="ends" certificate={certificate} />],
        [t("pki.serial"), <span key="serial" className="code">{serial}</span>],
        [t("pki.key"), key],
        [t("pki.usages"), usages.join(", ")],
        [t("pki.authority"), isAuthority ? (pathLength === null ? t("pki.authority_any") : t("pki.authority_depth", { n: pathLength })) : null],
        [t("pki.crl_urls"), list(crls)],
        ...more,
      ]}
    />
  );
}

/** What a request for a certificate says, before anybody signs it. */
export function RequestFacts({ request }: { request: Request }) {
  return (
    <Facts
      rows={[
        [t("pki.subject"), request.subject],
        [t("pki.names"), list(request.names)],
        [t("pki.key"), request.key],
      ]}
    />
  );
}
