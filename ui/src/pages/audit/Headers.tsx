import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Checkbox, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { May } from "../../components/May";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";

const PATH = "sys/config/auditing/request-headers";

/** Which headers of requests the logs show. */
export function Headers() {
  const found = useRead<{ headers: Record<string, { hmac: boolean }> }>(PATH);
  const drop = useChange(
    (name: string) => remove(`${PATH}/${name}`),
    (_, name) => toast(t("audit.header_removed", { name })),
  );
  return (
    <section className="stack">
      <h2>{t("audit.request_headers")}</h2>
      <p className="description">{t("audit.request_headers_hint")}</p>
      <Loaded of={found}>
        {({ headers }) => (
          <DataTable
            label={t("audit.request_headers")}
            rows={Object.entries(headers).map(([name, { hmac }]) => ({ name, hmac }))}
            idOf={({ name }) => name}
            columns={[
              { id: "name", title: t("audit.header"), order: ({ name }) => name, cell: ({ name }) => <span className="code">{name}</span> },
              { id: "shown", title: t("audit.shown_as"), cell: ({ hmac }) => t(hmac ? "audit.as_digest" : "audit.as_it_is") },
              {
                id: "actions",
                title: t("audit.actions"),
                cell: ({ name }) => (
                  <Button look="quiet" onPress={() => drop.mutate(name)} needs={[`delete ${PATH}/${name}`, `sudo ${PATH}/${name}`]}>
                    {t("audit.header_remove")}
                  </Button>
                ),
              },
            ]}
            empty={<p>{t("audit.no_headers")}</p>}
          />
        )}
      </Loaded>
      {drop.error && <Failure error={drop.error} />}
      <May needs={[`update ${PATH}/new`, `sudo ${PATH}/new`]}>
        <Add />
      </May>
    </section>
  );
}

function Add() {
  const [name, setName] = useState("");
  const [hmac, setHmac] = useState(true);
  const add = useChange(
    () => write(`${PATH}/${name.trim()}`, { hmac }),
    () => {
      toast(t("audit.header_added", { name: name.trim() }));
      setName("");
    },
  );
  return (
    <Typed>
      <SubmitForm onSubmit={() => add.mutate(undefined)}>
        <TextField label={t("audit.header")} value={name} onChange={setName} placeholder="X-Request-Id" isRequired code />
        <Checkbox label={t("audit.header_hmac")} description={t("audit.header_hmac_hint")} value={hmac} onChange={setHmac} />
        {add.error && <Failure error={add.error} />}
        <div className="row">
          <Button type="submit" isPending={add.isPending} isDisabled={name.trim() === ""}>
            {t("audit.header_add")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}
