import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import type { ApiError } from "../../api/errors";
import { useList } from "../../api/hooks";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { Select, Suggested, TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { OpenByName } from "../../components/OpenByName";
import { Paging } from "../../components/Paging";
import { PageHead } from "../../components/PageHead";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { entityLink } from "./links";
import { inOrder, useMountChoices } from "./names";
import type { Entity } from "./records";

interface Info {
  name: string;
  aliases: { id: string; name: string; mount_path: string }[] | null;
}

/** How many are asked for at once: a filter looks in these. */
const STEP = 5000;
const UNSEEN = ["", "30d", "90d", "180d", "365d"] as const;

/** People and machines, whichever auth method they log in by. */
export default function Entities() {
  const unseen = useParam("unseen");
  const navigate = useNavigate();
  const mayList = useMay("list identity/entity/id");
  return (
    <>
      <PageHead title={t("identity.entities")} intro={t("identity.entities_intro")}>
        <LinkButton to="/entities/clearing" needs="read identity/config/clearing">
          {t("identity.clearing")}
        </LinkButton>
        <LinkButton to="/entities/edit" look="primary" needs="update identity/entity">
          {t("identity.create_entity")}
        </LinkButton>
      </PageHead>
      {mayList && (
        <>
            <Select label={t("identity.unseen")} value={unseen || "any"} onChange={(next) => navigate(link("/entities", { unseen: next === "any" ? "" : next }), { replace: true })} choices={UNSEEN.map((each) => ({ id: each || "any", label: t(each ? "identity.unseen_for" : "identity.unseen_any", { time: each.replace("d", "") }) }))} />
            <Names unseen={unseen} />
        </>
      )}
      {mayList === false && <OpenByName label={t("identity.open_entity")} description={t("identity.open_hint")} to={(name) => entityLink("", name)} />}
      <Lookup />
    </>
  );
}

function Names({ unseen }: { unseen: string }) {
  const after = useParam("after");
  const found = useList<Info>("identity/entity/id", { query: { unseen_for: unseen || undefined, after: after || undefined, limit: STEP } });
  const navigate = useNavigate();
  const aliasesOf = ({ aliases }: Info) => (aliases ?? []).map(({ mount_path, name }) => mount_path + name);
  return (
    <Loaded of={found}>
      {({ keys, key_info }) => (
        <>
          <DataTable
            label={t("identity.entities")}
            rows={keys.map((id) => ({ ...(key_info[id] ?? { name: id, aliases: null }), id })).sort((a, b) => inOrder(a.name, b.name))}
            idOf={({ id }) => id}
            textOf={(row) => [row.id, row.name, ...aliasesOf(row)].join(" ")}
            onOpen={({ id }) => navigate(entityLink(id))}
            columns={[
              { id: "name", title: t("identity.name"), order: ({ name }) => name, cell: ({ id, name }) => <Anchor to={entityLink(id)}>{name}</Anchor> },
              { id: "aliases", title: t("identity.logs_in_as"), cell: (row) => aliasesOf(row).join(", ") },
              { id: "id", title: t("identity.id"), cell: ({ id }) => <span className="code">{id}</span>, secondary: true },
            ]}
            empty={<Empty title={t(after ? "identity.no_more" : unseen ? "identity.none_unseen" : "identity.no_entities")} />}
          />
          <Paging first={after ? link("/entities", { unseen }) : undefined} next={keys.length === STEP ? link("/entities", { unseen, after: keys.at(-1) }) : undefined} />
        </>
      )}
    </Loaded>
  );
}

/** From a name at an auth method to the entity. */
function Lookup() {
  const [alias, setAlias] = useState("");
  const [accessor, setAccessor] = useState("");
  const mounts = useMountChoices();
  const navigate = useNavigate();
  const may = useMay("update identity/lookup/entity");
  const find = useMutation<Entity | undefined, ApiError, void>({
    mutationFn: () => write<Entity | undefined>("identity/lookup/entity", { alias_name: alias.trim(), alias_mount_accessor: mounts.find(({ label }) => label === accessor)?.id ?? accessor }),
    onSuccess: (found) => found && navigate(entityLink(found.id)),
  });
  if (!may) return null;
  return (
    <details className="card">
      <summary>{t("identity.lookup")}</summary>
      <SubmitForm className="stack" onSubmit={() => find.mutate()}>
        <div className="grid">
          <TextField label={t("identity.alias_name")} description={t("identity.alias_name_hint")} value={alias} onChange={setAlias} isRequired code />
          <Suggested label={t("identity.mount")} description={t("identity.mount_hint")} value={accessor} onChange={setAccessor} choices={mounts.map(({ label }) => ({ id: label, label }))} isRequired />
        </div>
        {find.error && <Failure error={find.error} />}
        {find.isSuccess && find.data === undefined && <p role="status">{t("identity.nobody")}</p>}
        <div className="row">
          <Button type="submit" isPending={find.isPending} isDisabled={alias.trim() === "" || accessor.trim() === ""} needs="update identity/lookup/entity">
            {t("identity.find")}
          </Button>
        </div>
      </SubmitForm>
    </details>
  );
}
