import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { exact } from "../../components/Moment";
import { Progress } from "../../components/Progress";
import { t } from "../../texts";
import { OutcomeBadge } from "./OutcomeBadge";
import { type Found, MOST, searched } from "./search";

/** The texts of a file, one after the other. */
async function* texts(file: File): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** Finds the requests of a log that had a value.  The log is a file of the user's own; it isn't sent anywhere. */
export function LogSearch({ digest }: { digest: string }) {
  const [read, setRead] = useState(0);
  const look = useMutation<Found, Error, File>({ mutationFn: (file) => searched(texts(file), digest, setRead) });
  const size = look.variables?.size ?? 0;
  return (
    <div className="stack">
      <p className="description">{t("audit.search_intro")}</p>
      <div className="row">
        <FileTrigger onSelect={(files) => files?.[0] && look.mutate(files[0])}>
          <Button isPending={look.isPending}>{t("audit.search")}</Button>
        </FileTrigger>
        {look.variables && <span className="code">{look.variables.name}</span>}
      </div>
      {look.isPending && <Progress label={t("audit.searching")} value={Math.min(read, size)} most={size} text={t("audit.bytes", { n: read })} />}
      {look.error && (
        <p role="alert" className="notice notice-danger">
          {t("audit.search_failed", { reason: look.error.message })}
        </p>
      )}
      {look.data && <Hits found={look.data} />}
    </div>
  );
}

function Hits({ found }: { found: Found }) {
  return (
    <div className="stack" aria-live="polite">
      <p>{t("audit.searched", { n: found.requests, lines: found.lines })}</p>
      {found.requests > MOST && <p>{t("audit.search_most", { n: MOST })}</p>}
      {found.unread > 0 && <p>{t("audit.search_unread", { n: found.unread })}</p>}
      {found.hits.length > 0 && (
        <DataTable
          label={t("audit.found")}
          rows={found.hits}
          idOf={({ id }) => id}
          textOf={({ path, name, address, operation }) => `${path} ${name} ${address} ${operation}`}
          columns={[
            { id: "time", title: t("audit.time"), order: ({ time }) => time, cell: ({ time }) => exact(time) },
            { id: "outcome", title: t("audit.outcome"), order: ({ outcome }) => outcome, cell: ({ outcome }) => <OutcomeBadge of={outcome} /> },
            { id: "operation", title: t("audit.operation"), order: ({ operation }) => operation, cell: ({ operation }) => operation },
            { id: "path", title: t("audit.request_path"), order: ({ path }) => path, cell: ({ path }) => <span className="code">{path}</span> },
            { id: "name", title: t("audit.who"), order: ({ name }) => name, cell: ({ name }) => name },
            { id: "address", title: t("audit.from"), secondary: true, order: ({ address }) => address, cell: ({ address }) => address },
          ]}
          empty={null}
        />
      )}
    </div>
  );
}
