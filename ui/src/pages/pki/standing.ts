import { useMay } from "../../api/capabilities";
import { useList, useRead } from "../../api/hooks";
import { join } from "../../api/paths";
import { type IssuerEntry, issuerPath } from "./mount";

/** What is particular about an issuer: which is the default is public, whether one is revoked isn't. */
export function useStanding(mount: string, id: string): { isDefault: boolean; isRevoked: boolean } {
  const issuers = useList<IssuerEntry>(join(mount, "issuers"));
  const mayRead = useMay(`read ${issuerPath(mount, id)}`);
  const found = useRead<{ revoked: boolean }>(issuerPath(mount, id), { enabled: mayRead === true });
  return { isDefault: issuers.data?.key_info[id]?.is_default ?? false, isRevoked: found.data?.revoked ?? false };
}

/** By what the issuers of a mount can be named: `default`, and the name of each, or its id. */
export function useIssuerNames(mount: string): string[] {
  const issuers = useList<IssuerEntry>(join(mount, "issuers"));
  return ["default", ...(issuers.data?.keys ?? []).map((id) => issuers.data?.key_info[id]?.issuer_name || id)];
}
