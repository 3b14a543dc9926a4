import { DataTable } from "../../../components/DataTable";
import { Empty } from "../../../components/Loaded";
import { t, textOr } from "../../../texts";
import { type Counts, rowsOf } from "./withdrawal";

/** How much of what, by mount. */
export function Counted({ found, undetermined, empty }: { found: Counts; undetermined: Counts; empty: string }) {
  return (
    <DataTable
      label={t("withdrawals.found")}
      rows={rowsOf(found, undetermined)}
      idOf={({ kind, mount }) => `${kind} ${mount}`}
      columns={[
        { id: "kind", title: t("withdrawals.kind"), order: ({ kind }) => kind, cell: ({ kind }) => textOr(`withdrawals.kind_${kind}`, kind) },
        { id: "mount", title: t("withdrawals.mount"), order: ({ mount }) => mount, cell: ({ mount }) => <span className="code">{mount}</span> },
        { id: "count", title: t("withdrawals.count"), order: ({ count }) => count, cell: ({ count }) => count },
        { id: "undetermined", title: t("withdrawals.undetermined"), secondary: true, order: (row) => row.undetermined, cell: (row) => row.undetermined },
      ]}
      empty={<Empty title={empty} />}
    />
  );
}
