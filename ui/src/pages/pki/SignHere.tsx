import { useState } from "react";
import { type Envelope, send, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useNavigate } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { NumberField, Select, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import type { Mount } from "../secrets/Mounts";
import { useAuthorities } from "./authorities";
import { titleOf } from "./Chain";
import { issuerLink, issuerPath, needs, pkiLink } from "./mount";

interface Props {
  mount: string;
  csr: string;
  commonName: string;
}

/** Lets an issuer of this server sign an intermediate, and takes its certificate over. */
export function SignHere({ mount, csr, commonName }: Props) {
  const mounts = useRead<{ secret: Record<string, Mount> }>("sys/internal/ui/mounts");
  return (
    <section className="card stack">
      <h2>{t("pki.sign_here")}</h2>
      <p>{t("pki.sign_here_intro")}</p>
      <Loaded of={mounts}>
        {({ secret }) => {
          const found = Object.keys(secret).filter((path) => secret[path]?.type === "pki");
          return <Form mount={mount} csr={csr} commonName={commonName} mounts={[...found.filter((path) => path !== mount), ...found.filter((path) => path === mount)]} />;
        }}
      </Loaded>
      <div className="row">
        <LinkButton to={pkiLink(mount, "/import")} needs={needs(mount).importBundle}>
          {t("pki.sign_elsewhere")}
        </LinkButton>
      </div>
    </section>
  );
}

function Form({ mount, csr, commonName, mounts }: Props & { mounts: readonly string[] }) {
  const [signer, setSigner] = useState(mounts[0] ?? "");
  const [ref, setRef] = useState("default");
  const [ttl, setTtl] = useState("");
  const [depth, setDepth] = useState<number | null>(0);
  const issuers = useAuthorities(signer);
  const navigate = useNavigate();
  const sign = useChange(
    async () => {
      const body = { csr, common_name: commonName, format: "pem_bundle", ...(ttl.trim() !== "" && { ttl: ttl.trim() }), ...(depth !== null && { max_path_length: depth }) };
      const signed = await write<{ certificate: string }>(issuerPath(signer, ref, "sign-intermediate"), body);
      return send<Envelope<{ imported_issuers: string[] | null; existing_issuers: string[] | null }>>("POST", join(mount, "intermediate/set-signed"), { data: { certificate: signed.certificate } });
    },
    ({ data }) => {
      toast(t("pki.signed"));
      const [made] = [...(data.imported_issuers ?? []), ...(data.existing_issuers ?? [])];
      navigate(made ? issuerLink(mount, made) : pkiLink(mount));
    },
  );
  if (mounts.length === 0) return <p>{t("pki.no_signer")}</p>;
  return (
    <SubmitForm className="stack" onSubmit={() => sign.mutate()}>
      <Select
        label={t("pki.signer_mount")}
        value={signer}
        onChange={(next) => {
          setSigner(next);
          setRef("default");
        }}
        choices={mounts.map((id) => ({ id, label: id }))}
      />
      <Loaded of={issuers}>
        {(found) => <Select label={t("pki.signer")} value={ref} onChange={setRef} choices={[{ id: "default", label: t("pki.default_issuer") }, ...found.filter(({ entry }) => entry.key_id).map((issuer) => ({ id: issuer.id, label: titleOf(issuer) }))]} />}
      </Loaded>
      <TextField label={t("pki.ttl")} description={t("pki.ttl_hint")} value={ttl} onChange={setTtl} placeholder="43800h" code />
      <NumberField label={t("pki.depth")} description={t("pki.depth_hint")} value={depth} onChange={setDepth} min={0} />
      {sign.error && <Failure error={sign.error} />}
      <div className="row">
        <Button type="submit" look="primary" isPending={sign.isPending} needs={[`update ${issuerPath(signer, ref, "sign-intermediate")}`, needs(mount).setSigned]}>
          {t("pki.sign_and_take")}
        </Button>
      </div>
    </SubmitForm>
  );
}
