import { useState } from "react";
import { useMay } from "../../../api/capabilities";
import { remove, send } from "../../../api/client";
import { useChange, useRead } from "../../../api/hooks";
import { useNavigate, useParam } from "../../../app/location";
import { Anchor, Button } from "../../../components/Button";
import { DataTable } from "../../../components/DataTable";
import { Confirm } from "../../../components/Dialog";
import { Facts } from "../../../components/Facts";
import { Empty, Loaded } from "../../../components/Loaded";
import { PageHead } from "../../../components/PageHead";
import { Progress } from "../../../components/Progress";
import { toast } from "../../../components/toasts";
import { When } from "../../../components/When";
import { t, textOr } from "../../../texts";
import { leaseLink } from "../../leases/lease";
import { Counted } from "./Counted";
import { StateBadge } from "./StateBadge";
import { listLink, needsOf, type Report as Told } from "./withdrawal";

const WATCH_MS = 2_000;

/** How far a withdrawal is, and what can be done about it. */
export default function Report() {
  const id = useParam("id");
  const may = useMay(...needsOf(id).read);
  // The server goes on by itself, whoever looks: the page asks until it has nothing left to do.
  const [watched, setWatched] = useState(true);
  const found = useRead<Told>(`sys/revoke-issued/${id}`, { enabled: may === true && id !== "", ...(watched && { every: WATCH_MS }) });
  const isBusy = found.data === undefined || found.data.state === "counting" || found.data.state === "clearing" || found.data.leases_left > 0;
  if (watched !== isBusy) setWatched(isBusy);
  return (
    <>
      <PageHead title={id || t("withdrawals.report")} crumbs={[{ text: t("withdrawals.title"), to: listLink() }]}>
        {found.data && <Actions report={found.data} />}
      </PageHead>
      {may === false && <p className="notice">{t("withdrawals.unreadable")}</p>}
      {id === "" && <Empty title={t("withdrawals.no_id")} />}
      {may && id !== "" && <Loaded of={found} missing={<Empty title={t("withdrawals.missing")} />}>{(report) => <Shown report={report} />}</Loaded>}
    </>
  );
}

function Shown({ report }: { report: Told }) {
  const done = report.total - Math.min(report.leases_left, report.total);
  return (
    <>
      <section className="card stack" aria-live="polite">
        <p className="row">
          <StateBadge state={report.blocks && report.state === "holding" ? "blocking" : report.state} />
          {t(`withdrawals.about_${report.state}`)}
        </p>
        {report.blocks && <p>{t("withdrawals.about_blocking")}</p>}
        {report.leases_left > 0 && (
          <>
            <p>{t("withdrawals.leases_left", { n: report.leases_left })}</p>
            <Progress label={t("leases.progress")} value={done} most={report.total} />
          </>
        )}
        <Facts
          rows={[
            ...Object.entries(report.asked).filter(([name]) => name !== "block").map(([name, text]) => [textOr(`withdrawals.by_${name}`, name), <span key={name} className="code">{text}</span>] as const),
            [t("withdrawals.made"), <When key="made" at={report.made_time} />],
            [t("withdrawals.since_time"), report.since_time && <When at={report.since_time} />],
            [t("withdrawals.until_time"), report.until_time && <When at={report.until_time} />],
            [t("withdrawals.blocks"), t(report.blocks ? "common.yes" : "common.no")],
            [t("withdrawals.total"), String(report.total)],
            [t("withdrawals.namespaces_left"), report.namespaces_left > 0 && String(report.namespaces_left)],
            [t("withdrawals.cleared"), report.cleared_time && <When at={report.cleared_time} />],
            [t("withdrawals.holds_until"), report.stands && report.holds_until && <When at={report.holds_until} />],
            [t("withdrawals.ended"), report.ended_time && <When at={report.ended_time} />],
          ]}
        />
      </section>
      {report.failing.length > 0 && <Failing failing={report.failing} />}
      <section className="stack">
        <h2>{t("withdrawals.found")}</h2>
        <Counted found={report.found} undetermined={report.undetermined} empty={t(report.state === "counting" ? "withdrawals.counting" : "withdrawals.nothing_found")} />
      </section>
    </>
  );
}

function Failing({ failing }: { failing: Told["failing"] }) {
  return (
    <section className="stack">
      <h2>{t("withdrawals.failing", { n: failing.length })}</h2>
      <DataTable
        label={t("withdrawals.failing", { n: failing.length })}
        rows={failing}
        idOf={({ lease_id }) => lease_id}
        columns={[
          { id: "lease", title: t("leases.id"), cell: ({ lease_id }) => <Anchor to={leaseLink(lease_id)}>{lease_id}</Anchor> },
          { id: "error", title: t("withdrawals.error"), cell: ({ error }) => <span className="code">{error}</span> },
          { id: "attempts", title: t("withdrawals.attempts"), secondary: true, cell: ({ attempts }) => attempts },
        ]}
        empty={null}
      />
    </section>
  );
}

type Act = "lift" | "cancel" | "remove";

function Actions({ report }: { report: Told }) {
  const [asked, setAsked] = useState<Act | null>(null);
  const navigate = useNavigate();
  const path = `sys/revoke-issued/${report.id}`;
  const act = useChange(
    (what: Act) => (what === "remove" ? remove(path) : send<unknown>("POST", `${path}/${what}`, { data: {} })),
    (_, what) => {
      toast(t(`withdrawals.${what}_done`));
      setAsked(null);
      if (what === "remove") navigate(listLink(), { replace: true });
    },
  );
  const needs = needsOf(report.id);
  const ask = (what: Act) => {
    act.reset();
    setAsked(what);
  };
  return (
    <>
      {report.blocks && <Button onPress={() => ask("lift")} needs={needs.lift}>{t("withdrawals.lift")}</Button>}
      {report.stands && <Button onPress={() => ask("cancel")} needs={needs.cancel}>{t("withdrawals.cancel")}</Button>}
      {!report.stands && <Button onPress={() => ask("remove")} needs={needs.remove}>{t("withdrawals.remove")}</Button>}
      {asked && (
        <Confirm title={t(`withdrawals.${asked}_title`)} isOpen onClose={() => setAsked(null)} action={t(`withdrawals.${asked}`)} onConfirm={() => act.mutate(asked)} isPending={act.isPending} error={act.error}>
          <p>{t(`withdrawals.${asked}_text`)}</p>
        </Confirm>
      )}
    </>
  );
}
