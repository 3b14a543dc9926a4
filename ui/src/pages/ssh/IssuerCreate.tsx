import { type Envelope, type Fields, send } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { useBody, useMount } from "../engine/mount";
import { sshLink } from "./paths";

/** The form for another authority: made here, or brought along. */
export default function IssuerCreate() {
  const mount = useMount();
  const path = `${mount}issuers/import`;
  const body = useBody(mount, "issuers/import");
  const navigate = useNavigate();
  const back = sshLink(mount, "authority");
  const save = useChange(
    (fields: Fields) => send<Envelope<Fields>>("POST", path, { data: fields }),
    () => {
      toast(t("ssh.issuer_made"));
      navigate(back);
    },
  );
  return (
    <>
      <PageHead title={t("ssh.create_issuer")} intro={t("ssh.issuer_intro")} crumbs={[{ text: mount, to: sshLink(mount) }, { text: t("ssh.authority"), to: back }]} />
      <Loaded of={body}>
        {(schema) => (
          <section className="card">
            <SchemaForm
              schema={schema}
              initial={{ key_type: "ed25519", set_default: "true" }}
              order={["issuer_name", "key_type", "key_bits", "set_default"]}
              leftOut={["generate_signing_key"]}
              submit={t("common.create")}
              needs={`update ${path}`}
              onSubmit={(fields) => save.mutate(fields)}
              isPending={save.isPending}
              error={save.error}
              actions={<LinkButton to={back}>{t("common.cancel")}</LinkButton>}
            />
          </section>
        )}
      </Loaded>
    </>
  );
}
