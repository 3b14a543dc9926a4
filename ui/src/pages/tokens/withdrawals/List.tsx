import { useMay } from "../../../api/capabilities";
import { useList } from "../../../api/hooks";
import { useNavigate, useParam } from "../../../app/location";
import { Anchor, LinkButton } from "../../../components/Button";
import { DataTable } from "../../../components/DataTable";
import { Empty, Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { Paging } from "../../../components/Paging";
import { t } from "../../../texts";
import { StateBadge } from "./StateBadge";
import { BREAK_GLASS, listLink, needsOf, newLink, reportLink, type WithdrawalState } from "./withdrawal";

const PAGE = 100;

interface Listed {
  state: WithdrawalState;
  asked: Record<string, string>;
}

/** What was taken back, and what still stands of it. */
export default function List() {
  const after = useParam("after");
  const may = useMay(...BREAK_GLASS.list);
  const found = useList<Listed>("sys/revoke-issued", { enabled: may === true, query: { after: after || undefined, limit: PAGE } });
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("withdrawals.title")} intro={t("withdrawals.intro")}>
        <LinkButton to={newLink({})} look="danger" needs={BREAK_GLASS.make}>
          {t("withdrawals.new")}
        </LinkButton>
      </PageHead>
      {may === false && <p className="notice">{t("withdrawals.unlisted")}</p>}
      {may && (
        <Loaded of={found}>
          {({ keys, key_info }) => (
            <>
              <DataTable
                label={t("withdrawals.title")}
                rows={keys.flatMap((id) => (key_info[id] ? [{ id, ...key_info[id] }] : []))}
                idOf={({ id }) => id}
                textOf={({ id, asked }) => `${id} ${Object.values(asked).join(" ")}`}
                onOpen={({ id }) => navigate(reportLink(id))}
                columns={[
                  { id: "id", title: t("withdrawals.id"), order: ({ id }) => id, cell: ({ id }) => <Id id={id} /> },
                  { id: "state", title: t("withdrawals.state"), order: ({ state }) => state, cell: ({ state }) => <StateBadge state={state} /> },
                  { id: "asked", title: t("withdrawals.asked"), cell: ({ asked }) => <span className="code">{Object.entries(asked).map(([name, text]) => `${name}=${text}`).join(" ")}</span> },
                ]}
                empty={<Empty title={t("withdrawals.none")} />}
              />
              <Paging first={after ? listLink() : undefined} next={keys.length === PAGE ? listLink(keys.at(-1)) : undefined} />
            </>
          )}
        </Loaded>
      )}
    </>
  );
}

function Id({ id }: { id: string }) {
  return useMay(...needsOf(id).read) ? <Anchor to={reportLink(id)}>{id}</Anchor> : id;
}
