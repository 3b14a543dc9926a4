import { useQueries } from "@tanstack/react-query";
import { read } from "../../api/client";
import { keyOf, useList } from "../../api/hooks";
import { join } from "../../api/paths";
import type { Question } from "../../components/Loaded";
import type { Authority } from "./chain";
import { type IssuerEntry, issuerPath, type PublicIssuer } from "./mount";
import { certificateIn } from "./x509";

/** Of so many issuers the certificates are read: each is a request. */
export const MOST_READ = 60;

export interface Issuer extends Authority {
  entry: IssuerEntry;
  pem: string;
}

/** The issuers of a mount with their certificates, all of which are public. */
export function useAuthorities(mount: string): Question<Issuer[]> {
  const { data, error, refetch } = useList<IssuerEntry>(join(mount, "issuers"), { enabled: mount !== "" });
  const ids = data?.keys ?? [];
  const certificates = useQueries({
    queries: ids.slice(0, MOST_READ).map((id) => ({
      queryKey: [...keyOf("GET", issuerPath(mount, id, "json")), "certificate"],
      queryFn: ({ signal }: { signal: AbortSignal }) => read<PublicIssuer>(issuerPath(mount, id, "json"), { signal }),
      // The certificate of an id is always the same; one that was deleted meanwhile isn't asked for again.
      staleTime: "static" as const,
    })),
  });
  if (!data || certificates.some(({ isPending }) => isPending)) return { data: undefined, error, refetch };
  const found = ids.map((id, at): Issuer => {
    const entry = data.key_info[id] ?? { is_default: false, issuer_name: "", key_id: "", serial_number: "" };
    const pem = certificates[at]?.data?.certificate ?? "";
    return { id, name: entry.issuer_name, isDefault: entry.is_default, certificate: certificateIn(pem), entry, pem };
  });
  return { data: found, error, refetch };
}
