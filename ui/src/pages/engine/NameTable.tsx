import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import { useList } from "../../api/hooks";
import { useNavigate } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { type ColumnOf, DataTable } from "../../components/DataTable";
import { Suggested } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { t } from "../../texts";
import { useNamesAt } from "./touched";

/** A name of a listing, with what the listing says of it. */
export interface Named<T> {
  name: string;
  info: T | undefined;
}

interface Props<T> {
  label: string;
  /** Where the names are listed. */
  path: string;
  to: (name: string) => string;
  /** Beside the names. */
  columns?: readonly ColumnOf<Named<T>>[];
  empty: ReactNode;
  /** The paths below which names are used, to propose those that the user's rules have; each ends in `{name}`. */
  used?: readonly string[];
}

/** The names of a collection; for who may not list them a field to type one. */
export function NameTable<T = unknown>({ label, path, to, columns = [], empty, used = [] }: Props<T>) {
  const navigate = useNavigate();
  const mayList = useMay(`list ${path}`);
  const names = useList<T>(path, { enabled: mayList === true });
  if (mayList === false) return <Jump label={label} paths={used} onOpen={(name) => navigate(to(name))} />;
  return (
    <Loaded of={names}>
      {({ keys, key_info }) => (
        <DataTable
          label={label}
          rows={keys.map((name): Named<T> => ({ name, info: key_info[name] }))}
          idOf={({ name }) => name}
          textOf={({ name }) => name}
          onOpen={({ name }) => navigate(to(name))}
          columns={[{ id: "name", title: t("engine.name"), order: ({ name }) => name, cell: ({ name }) => <Anchor to={to(name)}>{name}</Anchor> }, ...columns]}
          empty={empty}
        />
      )}
    </Loaded>
  );
}

function Jump({ label, paths, onOpen }: { label: string; paths: readonly string[]; onOpen: (name: string) => void }) {
  const [name, setName] = useState("");
  const known = useNamesAt(paths);
  return (
    <SubmitForm
      onSubmit={() => {
        if (name) onOpen(name);
      }}
    >
      <Suggested label={t("engine.jump_to", { what: label })} description={t("engine.jump_unlisted")} value={name} onChange={setName} choices={known.map((each) => ({ id: each, label: each }))} />
      <div className="row">
        <Button type="submit">{t("kv.open")}</Button>
      </div>
    </SubmitForm>
  );
}
