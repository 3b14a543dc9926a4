import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useList, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { Choices, Select } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { Once } from "../../components/Once";
import { PageHead } from "../../components/PageHead";
import { Secret } from "../../components/Secret";
import { duration } from "../../components/time";
import { Warnings } from "../../components/Warnings";
import { grouped } from "../../forms/grouped";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { settingsLink, tunePath } from "../mounts/table";
import { CertificateFacts, RequestFacts } from "./CertificateFacts";
import { AUTHORITY_FIRST, authorityGroups, LEFT_OUT } from "./fields";
import { crumbsOf, issuerLink, needs, roleLink } from "./mount";
import { PemText } from "./PemText";
import { SignHere } from "./SignHere";
import { certificateIn, requestIn } from "./x509";

type What = "root" | "intermediate";
type KeyKind = "internal" | "exported" | "existing";

/** What came of it: a root's certificate, or a request for that of an intermediate. */
interface Made {
  certificate?: string;
  csr?: string;
  issuer_id?: string;
  private_key?: string;
}

/** Makes a root, or the request for an intermediate. */
export default function Generate() {
  const mount = useParam("mount");
  const what: What = useParam("what") === "intermediate" ? "intermediate" : "root";
  return (
    <>
      <PageHead title={t(`pki.make_${what}`)} crumbs={crumbsOf(mount, { text: "", page: "" })} intro={t(`pki.make_${what}_intro`)} />
      <Form key={what} mount={mount} what={what} />
    </>
  );
}

function Form({ mount, what }: { mount: string; what: What }) {
  const [kind, setKind] = useState<KeyKind>("internal");
  const [keyRef, setKeyRef] = useState("default");
  const path = join(mount, what, "generate", kind);
  const schema = useSchema(`${mount}${what}/generate/{exported}`);
  const offered = useKinds(mount, what);
  const make = useChange((body: Fields) => send<Envelope<Made>>("POST", path, { data: kind === "existing" ? { ...body, key_ref: keyRef } : body }));
  if (make.data) return <Done mount={mount} answer={make.data} />;
  return (
    <section className="card stack">
      {what === "root" && (
        <May needs={[`read ${tunePath("secret", mount)}`]}>
          <Longest mount={mount} />
        </May>
      )}
      <Loaded of={schema}>
        {(found) => (
          <SchemaForm
            schema={grouped(found, authorityGroups())}
            order={AUTHORITY_FIRST}
            leftOut={kind === "existing" ? [...LEFT_OUT, "key_type", "key_bits", "key_name"] : LEFT_OUT}
            submit={t(`pki.make_${what}`)}
            needs={`update ${path}`}
            onSubmit={(body) => make.mutate(body)}
            isPending={make.isPending}
            error={make.error}
          >
            <Choices label={t("pki.private_key")} value={kind} onChange={(next) => setKind(offered.find((each) => each === next) ?? "internal")} choices={offered.map((id) => ({ id, label: t(`pki.key_${id}`), description: t(`pki.key_${id}_hint`) }))} />
            {kind === "existing" && <KeyChoice mount={mount} value={keyRef} onChange={setKeyRef} />}
          </SchemaForm>
        )}
      </Loaded>
    </section>
  );
}

/** How long a certificate of the mount can last: few want a root that ends with the usual lease. */
function Longest({ mount }: { mount: string }) {
  const tuned = useRead<{ max_lease_ttl: number }>(tunePath("secret", mount));
  if (!tuned.data) return null;
  return (
    <p className="notice">
      {t("pki.longest", { time: duration(tuned.data.max_lease_ttl) })} <Anchor to={settingsLink("secret", mount)}>{t("pki.longest_settings")}</Anchor>
    </p>
  );
}

function useKinds(mount: string, what: What): KeyKind[] {
  const may: Record<KeyKind, boolean | undefined> = {
    internal: useMay(`update ${join(mount, what, "generate/internal")}`),
    exported: useMay(`update ${join(mount, what, "generate/exported")}`),
    existing: useMay(`update ${join(mount, what, "generate/existing")}`, `list ${join(mount, "keys")}`),
  };
  return (["internal", "exported", "existing"] as const).filter((each) => may[each]);
}

function KeyChoice({ mount, value, onChange }: { mount: string; value: string; onChange: (value: string) => void }) {
  const keys = useList<{ key_name: string; is_default: boolean }>(join(mount, "keys"));
  return (
    <Loaded of={keys}>
      {({ keys: ids, key_info }) => (
        <Select
          label={t("pki.key_existing")}
          value={value}
          onChange={onChange}
          choices={[{ id: "default", label: t("pki.default_key") }, ...ids.map((id) => ({ id, label: key_info[id]?.key_name || id, description: key_info[id]?.key_name ? id : "" }))]}
        />
      )}
    </Loaded>
  );
}

function Done({ mount, answer }: { mount: string; answer: Envelope<Made> }) {
  const { certificate, csr, issuer_id, private_key } = answer.data;
  const [read, request] = [certificate ? certificateIn(certificate) : null, csr ? requestIn(csr) : null];
  return (
    <>
      <section className="card stack" aria-live="polite">
        <h2>{t(csr ? "pki.request_made" : "pki.root_made")}</h2>
        <Warnings of={answer.warnings} />
        {read && <CertificateFacts certificate={read} />}
        {request && <RequestFacts request={request} />}
        {certificate && <PemText title={t("pki.certificate")} text={`${certificate.trim()}\n`} file="root.pem" />}
        {csr && <PemText title={t("pki.request")} text={`${csr.trim()}\n`} file="intermediate.csr" />}
        {private_key && (
          <section className="stack">
            <h3>{t("pki.private_key")}</h3>
            <Once>{t("pki.private_key_once")}</Once>
            <Secret value={private_key} name={t("pki.private_key")} />
          </section>
        )}
        {issuer_id && (
          <div className="row">
            <LinkButton to={issuerLink(mount, issuer_id)}>{t("pki.to_issuer")}</LinkButton>
            <LinkButton to={roleLink(mount, "")} needs={needs(mount).makeRole}>
              {t("pki.make_role")}
            </LinkButton>
          </div>
        )}
      </section>
      {csr && <SignHere mount={mount} csr={csr} commonName={request?.commonName ?? ""} />}
    </>
  );
}
