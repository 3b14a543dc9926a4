import { useState } from "react";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Warnings } from "../../components/Warnings";
import { grouped } from "../../forms/grouped";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { CertificateFacts } from "./CertificateFacts";
import { AUTHORITY_FIRST, authorityGroups, LEFT_OUT } from "./fields";
import { crumbsOf, issuerPath } from "./mount";
import { joined } from "./pem";
import { fileName, PemText } from "./PemText";
import { RequestField } from "./RequestField";
import { certificateIn } from "./x509";

interface Signed {
  certificate: string;
  ca_chain?: string[];
}

/** Signs the request of an intermediate that is kept elsewhere. */
export default function Sign() {
  const mount = useParam("mount");
  const ref = useParam("ref") || "default";
  const path = issuerPath(mount, ref, "sign-intermediate");
  const [csr, setCsr] = useState("");
  const [tried, setTried] = useState(false);
  const schema = useSchema(`${mount}issuer/{issuer_ref}/sign-intermediate`);
  const sign = useChange((body: Fields) => send<Envelope<Signed>>("POST", path, { data: { ...body, csr } }));
  return (
    <>
      <PageHead title={t("pki.sign_intermediate")} crumbs={crumbsOf(mount, { text: "", page: "" })} intro={t("pki.sign_intro")} />
      <section className="card">
        <Loaded of={schema}>
          {(found) => (
            <SchemaForm
              schema={grouped(found, authorityGroups())}
              order={AUTHORITY_FIRST}
              leftOut={[...LEFT_OUT, "csr", "issuer_ref"]}
              submit={t("pki.sign")}
              needs={`update ${path}`}
              onSubmit={(body) => {
                setTried(true);
                if (csr.trim() !== "") sign.mutate(body);
              }}
              isPending={sign.isPending}
              error={sign.error}
            >
              <RequestField value={csr} onChange={setCsr} tried={tried} />
            </SchemaForm>
          )}
        </Loaded>
      </section>
      {sign.data && <Result answer={sign.data} />}
    </>
  );
}

function Result({ answer }: { answer: Envelope<Signed> }) {
  const { certificate, ca_chain = [] } = answer.data;
  const read = certificateIn(certificate);
  return (
    <section className="card stack" aria-live="polite">
      <h2>{t("pki.signed")}</h2>
      <Warnings of={answer.warnings} />
      {read && <CertificateFacts certificate={read} />}
      <PemText title={t("pki.with_chain")} text={joined([certificate, ...ca_chain.filter((each) => each.trim() !== certificate.trim())])} file={`${fileName(read?.commonName ?? "")}.pem`} />
    </section>
  );
}
