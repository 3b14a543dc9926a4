import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Select, TextField } from "../../components/Field";
import { Empty, Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Sections } from "../../components/Sections";
import { grouped } from "../../forms/grouped";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { LEAF_FIRST, leafGroups } from "./fields";
import { Issued, type IssuedCertificate } from "./Issued";
import { crumbsOf, pkiLink, roleLink } from "./mount";
import { RequestField } from "./RequestField";

type By = "key" | "request";

/** Issues a certificate by a role: with a key that is made here, or for a key that stays where it is. */
export default function Issue() {
  const [mount, role, by] = [useParam("mount"), useParam("role"), useParam("by")];
  const may: Record<By, boolean | undefined> = { key: useMay(`update ${join(mount, "issue", role)}`), request: useMay(`update ${join(mount, "sign", role)}`) };
  const offered = (["key", "request"] as const).filter((each) => may[each]);
  const current = offered.find((each) => each === by) ?? offered[0];
  if (may.key === undefined || may.request === undefined) return <Loading />;
  const crumbs = [...crumbsOf(mount, { text: t("pki.part_roles"), page: "/roles" }), { text: role, to: roleLink(mount, role) }];
  return (
    <>
      <PageHead title={t("pki.issue_title", { role })} crumbs={crumbs} />
      {offered.length > 1 && <Sections label={t("pki.issue_how")} places={offered.map((id) => ({ id, text: t(`pki.issue_by_${id}`), to: pkiLink(mount, "/issue", { role, by: id }), isHere: id === current }))} />}
      {current === "key" && <WithKey key="key" mount={mount} role={role} />}
      {current === "request" && <OfRequest key="request" mount={mount} role={role} />}
      {!current && <Empty title={t("pki.may_not_issue")} />}
    </>
  );
}

type Format = "pem" | "pkcs12_bundle";
const LEAST_PASSWORD = 8;

function WithKey({ mount, role }: { mount: string; role: string }) {
  const path = join(mount, "issue", role);
  const schema = useSchema(`${mount}issue/{role}`);
  const [format, setFormat] = useState<Format>("pem");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const isShort = format === "pkcs12_bundle" && password.length < LEAST_PASSWORD;
  const issue = useChange(
    (body: Fields) => send<Envelope<IssuedCertificate>>("POST", path, { data: format === "pem" ? body : { ...body, format, pkcs12_password: password } }),
    () => setPassword(""),
  );
  if (issue.data) return <Issued mount={mount} role={role} answer={issue.data} onAgain={() => issue.reset()} />;
  return (
    <section className="card">
      <Loaded of={schema}>
        {(found) => (
          <SchemaForm
            schema={grouped(found, leafGroups())}
            order={LEAF_FIRST}
            leftOut={["format", "pkcs12_password"]}
            submit={t("pki.issue")}
            needs={`update ${path}`}
            onSubmit={(body) => {
              setTried(true);
              if (!isShort) issue.mutate(body);
            }}
            isPending={issue.isPending}
            error={issue.error}
          >
            <Select label={t("pki.format")} value={format} onChange={(next) => setFormat(next === "pem" ? "pem" : "pkcs12_bundle")} choices={[{ id: "pem", label: t("pki.format_pem"), description: t("pki.format_pem_hint") }, { id: "pkcs12_bundle", label: t("pki.format_pkcs12"), description: t("pki.format_pkcs12_hint") }]} />
            {format === "pkcs12_bundle" && <TextField label={t("pki.pkcs12_password")} description={t("pki.pkcs12_password_hint")} type="password" autoComplete="new-password" value={password} onChange={setPassword} error={tried && isShort ? t("pki.pkcs12_password_hint") : null} isRequired />}
          </SchemaForm>
        )}
      </Loaded>
    </section>
  );
}

function OfRequest({ mount, role }: { mount: string; role: string }) {
  const path = join(mount, "sign", role);
  const schema = useSchema(`${mount}sign/{role}`);
  const [csr, setCsr] = useState("");
  const [tried, setTried] = useState(false);
  const sign = useChange((body: Fields) => send<Envelope<IssuedCertificate>>("POST", path, { data: { ...body, csr } }));
  if (sign.data) return <Issued mount={mount} role={role} answer={sign.data} onAgain={() => sign.reset()} />;
  return (
    <section className="card">
      <Loaded of={schema}>
        {(found) => (
          <SchemaForm
            schema={grouped(found, leafGroups())}
            order={["ttl", "common_name", "alt_names", "ip_sans"]}
            leftOut={["format", "csr", "private_key_format"]}
            submit={t("pki.sign")}
            needs={`update ${path}`}
            onSubmit={(body) => {
              setTried(true);
              if (csr.trim() !== "") sign.mutate(body);
            }}
            isPending={sign.isPending}
            error={sign.error}
          >
            <RequestField description={t("pki.request_hint")} value={csr} onChange={setCsr} tried={tried} />
          </SchemaForm>
        )}
      </Loaded>
    </section>
  );
}
