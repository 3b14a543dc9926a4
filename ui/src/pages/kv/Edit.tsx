import { ClipboardPaste, Plus } from "lucide-react";
import { useState } from "react";
import { type Fields, write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { faultOf, nameOf, parentOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { Button, LinkButton } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { t } from "../../texts";
import { crumbsOf } from "./Folder";
import { Paste } from "./Paste";
import { RowFields } from "./RowFields";
import { dataPath, folderLink, needs, secretLink, type Store, useStore } from "./store";
import { faultsOf, fieldsOf, newRow, type Row, rowsOf } from "./values";

interface Read {
  data: Fields | null;
  metadata: { version: number };
}

/** The page on which a secret is written. */
export default function Edit() {
  const store = useStore();
  return <Loaded of={store}>{(found) => <Begun store={found} />}</Loaded>;
}

function Begun({ store }: { store: Store }) {
  const path = useParam("path");
  const found = useRead<Read | Fields>(dataPath(store, path), { enabled: path !== "" });
  if (path === "") return <Form store={store} path="" fields={{}} version={0} />;
  if (found.error?.kind === "missing") {
    const gone = found.error.document as { data?: { metadata?: { version?: number } } } | undefined;
    return <Form store={store} path={path} fields={{}} version={gone?.data?.metadata?.version ?? 0} />;
  }
  if (found.error?.kind === "denied") return <Form store={store} path={path} fields={{}} version={null} />;
  return (
    <Loaded of={found}>
      {(data) => <Form store={store} path={path} fields={(store.versioned ? (data as Read).data : (data as Fields)) ?? {}} version={store.versioned ? (data as Read).metadata.version : null} />}
    </Loaded>
  );
}

interface FormProps {
  store: Store;
  path: string;
  fields: Fields;
  /** On which version it is based, so that nobody else's is overwritten unseen; null if that isn't known. */
  version: number | null;
}

function Form({ store, path, fields, version }: FormProps) {
  const folder = useParam("folder");
  const [name, setName] = useState(path || folder);
  const [rows, setRows] = useState<Row[]>(() => (Object.keys(fields).length ? rowsOf(fields) : [newRow()]));
  const [base] = useState(version);
  const [isPasting, setIsPasting] = useState(false);
  const [tried, setTried] = useState(false);
  const navigate = useNavigate();
  const fault = path === "" ? faultOf(name) : null;
  const faults = faultsOf(rows);
  const save = useChange(
    () => {
      const made = fieldsOf(rows);
      const body = store.versioned ? { data: made, ...(base !== null && { options: { cas: base } }) } : made;
      return write(dataPath(store, name), body);
    },
    () => {
      toast(t("kv.saved", { name }));
      navigate(secretLink(store, name));
    },
  );
  const isOvertaken = save.error?.errors.some((text) => text.includes("check-and-set")) ?? false;
  return (
    <>
      <PageHead title={path ? t("kv.edit_title", { name: nameOf(path) }) : t("kv.create_title")} crumbs={crumbsOf(store, path || folder)} />
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!fault && faults.length === 0) save.mutate();
        }}
      >
        {version === null && store.versioned && <p className="notice notice-warn">{t("kv.unread")}</p>}
        {path === "" && <TextField label={t("kv.path")} description={t("kv.path_hint")} value={name} onChange={setName} error={tried && fault ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />}
        <RowFields rows={rows} onChange={setRows} faults={tried ? faults : []} />
        <div className="row">
          <Button icon={<Plus aria-hidden size={16} />} onPress={() => setRows([...rows, newRow()])}>
            {t("kv.add_field")}
          </Button>
          <Button icon={<ClipboardPaste aria-hidden size={16} />} onPress={() => setIsPasting(true)}>
            {t("kv.paste")}
          </Button>
        </div>
        {isPasting && <Paste onClose={() => setIsPasting(false)} onTake={(found) => setRows(merged(rows, found))} />}
        {save.error && <Failure error={save.error} />}
        {isOvertaken && <p className="notice notice-warn">{t("kv.overtaken")}</p>}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} needs={needs(store, name || `${folder}new`)[path ? "write" : "create"]}>
            {t("common.save")}
          </Button>
          <LinkButton to={path ? secretLink(store, path) : folderLink(store, folder || parentOf(name))}>{t("common.cancel")}</LinkButton>
        </div>
      </form>
    </>
  );
}

/** Rows with what was pasted: fields of the same name get its value (pure). */
export function merged(rows: readonly Row[], found: Fields): Row[] {
  const kept = rows.filter(({ name, text }) => (name !== "" || text !== "") && !(name in found));
  return [...kept, ...rowsOf(found)];
}
