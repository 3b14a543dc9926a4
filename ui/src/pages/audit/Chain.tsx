import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { afterFailure, keyOf } from "../../api/hooks";
import { session } from "../../api/session";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import { chainPath, verifyCommand } from "./device";

interface Writer {
  id: string;
  writer: string;
  sequence: number;
  former: boolean;
}

interface Answer {
  devices: { id: string; former: boolean; lost: number; heads: { writer: string; sequence: number }[] }[];
}

interface Writers {
  writers: Writer[];
  lost: number;
}

/** How far each process has written, which is what a log is checked against.  The key of the chain isn't kept. */
async function writersOf(path: string, signal: AbortSignal): Promise<Writers> {
  const { devices } = await read<Answer>(chainPath(path), { signal });
  const writers = devices.flatMap(({ id, former, heads }) => heads.map(({ writer, sequence }) => ({ id: `${id} ${writer}`, writer, sequence, former })));
  return { writers, lost: devices.reduce((sum, { lost }) => sum + lost, 0) };
}

/**
 * The writers, once somebody asks, and by themselves for as long as a new device has none: the server stores them a moment after their first
 * line.  Nothing else asks again, since the key of the chain comes with the answer.
 */
function useWriters(path: string, enabled: boolean) {
  return useQuery<Writers, ApiError>({
    queryKey: [...keyOf("GET", chainPath(path)), "writers"],
    queryFn: ({ signal }) => writersOf(path, signal),
    enabled,
    gcTime: 0,
    staleTime: "static",
    refetchInterval: (query) => afterFailure(query) || (query.state.data?.writers.length === 0 && session.current().interrupted === null ? 2_000 : false),
  });
}

/** How a log is checked, and what the server knows of it. */
export function Chain({ path }: { path: string }) {
  const [isAsked, setAsked] = useState(false);
  const ask = useWriters(path, isAsked);
  const command = verifyCommand(path);
  return (
    <section className="card stack">
      <h2>{t("audit.chain")}</h2>
      <p>{t("audit.chain_intro")}</p>
      <div className="row">
        <code>{command}</code>
        <CopyButton text={command} label={t("audit.copy_command")} />
      </div>
      <div className="row">
        <Button onPress={() => (isAsked ? void ask.refetch() : setAsked(true))} isPending={ask.isLoading}>
          {t("audit.chain_show")}
        </Button>
      </div>
      {ask.error && <Failure error={ask.error} />}
      {ask.data && ask.data.lost > 0 && <p className="notice notice-warn">{t("audit.chain_lost", { n: ask.data.lost })}</p>}
      {ask.data && (
        <DataTable
          label={t("audit.chain")}
          rows={ask.data.writers}
          idOf={({ id }) => id}
          columns={[
            { id: "writer", title: t("audit.writer"), order: ({ writer }) => writer, cell: ({ writer }) => <span className="code">{writer}</span> },
            { id: "sequence", title: t("audit.sequence"), order: ({ sequence }) => sequence, cell: ({ sequence }) => sequence },
            { id: "former", title: t("audit.of_device"), cell: ({ former }) => t(former ? "audit.former" : "audit.current") },
          ]}
          empty={<p>{t("audit.chain_empty")}</p>}
        />
      )}
    </section>
  );
}
