import { useQueries } from "@tanstack/react-query";
import { type Fields, read, send } from "../../api/client";
import { keyOf, useChange, useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Empty, Loaded } from "../../components/Loaded";
import { toast } from "../../components/toasts";
import { t } from "../../texts";

/** Of so many accounts it is told what they have: each is a request. */
const MOST_READ = 100;

interface Account {
  id: string;
  status: string;
  contacts: string;
  orders: number | null;
}

function accountOf(id: string, fields: Fields | undefined): Account {
  const list = (name: string) => {
    const value = fields?.[name];
    return Array.isArray(value) ? value : [];
  };
  return { id, status: typeof fields?.["status"] === "string" ? fields["status"] : "", contacts: list("contact").map(String).join(", "), orders: fields ? list("orders").length : null };
}

/** Accounts of ACME clients; one that was shut off gets nothing more. */
export function AcmeAccounts({ mount }: { mount: string }) {
  const place = join(mount, "acme/mgmt/account/keyid");
  const found = useList(place);
  const ids = found.data?.keys ?? [];
  const answers = useQueries({
    queries: ids.slice(0, MOST_READ).map((id) => ({ queryKey: keyOf("GET", join(place, id)), queryFn: ({ signal }: { signal: AbortSignal }) => read<Fields>(join(place, id), { signal }) })),
  });
  const change = useChange(
    ({ id, status }: { id: string; status: "revoked" | "valid" }) => send("POST", join(place, id), { data: { status } }),
    (_, { status }) => toast(t(`pki.account_${status}`)),
  );
  return (
    <div className="stack">
      {change.error && <Failure error={change.error} />}
      <Loaded of={found}>
        {({ keys }) => (
          <DataTable
            label={t("pki.acme_accounts")}
            rows={keys.map((id, at) => accountOf(id, answers[at]?.data))}
            idOf={({ id }) => id}
            textOf={({ id, contacts }) => `${id} ${contacts}`}
            columns={[
              { id: "id", title: t("pki.id"), cell: ({ id }) => <span className="code">{id}</span> },
              { id: "contacts", title: t("pki.contacts"), cell: ({ contacts }) => contacts, secondary: true },
              { id: "orders", title: t("pki.orders"), cell: ({ orders }) => orders },
              { id: "status", title: t("pki.state"), cell: ({ status }) => <span className={`badge ${status === "valid" ? "badge-good" : "badge-warn"}`}>{status}</span> },
              {
                id: "actions",
                title: t("pki.actions"),
                cell: ({ id, status }) =>
                  status === "valid" || status === "revoked" ? (
                    <Button look="quiet" onPress={() => change.mutate({ id, status: status === "valid" ? "revoked" : "valid" })} needs={`update ${join(place, id)}`}>
                      {t(status === "valid" ? "pki.shut_off" : "pki.put_back")}
                    </Button>
                  ) : null,
              },
            ]}
            empty={<Empty title={t("pki.no_accounts")} />}
          />
        )}
      </Loaded>
    </div>
  );
}
