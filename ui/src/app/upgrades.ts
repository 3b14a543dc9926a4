/** When the page was last loaded anew because of this, in milliseconds. */
const KEY = "strongroom.reloaded";
const ONCE_IN_MS = 60_000;
const LOOKS_EVERY_MS = 2_000;

/**
 * Load the page anew when a part of it is no more there: the server was upgraded, and has parts of other names.
 *
 * Not before the server answers: it may just be restarting, and a browser would show an error in place of the pages.
 * Not twice within a minute: the part may be missing for another reason, which the page then shows.
 */
export function reloadAfterUpgrades(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < ONCE_IN_MS) return;
    event.preventDefault();
    void answered().then(() => {
      sessionStorage.setItem(KEY, String(Date.now()));
      window.location.reload();
    });
  });
}

async function answered(): Promise<void> {
  while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
}

async function isThere(): Promise<boolean> {
  try {
    return (await fetch("/ui/", { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
