import { session } from "../api/session";
import { doorOf } from "../pages/login/doors";
import { ofVault } from "./bookmarks";
import { movedTo, namespaceIn } from "./placed";

const asked = () => namespaceIn(window.location.search);
// What other systems lead to has a namespace of its own in the address.
const isPage = () => doorOf(window.location.pathname) === null;

/** Leads from an address of Vault's interface to the page that it stands for. */
export function followBookmarks(): void {
  const { pathname, search } = window.location;
  const found = isPage() ? ofVault(pathname.replace(/^\/ui(?=\/)/, ""), search) : null;
  if (found !== null) window.history.replaceState(null, "", `/ui${found}`);
}

/** Works in the namespace that the address names, and has the address name the one that pages work in. */
export function followNamespaces(): void {
  const named = asked();
  if (isPage() && named !== null) session.enter(named);
  show();
  // Back and forward lead to pages of other namespaces, too.
  window.addEventListener("popstate", () => {
    const there = asked() ?? "";
    if (isPage() && there !== session.current().namespace) session.enter(there);
  });
  // Who enters a namespace goes to another page at once: the one that is left keeps its own.
  session.subscribe(() => window.setTimeout(show, 0));
}

function show(): void {
  if (!isPage()) return;
  const { pathname, search } = window.location;
  const wanted = movedTo(session.current().namespace, search);
  if (wanted !== search) window.history.replaceState(window.history.state, "", `${pathname}${wanted}`);
}
