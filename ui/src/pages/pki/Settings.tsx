import { useMay } from "../../api/capabilities";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Loading } from "../../components/Loaded";
import { PageTabs } from "../../components/PageTabs";
import { SettingsForm } from "../../forms/SettingsForm";
import { t } from "../../texts";
import { Head } from "./Head";
import { useIssuerNames } from "./standing";

const PARTS = ["urls", "cluster", "crl", "issuers"] as const;

/** What certificates say about where things are found, and how lists are made. */
export default function Settings() {
  const mount = useParam("mount");
  const issuers = useIssuerNames(mount);
  const may: Record<(typeof PARTS)[number], boolean | undefined> = {
    urls: useMay(`read ${join(mount, "config/urls")}`),
    cluster: useMay(`read ${join(mount, "config/cluster")}`),
    crl: useMay(`read ${join(mount, "config/crl")}`),
    issuers: useMay(`read ${join(mount, "config/issuers")}`),
  };
  const tabs = PARTS.filter((id) => may[id]).map((id) => ({
    id,
    title: t(`pki.settings_${id}`),
    content: (
      <section className="card stack">
        <p>{t(`pki.settings_${id}_intro`)}</p>
        <SettingsForm path={join(mount, "config", id)} saved={t("pki.saved")} {...(id === "issuers" && { suggestions: { default: issuers } })} />
      </section>
    ),
  }));
  return (
    <>
      <Head part="settings" />
      {Object.values(may).includes(undefined) ? <Loading /> : <PageTabs label={t("pki.part_settings")} tabs={tabs} />}
    </>
  );
}
