import { Folder as FolderIcon, KeyRound } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { foldersOf, nameOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Anchor, Button, LinkButton } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { t } from "../../texts";
import { dataPath, editLink, folderLink, folderPath, secretLink, type Store, useStore } from "./store";

/** The names in a folder of a store. */
export default function Folder() {
  const store = useStore();
  return <Loaded of={store}>{(found) => <Names store={found} />}</Loaded>;
}

function Names({ store }: { store: Store }) {
  const folder = useParam("path");
  const names = useList(folderPath(store, folder));
  const navigate = useNavigate();
  const open = (name: string) => (name.endsWith("/") ? folderLink(store, folder + name) : secretLink(store, folder + name));
  return (
    <>
      <PageHead title={folder ? nameOf(folder) : store.mount} crumbs={crumbsOf(store, folder)}>
        <LinkButton to={editLink(store, "", folder)} look="primary" needs={`create ${dataPath(store, `${folder}new`)}`}>
          {t("kv.create")}
        </LinkButton>
      </PageHead>
      {names.error?.kind === "denied" ? (
        <Failure error={names.error} />
      ) : (
        <Loaded of={names}>
          {({ keys }) => (
            <DataTable
              label={folder || store.mount}
              rows={keys.map((name) => ({ name }))}
              idOf={({ name }) => name}
              textOf={({ name }) => name}
              onOpen={({ name }) => navigate(open(name))}
              columns={[
                {
                  id: "name",
                  title: t("kv.name"),
                  order: ({ name }) => name,
                  cell: ({ name }) => (
                    <span className="row">
                      {name.endsWith("/") ? <FolderIcon aria-hidden size={16} /> : <KeyRound aria-hidden size={16} />}
                      <Anchor to={open(name)}>{name}</Anchor>
                    </span>
                  ),
                },
              ]}
              empty={<Empty title={t(folder ? "kv.empty_folder" : "kv.empty_store")} />}
            />
          )}
        </Loaded>
      )}
      <Jump store={store} folder={folder} />
    </>
  );
}

/** The way to a secret whose folder can't be listed, or is long. */
function Jump({ store, folder }: { store: Store; folder: string }) {
  const [path, setPath] = useState(folder);
  const navigate = useNavigate();
  const may = useMay(`list ${folderPath(store, folder)}`);
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(path.endsWith("/") || path === "" ? folderLink(store, path) : secretLink(store, path));
      }}
    >
      <TextField label={t("kv.jump")} description={t(may === false ? "kv.jump_unlisted" : "kv.jump_hint")} value={path} onChange={setPath} code />
      <div className="row">
        <Button type="submit">{t("kv.open")}</Button>
      </div>
    </form>
  );
}

/** The way to a path of a store. */
export function crumbsOf(store: Pick<Store, "mount">, path: string) {
  const top = { text: t("secrets.title"), to: "/secrets" };
  if (path === "") return [top];
  return [top, { text: store.mount, to: folderLink(store) }, ...foldersOf(path).map((folder) => ({ text: nameOf(folder), to: folderLink(store, folder) }))];
}
