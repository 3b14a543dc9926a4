import type { ReactNode } from "react";
import { useNavigate } from "../app/location";
import { Anchor } from "./Button";
import { type ColumnOf, DataTable } from "./DataTable";

export interface Name {
  name: string;
}

interface Props {
  label: string;
  /** Of the column with the names. */
  title: string;
  keys: readonly string[];
  to: (name: string) => string;
  /** What stands in front of a name. */
  icon?: (name: string) => ReactNode;
  /** Beside the names. */
  columns?: readonly ColumnOf<Name>[];
  empty: ReactNode;
}

/** The names of a listing, each of which leads to its page. */
export function NameTable({ label, title, keys, to, icon, columns = [], empty }: Props) {
  const navigate = useNavigate();
  const cell = ({ name }: Name) => <Anchor to={to(name)}>{name}</Anchor>;
  return (
    <DataTable
      label={label}
      rows={keys.map((name) => ({ name }))}
      idOf={({ name }) => name}
      textOf={({ name }) => name}
      onOpen={({ name }) => navigate(to(name))}
      columns={[
        {
          id: "name",
          title,
          order: ({ name }) => name,
          cell: icon
            ? (row) => (
                <span className="row">
                  {icon(row.name)}
                  {cell(row)}
                </span>
              )
            : cell,
        },
        ...columns,
      ]}
      empty={empty}
    />
  );
}
