import { QueryClient, QueryClientProvider, useIsFetching, useIsMutating } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Router } from "wouter";
import { ApiError } from "../api/errors";
import { Toasts } from "../components/toasts";
import { Gate } from "./Gate";
import { useNavigate } from "./location";
import { Shell } from "./Shell";

const MOST_TRIES = 2;

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // Only what may pass by itself is asked for again.
        retry: (failures, error) => error instanceof ApiError && error.kind === "unreachable" && failures < MOST_TRIES,
        staleTime: 5_000,
        // A form for what doesn't exist yet stands on a question that failed: asked again, it would be gone meanwhile.
        refetchOnWindowFocus: ({ state }) => state.status !== "error",
      },
    },
  });
}

export function App() {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <I18nProvider locale="en-GB">
        <Router base="/ui">
          <Routed />
        </Router>
      </I18nProvider>
    </QueryClientProvider>
  );
}

function Routed() {
  const navigate = useNavigate();
  useBusy();
  return (
    <RouterProvider navigate={navigate} useHref={(to) => `/ui${to}`}>
      <Gate>
        <Shell />
      </Gate>
      <Toasts />
    </RouterProvider>
  );
}

/** Tells programs that look at the page, such as screen readers, whether something is still on its way. */
function useBusy(): void {
  const asked = useIsFetching() + useIsMutating();
  useEffect(() => document.getElementById("root")?.setAttribute("aria-busy", String(asked > 0)), [asked]);
}
