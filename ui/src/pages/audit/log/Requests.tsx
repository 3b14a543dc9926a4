import { useState } from "react";
import { DataTable } from "../../../components/DataTable";
import { exact } from "../../../components/Moment";
import { t } from "../../../texts";
import { OutcomeBadge } from "../OutcomeBadge";
import type { Logged } from "./logged";
import { RequestDialog } from "./RequestDialog";
import "./Requests.css";

/** The requests that were found, the newest first. */
export function Requests({ requests }: { requests: readonly Logged[] }) {
  const [open, setOpen] = useState<Logged | null>(null);
  return (
    <div className="requests">
      <DataTable
        label={t("audit.requests")}
        rows={requests}
        idOf={({ request_id, time }) => `${request_id} ${time}`}
        textOf={({ path, display_name, remote_address, operation }) => `${path} ${display_name} ${remote_address} ${operation}`}
        onOpen={setOpen}
        columns={[
          { id: "time", title: t("audit.time"), order: ({ time }) => time, cell: ({ time }) => exact(time) },
          { id: "outcome", title: t("audit.outcome"), order: ({ outcome }) => outcome, cell: ({ outcome }) => <OutcomeBadge of={OUTCOME[outcome]} /> },
          { id: "operation", title: t("audit.operation"), secondary: true, order: ({ operation }) => operation, cell: ({ operation }) => operation },
          { id: "path", title: t("audit.request_path"), order: ({ path }) => path, cell: ({ path }) => <span className="code">{path}</span> },
          { id: "name", title: t("audit.who"), secondary: true, order: ({ display_name }) => display_name, cell: ({ display_name, made_by }) => [display_name, ...made_by].join(" < ") },
          { id: "address", title: t("audit.from"), secondary: true, order: ({ remote_address }) => remote_address, cell: ({ remote_address }) => remote_address },
        ]}
        empty={null}
      />
      {open && <RequestDialog request={open} onClose={() => setOpen(null)} />}
    </div>
  );
}

const OUTCOME = { ok: "ok", denied: "denied", error: "failed", "no answer": "unanswered" } as const;
