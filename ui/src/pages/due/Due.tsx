import { serverNow } from "../../api/clock";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Select } from "../../components/Field";
import { Empty, Loaded, Loading } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { distance, told, utc } from "../../components/time";
import { t } from "../../texts";
import type { Due as DueThing } from "./sources";
import { useDue } from "./useDue";
import "./due.css";

const DAYS = ["7", "30", "90", "365"] as const;
const STANDARD = "30";

/** What has to be renewed soon: secrets, certificates and passwords that are rotated. */
export default function Due() {
  const asked = useParam("days");
  const days = DAYS.find((each) => each === asked) ?? STANDARD;
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t("due.title")} intro={t("due.intro")} />
      <div className="due-within">
        <Select label={t("due.within")} value={days} onChange={(next) => navigate(link("/due", { days: next === STANDARD ? "" : next }), { replace: true })} choices={DAYS.map((each) => ({ id: each, label: t("common.days", { n: Number(each) }) }))} />
      </div>
      <Found days={Number(days)} />
    </>
  );
}

function Found({ days }: { days: number }) {
  const { sources, due, isLooking, failed, cut } = useDue(days);
  return (
    <Loaded of={sources}>
      {({ allowed, forbidden }) => (
        <>
          {due.length > 0 ? <Table due={due} /> : !isLooking && failed.length === 0 && <Empty title={t(allowed.length > 0 ? "due.nothing" : "due.nowhere")} />}
          {isLooking && <Loading />}
          {failed.map(({ mount, error, refetch }) => (
            <section key={mount} aria-label={mount}>
              <p className="code">{mount}</p>
              <Failure error={error} onRetry={() => void refetch()} />
            </section>
          ))}
          {cut.length > 0 && <p className="notice notice-warn">{t("due.cut", { mounts: cut.join(", ") })}</p>}
          {forbidden.length > 0 && <p className="description">{t("due.forbidden", { mounts: forbidden.join(", ") })}</p>}
          <p className="description">{t("due.how")}</p>
        </>
      )}
    </Loaded>
  );
}

function Table({ due }: { due: readonly DueThing[] }) {
  const now = serverNow();
  const navigate = useNavigate();
  return (
    <DataTable
      label={t("due.title")}
      rows={due}
      idOf={({ kind, mount, name, at }) => `${kind} ${mount} ${name} ${at.getTime()}`}
      textOf={({ mount, name, owner }) => `${mount}${name} ${owner}`}
      onOpen={({ to }) => navigate(to)}
      columns={[
        { id: "name", title: t("due.name"), order: ({ name }) => name, cell: ({ name, to }) => <Anchor to={to}>{name}</Anchor> },
        { id: "at", title: t("due.at"), order: ({ at }) => at.getTime(), cell: ({ at }) => <When at={at} now={now} /> },
        { id: "kind", title: t("due.kind"), order: ({ kind }) => kind, cell: ({ kind, reason }) => t(reason ? `due.${reason}` : `due.${kind === "certificate" ? "certificate" : "rotation"}`) },
        { id: "owner", title: t("due.owner"), order: ({ owner }) => owner, secondary: true, cell: ({ owner }) => owner },
        { id: "mount", title: t("due.mount"), order: ({ mount }) => mount, secondary: true, cell: ({ mount }) => mount },
      ]}
      empty={null}
    />
  );
}

function When({ at, now }: { at: Date; now: Date }) {
  return (
    <time dateTime={at.toISOString()} title={`${told(at)} (${utc(at)})`} className="row">
      {distance(at, now)}
      {at <= now && <span className="badge badge-danger">{t("due.overdue")}</span>}
    </time>
  );
}
