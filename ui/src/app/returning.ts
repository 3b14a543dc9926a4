import { session } from "../api/session";

/**
 * Browsers keep a page that is left as it is, and show it again when somebody goes back to it: with what was revealed, and
 * with its token.  It is loaded anew if the tab's session has ended meanwhile, or has become another's.
 */
export function watchReturns(): void {
  const page = document.documentElement;
  window.addEventListener("pagehide", ({ persisted }) => {
    // The browser draws it before it tells so.
    if (persisted) page.hidden = true;
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    if (session.isStored()) page.hidden = false;
    else window.location.reload();
  });
}
