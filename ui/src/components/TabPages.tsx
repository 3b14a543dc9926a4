import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useNavigate } from "../app/location";

interface Shown {
  id: string;
  title: string;
  content: ReactNode;
}

/** Parts of a page, one at a time; which one is in the address. */
export function TabPages({ label, tabs, selected, to }: { label: string; tabs: readonly Shown[]; selected: string; to: (id: string) => string }) {
  const navigate = useNavigate();
  const first = tabs[0]?.id ?? "";
  const key = tabs.some(({ id }) => id === selected) ? selected : first;
  return (
    <Tabs className="tabs" selectedKey={key} onSelectionChange={(id) => navigate(to(id === first ? "" : String(id)), { replace: true })}>
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
