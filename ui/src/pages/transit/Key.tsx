import { useMay } from "../../api/capabilities";
import { useRead } from "../../api/hooks";
import { useParam } from "../../app/location";
import { Empty, Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { t } from "../../texts";
import { Export } from "./Export";
import { KeySettings } from "./KeySettings";
import { crumbsOf, type KeyInfo, needs } from "./mount";
import { Remove } from "./Remove";
import { Rotate } from "./Rotate";
import { Use } from "./Use";
import { Versions } from "./Versions";

/** One key: what can be done with it, its versions and its settings. */
export default function Key() {
  const [mount, name] = [useParam("mount"), useParam("name")];
  const mayRead = useMay(needs(mount, name).read);
  if (mayRead === undefined) return <Loading />;
  return mayRead ? <Read mount={mount} name={name} /> : <Shown mount={mount} name={name} info={null} />;
}

function Read({ mount, name }: { mount: string; name: string }) {
  const found = useRead<KeyInfo>(needs(mount, name).read.slice("read ".length));
  const missing = (
    <>
      <PageHead title={name} crumbs={crumbsOf(mount)} />
      <Empty title={t("transit.missing")} />
    </>
  );
  return (
    <Loaded of={found} missing={missing}>
      {(info) => <Shown mount={mount} name={name} info={info} />}
    </Loaded>
  );
}

function Shown({ mount, name, info }: { mount: string; name: string; info: KeyInfo | null }) {
  const tabs = [{ id: "use", title: t("transit.tab_use"), content: <Use mount={mount} name={name} info={info} /> }];
  if (info) {
    tabs.push({ id: "versions", title: t("transit.tab_versions"), content: <Versions mount={mount} name={name} info={info} /> });
    tabs.push({ id: "settings", title: t("transit.tab_settings"), content: <KeySettings mount={mount} name={name} info={info} /> });
    tabs.push({ id: "export", title: t("transit.tab_export"), content: <Export mount={mount} name={name} info={info} /> });
  }
  return (
    <>
      <PageHead title={name} crumbs={crumbsOf(mount)}>
        <Rotate mount={mount} name={name} info={info} />
        <Remove mount={mount} name={name} info={info} />
      </PageHead>
      {info && (
        <p className="row">
          <span className="badge">{info.type}</span>
          {info.soft_deleted ? <span className="badge badge-danger">{t("transit.is_soft_deleted")}</span> : <span className="badge">{t("transit.latest_version", { n: info.latest_version })}</span>}
          {info.derived && <span className="badge">{t("transit.derived_badge")}</span>}
          {info.exportable && <span className="badge badge-warn">{t("transit.exportable_badge")}</span>}
        </p>
      )}
      <PageTabs label={name} tabs={tabs} />
    </>
  );
}
