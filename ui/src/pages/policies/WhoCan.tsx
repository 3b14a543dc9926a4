import { useState } from "react";
import { write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty } from "../../components/Loaded";
import { t } from "../../texts";

interface Holder {
  kind: "policy" | "role" | "group" | "entity" | "token";
  name: string;
  display_name?: string;
  path?: string;
  operations: string[];
  policies: string[];
}

interface Answer {
  everybody: boolean;
  found: Holder[];
  after: string;
  looked_at: number;
}

/** Everybody and everything that may do something, page by page. */
export function WhoCan({ path, operation }: { path: string; operation: string }) {
  const [found, setFound] = useState<Holder[]>([]);
  const ask = useChange(
    (after: string) => write<Answer>("sys/policies/who-can", { path, operation, ...(after && { after }) }),
    (answer, after) => setFound(after ? [...found, ...answer.found] : answer.found),
  );
  return (
    <section className="stack">
      <div className="row">
        <Button onPress={() => ask.mutate("")} isPending={ask.isPending} isDisabled={path === ""} needs="update sys/policies/who-can">
          {t("policies.who_can")}
        </Button>
      </div>
      {ask.error && <Failure error={ask.error} />}
      {ask.data?.everybody && <p className="notice notice-warn">{t("policies.everybody")}</p>}
      {ask.data && (
        <DataTable
          label={t("policies.who_can")}
          rows={found}
          idOf={({ kind, name, path: from }) => `${kind} ${name} ${from ?? ""}`}
          textOf={({ kind, name, display_name }) => `${kind} ${name} ${display_name ?? ""}`}
          columns={[
            { id: "name", title: t("policies.name"), order: ({ name }) => name, cell: ({ name, display_name }) => (display_name ? `${display_name} (${name})` : name) },
            { id: "kind", title: t("policies.kind"), order: ({ kind }) => kind, cell: ({ kind }) => <span className="badge">{kind}</span> },
            { id: "policies", title: t("me.policies"), cell: ({ policies }) => policies.join(", ") },
          ]}
          empty={<Empty title={t("policies.nobody")} />}
        />
      )}
      {ask.data?.after && (
        <Button onPress={() => ask.mutate(ask.data.after)} isPending={ask.isPending}>
          {t("common.show_more")}
        </Button>
      )}
    </section>
  );
}
