import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useNavigate, useParam } from "../../app/location";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { Hash } from "./Hash";
import { Random } from "./Random";
import { Unwrap } from "./Unwrap";
import { Wrap } from "./Wrap";

const TOOLS = { wrap: Wrap, unwrap: Unwrap, random: Random, hash: Hash } as const;

/** What the server does for anybody, without keeping anything. */
export default function Tools() {
  const tab = useParam("tab") || "wrap";
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("tools.title")} />
      <Tabs className="tabs" selectedKey={tab} onSelectionChange={(key) => navigate(`/tools?tab=${key}`, { replace: true })}>
        <TabList className="tab-list" aria-label={t("tools.title")}>
          {Object.keys(TOOLS).map((name) => (
            <Tab key={name} id={name} className="tab">
              {t(`tools.${name as keyof typeof TOOLS}`)}
            </Tab>
          ))}
        </TabList>
        {Object.entries(TOOLS).map(([name, Tool]) => (
          <TabPanel key={name} id={name} className="card">
            <Tool />
          </TabPanel>
        ))}
      </Tabs>
    </>
  );
}
