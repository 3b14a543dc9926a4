/** Keeps the focus of people who work without a pointer where they were, when what had it goes away. */

/** An element that had the focus, and where it was: what is around it, from the inside, with the position in that. */
interface Place {
  element: Element;
  around: readonly { parent: Element; at: number }[];
}

const MOST_PLACES = 20;
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
/** A dialog that has closed gives the focus back by itself, some frames later. */
const PATIENCE_MS = 120;

function placeOf(element: Element): Place {
  const around: { parent: Element; at: number }[] = [];
  for (let child = element; child.parentElement; child = child.parentElement) around.push({ parent: child.parentElement, at: [...child.parentElement.children].indexOf(child) });
  return { element, around };
}

function canTake(element: Element): element is HTMLElement {
  return element instanceof HTMLElement && element.tabIndex >= 0 && !element.matches(":disabled") && element.closest("[inert], [hidden], [aria-hidden=true]") === null && element.getClientRects().length > 0;
}

function firstIn(element: Element | undefined): HTMLElement | undefined {
  if (!element) return undefined;
  return [element, ...element.querySelectorAll(FOCUSABLE)].find(canTake);
}

/** What is nearest to a place that is gone: what has moved there, else what stood before it, else what is around both. */
function nearest({ around }: Place, main: Element): HTMLElement | undefined {
  for (const { parent, at } of around) {
    if (!parent.isConnected || !main.contains(parent)) continue;
    const found = firstIn(parent.children[at]) ?? firstIn(parent.children[at - 1]) ?? firstIn(parent);
    if (found) return found;
  }
  return undefined;
}

/** Looks after the focus as long as the page is there.  Returns how to end that. */
export function keepFocus(): () => void {
  let places: Place[] = [];
  let timer = 0;
  const look = () => {
    if (document.activeElement !== document.body && document.activeElement !== null) return;
    const last = places[0];
    const main = document.querySelector("main");
    if (!last || !main || last.element.isConnected) return; // whoever clicks beside all fields means it
    const found = places.filter(({ element }) => !element.isConnected).map((place) => nearest(place, main)).find((each) => each !== undefined) ?? main.querySelector<HTMLElement>("h1[tabindex]");
    places = [];
    found?.focus({ preventScroll: true });
  };
  const focused = ({ target }: FocusEvent) => {
    if (target instanceof Element) places = [placeOf(target), ...places.filter(({ element }) => element !== target)].slice(0, MOST_PLACES);
  };
  const observer = new MutationObserver(() => {
    window.clearTimeout(timer);
    timer = window.setTimeout(look, PATIENCE_MS);
  });
  document.addEventListener("focusin", focused);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    window.clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("focusin", focused);
  };
}

/** After a form wasn't sent because of what is in a field, leads to the first such field. */
export function leadToFaults(): () => void {
  const submitted = ({ target }: SubmitEvent) => {
    // The fields say what is wrong with them a moment later.
    window.setTimeout(() => {
      if (target instanceof HTMLFormElement) target.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }, 0);
  };
  window.addEventListener("submit", submitted);
  return () => window.removeEventListener("submit", submitted);
}
