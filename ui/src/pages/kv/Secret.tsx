import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useMay } from "../../api/capabilities";
import { nameOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { crumbsOf } from "./crumbs";
import { Current } from "./Current";
import { Metadata } from "./Metadata";
import { Remove } from "./Remove";
import { Share } from "./Share";
import { editLink, needs, secretLink, type Store, useStore } from "./store";
import { UsesOf } from "./UsesOf";
import { Versions } from "./Versions";
import "./kv.css";

/** One secret: its values, its versions and its metadata. */
export default function Secret() {
  const store = useStore();
  return <Loaded of={store}>{(found) => <Shown store={found} />}</Loaded>;
}

function Shown({ store }: { store: Store }) {
  const path = useParam("path");
  const tab = useParam("tab") || "values";
  const version = Number(useParam("version")) || 0;
  return (
    <>
      <PageHead title={nameOf(path)} crumbs={crumbsOf(store, path)}>
        <Change store={store} path={path} />
        {/* Elsewhere the values aren't read: each read of a secret is in the audit log. */}
        {tab === "values" && <Share store={store} path={path} version={version} />}
        <Remove store={store} path={path} />
      </PageHead>
      {store.versioned ? <Parts store={store} path={path} version={version} tab={tab} /> : <Current key={path} store={store} path={path} version={0} />}
      {tab === "values" && <UsesOf store={store} path={path} />}
    </>
  );
}

/** The way to the form, for who may write the whole secret or patch it. */
function Change({ store, path }: { store: Store; path: string }) {
  const may = needs(store, path);
  const mayWrite = useMay(may.write);
  const mayPatch = useMay(may.patch);
  if (mayWrite === undefined || mayPatch === undefined) return null;
  return (
    <LinkButton to={editLink(store, path)} look="primary" needs={mayWrite || !store.versioned ? may.write : may.patch}>
      {t(store.versioned ? "kv.new_version" : "kv.change")}
    </LinkButton>
  );
}

function Parts({ store, path, version, tab }: { store: Store; path: string; version: number; tab: string }) {
  const navigate = useNavigate();
  const may = useMay(needs(store, path).metadata);
  const values = <Current key={`${path} ${version}`} store={store} path={path} version={version} />;
  if (!may) return values;
  return (
    <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => navigate(secretLink(store, path, key === "values" ? {} : { tab: String(key) }))}>
      <TabList className="tab-list" aria-label={path}>
        {(["values", "versions", "metadata"] as const).map((each) => (
          <Tab key={each} id={each} className="tab">
            {t(`kv.tab_${each}`)}
          </Tab>
        ))}
      </TabList>
      <TabPanel id="values">{values}</TabPanel>
      <TabPanel id="versions">
        <Versions store={store} path={path} />
      </TabPanel>
      <TabPanel id="metadata">
        <Metadata store={store} path={path} />
      </TabPanel>
    </Tabs>
  );
}
