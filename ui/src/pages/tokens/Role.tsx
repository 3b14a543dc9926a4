import { useState } from "react";
import { type Envelope, type Fields, send } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { bodyOf, useDescription } from "../../api/openapi";
import { useNavigate, useParam } from "../../app/location";
import { LinkButton } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Held } from "../../components/Held";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { RemoveButton } from "../../components/RemoveButton";
import { toast } from "../../components/toasts";
import { SchemaForm } from "../../forms/SchemaForm";
import { t } from "../../texts";
import { Warnings } from "../../components/Warnings";
import { createLink, roleLink, tokensLink } from "./token";

const TEMPLATE = "/auth/token/roles/{role_name}";
/** The names of before, which the server still takes and shows. */
const OLD = ["period", "explicit_max_ttl", "bound_cidrs"];

/** A role, and what its tokens are like. */
export default function Role() {
  const name = useParam("name");
  const found = useRead<Fields>(`auth/token/roles/${name}`, { enabled: name !== "" });
  const head = (
    <PageHead title={name || t("tokens.create_role")} crumbs={[{ text: t("tokens.title"), to: tokensLink() }, { text: t("tokens.roles"), to: "/tokens/roles" }]}>
      {name && (
        <LinkButton to={createLink(name)} needs={`update auth/token/create/${name}`}>
          {t("tokens.create")}
        </LinkButton>
      )}
      {name && found.data && (
        <RemoveButton path={`auth/token/roles/${name}`} name={name} back="/tokens/roles">
          <p>{t("tokens.remove_role_text")}</p>
        </RemoveButton>
      )}
    </PageHead>
  );
  return (
    <>
      {head}
      {name === "" ? <Form name="" values={{}} /> : <Loaded of={found} missing={<Empty title={t("tokens.no_role_there")} />}>{(values) => <Held key={name} value={values}>{(held) => <Form name={name} values={held} />}</Held>}</Loaded>}
    </>
  );
}

function Form({ name, values }: { name: string; values: Fields }) {
  const [typed, setTyped] = useState(name);
  const description = useDescription();
  const navigate = useNavigate();
  const save = useChange(
    (body: Fields) => send<Envelope<null> | undefined>("POST", `auth/token/roles/${typed}`, { data: body }),
    () => {
      toast(t("tokens.role_saved", { name: typed }));
      if (name === "") navigate(roleLink(typed), { replace: true });
    },
  );
  return (
    <Loaded of={description}>
      {(document) => {
        const operation = document.paths[TEMPLATE]?.post;
        if (!operation) return <Empty title={t("tokens.no_role_form")} />;
        return (
          <div className="card stack">
            <Warnings of={save.data?.warnings} />
            <SchemaForm schema={bodyOf(document, operation)} values={values} leftOut={OLD} submit={t("common.save")} needs={`${name ? "update" : "create"} auth/token/roles/${typed || "new"}`} onSubmit={(body) => save.mutate(body)} isPending={save.isPending} error={save.error}>
              {name === "" && <TextField label={t("tokens.role_name")} value={typed} onChange={setTyped} isRequired autoFocus code />}
            </SchemaForm>
          </div>
        );
      }}
    </Loaded>
  );
}
