import { useState } from "react";
import { useMay } from "../../api/capabilities";
import { write } from "../../api/client";
import { useChange, useRead } from "../../api/hooks";
import { Button } from "../../components/Button";
import { Failure } from "../../components/Failure";
import { Checkbox, TextArea } from "../../components/Field";
import { Held } from "../../components/Held";
import { Loaded } from "../../components/Loaded";
import { SubmitForm } from "../../components/SubmitForm";
import { toast } from "../../components/toasts";
import { Typed } from "../../components/Typed";
import { t } from "../../texts";
import { RecordFacts } from "../identity/RecordFacts";

const PATH = "sys/quotas/config";

interface Settings {
  rate_limit_exempt_paths: string[];
  absolute_rate_limit_exempt_paths: string[];
  enable_rate_limit_audit_logging: boolean;
  enable_rate_limit_response_headers: boolean;
}

/** What no rate limit counts for, and what is told of it. */
export function Config() {
  const found = useRead<Settings>(PATH);
  const may = useMay(`update ${PATH}`);
  return (
    <Loaded of={found}>
      {(settings) =>
        may ? (
          <Held value={settings}>{(held) => <Form settings={held} />}</Held>
        ) : (
          <section className="card">
            <RecordFacts of={{ ...settings }} />
          </section>
        )
      }
    </Loaded>
  );
}

const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function Form({ settings }: { settings: Settings }) {
  const [exempt, setExempt] = useState(settings.rate_limit_exempt_paths.join("\n"));
  const [absolute, setAbsolute] = useState(settings.absolute_rate_limit_exempt_paths.join("\n"));
  const [audit, setAudit] = useState(settings.enable_rate_limit_audit_logging);
  const [headers, setHeaders] = useState(settings.enable_rate_limit_response_headers);
  // A write turns off what it doesn't name, so everything is named.
  const save = useChange(
    () => write(PATH, { rate_limit_exempt_paths: lines(exempt), absolute_rate_limit_exempt_paths: lines(absolute), enable_rate_limit_audit_logging: audit, enable_rate_limit_response_headers: headers }),
    () => toast(t("quotas.settings_saved")),
  );
  return (
    <Typed>
      <SubmitForm onSubmit={() => save.mutate(undefined)}>
        <TextArea label={t("quotas.exempt")} description={t("quotas.exempt_hint")} value={exempt} onChange={setExempt} rows={8} code />
        <TextArea label={t("quotas.absolute")} description={t("quotas.absolute_hint")} value={absolute} onChange={setAbsolute} code />
        <Checkbox label={t("quotas.audit")} description={t("quotas.audit_hint")} value={audit} onChange={setAudit} />
        <Checkbox label={t("quotas.headers")} description={t("quotas.headers_hint")} value={headers} onChange={setHeaders} />
        {save.error && <Failure error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isPending={save.isPending} needs={`update ${PATH}`}>
            {t("common.save")}
          </Button>
        </div>
      </SubmitForm>
    </Typed>
  );
}
