import { useMutation } from "@tanstack/react-query";
import { useMay } from "../../../api/capabilities";
import { write } from "../../../api/client";
import type { ApiError } from "../../../api/errors";
import { Button } from "../../../components/Button";
import { Failure } from "../../../components/Failure";
import { Once } from "../../../components/Once";
import { QrCode } from "../../../components/QrCode";
import { Removal } from "../../../components/Removal";
import { toast } from "../../../components/toasts";
import { t } from "../../../texts";
import type { Entity } from "../records";
import type { Method } from "./records";

/** What the server makes for an authenticator app; nothing for who has a secret already. */
export type Made = { url: string } | undefined | null;

const GENERATE = "identity/mfa/method/totp/admin-generate";
const DESTROY = "identity/mfa/method/totp/admin-destroy";

/** Makes a secret for an entity, and takes it away. */
export function Enrol({ method, entity }: { method: Method; entity: Entity }) {
  const make = useMutation<Made, ApiError, void>({ mutationFn: () => write<Made>(GENERATE, { method_id: method.id, entity_id: entity.id }), gcTime: 0 });
  const may = [useMay(`update ${GENERATE}`), useMay(`update ${DESTROY}`)];
  return (
    <>
      {may.every((each) => each === false) && <p>{t("mfa.enrol_denied")}</p>}
      <div className="row">
        <Button onPress={() => make.mutate()} isPending={make.isPending} needs={`update ${GENERATE}`}>
          {t("mfa.enrol")}
        </Button>
        <Removal
          action={t("mfa.destroy")}
          title={t("mfa.destroy_title", { name: entity.name })}
          needs={`update ${DESTROY}`}
          act={() => write(DESTROY, { method_id: method.id, entity_id: entity.id })}
          done={() => {
            make.reset();
            toast(t("mfa.destroyed", { name: entity.name }));
          }}
        >
          <p>{t("mfa.destroy_text")}</p>
        </Removal>
      </div>
      {make.error && <Failure error={make.error} />}
      {make.isSuccess && <Shown made={make.data} onDone={() => make.reset()} />}
    </>
  );
}

/** A new secret, shown once; or that there is one. */
export function Shown({ made, onDone }: { made: Made; onDone: () => void }) {
  if (!made) return <p className="notice notice-warn">{t("mfa.has_secret")}</p>;
  return (
    <div className="stack">
      <Once>{t("mfa.shown_once")}</Once>
      <QrCode text={made.url} label={t("mfa.scan")} />
      <div className="row">
        <Button onPress={onDone}>{t("mfa.scanned")}</Button>
      </div>
    </div>
  );
}
