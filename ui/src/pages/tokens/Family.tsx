import { useMay } from "../../api/capabilities";
import { useSession } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Facts } from "../../components/Facts";
import { Empty, Loaded } from "../../components/Loaded";
import { Paging } from "../../components/Paging";
import { When } from "../../components/When";
import { t } from "../../texts";
import { useAsked } from "../leases/asking";
import { FAMILY, tokenLink } from "./token";

interface Child {
  display_name: string;
  path: string;
  policies: string[];
  expire_time: string | null;
  namespace_path: string;
  has_children: boolean;
}

interface Kin {
  parent: { accessor: string; display_name: string; path: string } | null;
  keys: string[];
  key_info: Record<string, Child>;
  after: string;
  leases: number;
}

/** Which token has made this one, and which ones it has made, for those end with it. */
export function Family({ accessor }: { accessor: string }) {
  const may = useMay(...FAMILY);
  const after = useParam("after");
  const found = useAsked<Kin>("auth/token/lookup-children", { accessor, after }, { enabled: may === true });
  if (!may) return null;
  return (
    <section className="stack">
      <h2>{t("tokens.family")}</h2>
      <Loaded of={found}>
        {({ parent, keys, key_info: info, after: next, leases }) => (
          <>
            <Facts
              rows={[
                [t("tokens.made_by"), parent && <Anchor key="parent" to={tokenLink(parent.accessor)}>{parent.display_name || parent.accessor}</Anchor>],
                [t("tokens.leases"), leases || null],
              ]}
            />
            <Children children={keys.flatMap((key) => (info[key] ? [{ accessor: key, ...info[key] }] : []))} />
            <Paging first={after ? tokenLink(accessor) : undefined} next={next ? tokenLink(accessor, next) : undefined} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Children({ children }: { children: readonly (Child & { accessor: string })[] }) {
  const navigate = useNavigate();
  const { namespace } = useSession();
  // One of a namespace below is looked up there.
  const isHere = ({ namespace_path }: Child) => namespace_path === (namespace && `${namespace}/`);
  return (
    <DataTable
      label={t("tokens.children")}
      rows={children}
      idOf={({ accessor }) => accessor}
      textOf={({ accessor, display_name, path, policies }) => `${accessor} ${display_name} ${path} ${policies.join(" ")}`}
      onOpen={(child) => {
        if (isHere(child)) navigate(tokenLink(child.accessor));
      }}
      columns={[
        { id: "accessor", title: t("tokens.accessor"), cell: (child) => <span className="code">{isHere(child) ? <Anchor to={tokenLink(child.accessor)}>{child.accessor}</Anchor> : child.accessor}</span> },
        { id: "name", title: t("tokens.display_name"), order: ({ display_name }) => display_name, cell: (child) => (isHere(child) ? child.display_name : `${child.display_name} (${child.namespace_path})`) },
        { id: "policies", title: t("tokens.policies"), secondary: true, cell: ({ policies }) => policies.join(", ") },
        { id: "more", title: t("tokens.has_children"), secondary: true, cell: ({ has_children }) => t(has_children ? "common.yes" : "common.no") },
        { id: "expires", title: t("tokens.expires"), order: ({ expire_time }) => expire_time ?? "9", cell: ({ expire_time }) => <When at={expire_time} never={t("tokens.never")} /> },
      ]}
      empty={<Empty title={t("tokens.no_children")} />}
    />
  );
}
