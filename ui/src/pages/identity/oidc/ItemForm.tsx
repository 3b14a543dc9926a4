import { useState } from "react";
import { useMay } from "../../../api/capabilities";
import { type Fields, write } from "../../../api/client";
import { useChange, useList } from "../../../api/hooks";
import { bodyOf, useDescription } from "../../../api/openapi";
import { useNavigate } from "../../../app/location";
import { useUnsaved } from "../../../app/unsaved";
import { type Choice, Suggested, TextField } from "../../../components/Field";
import { Loaded } from "../../../components/Loaded";
import { Several } from "../../../components/Several";
import { toast } from "../../../components/toasts";
import { labelOf } from "../../../forms/fields";
import { SchemaForm } from "../../../forms/SchemaForm";
import { t } from "../../../texts";
import { useEntityChoices, useGroupChoices } from "../names";
import { FIXED, itemLink, itemPath, type Kind, SEVERAL, type Source } from "./kinds";

/** The key that is proposed. */
const KEY = "default";

/** Creates one thing of the provider, or changes it: fields by the API's description, lists of names as choices. */
export function ItemForm({ kind, name: given, values }: { kind: Kind; name: string; values: Fields }) {
  const [name, setName] = useState(given);
  const [key, setKey] = useState(KEY);
  const [lists, setLists] = useState<Record<string, string[]>>({});
  const document = useDescription();
  const choices = useChoices();
  const navigate = useNavigate();
  const path = itemPath(kind, name.trim() || "new");
  const unsaved = useUnsaved(name !== given || key !== KEY || Object.keys(lists).length > 0);
  const hasKey = given === "" && (kind === "client" || kind === "role");
  const save = useChange(
    (body: Fields) => write(path, { ...body, ...lists, ...(hasKey && { key }) }),
    () => {
      toast(t("identity.saved", { name: name.trim() }));
      unsaved.forget();
      navigate(itemLink(kind, name.trim()), { replace: true });
    },
  );
  const several = Object.entries(SEVERAL[kind]);
  const leftOut = ["name", ...several.map(([field]) => field), ...(hasKey ? ["key"] : []), ...(given ? (FIXED[kind] ?? []) : [])];
  return (
    <section className="card stack">
      <Loaded of={document}>
        {(description) => {
          const operation = description.paths[`/identity/oidc/${kind}/{name}`]?.post;
          const schema = operation ? bodyOf(description, operation) : {};
          return (
            <SchemaForm schema={schema} values={values} leftOut={leftOut} submit={t("common.save")} needs={`update ${path}`} onSubmit={(body) => name.trim() !== "" && save.mutate(body)} isPending={save.isPending} error={save.error}>
              {given === "" && <TextField label={t("provider.name")} value={name} onChange={setName} isRequired autoFocus code />}
              {hasKey && <Suggested label={t("provider.signing_key")} description={t("provider.signing_key_hint")} value={key} onChange={setKey} choices={choices.keys} />}
              {several.map(([field, source]) => (
                <Several key={field} label={labelOf(field)} description={schema.properties?.[field]?.description ?? ""} value={lists[field] ?? textsOf(values[field])} onChange={(value) => setLists({ ...lists, [field]: value })} choices={choices[source]} />
              ))}
            </SchemaForm>
          );
        }}
      </Loaded>
    </section>
  );
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function useChoices(): Record<Source, readonly Choice[]> {
  const namesOf = (kind: Kind) => useNames(kind).map((each) => ({ id: each, label: each }));
  const mayClients = useMay("list identity/oidc/client");
  const clients = useList<{ client_id: string }>("identity/oidc/client", { enabled: mayClients === true });
  const byClientId = (clients.data?.keys ?? []).flatMap((each) => {
    const id = clients.data?.key_info[each]?.client_id;
    return id ? [{ id, label: each, description: id }] : [];
  });
  return {
    clients: [{ id: "*", label: t("provider.all_clients") }, ...byClientId],
    scopes: namesOf("scope"),
    assignments: namesOf("assignment"),
    keys: namesOf("key"),
    entities: useEntityChoices(),
    groups: useGroupChoices(),
  };
}

function useNames(kind: Kind): readonly string[] {
  const may = useMay(`list identity/oidc/${kind}`);
  return useList(`identity/oidc/${kind}`, { enabled: may === true }).data?.keys ?? [];
}
