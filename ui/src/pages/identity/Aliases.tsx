import { useState } from "react";
import { remove, write } from "../../api/client";
import { useChange } from "../../api/hooks";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { Suggested, TextField } from "../../components/Field";
import { Empty } from "../../components/Loaded";
import { Metadata } from "../../components/Metadata";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Pairs } from "../../forms/Pairs";
import { t } from "../../texts";
import { useMountChoices } from "./names";
import { type Alias, type Entity, metadataOf } from "./records";

/** The names by which an entity logs in. */
export function Aliases({ entity }: { entity: Entity }) {
  const [open, setOpen] = useState<Alias | "new" | null>(null);
  return (
    <>
      <p className="intro">{t("identity.aliases_intro")}</p>
      <div className="row">
        <Button onPress={() => setOpen("new")} needs="update identity/entity-alias">
          {t("identity.add_alias")}
        </Button>
      </div>
      <DataTable
        label={t("identity.aliases")}
        rows={entity.aliases ?? []}
        idOf={({ id }) => id}
        columns={[
          { id: "name", title: t("identity.name"), order: ({ name }) => name, cell: ({ name }) => name },
          { id: "mount", title: t("identity.mount"), order: ({ mount_path }) => mount_path, cell: ({ mount_path }) => <span className="code">{mount_path}</span> },
          { id: "metadata", title: t("identity.metadata"), cell: (alias) => <AliasMetadata alias={alias} />, secondary: true },
          { id: "actions", title: t("identity.actions"), cell: (alias) => <Actions alias={alias} onEdit={() => setOpen(alias)} /> },
        ]}
        empty={<Empty title={t("identity.no_aliases")} />}
      />
      {open && <AliasForm entity={entity} alias={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </>
  );
}

function AliasMetadata({ alias }: { alias: Alias }) {
  const pairs = { ...alias.metadata, ...alias.custom_metadata };
  return <Metadata of={pairs} />;
}

function Actions({ alias, onEdit }: { alias: Alias; onEdit: () => void }) {
  const path = `identity/entity-alias/id/${alias.id}`;
  return (
    <span className="row">
      <Button look="quiet" onPress={onEdit} needs={`update ${path}`}>
        {t("identity.change")}
      </Button>
      <Removal look="quiet" title={t("identity.remove_alias", { name: alias.name })} needs={`delete ${path}`} act={() => remove(path)} done={() => toast(t("identity.removed", { name: alias.name }))}>
        <p>{t("identity.remove_alias_text", { mount: alias.mount_path })}</p>
      </Removal>
    </span>
  );
}

function AliasForm({ entity, alias, onClose }: { entity: Entity; alias: Alias | null; onClose: () => void }) {
  const [name, setName] = useState(alias?.name ?? "");
  const [mount, setMount] = useState(alias?.mount_path ?? "");
  const [metadata, setMetadata] = useState<[string, string][]>(Object.entries(alias?.custom_metadata ?? {}));
  const mounts = useMountChoices();
  const accessor = mounts.find(({ label }) => label === mount)?.id ?? (mount === alias?.mount_path ? alias.mount_accessor : mount);
  const path = alias ? `identity/entity-alias/id/${alias.id}` : "identity/entity-alias";
  const save = useChange(
    () => write(path, { name: name.trim(), mount_accessor: accessor, canonical_id: entity.id, custom_metadata: metadataOf(metadata) }),
    () => {
      toast(t("identity.saved", { name: name.trim() }));
      onClose();
    },
  );
  return (
    <Dialog title={t(alias ? "identity.change_alias" : "identity.add_alias")} isOpen onClose={onClose}>
      <SubmitForm className="stack" onSubmit={() => save.mutate(undefined)}>
        <TextField label={t("identity.alias_name")} description={t("identity.alias_name_hint")} value={name} onChange={setName} isRequired autoFocus code />
        <Suggested label={t("identity.mount")} description={t("identity.mount_hint")} value={mount} onChange={setMount} choices={mounts.map(({ label }) => ({ id: label, label }))} isRequired />
        <Pairs label={t("identity.custom_metadata")} description={t("identity.custom_metadata_hint")} value={metadata} onChange={setMetadata} />
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} isDisabled={name.trim() === "" || accessor.trim() === ""} needs={`update ${path}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Dialog>
  );
}
