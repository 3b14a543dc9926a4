import { QueryClient, QueryClientProvider, useIsFetching, useIsMutating } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Router, useLocation } from "wouter";
import { ApiError } from "../api/errors";
import { afterFailure, useSession } from "../api/hooks";
import { session } from "../api/session";
import { later } from "../components/later";
import { Toasts } from "../components/toasts";
import { type Door, doorOf } from "../pages/login/doors";
import { keepFocus, leadToFaults } from "./focus";
import { Before, Gate } from "./Gate";
import { hrefOf } from "./placed";
import { watchSubmits } from "./resubmit";
import { watchTraversals } from "./scrolling";
import { Shell } from "./Shell";
import { unlessUnsaved, watchLeaving } from "./unsaved";

const Callback = later(() => import("../pages/login/Callback"));
const Consent = later(() => import("../pages/oidc/Consent"));

const MOST_TRIES = 2;

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Only what may pass by itself is asked for again.
        retry: (failures, error) => error instanceof ApiError && error.kind === "unreachable" && failures < MOST_TRIES,
        refetchInterval: afterFailure,
        networkMode: "always", // a server can be reached from a computer that says it is in no network
        staleTime: 5_000,
        // A form for what doesn't exist yet stands on a question that failed: asked again, it would be gone meanwhile.
        refetchOnWindowFocus: ({ state }) => state.status !== "error",
      },
      mutations: { gcTime: 0, networkMode: "always" }, // answers may hold what was issued: nothing keeps it once its page is left
    },
  });
}

export function App() {
  const [client] = useState(newClient);
  useEffect(watchLeaving, []);
  useEffect(watchSubmits, []);
  useEffect(watchTraversals, []);
  useEffect(keepFocus, []);
  useEffect(leadToFaults, []);
  return (
    <QueryClientProvider client={client}>
      <I18nProvider locale="en-GB">
        <Router base="/ui" aroundNav={unlessUnsaved}>
          <Routed />
        </Router>
      </I18nProvider>
    </QueryClientProvider>
  );
}

function Routed() {
  const [, navigate] = useLocation(); // draws this anew when the address changes
  useBusy();
  const { namespace } = useSession();
  // No hook, whatever its name there: what shows links asks for the address under conditions.
  const href = useCallback((to: string) => hrefOf(namespace, to), [namespace]);
  return (
    <RouterProvider navigate={navigate} useHref={href}>
      <Entered door={doorOf(window.location.pathname)} />
      <Toasts />
    </RouterProvider>
  );
}

/** The pages, or what an address shows that other systems lead to. */
function Entered({ door }: { door: Door | null }) {
  const [before] = useState(session.current().token);
  if (door?.kind === "callback") return <Before page={<Callback />} />;
  return <Gate>{door ? <Before page={<Consent door={door} before={before} />} /> : <Shell />}</Gate>;
}

/** Tells programs that look at the page, such as screen readers, whether something is still on its way. */
function useBusy(): void {
  const asked = useIsFetching() + useIsMutating();
  useEffect(() => document.getElementById("root")?.setAttribute("aria-busy", String(asked > 0)), [asked]);
}
