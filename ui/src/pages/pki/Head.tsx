import type { ReactNode } from "react";
import { type Need, useMay } from "../../api/capabilities";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { PageHead } from "../../components/PageHead";
import { Sections } from "../../components/Sections";
import { t } from "../../texts";
import { crumbsOf, needs, pkiLink } from "./mount";

export type Part = "issuers" | "roles" | "certificates" | "keys" | "acme" | "tidy" | "settings";

const PAGES: Record<Part, string> = { issuers: "", roles: "/roles", certificates: "/certificates", keys: "/keys", acme: "/acme", tidy: "/tidy", settings: "/settings" };

/** The head of a part of a mount, with the way to the others that the user may see something of. */
export function Head({ part, intro, children }: { part: Part; intro?: ReactNode; children?: ReactNode }) {
  const mount = useParam("mount");
  const need = needs(mount);
  const may: Partial<Record<Part, boolean | undefined>> = {
    keys: useMay(need.listKeys),
    acme: useMay(need.acme),
    tidy: useMay(need.tidyStatus),
    settings: useSome([`read ${join(mount, "config/urls")}`, `read ${join(mount, "config/crl")}`, `read ${join(mount, "config/cluster")}`, `read ${join(mount, "config/issuers")}`]),
  };
  // Issuers and single certificates are public, and a role can be used by who may not list it.
  const shown = (["issuers", "roles", "certificates", "keys", "acme", "tidy", "settings"] as const).filter((each) => !(each in may) || may[each]);
  return (
    <>
      <PageHead title={mount} crumbs={crumbsOf(mount)} intro={intro}>
        {children}
      </PageHead>
      <Sections label={t("pki.parts")} places={shown.map((id) => ({ id, text: t(`pki.part_${id}`), to: pkiLink(mount, PAGES[id]), isHere: id === part }))} />
    </>
  );
}

function useSome([first, second, third, fourth]: [Need, Need, Need, Need]): boolean | undefined {
  const found = [useMay(first), useMay(second), useMay(third), useMay(fourth)];
  return found.includes(true) || (found.includes(undefined) ? undefined : false);
}
