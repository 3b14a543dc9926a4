import { useEffect, useState } from "react";
import type { AroundNavHandler } from "wouter";
import { session } from "../api/session";
import { toast } from "../components/toasts";
import { t } from "../texts";
import { isAnythingKept } from "./kept";
import { holdsToken, placedIn } from "./placed";
import { goesOn } from "./scrolling";

/** What would be lost with the page: what was typed and isn't saved, what is shown only once, and what is under way. */
const unsaved = new Set<object>();

/**
 * Have the user asked before a page is left on which something isn't saved, by a link, back or closing the window.
 *
 * @returns `forget`, which is to be called before the page is left because it was saved.
 */
export function useUnsaved(isTouched: boolean): { forget: () => void } {
  const [form] = useState(() => ({}));
  useEffect(() => {
    if (!isTouched) return;
    unsaved.add(form);
    return () => void unsaved.delete(form);
  }, [form, isTouched]);
  const [forget] = useState(() => () => void unsaved.delete(form));
  return { forget };
}

/** Go to another page, because the user has said that nothing is to be kept of this one. */
export function unasked(go: () => void): void {
  unsaved.clear();
  go();
}

/** Have pages work in another namespace, if nothing is lost by it, or the user wants that. */
export function enterNamespace(namespace: string, go: () => void): void {
  // Asked before: what was typed for one namespace must not be sent into another.
  if (!mayLeave()) return;
  session.enter(namespace);
  unasked(go);
}

/**
 * Whether the session may end, or become another user's: nothing is lost by it, or the user wants that.
 *
 * @param question what he is asked otherwise.
 */
export function mayEnd(question = t("app.unsaved")): boolean {
  return (unsaved.size === 0 && !isAnythingKept()) || window.confirm(question);
}

/** End the session, unless that is to be thought over. */
export function ifMayEnd(go: () => void): void {
  if (mayEnd()) unasked(go);
}

/** Go to another page of the interface, if nothing is lost by it, or the user wants that. */
export const unlessUnsaved: AroundNavHandler = (navigate, to, options) => {
  if (holdsToken(to)) return toast(t("app.token_in_address"), "danger");
  if (!mayLeave()) return;
  if (!options?.replace) goesOn();
  navigate(placedIn(session.current().namespace, to), options);
};

/** What else may leave a page.  Returns what ends the watch. */
export function watchLeaving(): () => void {
  const closed = (event: BeforeUnloadEvent) => {
    if (unsaved.size > 0) event.preventDefault();
  };
  const traversed = (event: NavigateEvent) => {
    // Where the browser doesn't let a page keep its user, it isn't asked either.
    if (event.navigationType === "traverse" && event.cancelable && !mayLeave()) event.preventDefault();
  };
  window.addEventListener("beforeunload", closed);
  window.navigation?.addEventListener("navigate", traversed);
  return () => {
    window.removeEventListener("beforeunload", closed);
    window.navigation?.removeEventListener("navigate", traversed);
  };
}

function mayLeave(): boolean {
  return unsaved.size === 0 || window.confirm(t("app.unsaved"));
}

