import { useRead } from "../../api/hooks";
import { CodeEditor } from "../../components/CodeEditor";
import { Loaded } from "../../components/Loaded";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";

/** The configuration in force, as the server shows it: without secrets. */
export function Configuration() {
  const found = useRead<Record<string, unknown>>("sys/config/state/sanitized");
  return (
    <Loaded of={found}>
      {(settings) => {
        const text = JSON.stringify(settings, null, 2);
        return (
          <>
            <div className="row">
              <p className="description">{t("nodes.configuration_intro")}</p>
              <CopyButton text={text} />
            </div>
            <CodeEditor label={t("nodes.tab_configuration")} value={text} language="json" />
          </>
        );
      }}
    </Loaded>
  );
}
