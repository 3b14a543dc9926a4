import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { exact } from "../../components/Moment";
import { Once } from "../../components/Once";
import { Removal } from "../../components/Removal";
import { Secret } from "../../components/Secret";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { t } from "../../texts";

interface Binding {
  acme_directory: string;
  created_on: string;
}

/** Keys with which new accounts of ACME are made, each one by one account. */
export function AcmeBindings({ mount }: { mount: string }) {
  const found = useList<Binding>(join(mount, "eab"));
  return (
    <div className="stack">
      <Loaded of={found}>
        {({ keys, key_info }) => (
          <DataTable
            label={t("pki.acme_bindings")}
            rows={keys.map((id) => ({ id, ...key_info[id] }))}
            idOf={({ id }) => id}
            columns={[
              { id: "id", title: t("pki.id"), cell: ({ id }) => <span className="code">{id}</span> },
              { id: "directory", title: t("pki.acme_directory"), cell: ({ acme_directory }) => acme_directory, secondary: true },
              { id: "made", title: t("pki.made_at"), order: ({ created_on }) => created_on ?? "", cell: ({ created_on }) => exact(created_on) },
              {
                id: "actions",
                title: t("pki.actions"),
                cell: ({ id }) => (
                  <Removal look="quiet" title={t("pki.remove_binding_title")} needs={`delete ${join(mount, "eab", id)}`} act={() => remove(join(mount, "eab", id))} done={() => toast(t("pki.binding_removed"))}>
                    <p>{t("pki.remove_binding_text")}</p>
                  </Removal>
                ),
              },
            ]}
            empty={<Empty title={t("pki.no_bindings")} />}
          />
        )}
      </Loaded>
      <Make mount={mount} />
    </div>
  );
}

function Make({ mount }: { mount: string }) {
  const [names, setNames] = useState("");
  const path = join(mount, "acme/new-eab");
  const make = useChange(() => {
    const allowed = names.split(/[\s,]+/).filter(Boolean);
    return write<{ id: string; key: string }>(path, allowed.length > 0 ? { allowed_identifiers: allowed } : {});
  });
  return (
    <SubmitForm onSubmit={() => make.mutate()}>
      <TextField label={t("pki.binding_names")} description={t("pki.binding_names_hint")} value={names} onChange={setNames} placeholder="*.team.example" code />
      {make.error && <Failure error={make.error} />}
      <div className="row">
        <Button type="submit" isPending={make.isPending} needs={`update ${path}`}>
          {t("pki.make_binding")}
        </Button>
      </div>
      {make.data && (
        <div aria-live="polite" className="stack">
          <Once>{t("pki.binding_once")}</Once>
          <Facts
            rows={[
              [t("pki.id"), <span key="id" className="code">{make.data.id}</span>],
              [t("pki.binding_key"), <Secret key={make.data.key} value={make.data.key} name={t("pki.binding_key")} />],
            ]}
          />
        </div>
      )}
    </SubmitForm>
  );
}
