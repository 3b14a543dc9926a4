import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useLocation } from "wouter";
import { link, useNavigate, useShown } from "../app/location";

/** One of the parts, of which a page shows one at a time. */
export interface PartOfPage {
  id: string;
  title: string;
  content: ReactNode;
}

/** Parts of a page, of which one is shown: `tab` in the address says which; without it the first is. */
export function PageTabs({ label, tabs }: { label: string; tabs: readonly PartOfPage[] }) {
  const [page] = useLocation();
  const shown = useShown();
  const navigate = useNavigate();
  const wanted = shown.get("tab") ?? "";
  const first = tabs[0]?.id ?? "";
  const current = tabs.some(({ id }) => id === wanted) ? wanted : first;
  const turn = (id: string) => navigate(link(page, { ...Object.fromEntries(shown), tab: id === first ? undefined : id }), { replace: true });
  return (
    <Tabs className="tabs" selectedKey={current} onSelectionChange={(key) => turn(String(key))}>
      <TabList className="tab-list" aria-label={label}>
        {tabs.map(({ id, title }) => (
          <Tab key={id} id={id} className="tab">
            {title}
          </Tab>
        ))}
      </TabList>
      {tabs.map(({ id, content }) => (
        <TabPanel key={id} id={id} className="stack">
          {content}
        </TabPanel>
      ))}
    </Tabs>
  );
}
