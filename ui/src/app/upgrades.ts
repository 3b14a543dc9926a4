/** When the page was last loaded anew because of this, in milliseconds. */
const KEY = "strongroom.reloaded";
const ONCE_IN_MS = 60_000;

/**
 * Load the page anew when a part of it is no more there: the server was upgraded, and has parts of other names.
 *
 * Not twice within a minute: the part may be missing for another reason, which the page then shows.
 */
export function reloadAfterUpgrades(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < ONCE_IN_MS) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, String(Date.now()));
    window.location.reload();
  });
}
