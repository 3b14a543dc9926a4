import { Button } from "../../components/Button";
import { t } from "../../texts";

interface Props {
  /** How often the token can be used yet; less than 0 if this login took the last time. */
  uses: number;
  onGo: () => void;
  onCancel: () => void;
}

/** Before a token that can be used a few times is used up by looking at pages. */
export function FewUses({ uses, onGo, onCancel }: Props) {
  return (
    <section className="login stack" aria-label={t("login.title")}>
      <p className="notice notice-warn" role="status">
        {uses < 0 ? t("login.no_uses") : t("login.few_uses", { n: uses })}
      </p>
      <div className="row">
        {uses > 0 && (
          <Button look="primary" onPress={onGo}>
            {t("login.few_go")}
          </Button>
        )}
        <Button onPress={onCancel}>{t(uses > 0 ? "common.cancel" : "login.returned_back")}</Button>
      </div>
    </section>
  );
}
