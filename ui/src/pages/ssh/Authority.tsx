import { useMay } from "../../api/capabilities";
import { send } from "../../api/client";
import { useChange, useList, useRead } from "../../api/hooks";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { CopyButton } from "../../components/Secret";
import { RemoveButton } from "../../components/RemoveButton";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { type Issuer, issuerCreate, sshLink } from "./paths";

/** The key pairs that sign certificates, with what hosts need to trust them. */
export function Authority({ mount }: { mount: string }) {
  const mayList = useMay(`list ${mount}issuers`);
  return (
    <>
      <p className="intro">{t("ssh.authority_intro")}</p>
      <div className="row">
        <LinkButton to={issuerCreate(mount)} look="primary" needs={`update ${mount}issuers/import`}>
          {t("ssh.create_issuer")}
        </LinkButton>
      </div>
      {mayList === false ? <PublicKey mount={mount} /> : <Issuers mount={mount} />}
    </>
  );
}

function Issuers({ mount }: { mount: string }) {
  const found = useList<Issuer>(`${mount}issuers`);
  return (
    <Loaded of={found}>
      {({ keys, key_info }) =>
        keys.length === 0 ? (
          <Empty title={t("ssh.no_issuers")} />
        ) : (
          <div className="stack">
            {keys.map((id) => {
              const issuer = key_info[id];
              return issuer && <One key={id} mount={mount} id={id} issuer={issuer} />;
            })}
          </div>
        )
      }
    </Loaded>
  );
}

function One({ mount, id, issuer }: { mount: string; id: string; issuer: Issuer }) {
  const path = `${mount}config/issuers`;
  const name = issuer.issuer_name || id;
  const choose = useChange(
    () => send("POST", path, { data: { default: id } }),
    () => toast(t("ssh.chosen", { name })),
  );
  return (
    <section className="card stack">
      <h2 className="row">
        {name} {issuer.is_default && <span className="badge badge-good">{t("ssh.default")}</span>}
      </h2>
      <Key text={issuer.public_key} name={name} />
      {choose.error && <Failure error={choose.error} />}
      <div className="row">
        {!issuer.is_default && (
          <Button onPress={() => choose.mutate(undefined)} isPending={choose.isPending} needs={`update ${path}`}>
            {t("ssh.choose")}
          </Button>
        )}
        <RemoveButton path={`${mount}issuer/${id}`} name={name} back={sshLink(mount, "authority")} isGrave>
          <p>{t("ssh.remove_issuer")}</p>
        </RemoveButton>
      </div>
    </section>
  );
}

/** The public key of the default issuer, which everybody may read. */
function PublicKey({ mount }: { mount: string }) {
  const path = `${mount}config/ca`;
  const may = useMay(`read ${path}`);
  const found = useRead<{ public_key: string }>(path, { enabled: may === true });
  if (!may) return <Empty title={t("ssh.authority_hidden")} />;
  return (
    <Loaded of={found} missing={<Empty title={t("ssh.no_issuers")} />}>
      {({ public_key }) => (
        <section className="card stack">
          <h2>{t("ssh.public_key")}</h2>
          <Key text={public_key} name={t("ssh.public_key")} />
        </section>
      )}
    </Loaded>
  );
}

function Key({ text, name }: { text: string; name: string }) {
  return (
    <div className="secret">
      <pre className="code">{text.trim()}</pre>
      <CopyButton text={text.trim()} label={t("ssh.copy_key", { name })} />
    </div>
  );
}
