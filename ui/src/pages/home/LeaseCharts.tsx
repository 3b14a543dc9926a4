import { useState } from "react";
import { serverNow } from "../../api/clock";
import { read, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { useMay } from "../../api/capabilities";
import { link } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { Bars } from "../../components/charts/Bars";
import { Failure } from "../../components/Failure";
import { t } from "../../texts";
import { type LeaseSummary, leasesLink, SEARCH } from "../leases/lease";
import { type Breakdown, DUE, NOTHING, withLeases } from "./breakdown";

const PAGE = 1_000;
/** Reading leases costs the server something: so many are read, and then it's said that there are more. */
const MOST = 20_000;

interface Found {
  key_info: Record<string, LeaseSummary>;
  after: string;
}

/** Leases by mount and by when they end, counted when somebody asks: no number of the server says it. */
export function LeaseCharts() {
  const [sofar, setSofar] = useState(0);
  const may = useMay(...SEARCH);
  const count = useChange(async (_: undefined): Promise<Breakdown> => {
    const mounts = Object.keys((await read<{ secret: Record<string, unknown> }>("sys/internal/ui/mounts")).secret);
    let sum = NOTHING;
    let after = "";
    do {
      const page = await write<Found>("sys/leases/search", { limit: PAGE, ...(after && { after }) });
      sum = withLeases(sum, page.key_info, mounts, serverNow().getTime());
      after = page.after;
      setSofar(sum.counted);
    } while (after !== "" && sum.counted < MOST);
    return { ...sum, isPartial: after !== "" };
  });
  if (!may) return null;
  const found = count.data;
  return (
    <section className="stack" aria-label={t("home.leases_by")}>
      <div className="row">
        <Button onPress={() => count.mutate(undefined)} isPending={count.isPending} needs={SEARCH}>
          {t("home.count_leases")}
        </Button>
        {count.isPending && <span role="status">{t("leases.counted_so_far", { n: sofar })}</span>}
        {found?.isPartial && <span role="status">{t("home.partial", { n: found.counted.toLocaleString() })}</span>}
      </div>
      {count.error && <Failure error={count.error} />}
      {found && (
        <div className="charts">
          <Bars
            title={t("home.leases_by_mount")}
            of={t("leases.path")}
            columns={[t("home.leases")]}
            bars={Object.entries(found.byMount)
              .sort(([, a], [, b]) => b - a)
              .map(([mount, n]) => ({ id: mount, name: <Anchor to={leasesLink(mount)}>{mount}</Anchor>, values: [n] }))}
            empty={t("leases.none")}
          />
          <Bars title={t("home.leases_by_due")} of={t("leases.expires")} columns={[t("home.leases")]} bars={DUE.map((due) => ({ id: due, name: due === "over" ? <Anchor to={link("/leases/search", { state: "revoking" })}>{t("home.due_over")}</Anchor> : t(`home.due_${due}`), values: [found.byDue[due]] }))} empty={t("leases.none")} />
        </div>
      )}
    </section>
  );
}
