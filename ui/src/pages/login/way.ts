import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { data } from "../../api/client";
import { useSession } from "../../api/hooks";
import { useParam } from "../../app/location";
import { firstOf, type LoginRule, type VisibleMount, visibleIn, type Way, waysOf } from "./choices";
import { type LoginMethod, methodOf } from "./methods";

interface Visible {
  auth: Record<string, { type: string; description: string }>;
}

/** What a namespace tells everybody of how people log in there. */
function useOffered(namespace: string): { visible: VisibleMount[]; rule: LoginRule } {
  const mounts = useQuery({
    queryKey: ["logins", namespace],
    queryFn: ({ signal }) => data<Visible>("GET", "sys/internal/ui/mounts", { token: "", namespace, signal }),
    retry: false,
  });
  const rule = useQuery({
    queryKey: ["login-rule", namespace],
    queryFn: async ({ signal }) => (await data<LoginRule | undefined>("GET", "sys/internal/ui/default-auth-methods", { token: "", namespace, signal })) ?? {},
    retry: false,
  });
  return { visible: visibleIn(mounts.data?.auth), rule: rule.data ?? {} };
}

/** A path without slashes at its ends (pure). */
export const trimmed = (path: string) => path.replace(/^\/+|\/+$/g, "");

/** The way to log in that is chosen, and the others. */
export interface Chosen {
  ways: readonly Way[];
  way: Way;
  method: LoginMethod;
  /** Where the auth method is mounted, without slashes at its ends. */
  mount: string;
  /** Mounts of the method that are shown before login. */
  mounts: readonly VisibleMount[];
  choose: (id: string) => void;
  setMount: (path: string) => void;
}

/** Which way of a namespace is used: what the address asks for, the last one of this tab, or what the namespace says. */
export function useWay(namespace: string): Chosen {
  const { login } = useSession();
  const asked = useParam("with");
  const askedMount = trimmed(useParam("mount"));
  const { visible, rule } = useOffered(namespace);
  const [chosen, setChosen] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const ways = waysOf(visible, rule);
  const id = chosen || firstOf(ways, { asked, before: login, rule, visible });
  const way = ways.find((each) => each.id === id) ?? { id, type: id, mount: null };
  const method = methodOf(way.type);
  const mounts = visible.filter(({ type }) => type === method.type);
  const before = login?.type === method.type && !chosen ? login.mount : "";
  // Pages show mounts of their own in the address, without a way to log in.
  const named = asked && !chosen && way.mount === null ? askedMount : "";
  const mount = typed ?? way.mount?.path ?? (named || before || method.type);
  const choose = (next: string) => {
    setChosen(next);
    setTyped(null);
  };
  return { ways, way, method, mount, mounts, choose, setMount: setTyped };
}
