import { useMay } from "../../api/capabilities";
import { useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Loading } from "../../components/Loaded";
import { PageTabs, type PartOfPage } from "../../components/PageTabs";
import { CopyButton } from "../../components/Secret";
import { SettingsForm } from "../../forms/SettingsForm";
import { t } from "../../texts";
import { AcmeAccounts } from "./AcmeAccounts";
import { AcmeBindings } from "./AcmeBindings";
import { Head } from "./Head";
import { pkiLink } from "./mount";

/** Certificates for clients of ACME: settings, keys for new accounts, and accounts. */
export default function Acme() {
  const mount = useParam("mount");
  const [mayBindings, mayAccounts] = [useMay(`list ${join(mount, "eab")}`), useMay(`list ${join(mount, "acme/mgmt/account/keyid")}`)];
  if (mayBindings === undefined || mayAccounts === undefined) return <Loading />;
  const tabs: PartOfPage[] = [
    { id: "settings", title: t("pki.part_settings"), content: <Settings mount={mount} /> },
    ...(mayBindings ? [{ id: "bindings", title: t("pki.acme_bindings"), content: <AcmeBindings mount={mount} /> }] : []),
    ...(mayAccounts ? [{ id: "accounts", title: t("pki.acme_accounts"), content: <AcmeAccounts mount={mount} /> }] : []),
  ];
  return (
    <>
      <Head part="acme" intro={t("pki.acme_intro")} />
      <PageTabs label={t("pki.part_acme")} tabs={tabs} />
    </>
  );
}

function Settings({ mount }: { mount: string }) {
  const mayCluster = useMay(`read ${join(mount, "config/cluster")}`);
  const cluster = useRead<{ path: string }>(join(mount, "config/cluster"), { enabled: mayCluster === true });
  const directory = cluster.data?.path ? join(cluster.data.path, "acme/directory") : "";
  return (
    <div className="stack">
      {cluster.data && !cluster.data.path && (
        <p className="notice notice-warn">
          <span>
            {t("pki.acme_needs_cluster")} <Anchor to={pkiLink(mount, "/settings", { tab: "cluster" })}>{t("pki.settings_cluster")}</Anchor>
          </span>
        </p>
      )}
      {directory && (
        <p className="card row">
          {t("pki.acme_directory")} <span className="code">{directory}</span> <CopyButton text={directory} label={t("pki.copy", { name: t("pki.acme_directory") })} />
        </p>
      )}
      <section className="card">
        <SettingsForm path={join(mount, "config/acme")} saved={t("pki.saved")} order={["enabled", "default_directory_policy", "eab_policy", "allowed_roles", "allowed_issuers", "max_ttl"]} />
      </section>
    </div>
  );
}
