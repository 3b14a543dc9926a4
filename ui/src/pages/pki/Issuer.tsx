import { send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useMay } from "../../api/capabilities";
import { useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { PageTabs, type PartOfPage } from "../../components/PageTabs";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { useAuthorities } from "./authorities";
import { Chain } from "./Chain";
import { CertificateFacts } from "./CertificateFacts";
import { EndIssuer } from "./EndIssuer";
import { IssuerSettings } from "./IssuerSettings";
import { crumbsOf, issuerLink, issuerPath, needs, pkiLink, type PublicIssuer } from "./mount";
import { joined } from "./pem";
import { fileName, PemText } from "./PemText";
import { RevocationLists } from "./RevocationLists";
import { useStanding } from "./standing";
import { certificateIn } from "./x509";

/** One authority: its certificate and chain, its settings, and its list of revoked certificates. */
export default function Issuer() {
  const mount = useParam("mount");
  const ref = useParam("ref") || "default";
  const found = useRead<PublicIssuer>(issuerPath(mount, ref, "json"));
  return (
    <Loaded of={found} missing={<Empty title={t("pki.issuer_missing")} />}>
      {(issuer) => <Shown mount={mount} issuer={issuer} />}
    </Loaded>
  );
}

function Shown({ mount, issuer }: { mount: string; issuer: PublicIssuer }) {
  const { issuer_id, issuer_name, certificate } = issuer;
  const read = certificateIn(certificate);
  const mayRead = useMay(`read ${issuerPath(mount, issuer_id)}`);
  const title = issuer_name || read?.commonName || issuer_id;
  const tabs: PartOfPage[] = [
    { id: "certificate", title: t("pki.certificate"), content: <Certificate mount={mount} issuer={issuer} title={title} /> },
    ...(mayRead ? [{ id: "settings", title: t("pki.part_settings"), content: <IssuerSettings mount={mount} id={issuer_id} /> }] : []),
    { id: "revoked", title: t("pki.revoked_list"), content: <RevocationLists mount={mount} id={issuer_id} title={title} /> },
  ];
  return (
    <>
      <PageHead title={title} crumbs={crumbsOf(mount, { text: t("pki.part_issuers"), page: "" })}>
        <LinkButton to={pkiLink(mount, "/sign", { ref: issuer_id })} needs={`update ${issuerPath(mount, issuer_id, "sign-intermediate")}`}>
          {t("pki.sign_intermediate")}
        </LinkButton>
        <MakeDefault mount={mount} id={issuer_id} title={title} />
        <EndIssuer mount={mount} id={issuer_id} title={title} />
      </PageHead>
      <Standing mount={mount} id={issuer_id} />
      <PageTabs label={title} tabs={tabs} />
    </>
  );
}

function Certificate({ mount, issuer, title }: { mount: string; issuer: PublicIssuer; title: string }) {
  const read = certificateIn(issuer.certificate);
  const authorities = useAuthorities(mount);
  const file = fileName(title);
  return (
    <div className="stack">
      <Loaded of={authorities}>{(found) => <Chain authorities={found} to={({ id }) => issuerLink(mount, id)} current={issuer.issuer_id} />}</Loaded>
      <section className="card stack">{read ? <CertificateFacts certificate={read} more={[[t("pki.id"), <span key="id" className="code">{issuer.issuer_id}</span>]]} /> : <p>{t("pki.unreadable")}</p>}</section>
      <section className="card stack">
        <PemText title={t("pki.certificate")} text={joined([issuer.certificate])} file={`${file}.pem`} />
        {issuer.ca_chain.length > 1 && <PemText title={t("pki.chain_of", { n: issuer.ca_chain.length })} text={joined(issuer.ca_chain)} file={`${file}-chain.pem`} isFolded />}
      </section>
    </div>
  );
}

/** What is particular about an issuer, as far as the user may know it. */
function Standing({ mount, id }: { mount: string; id: string }) {
  const { isDefault, isRevoked } = useStanding(mount, id);
  if (!isDefault && !isRevoked) return null;
  return (
    <p className="row">
      {isDefault && <span className="badge badge-good">{t("pki.default")}</span>}
      {isRevoked && <span className="badge badge-danger">{t("pki.revoked")}</span>}
    </p>
  );
}

/** Certificates are issued by the default where a role names no other. */
function MakeDefault({ mount, id, title }: { mount: string; id: string; title: string }) {
  const { isDefault } = useStanding(mount, id);
  const act = useChange(
    () => send("POST", join(mount, "config/issuers"), { data: { default: id } }),
    () => toast(t("pki.is_default", { name: title })),
  );
  if (isDefault) return null;
  return (
    <>
      <Button onPress={() => act.mutate(undefined)} isPending={act.isPending} needs={needs(mount).chooseDefault}>
        {t("pki.make_default")}
      </Button>
      {act.error && <Failure error={act.error} />}
    </>
  );
}
