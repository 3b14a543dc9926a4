import { useQuery } from "@tanstack/react-query";
import { read } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { ownPlace } from "../../api/own";
import type { Question } from "../../components/Loaded";
import type { Mount, Visible } from "./Mounts";

/** A mount that the user's policies touch. */
export interface MyMount extends Pick<Mount, "type" | "description" | "options"> {
  /** What the user may do there; nothing where that isn't told. */
  capabilities: string[];
}

/** The mounts of the namespace that pages work in. */
export function useMyMounts(): Question<Record<string, MyMount>> {
  const { home, namespace, interrupted } = useSession();
  const isHome = ownPlace(home, namespace).prefix === "";
  return useQuery<Record<string, MyMount>, ApiError>({
    queryKey: keyOf("GET", "my mounts"),
    queryFn: async () => (isHome ? (await read<{ key_info: Record<string, MyMount> }>("sys/my/mounts")).key_info : visibleOnes(await read<Visible>("sys/internal/ui/mounts"))),
    enabled: interrupted === null,
  });
}

/** Below its own namespace a token isn't told what it may do where. */
function visibleOnes({ secret, auth }: Visible): Record<string, MyMount> {
  const all = [...Object.entries(secret), ...Object.entries(auth).map(([path, mount]) => [`auth/${path}`, mount] as const)];
  return Object.fromEntries(all.map(([path, mount]) => [path, { ...mount, capabilities: [] }]));
}
