import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { link, useNavigate, useParam, useShown } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Select, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Paging } from "../../components/Paging";
import { SubmitForm } from "../../components/SubmitForm";
import { When } from "../../components/When";
import { t } from "../../texts";
import { useAsked } from "./asking";
import { bodyOf, type Filter, type Filters, filtersIn } from "./filters";
import { leaseLink, leasesLink, type LeaseSummary, SEARCH, STATES } from "./lease";
import { RevokeOfEntity } from "./RevokeOfEntity";
import { StateBadge } from "./StateBadge";

const PAGE = 200;
const TEXTS: readonly Filter[] = ["prefix", "account", "entity_id", "role", "older_than"];

interface Found {
  keys: string[];
  key_info: Record<string, LeaseSummary>;
  after: string;
}

const searchLink = (filters: Filters, after = "") => link("/leases/search", { ...filters, after });

/** Leases by whom they belong to, what they are in the other system, and how old they are. */
export default function Search() {
  const filters = filtersIn(useShown());
  const may = useMay(...SEARCH);
  return (
    <>
      <PageHead title={t("leases.search")} crumbs={[{ text: t("leases.title"), to: leasesLink() }]} intro={t("leases.search_intro")} />
      {may === false && <p className="notice">{t("leases.no_search")}</p>}
      {may && (
        <>
          <Form key={JSON.stringify(filters)} filters={filters} />
          <Results filters={filters} />
        </>
      )}
    </>
  );
}

function Form({ filters }: { filters: Filters }) {
  const [wanted, setWanted] = useState(filters);
  const navigate = useNavigate();
  const set = (name: Filter) => (text: string) => setWanted({ ...wanted, [name]: text });
  return (
    <SubmitForm onSubmit={() => navigate(searchLink(wanted))}>
      <div className="grid">
        {TEXTS.map((name) => (
          <TextField key={name} label={t(`leases.by_${name as Exclude<Filter, "state">}`)} value={wanted[name]} onChange={set(name)} code />
        ))}
        <Select label={t("leases.state")} value={wanted.state || "any"} onChange={(state) => set("state")(state === "any" ? "" : state)} choices={[{ id: "any", label: t("leases.any") }, ...STATES.map((state) => ({ id: state, label: t(`leases.state_${state}`) }))]} />
      </div>
      <div className="row">
        <Button type="submit" look="primary" needs={SEARCH}>
          {t("leases.find")}
        </Button>
      </div>
    </SubmitForm>
  );
}

function Results({ filters }: { filters: Filters }) {
  const after = useParam("after");
  const found = useAsked<Found>("sys/leases/search", bodyOf(filters, after, PAGE));
  const navigate = useNavigate();
  return (
    <>
      {filters.entity_id && <RevokeOfEntity id={filters.entity_id} />}
      <Loaded of={found}>
        {({ keys, key_info, after: next }) => (
          <>
            <DataTable
              label={t("leases.title")}
              rows={keys.flatMap((id) => (key_info[id] ? [{ id, lease: key_info[id] }] : []))}
              idOf={({ id }) => id}
              textOf={({ id, lease }) => `${id} ${lease.account} ${lease.group}`}
              onOpen={({ id }) => navigate(leaseLink(id))}
              columns={[
                { id: "id", title: t("leases.id"), order: ({ id }) => id, cell: ({ id }) => <Anchor to={leaseLink(id)}>{id}</Anchor> },
                { id: "state", title: t("leases.state"), order: ({ lease }) => lease.state, cell: ({ lease }) => <StateBadge state={lease.state} /> },
                { id: "account", title: t("leases.account"), secondary: true, order: ({ lease }) => lease.account, cell: ({ lease }) => lease.account },
                { id: "issued", title: t("leases.issued"), secondary: true, order: ({ lease }) => lease.issue_time, cell: ({ lease }) => <When at={lease.issue_time} /> },
                { id: "expires", title: t("leases.expires"), order: ({ lease }) => lease.expire_time, cell: ({ lease }) => <When at={lease.expire_time} /> },
              ]}
              empty={<Empty title={t(next ? "leases.none_yet" : "leases.none_found")} />}
            />
            <Paging first={after ? searchLink(filters) : undefined} next={next ? searchLink(filters, next) : undefined} />
          </>
        )}
      </Loaded>
    </>
  );
}
