/** Whether a page has been gone to of which nothing was seen yet. */
let isNew = false;

/** Somebody goes to a page, by a link or because something is done. */
export function goesOn(): void {
  isNew = true;
}

/** A page shows its heading: one that has just been gone to is seen from its top.  After back, the browser knows the place. */
export function arrives(): void {
  if (isNew) window.scrollTo(0, 0);
  isNew = false;
}

/** Where the browser goes itself, it scrolls as well.  Returns what ends the watch. */
export function watchTraversals(): () => void {
  const traversed = () => {
    isNew = false;
  };
  window.addEventListener("popstate", traversed);
  return () => window.removeEventListener("popstate", traversed);
}
