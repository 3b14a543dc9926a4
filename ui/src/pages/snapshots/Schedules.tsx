import { useList, useRead } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { bytes } from "../../components/bytes";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { Distance } from "../../components/Moment";
import { moment } from "../../components/time";
import { t } from "../../texts";
import { SCHEDULES, scheduleLink, type Status } from "./snapshot";

/** The schedules, each with how its last snapshot went. */
export function Schedules() {
  const found = useList(SCHEDULES);
  const navigate = useNavigate();
  return (
    <section className="stack">
      <h2>{t("snapshots.schedules")}</h2>
      <Loaded of={found}>
        {({ keys }) => (
          <DataTable
            label={t("snapshots.schedules")}
            rows={keys.map((name) => ({ name }))}
            idOf={({ name }) => name}
            onOpen={({ name }) => navigate(scheduleLink(name))}
            columns={[
              { id: "name", title: t("snapshots.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={scheduleLink(name)}>{name}</Anchor> },
              { id: "last", title: t("snapshots.last_good"), cell: ({ name }) => <Last name={name} /> },
            ]}
            empty={
              <Empty title={t("snapshots.no_schedules")}>
                <p>{t("snapshots.no_schedules_hint")}</p>
              </Empty>
            }
          />
        )}
      </Loaded>
    </section>
  );
}

function Last({ name }: { name: string }) {
  return (
    <May needs={[`read sys/snapshots/status/${name}`]}>
      <Told name={name} />
    </May>
  );
}

function Told({ name }: { name: string }) {
  const found = useRead<Status>(`sys/snapshots/status/${name}`, { every: 10_000 });
  return <Loaded of={found}>{(status) => <Outcome status={status} />}</Loaded>;
}

/** The last good snapshot, and whether those since have failed. */
export function Outcome({ status }: { status: Status }) {
  const good = moment(status.good_time);
  return (
    <span className="row">
      {good ? (
        <span>
          <Distance to={good} /> ({bytes(status.good_size)})
        </span>
      ) : (
        t("snapshots.none_yet")
      )}
      {status.consecutive_errors > 0 && <span className="badge badge-danger">{t("snapshots.failed_since", { n: status.consecutive_errors })}</span>}
    </span>
  );
}
