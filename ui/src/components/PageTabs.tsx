import type { ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useLocation } from "wouter";
import { link, useNavigate, useShown } from "../app/location";

export interface PartOfPage {
  id: string;
  title: string;
  body: ReactNode;
}

/** Parts of a page, of which the address says which one is shown: by `tab`, without it the first. */
export function PageTabs({ label, parts }: { label: string; parts: readonly PartOfPage[] }) {
  const [at] = useLocation();
  const shown = useShown();
  const navigate = useNavigate();
  const first = parts[0]?.id ?? "";
  const wanted = shown.get("tab") ?? "";
  const selected = parts.some(({ id }) => id === wanted) ? wanted : first;
  const show = (id: string) => navigate(link(at, { ...Object.fromEntries(shown), tab: id === first ? undefined : id }), { replace: true });
  return (
    <Tabs className="tabs" selectedKey={selected} onSelectionChange={(key) => show(String(key))}>
      <TabList className="tab-list" aria-label={label}>
        {parts.map(({ id, title }) => (
          <Tab key={id} id={id} className="tab">
            {title}
          </Tab>
        ))}
      </TabList>
      {parts.map(({ id, body }) => (
        <TabPanel key={id} id={id} className="stack">
          {body}
        </TabPanel>
      ))}
    </Tabs>
  );
}
