import { useMay } from "../../api/capabilities";
import { useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { t } from "../../texts";
import { Facts } from "../engine/Answer";
import { useMount } from "../engine/mount";
import { roleEdit, sshLink, type SshRole } from "./paths";
import { Use } from "./Use";

/** A role, and what it is used for: to have a key signed or made, or a password for one login. */
export default function RolePage() {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}roles/${name}`;
  const mayRead = useMay(`read ${path}`);
  const found = useRead<SshRole>(path, { enabled: mayRead === true });
  const kind = found.data?.key_type;
  const forHosts = found.data?.["allow_host_certificates"] === true && found.data["allow_user_certificates"] !== true;
  const initial: Record<string, string> = forHosts ? { cert_type: "host" } : {};
  return (
    <>
      <PageHead title={name} intro={t("ssh.role_intro")} crumbs={[{ text: mount, to: sshLink(mount) }]}>
        <LinkButton to={roleEdit(mount, name)} needs={`update ${path}`}>
          {t("engine.change")}
        </LinkButton>
        <RemoveButton path={path} name={name} back={sshLink(mount)}>
          <p>{t("ssh.remove_role")}</p>
        </RemoveButton>
      </PageHead>
      {kind !== "otp" && (mayRead === false || kind) && (
        <>
          <Use key={`sign ${name}`} mount={mount} role={name} action="sign" initial={initial} order={["public_key", "valid_principals", "ttl"]} />
          <Use key={`issue ${name}`} mount={mount} role={name} action="issue" initial={initial} order={["valid_principals", "ttl", "key_type"]} />
        </>
      )}
      {kind !== "ca" && (mayRead === false || kind) && <Use key={`creds ${name}`} mount={mount} role={name} action="creds" order={["ip", "username", "host"]} />}
      {mayRead && (
        <Loaded of={found} missing={<Empty title={t("ssh.no_role")} />}>
          {(role) => (
            <section className="card stack">
              <h2>{t("ssh.role")}</h2>
              <Facts fields={role} />
            </section>
          )}
        </Loaded>
      )}
    </>
  );
}
