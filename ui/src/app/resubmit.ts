/** By then the page shows that a form is being sent. */
const SHOWN_AFTER_MS = 50;

/**
 * Keep a form from being sent again while it is being sent, as by a second Enter.
 *
 * A browser sends a form of one field also without its button.  What is issued, or opened, once would be lost with the
 * first answer.  Returns what ends the watch.
 */
export function watchSubmits(): () => void {
  const sent = new WeakSet<HTMLFormElement>();
  const submitted = (event: SubmitEvent) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    if (sent.has(form) || form.querySelector('button[data-pending="true"]')) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sent.add(form);
    window.setTimeout(() => sent.delete(form), SHOWN_AFTER_MS);
  };
  window.addEventListener("submit", submitted, { capture: true });
  return () => window.removeEventListener("submit", submitted, { capture: true });
}
