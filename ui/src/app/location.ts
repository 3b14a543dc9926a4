import { useCallback, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useSession } from "../api/hooks";
import { hrefOf } from "./placed";
// Not the one of the router, which decodes the query before it is taken apart: a percent sign in a name would be lost.
import { useSearch } from "wouter/use-browser-location";

/**
 * The address of a page: `/kv/secret` and what it shows.
 *
 * What is shown, such as a mount and a path in it, is in the query and not in the path: mounts and names may hold
 * slashes, percent signs and anything else, and survive there.
 */
export function link(page: string, shows: Record<string, string | number | undefined> = {}): string {
  const pairs = Object.entries(shows).filter(([, value]) => value !== undefined && value !== "");
  return pairs.length ? `${page}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : page;
}

/**
 * Goes to a page; `replace` leaves no entry to go back to.
 *
 * What ends after its user has gone elsewhere leads nowhere: he would be torn from what he does there.
 */
export function useNavigate(): (to: string, options?: { replace?: boolean }) => void {
  const [, navigate] = useLocation();
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return useCallback((to, options) => isHere.current && navigate(to, options), [navigate]);
}

/** The address of a page for a link: a new tab has it, and who is sent it. */
export function useHref(to: string): string {
  return hrefOf(useSession().namespace, to);
}

/** What this page shows. */
export function useShown(): URLSearchParams {
  return new URLSearchParams(useSearch());
}

/** One thing of it; empty if it isn't given. */
export function useParam(name: string): string {
  return useShown().get(name) ?? "";
}
