import { useQueries } from "@tanstack/react-query";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keyOf, useList } from "../../api/hooks";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Paging } from "../../components/Paging";
import { duration } from "../../components/time";
import { When } from "../../components/When";
import { t } from "../../texts";
import { BREAK_GLASS } from "./withdrawals/withdrawal";
import { LookUp } from "./LookUp";
import { createLink, LIST, type TokenFacts, tokenLink, tokensLink } from "./token";

/** So many are looked up to show a page; each lookup is a request. */
const PAGE = 25;

/** The tokens of the namespace, by their accessors, and the ways to one that is known. */
export default function Tokens() {
  const may = useMay(...LIST);
  return (
    <>
      <PageHead title={t("tokens.title")} intro={t("tokens.intro")}>
        <LinkButton to={createLink()} look="primary" needs="update auth/token/create">
          {t("tokens.create")}
        </LinkButton>
        <LinkButton to="/tokens/roles" needs="list auth/token/roles/">
          {t("tokens.roles")}
        </LinkButton>
        <LinkButton to="/break-glass" needs={BREAK_GLASS.list}>
          {t("withdrawals.title")}
        </LinkButton>
      </PageHead>
      <LookUp />
      {may && <Listed />}
    </>
  );
}

function Listed() {
  const after = useParam("after");
  const found = useList("auth/token/accessors", { query: { after: after || undefined, limit: PAGE } });
  return (
    <section className="stack">
      <h2>{t("tokens.all")}</h2>
      <Loaded of={found}>
        {({ keys }) => (
          <>
            <Table accessors={keys} />
            <Paging first={after ? tokensLink() : undefined} next={keys.length === PAGE ? tokensLink(keys.at(-1)) : undefined} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Table({ accessors }: { accessors: readonly string[] }) {
  const may = useMay("update auth/token/lookup-accessor");
  const navigate = useNavigate();
  const asked = useQueries({
    queries: accessors.map((accessor) => ({
      queryKey: [...keyOf("POST", "auth/token/lookup-accessor"), { accessor }],
      queryFn: ({ signal }: { signal: AbortSignal }) => write<TokenFacts>("auth/token/lookup-accessor", { accessor }, { signal }),
      enabled: may === true,
      staleTime: 60_000,
    })),
  });
  const rows = accessors.map((accessor, index) => {
    const error = asked[index]?.error;
    return { accessor, token: asked[index]?.data, fault: error ? asApiError(error) : null };
  });
  const to = (accessor: string, name: string) => (may ? <Anchor to={tokenLink(accessor)}>{name}</Anchor> : name);
  return (
    <DataTable
      label={t("tokens.all")}
      rows={rows}
      idOf={({ accessor }) => accessor}
      textOf={({ accessor, token }) => `${accessor} ${token?.display_name ?? ""} ${token?.path ?? ""} ${token?.policies.join(" ") ?? ""}`}
      {...(may && { onOpen: ({ accessor }: { accessor: string }) => navigate(tokenLink(accessor)) })}
      columns={[
        { id: "accessor", title: t("tokens.accessor"), cell: ({ accessor }) => <span className="code">{to(accessor, accessor)}</span> },
        { id: "name", title: t("tokens.display_name"), order: ({ token }) => token?.display_name ?? "", cell: ({ token, fault }) => (fault === null ? token?.display_name : <span className="description">{fault.kind === "invalid" ? t("tokens.ended") : t(`errors.${fault.kind}`, { time: duration(fault.retryAfter || 1) })}</span>) },
        { id: "path", title: t("tokens.path"), secondary: true, order: ({ token }) => token?.path ?? "", cell: ({ token }) => token && <span className="code">{token.path}</span> },
        { id: "policies", title: t("tokens.policies"), secondary: true, cell: ({ token }) => token?.policies.join(", ") },
        { id: "expires", title: t("tokens.expires"), order: ({ token }) => token?.expire_time ?? "9", cell: ({ token }) => token && <When at={token.expire_time} never={t("tokens.never")} /> },
      ]}
      empty={<Empty title={t("tokens.no_more")} />}
    />
  );
}
