import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { serverNow } from "../../api/clock";
import { write } from "../../api/client";
import { keyOf, useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { Progress } from "../../components/Progress";
import { duration, moment } from "../../components/time";
import { toast } from "../../components/toasts";
import { When } from "../../components/When";
import { t } from "../../texts";
import { Outcome } from "./Schedules";
import { isDue, may, type Status, statusPath, takenPath } from "./snapshot";

const LOOK_EVERY_MS = 2_000;

/** How a schedule goes: what the server does for it at present, and what became of the last attempt. */
export function Course({ name }: { name: string }) {
  const found = useRead<Status>(statusPath(name), { every: LOOK_EVERY_MS });
  useNewOnes(name, found.data?.last_snapshot_end);
  return (
    <Loaded of={found} missing={<Empty title={t("snapshots.no_schedule", { name })} />}>
      {(status) => (
        <section className="card stack" aria-live="polite">
          <h2>{t("snapshots.status")}</h2>
          <UnderWay status={status} />
          <Facts
            rows={[
              [t("snapshots.last_good"), <Outcome key="good" status={status} />],
              [t("snapshots.rows"), status.good_rows || null],
              [t("snapshots.last_attempt"), <When key="last" at={status.last_snapshot_start} />],
              [t("snapshots.error"), status.last_snapshot_error],
              [t("snapshots.next"), <When key="next" at={status.next_snapshot_start} />],
            ]}
          />
        </section>
      )}
    </Loaded>
  );
}

/** What the server does now: it tells so itself, so a page that is opened anew shows it too. */
function UnderWay({ status }: { status: Status }) {
  const now = serverNow();
  if (status.phase === "") return isDue(status, now) ? <Progress label={t("snapshots.begins")} value={0} most={0} text="" /> : null;
  const since = moment(status.phase_start) ?? now;
  return <Progress label={t(`snapshots.phase_${status.phase}`)} value={0} most={0} text={duration((now.getTime() - since.getTime()) / 1000)} />;
}

/** Has the list of what was taken asked for again, when another attempt has ended. */
function useNewOnes(name: string, ended: string | undefined) {
  const client = useQueryClient();
  const before = useRef(ended);
  useEffect(() => {
    if (before.current !== undefined && before.current !== ended) void client.invalidateQueries({ queryKey: keyOf("LIST", takenPath(name)) });
    before.current = ended;
  }, [client, name, ended]);
}

/** Has the server take one now.  It goes on when the page is left. */
export function TakeNow({ name }: { name: string }) {
  const act = useChange(
    () => write(`sys/snapshots/take/${name}`, { background: true }),
    () => toast(t("snapshots.begun")),
  );
  const needs = may("update", `sys/snapshots/take/${name}`);
  return (
    <May needs={needs}>
      <div className="stack">
        {act.error && <Failure error={act.error} />}
        <div className="row">
          <Button look="primary" onPress={() => act.mutate(undefined)} isPending={act.isPending} needs={needs}>
            {t("snapshots.take_now")}
          </Button>
        </div>
      </div>
    </May>
  );
}
