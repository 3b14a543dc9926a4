import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { nameOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { Current } from "./Current";
import { crumbsOf } from "./Folder";
import { Metadata } from "./Metadata";
import { Remove } from "./Remove";
import { Share } from "./Share";
import { editLink, needs, secretLink, type Store, useStore } from "./store";
import { Versions } from "./Versions";

/** One secret: its values, its versions and its metadata. */
export default function Secret() {
  const store = useStore();
  return <Loaded of={store}>{(found) => <Shown store={found} />}</Loaded>;
}

function Shown({ store }: { store: Store }) {
  const path = useParam("path");
  const tab = useParam("tab") || "values";
  const version = Number(useParam("version")) || 0;
  const navigate = useNavigate();
  const may = needs(store, path);
  return (
    <>
      <PageHead title={nameOf(path)} crumbs={crumbsOf(store, path)}>
        <LinkButton to={editLink(store, path)} look="primary" needs={may.write}>
          {t(store.versioned ? "kv.new_version" : "kv.change")}
        </LinkButton>
        <Share store={store} path={path} />
        <Remove store={store} path={path} />
      </PageHead>
      {store.versioned ? (
        <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => navigate(secretLink(store, path, key === "values" ? {} : { tab: String(key) }), { replace: true })}>
          <TabList className="tab-list" aria-label={path}>
            {(["values", "versions", "metadata"] as const).map((each) => (
              <Tab key={each} id={each} className="tab">
                {t(`kv.tab_${each}`)}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="values">
            <Current store={store} path={path} version={version} />
          </TabPanel>
          <TabPanel id="versions">
            <Versions store={store} path={path} />
          </TabPanel>
          <TabPanel id="metadata">
            <Metadata store={store} path={path} />
          </TabPanel>
        </Tabs>
      ) : (
        <Current store={store} path={path} version={0} />
      )}
    </>
  );
}
