import { Input, Label, SearchField } from "react-aria-components";
import { useDescription } from "../../api/openapi";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Select } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { Prose } from "../../components/Prose";
import { textOr, t } from "../../texts";
import { type Described, found, operationsIn } from "./operations";
import { VerbBadge } from "./VerbBadge";
import "./Explorer.css";

/** The page of an operation. */
export const operationLink = ({ verb, path, isList }: Pick<Described, "verb" | "path" | "isList">) => link("/explorer/operation", { method: verb, path, list: isList ? "true" : undefined });

/** Every operation that the user's policies allow, plugins' too. */
export default function Explorer() {
  const document = useDescription();
  return (
    <>
      <PageHead title={t("explorer.title")} intro={t("explorer.intro")} />
      <Loaded of={document}>{(description) => <Operations all={operationsIn(description)} />}</Loaded>
    </>
  );
}

function Operations({ all }: { all: Described[] }) {
  const find = useParam("find");
  const tag = useParam("tag");
  const navigate = useNavigate();
  const show = (next: { find?: string; tag?: string }) => navigate(link("/explorer", { find, tag, ...next }), { replace: true });
  const rows = found(all, find, tag);
  const tags = [...new Set(all.map((each) => each.tag))].filter(Boolean).sort();
  return (
    <section className="stack">
      <div className="explorer-search">
        <SearchField className="field" value={find} onChange={(text) => show({ find: text })}>
          <Label>{t("explorer.search")}</Label>
          <Input className="input" spellCheck={false} />
        </SearchField>
        <Select label={t("explorer.tag")} value={tag || "all"} onChange={(next) => show({ tag: next === "all" ? "" : next })} choices={["all", ...tags].map((id) => ({ id, label: textOr(`explorer.tag_${id}`, id) }))} />
      </div>
      <p role="status" className="description">
        {t("explorer.count", { n: rows.length })}
      </p>
      <DataTable
        label={t("explorer.title")}
        rows={rows}
        idOf={({ verb, path, isList }) => `${verb} ${path} ${isList}`}
        onOpen={(row) => navigate(operationLink(row))}
        columns={[
          { id: "path", title: t("explorer.operation"), cell: (row) => <OperationCell row={row} /> },
          { id: "summary", title: t("explorer.what"), secondary: true, cell: ({ summary }) => <Prose text={summary} /> },
        ]}
        empty={<Empty title={t(all.length ? "common.nothing_matches" : "explorer.nothing")} />}
      />
    </section>
  );
}

function OperationCell({ row }: { row: Described }) {
  return (
    <span className="explorer-operation">
      <VerbBadge verb={row.isList ? "list" : row.verb} />
      <Anchor to={operationLink(row)} className="code">
        {row.path}
      </Anchor>
    </span>
  );
}
