import type { Fields } from "../../api/client";
import { Button } from "../../components/Button";
import { Title } from "../../components/Title";
import { Once } from "../../components/Once";
import { t } from "../../texts";
import { Opened } from "../tools/Opened";

/** What was in a wrapping token, for somebody who needs no login for it. */
export function Inside({ fields, onDone }: { fields: Fields; onDone: () => void }) {
  return (
    <section className="login stack">
      <Title>{t("tools.inside")}</Title>
      <Once>{t("login.inside_text")}</Once>
      <Opened fields={fields} />
      <div className="row">
        <Button look="primary" onPress={onDone}>
          {t("login.inside_done")}
        </Button>
      </div>
    </section>
  );
}
