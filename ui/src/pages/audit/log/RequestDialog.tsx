import { link } from "../../../app/location";
import { Anchor, LinkButton } from "../../../components/Button";
import { Dialog } from "../../../components/Dialog";
import { Facts } from "../../../components/Facts";
import { CopyButton } from "../../../components/Secret";
import { When } from "../../../components/When";
import { t } from "../../../texts";
import type { Logged } from "./logged";

/** All that the log tells of a request, but for digests of what was sent and answered. */
export function RequestDialog({ request, onClose }: { request: Logged; onClose: () => void }) {
  const { request_id: id, entity_id: entity } = request;
  return (
    <Dialog title={t("audit.request")} isOpen onClose={onClose} wide>
      <Facts
        rows={[
          [t("audit.time"), <When key="time" at={request.time} />],
          [t("audit.operation"), request.operation],
          [t("audit.request_path"), <span key="path" className="code">{request.path}</span>],
          [t("audit.opened"), request.opened && <span key="opened" className="code">{request.opened}</span>],
          [t("audit.error"), request.error],
          [t("audit.who"), [request.display_name, ...request.made_by].join(" < ")],
          [t("audit.entity"), entity && <Anchor key="entity" to={link("/entities/entity", { id: entity })}>{entity}</Anchor>],
          [t("audit.policies"), request.policies.join(", ")],
          [t("audit.from"), request.remote_address],
          [t("audit.accessor"), request.accessor && <span key="accessor" className="code">{request.accessor}</span>],
          [t("audit.request_id"), id && <span key="id" className="row"><span className="code">{id}</span><CopyButton text={id} label={t("audit.copy_request_id")} /></span>],
        ]}
      />
      {request.outcome === "denied" && (
        <div className="row">
          <LinkButton to={link("/policies/why", { request: id })} needs={`read sys/policies/denials/${id}`}>
            {t("audit.why_denied")}
          </LinkButton>
        </div>
      )}
    </Dialog>
  );
}
