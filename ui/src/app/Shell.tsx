import { Menu as MenuIcon, X } from "lucide-react";
import { Component, type ErrorInfo, type ReactNode, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useMay, useMayNotAsk } from "../api/capabilities";
import { Anchor, Button, IconButton } from "../components/Button";
import { Empty } from "../components/Loaded";
import { t } from "../texts";
import type { Group, Page } from "./pages";
import { OfEngine } from "./OfEngine";
import { PAGES } from "./routes";
import { UserMenu } from "./UserMenu";
import { Where } from "./Where";
import "./Layout.css";

const GROUPS: readonly Group[] = ["secrets", "access", "operations", "tools"];

/** The pages, with the navigation around them. */
export function Shell() {
  const [open, setOpen] = useState(false);
  const [at] = useLocation();
  const here = entryOf(at);
  useEffect(() => setOpen(false), [at]); // whoever comes by the keyboard hasn't clicked on the menu
  const mayNotAsk = useMayNotAsk();
  return (
    <div className="shell">
      <a className="skip button" href="#main">
        {t("app.skip")}
      </a>
      <header className="bar">
        <span className="only-narrow">
          <IconButton label={t(open ? "app.close_menu" : "app.menu")} onPress={() => setOpen(!open)} aria-expanded={open}>
            {open ? <X aria-hidden size={20} /> : <MenuIcon aria-hidden size={20} />}
          </IconButton>
        </span>
        <Anchor to="/" className="brand">
          <img src="/ui/icon.svg" alt="" />
          {t("app.name")}
        </Anchor>
        <span className="spring" />
        <Where />
        <UserMenu />
      </header>
      <nav className="side" aria-label={t("app.navigation")} data-open={open || undefined} onClick={() => setOpen(false)}>
        {GROUPS.map((group) => (
          <Section key={group} group={group} here={here} />
        ))}
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        <Guard key={at}>
          <div className="page">
            {mayNotAsk && <p className="notice notice-warn">{t("app.may_not_ask")}</p>}
            <Shown at={at} />
          </div>
        </Guard>
      </main>
    </div>
  );
}

function Shown({ at }: { at: string }) {
  const page = PAGES.find(({ path }) => path === at);
  if (!page)
    return (
      <Empty title={t("app.not_found")}>
        <Anchor to="/">{t("app.home")}</Anchor>
      </Empty>
    );
  return (
    <OfEngine at={at}>
      <page.component />
    </OfEngine>
  );
}

/** The page of the navigation that a place belongs to: the one with the longest address above it. */
function entryOf(at: string): Page | undefined {
  return PAGES.filter(({ group, path }) => group && (at === path || at.startsWith(`${path}/`))).sort((a, b) => b.path.length - a.path.length)[0];
}

function Section({ group, here }: { group: Group; here: Page | undefined }) {
  return (
    <>
      <h2>{t(`groups.${group}`)}</h2>
      <ul>
        {PAGES.filter((page) => page.group === group).map((page) => (
          <Entry key={page.path} page={page} isHere={page === here} />
        ))}
      </ul>
    </>
  );
}

/** An entry of the navigation; not there for a page of which the user may do nothing. */
function Entry({ page, isHere }: { page: Page; isHere: boolean }) {
  const needs = page.needs ?? [];
  const found = [useMay(...needs.slice(0, 1)), useMay(...needs.slice(1, 2)), useMay(...needs.slice(2, 3))];
  if (needs.length > 0 && !found.slice(0, needs.length).some(Boolean)) return null;
  return (
    <li>
      <Anchor to={page.path} aria-current={isHere ? "page" : undefined}>
        {t(page.title)}
      </Anchor>
    </li>
  );
}

/** A page that fails takes nothing else with it. */
class Guard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <Empty title={t("app.broken")}>
        <p className="code">{this.state.error.message}</p>
        <Button onPress={() => this.setState({ error: null })}>{t("app.again")}</Button>
      </Empty>
    );
  }
}
