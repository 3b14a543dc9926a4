import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { keyOf, useSession } from "../../api/hooks";
import { Switch } from "../../components/Field";
import { DataTable } from "../../components/DataTable";
import { Loaded } from "../../components/Loaded";
import { duration, moment } from "../../components/time";
import { t } from "../../texts";

interface Running {
  start_time: string;
  client_remote_address: string;
  request_path: string;
  request_method: string;
}

const EVERY_MS = 2_000;

/** What the node is answering at this moment. */
export function Requests() {
  useSession();
  const [follow, setFollow] = useState(true);
  const found = useQuery<Record<string, Running>, ApiError>({
    queryKey: keyOf("GET", "sys/in-flight-req"),
    queryFn: ({ signal }) => send<Record<string, Running>>("GET", "sys/in-flight-req", { signal }),
    refetchInterval: follow && EVERY_MS,
  });
  const seconds = (since: string) => Math.max(0, (found.dataUpdatedAt - (moment(since)?.getTime() ?? 0)) / 1000);
  return (
    <>
      <p className="description">{t("nodes.requests_intro")}</p>
      <Switch label={t("nodes.follow")} value={follow} onChange={setFollow} />
      <Loaded of={found}>
        {(running) => (
          <DataTable
            label={t("nodes.tab_requests")}
            rows={Object.entries(running).map(([id, request]) => ({ id, ...request }))}
            idOf={({ id }) => id}
            textOf={({ request_path: path, client_remote_address: address }) => `${path} ${address}`}
            columns={[
              { id: "path", title: t("nodes.path"), order: ({ request_path: path }) => path, cell: ({ request_path: path }) => <span className="code">{path}</span> },
              { id: "method", title: t("nodes.method"), order: ({ request_method: method }) => method, cell: ({ request_method: method }) => method },
              { id: "address", title: t("nodes.client"), order: ({ client_remote_address: address }) => address, cell: ({ client_remote_address: address }) => <span className="code">{address}</span> },
              { id: "since", title: t("nodes.since"), order: ({ start_time: since }) => since, cell: ({ start_time: since }) => duration(seconds(since)) },
            ]}
            empty={<p>{t("nodes.no_requests")}</p>}
          />
        )}
      </Loaded>
    </>
  );
}
