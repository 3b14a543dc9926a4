import { type ReactNode, useMemo, useState } from "react";
import { Cell, Column, Row, SearchField, Input, Label, Table, TableBody, TableHeader, type SortDescriptor } from "react-aria-components";
import { t } from "../texts";
import { Button } from "./Button";
import "./DataTable.css";

export interface ColumnOf<R> {
  id: string;
  title: string;
  cell: (row: R) => ReactNode;
  /** By what its rows are ordered, if they can be. */
  order?: (row: R) => string | number;
  /** Left out where the window is narrow. */
  secondary?: boolean;
}

interface Props<R> {
  label: string;
  rows: readonly R[];
  columns: readonly ColumnOf<R>[];
  idOf: (row: R) => string;
  /** What a filter looks in; without it there is none. */
  textOf?: (row: R) => string;
  onOpen?: (row: R) => void;
  empty: ReactNode;
}

/** A row takes a browser some milliseconds. */
const FIRST = 50;
const STEP = 200;

/** Rows with a filter, an order, and as many at once as a browser shows in no time. */
export function DataTable<R extends object>({ label, rows, columns, idOf, textOf, onOpen, empty }: Props<R>) {
  const [filter, setFilter] = useState("");
  const [most, setMost] = useState(FIRST);
  const [sort, setSort] = useState<SortDescriptor | undefined>();
  const found = useMemo(() => {
    const wanted = filter.trim().toLowerCase();
    const matching = wanted && textOf ? rows.filter((row) => textOf(row).toLowerCase().includes(wanted)) : [...rows];
    const by = sort && columns.find(({ id }) => id === sort.column)?.order;
    if (!by) return matching;
    const sign = sort.direction === "descending" ? -1 : 1;
    return matching.sort((a, b) => sign * compare(by(a), by(b)));
  }, [rows, columns, filter, sort, textOf]);
  if (rows.length === 0) return empty;
  return (
    <div className="table-block">
      {textOf && rows.length > 5 && (
        <SearchField className="field filter" value={filter} onChange={setFilter}>
          <Label>{t("common.filter")}</Label>
          <Input className="input" spellCheck={false} />
        </SearchField>
      )}
      <div className="table-scroll" tabIndex={-1}>
        <Table aria-label={label} className="table" {...(sort && { sortDescriptor: sort })} onSortChange={setSort} onRowAction={(key) => { const row = found.find((each) => idOf(each) === key); if (row) onOpen?.(row); }}>
          <TableHeader>
            {columns.map((column, index) => (
              <Column key={column.id} id={column.id} isRowHeader={index === 0} allowsSorting={!!column.order} className={column.secondary ? "secondary" : ""}>
                {column.title}
              </Column>
            ))}
          </TableHeader>
          <TableBody renderEmptyState={() => t("common.nothing_matches")}>
            {found.slice(0, most).map((row) => (
              <Row key={idOf(row)} id={idOf(row)}>
                {columns.map((column) => (
                  <Cell key={column.id} className={column.secondary ? "secondary" : ""}>
                    {column.cell(row)}
                  </Cell>
                ))}
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
      {found.length > most && <Button onPress={() => setMost(most + STEP)}>{`${t("common.show_more")} (${found.length - most})`}</Button>}
    </div>
  );
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}
