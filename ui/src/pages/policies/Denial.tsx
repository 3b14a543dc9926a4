import { useState } from "react";
import { link, useNavigate, useParam } from "../../app/location";
import { Anchor, Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Empty, Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { When } from "../../components/When";
import { t } from "../../texts";
import { entityLink } from "../identity/links";
import { type Denied, useDenied } from "./ask";
import { Explanation } from "./Explanation";
import "./policies.css";

/** Why a request was denied, by the number that its client was told. */
export function Denial() {
  const request = useParam("request");
  const [id, setId] = useState(request);
  const found = useDenied(request);
  const navigate = useNavigate();
  return (
    <>
      <SubmitForm onSubmit={() => navigate(link("/policies/why", { request: id.trim() }))}>
        <TextField label={t("policies.request_id")} description={t("policies.request_id_hint")} value={id} onChange={setId} isRequired code />
        <div className="row">
          <Button type="submit" look="primary" isDisabled={id.trim() === ""} {...(id.trim() !== "" && { needs: `read sys/policies/denials/${id.trim()}` as const })}>
            {t("policies.find")}
          </Button>
        </div>
      </SubmitForm>
      {request && (
        <Loaded of={found} missing={<Empty title={t("policies.no_denial")} />}>
          {(denied) => <Found denied={denied} />}
        </Loaded>
      )}
    </>
  );
}

function Found({ denied }: { denied: Denied }) {
  return (
    <>
      <section className="card stack">
        <h2>{t("policies.was_denied")}</h2>
        <dl className="facts">
          <dt>{t("policies.request")}</dt>
          <dd>
            <strong>{denied.operation}</strong> <span className="code">{denied.path}</span>
          </dd>
          <dt>{t("policies.who")}</dt>
          <dd>
            {denied.display_name} {denied.entity_id && <Anchor to={entityLink(denied.entity_id)}>{t("policies.its_entity")}</Anchor>}
          </dd>
          <dt>{t("policies.accessor")}</dt>
          <dd>
            <Anchor to={link("/tokens/token", { accessor: denied.accessor })}>
              <span className="code">{denied.accessor}</span>
            </Anchor>
          </dd>
          <dt>{t("policies.time")}</dt>
          <dd>
            <When at={denied.time} />
          </dd>
          <dt>{t("policies.reasons")}</dt>
          <dd>
            <ul className="plain">
              {denied.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </dd>
        </dl>
      </section>
      {denied.now ? (
        <section className="stack">
          <h2>{t("policies.now")}</h2>
          <Explanation found={denied.now} />
        </section>
      ) : (
        <p>{t("policies.not_now")}</p>
      )}
    </>
  );
}
