import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { remove, send } from "../../api/client";
import { useChange, useList } from "../../api/hooks";
import { join } from "../../api/paths";
import { useParam } from "../../app/location";
import { Button } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Dialog } from "../../components/Dialog";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { Removal } from "../../components/Removal";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { useSchema } from "../../forms/schema";
import { t } from "../../texts";
import { Head } from "./Head";

interface KeyEntry {
  key_name: string;
  is_default: boolean;
}

interface Key extends KeyEntry {
  id: string;
}

/** The private keys of a mount's authorities: they have names, and never leave it. */
export default function Keys() {
  const mount = useParam("mount");
  const found = useList<KeyEntry>(join(mount, "keys"));
  const [renamed, setRenamed] = useState<Key | null>(null);
  const makeDefault = useChange(
    ({ id }: Key) => send("POST", join(mount, "config/keys"), { data: { default: id } }),
    (_, { key_name, id }) => toast(t("pki.is_default", { name: key_name || id })),
  );
  return (
    <>
      <Head part="keys" intro={t("pki.keys_intro")}>
        <Generate mount={mount} />
      </Head>
      {makeDefault.error && <Failure error={makeDefault.error} />}
      <Loaded of={found}>
        {({ keys, key_info }) => (
          <DataTable
            label={t("pki.part_keys")}
            rows={keys.map((id): Key => ({ id, key_name: key_info[id]?.key_name ?? "", is_default: key_info[id]?.is_default ?? false }))}
            idOf={({ id }) => id}
            textOf={({ id, key_name }) => `${id} ${key_name}`}
            columns={[
              {
                id: "name",
                title: t("pki.name"),
                order: ({ key_name }) => key_name,
                cell: ({ key_name, is_default }) => (
                  <span className="row">
                    {key_name || t("pki.unnamed")}
                    {is_default && <span className="badge badge-good">{t("pki.default")}</span>}
                  </span>
                ),
              },
              { id: "id", title: t("pki.id"), secondary: true, cell: ({ id }) => <span className="code">{id}</span> },
              {
                id: "actions",
                title: t("pki.actions"),
                cell: (key) => <Actions mount={mount} subject={key} onRename={() => setRenamed(key)} onDefault={() => makeDefault.mutate(key)} />,
              },
            ]}
            empty={<Empty title={t("pki.no_keys")} />}
          />
        )}
      </Loaded>
      {renamed && <Rename mount={mount} subject={renamed} onClose={() => setRenamed(null)} />}
    </>
  );
}

/** What can be done with a key. */
function Actions({ mount, subject: { id, key_name, is_default }, onRename, onDefault }: { mount: string; subject: Key; onRename: () => void; onDefault: () => void }) {
  const [path, name] = [join(mount, "key", id), key_name || id];
  return (
    <span className="row">
      <Button look="quiet" onPress={onRename} needs={`update ${path}`}>
        {t("pki.rename")}
      </Button>
      {!is_default && (
        <Button look="quiet" onPress={onDefault} needs={`update ${join(mount, "config/keys")}`}>
          {t("pki.make_default")}
        </Button>
      )}
      <Removal look="quiet" title={t("pki.remove_key_title", { name })} needs={`delete ${path}`} act={() => remove(path)} done={() => toast(t("pki.key_removed", { name }))} typed={name}>
        <p>{t("pki.remove_key_text")}</p>
      </Removal>
    </span>
  );
}

function Rename({ mount, subject, onClose }: { mount: string; subject: Key; onClose: () => void }) {
  const [name, setName] = useState(subject.key_name);
  const path = join(mount, "key", subject.id);
  const save = useChange(
    () => send("POST", path, { data: { key_name: name.trim() } }),
    () => {
      toast(t("pki.saved"));
      onClose();
    },
  );
  return (
    <Dialog title={t("pki.rename")} isOpen onClose={onClose}>
      <SubmitForm className="stack" onSubmit={() => save.mutate()}>
        <TextField label={t("pki.name")} value={name} onChange={setName} autoFocus code />
        {save.error && <Failure error={save.error} />}
        <footer className="row">
          <Button type="submit" look="primary" isPending={save.isPending} needs={`update ${path}`}>
            {t("common.save")}
          </Button>
        </footer>
      </SubmitForm>
    </Dialog>
  );
}

function Generate({ mount }: { mount: string }) {
  const [open, setOpen] = useState(false);
  const path = join(mount, "keys/generate/internal");
  const schema = useSchema(path);
  const may = useMay(`update ${path}`);
  const make = useChange(
    (body: object) => send("POST", path, { data: body }),
    () => {
      toast(t("pki.key_made"));
      setOpen(false);
    },
  );
  return (
    <>
      <Button onPress={() => setOpen(true)} needs={`update ${path}`}>
        {t("pki.make_key")}
      </Button>
      {open && may && (
        <Dialog title={t("pki.make_key")} isOpen onClose={() => setOpen(false)}>
          <Loaded of={schema}>{(found) => <SchemaForm schema={found} order={["key_name", "key_type", "key_bits"]} leftOut={["external_key_ref"]} submit={t("common.create")} needs={`update ${path}`} onSubmit={(body) => make.mutate(body)} isPending={make.isPending} error={make.error} />}</Loaded>
        </Dialog>
      )}
    </>
  );
}
