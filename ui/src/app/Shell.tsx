import { Menu as MenuIcon, X } from "lucide-react";
import { Component, type ErrorInfo, Fragment, type ReactNode, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { type Need, useMayNotAsk, useMayWhich } from "../api/capabilities";
import { useSession } from "../api/hooks";
import { Anchor, Button, IconButton } from "../components/Button";
import { Empty } from "../components/Loaded";
import { t } from "../texts";
import type { Group, Page } from "./pages";
import { useShown } from "./location";
import { OfEngine } from "./OfEngine";
import { PAGES } from "./routes";
import { UserMenu } from "./UserMenu";
import { Where } from "./Where";
import "./Layout.css";

const GROUPS: readonly Group[] = ["secrets", "access", "operations", "tools"];
const NEEDS = [...new Set(PAGES.flatMap(({ group, needs = [] }) => (group ? needs : [])))];

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
        <Navigation here={here} />
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
  const shown = useShown();
  if (!page)
    return (
      <Empty title={t("app.not_found")}>
        <Anchor to="/">{t("app.home")}</Anchor>
      </Empty>
    );
  return (
    <OfEngine at={at}>
      <page.component key={page.about?.map((name) => shown.get(name)).join("\n")} />
    </OfEngine>
  );
}

/** The page of the navigation that a place belongs to: the one with the longest address above it. */
function entryOf(at: string): Page | undefined {
  return PAGES.filter(({ group, path }) => group && (at === path || at.startsWith(`${path}/`))).sort((a, b) => b.path.length - a.path.length)[0];
}

function Navigation({ here }: { here: Page | undefined }) {
  const allowed = useMayWhich(NEEDS);
  const { namespace } = useSession();
  const isThere = ({ ofServer = false }: Page) => !ofServer || namespace === "";
  return GROUPS.map((group) => (
    <Fragment key={group}>
      <h2>{t(`groups.${group}`)}</h2>
      <ul>
        {PAGES.filter((page) => page.group === group && isThere(page) && isOffered(page, allowed)).map((page) => (
          <li key={page.path}>
            <Anchor to={page.path} aria-current={page === here ? "page" : undefined}>
              {t(page.title)}
            </Anchor>
          </li>
        ))}
      </ul>
    </Fragment>
  ));
}

/** Whether the navigation has a page: not one of which the user may do nothing. */
function isOffered({ needs = [] }: Page, allowed: ReadonlySet<Need>): boolean {
  return needs.length === 0 || needs.some((need) => allowed.has(need));
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
