import { type ReactNode, useState } from "react";
import { useMay } from "../../api/capabilities";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useList, useRead } from "../../api/hooks";
import type { Schema } from "../../api/openapi";
import { faultOf } from "../../api/paths";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { Suggested, TextField } from "../../components/Field";
import { Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Warnings } from "../engine/Answer";
import { useBody, useMount } from "../engine/mount";
import { type Connection, databaseLink } from "./paths";
import { type Family, familyOf } from "./plugins";
import { asOneText, statementsAsText } from "./statements";

interface Kind {
  /** The collection below the mount: `roles` or `static-roles`. */
  collection: "roles" | "static-roles";
  createTitle: string;
  intro: ReactNode;
  /** The tab that it is listed in. */
  tab: string;
  link: (mount: string, name: string) => string;
  order: readonly string[];
  leftOut: readonly string[];
  /** What a new one has at first, by the kind of its database. */
  initial: (family: Family) => Record<string, string>;
}

/** The form of a role of either kind: of a new one, or of one that is changed. */
export function RoleForm({ kind }: { kind: Kind }) {
  const mount = useMount();
  const name = useParam("name");
  const path = `${mount}${kind.collection}/${name}`;
  const body = useBody(mount, `${kind.collection}/{name}`);
  const mayRead = useMay(`read ${path}`);
  const found = useRead<Fields>(path, { enabled: name !== "" && mayRead === true });
  return (
    <>
      <PageHead title={name || kind.createTitle} intro={kind.intro} crumbs={[{ text: mount, to: databaseLink(mount) }, ...(name ? [{ text: name, to: kind.link(mount, name) }] : [])]} />
      <Loaded of={body}>{(schema) => (name === "" || mayRead === false ? <Form kind={kind} mount={mount} given={name} schema={schema} now={null} /> : <Loaded of={found}>{(now) => <Form key={name} kind={kind} mount={mount} given={name} schema={schema} now={now} />}</Loaded>)}</Loaded>
    </>
  );
}

function Form({ kind, mount, given, schema, now }: { kind: Kind; mount: string; given: string; schema: Schema; now: Fields | null }) {
  const named = useParam("connection");
  const [name, setName] = useState(given);
  const [typed, setConnection] = useState<string | null>(typeof now?.["db_name"] === "string" ? now["db_name"] : named || null);
  const [tried, setTried] = useState(false);
  const connections = useConnections(mount);
  const connection = typed ?? (connections.length === 1 ? (connections[0] ?? "") : "");
  const family = useFamily(mount, connection, connections);
  const navigate = useNavigate();
  const fault = faultOf(name) ?? (name.includes("/") ? "segments" : null);
  const save = useChange(
    (fields: Fields) => send<Envelope<null> | undefined>("POST", `${mount}${kind.collection}/${name}`, { data: { ...fields, db_name: connection } }),
    (answered) => {
      toast(t("engine.saved", { name }));
      if (!answered?.warnings) navigate(kind.link(mount, name));
    },
  );
  return (
    <section className="card stack">
      <SchemaForm
        schema={asOneText(schema)}
        values={now ? statementsAsText(now) : {}}
        initial={now ? {} : kind.initial(family)}
        order={kind.order}
        leftOut={["db_name", ...kind.leftOut]}
        submit={t("common.save")}
        needs={`${given ? "update" : "create"} ${mount}${kind.collection}/${name || "new"}`}
        onSubmit={(fields) => {
          setTried(true);
          if (!fault && connection) save.mutate(fields);
        }}
        isPending={save.isPending}
        error={save.error}
        actions={<LinkButton to={given ? kind.link(mount, given) : databaseLink(mount, kind.tab)}>{t("common.cancel")}</LinkButton>}
      >
        {given === "" && <TextField label={t("engine.name")} value={name} onChange={setName} error={tried && fault ? t(`kv.fault_${fault}`) : null} isRequired autoFocus code />}
        <Suggested label={t("database.connection")} value={connection} onChange={setConnection} choices={connections.map((id) => ({ id, label: id }))} error={tried && !connection ? t("forms.required") : null} isRequired />
      </SchemaForm>
      <Warnings texts={save.data?.warnings} />
    </section>
  );
}

/** The connections of the mount, as far as the user may know them. */
function useConnections(mount: string): readonly string[] {
  const mayList = useMay(`list ${mount}config`);
  const listed = useList(`${mount}config`, { enabled: mayList === true });
  return listed.data?.keys ?? [];
}

/** Of which family the chosen connection is, as far as the user may know it. */
function useFamily(mount: string, chosen: string, connections: readonly string[]): Family {
  const mayRead = useMay(`read ${mount}config/${chosen}`);
  // Only of one that is there: what is being typed isn't asked for letter by letter.
  const found = useRead<Connection>(`${mount}config/${chosen}`, { enabled: mayRead === true && connections.includes(chosen) });
  return found.data ? familyOf(found.data.plugin_name) : "other";
}
