import { useQuery } from "@tanstack/react-query";
import { list, read } from "../../api/client";
import { ApiError } from "../../api/errors";
import { keyOf } from "../../api/hooks";
import { useReach } from "../../api/reach";
import { useMay } from "../../api/capabilities";
import { useNavigate } from "../../app/location";
import { Anchor, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { OpenByName } from "../../components/OpenByName";
import { PageHead } from "../../components/PageHead";
import { PageTabs } from "../../components/PageTabs";
import { RootOnly } from "../../components/RootOnly";
import { duration } from "../../components/time";
import { t } from "../../texts";
import { Config } from "./Config";
import { type Kind, KINDS, type Quota, quotaLink, quotaPath } from "./records";

/** Limits of requests and of leases. */
export default function Quotas() {
  return (
    <RootOnly title={t("quotas.title")} why={t("quotas.root_only")}>
      <PageHead title={t("quotas.title")} intro={t("quotas.intro")} />
      <PageTabs label={t("quotas.title")} tabs={[...KINDS.map((kind) => ({ id: kind, title: t(`quotas.${kind}`), content: <Names kind={kind} /> })), { id: "settings", title: t("quotas.settings"), content: <Config /> }]} />
    </RootOnly>
  );
}

/** Of so many quotas the settings are read; of others the name is shown. */
const MOST_READ = 100;

type Row = Partial<Quota> & { name: string };

function useQuotas(kind: Kind) {
  return useQuery<Row[], ApiError>({
    queryKey: keyOf("QUOTAS", `sys/quotas/${kind}`),
    queryFn: async ({ signal }) => {
      const { keys } = await list(`sys/quotas/${kind}`, { signal });
      const one = async (name: string): Promise<Row> => {
        try {
          return { ...(await read<Quota>(quotaPath(kind, name), { signal })), name };
        } catch (error) {
          // Who may list and not read sees the names.
          if (error instanceof ApiError && (error.kind === "denied" || error.kind === "missing")) return { name };
          throw error;
        }
      };
      return Promise.all(keys.map((name, index) => (index < MOST_READ ? one(name) : { name })));
    },
  });
}

function Names({ kind }: { kind: Kind }) {
  const found = useQuotas(kind);
  const some = useReach("update", `sys/quotas/${kind}/`).length > 0;
  const any = useMay(`update sys/quotas/${kind}/new`);
  const navigate = useNavigate();
  const denied = found.error?.kind === "denied" ? found.error : null;
  return (
    <>
      <p className="intro">{t(`quotas.${kind}_intro`)}</p>
      {(some || any) && (
        <div className="row">
          <LinkButton to={quotaLink(kind)} look="primary">
            {t(`quotas.create_${kind}`)}
          </LinkButton>
        </div>
      )}
      {denied ? (
        <>
          <Failure error={denied} />
          <OpenByName label={t("quotas.open")} to={(name) => quotaLink(kind, name)} />
        </>
      ) : (
        <Loaded of={found}>
          {(rows) => (
            <DataTable
              label={t(`quotas.${kind}`)}
              rows={rows}
              idOf={({ name }) => name}
              textOf={({ name, path = "", role = "" }) => `${name} ${path} ${role}`}
              onOpen={({ name }) => navigate(quotaLink(kind, name))}
              columns={[
                { id: "name", title: t("quotas.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={quotaLink(kind, name)}>{name}</Anchor> },
                { id: "path", title: t("quotas.path"), order: ({ path = "" }) => path, cell: (row) => <Where row={row} /> },
                { id: "limit", title: t("quotas.limit"), cell: (row) => <Limit row={row} /> },
              ]}
              empty={<Empty title={t(`quotas.no_${kind}`)} />}
            />
          )}
        </Loaded>
      )}
    </>
  );
}

function Where({ row: { path, role, additional } }: { row: Row }) {
  return (
    <span className="row">
      <span className="code">{path === "" ? t("quotas.everything") : path}</span>
      {role && <span className="badge">{t("quotas.role_of", { role })}</span>}
      {additional && <span className="badge">{t("quotas.additional_short")}</span>}
    </span>
  );
}

/** What a quota allows, and how much of it is taken. */
export function Limit({ row }: { row: Row }) {
  if (row.max_leases !== undefined) {
    const isFull = (row.counter ?? 0) >= row.max_leases;
    return (
      <span className="row">
        {t("quotas.leases_of", { counter: row.counter ?? 0, most: row.max_leases })}
        {isFull && <span className="badge badge-warn">{t("quotas.full")}</span>}
      </span>
    );
  }
  if (row.rate !== undefined) return t("quotas.requests_in", { rate: row.rate, time: duration(row.interval ?? 1) });
  return "";
}
