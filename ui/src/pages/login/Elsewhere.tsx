import { ExternalLink } from "lucide-react";
import { Button } from "../../components/Button";
import { CopyButton } from "../../components/Secret";
import { t } from "../../texts";
import type { Elsewhere as State } from "./oidc";

/** What goes on at the provider, while the login waits for it. */
export function Elsewhere({ state, onCancel }: { state: State; onCancel: () => void }) {
  return (
    <section className="notice" aria-live="polite">
      <ExternalLink aria-hidden size={20} />
      <div>
        <p>{t(`login.provider_${state.window}`)}</p>
        {state.userCode && (
          <p className="row">
            {t("login.provider_code")} <strong className="code">{state.userCode}</strong> <CopyButton text={state.userCode} />
          </p>
        )}
        <p>
          <a href={state.url} target="_blank" rel="noopener noreferrer">
            {t("login.provider_page")}
          </a>
        </p>
        <Button onPress={onCancel}>{t("common.cancel")}</Button>
      </div>
    </section>
  );
}
