import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { t } from "../../texts";
import { type Issuer, MOST_READ, useAuthorities } from "./authorities";
import { Chain, titleOf } from "./Chain";
import { forestOf } from "./chain";
import { Ends } from "./Ends";
import { Head } from "./Head";
import { issuerLink, issuerPath, needs, pkiLink } from "./mount";

/** The authorities of a mount: who has signed whom, and until when. */
export default function Issuers() {
  const mount = useParam("mount");
  const need = needs(mount);
  return (
    <>
      <Head part="issuers" intro={t("pki.intro")}>
        <LinkButton to={pkiLink(mount, "/generate", { what: "root" })} look="primary" needs={need.makeRoot}>
          {t("pki.make_root")}
        </LinkButton>
        <LinkButton to={pkiLink(mount, "/generate", { what: "intermediate" })} needs={need.makeIntermediate}>
          {t("pki.make_intermediate")}
        </LinkButton>
        <LinkButton to={pkiLink(mount, "/import")} needs={need.importBundle}>
          {t("pki.import")}
        </LinkButton>
        <LinkButton to={pkiLink(mount, "/sign", { ref: "default" })} needs={`update ${issuerPath(mount, "default", "sign-intermediate")}`}>
          {t("pki.sign_intermediate")}
        </LinkButton>
      </Head>
      <Loaded of={useAuthorities(mount)}>{(issuers) => <Shown mount={mount} issuers={issuers} />}</Loaded>
      <p className="description">
        <Anchor to={link("/secrets/engine", { mount })}>{t("pki.all_paths")}</Anchor>
      </p>
    </>
  );
}

function Shown({ mount, issuers }: { mount: string; issuers: readonly Issuer[] }) {
  const navigate = useNavigate();
  const placed = forestOf(issuers);
  const signers = new Map(placed.map(({ authority, parent, signedBy }) => [authority.id, signedBy === "here" && parent !== null ? titleOf((placed[parent] ?? { authority }).authority) : t(`pki.signed_${signedBy}`)]));
  if (issuers.length === 0) return <Empty title={t("pki.no_issuers")}>{t("pki.no_issuers_hint")}</Empty>;
  return (
    <>
      <Chain authorities={issuers} to={({ id }) => issuerLink(mount, id)} />
      {issuers.length > MOST_READ && <p className="notice">{t("pki.issuers_partial", { n: MOST_READ })}</p>}
      <DataTable
        label={t("pki.part_issuers")}
        rows={issuers}
        idOf={({ id }) => id}
        textOf={(issuer) => `${titleOf(issuer)} ${issuer.certificate?.subject ?? ""} ${issuer.id}`}
        onOpen={({ id }) => navigate(issuerLink(mount, id))}
        columns={[
          {
            id: "name",
            title: t("pki.name"),
            order: titleOf,
            cell: (issuer) => (
              <span className="row">
                <Anchor to={issuerLink(mount, issuer.id)}>{titleOf(issuer)}</Anchor>
                {issuer.isDefault && <span className="badge badge-good">{t("pki.default")}</span>}
                {!issuer.entry.key_id && <span className="badge">{t("pki.without_key")}</span>}
              </span>
            ),
          },
          { id: "signer", title: t("pki.signed_by"), order: ({ id }) => signers.get(id) ?? "", cell: ({ id }) => signers.get(id) },
          { id: "ends", title: t("pki.ends"), order: ({ certificate }) => certificate?.notAfter.getTime() ?? 0, cell: ({ certificate }) => certificate && <Ends certificate={certificate} /> },
          { id: "serial", title: t("pki.serial"), secondary: true, cell: ({ entry }) => <span className="code">{entry.serial_number && `${entry.serial_number.slice(0, 14)}…`}</span> },
        ]}
        empty={null}
      />
    </>
  );
}
