import type { ReactNode } from "react";
import { nameOf } from "../../api/paths";
import { link, useParam } from "../../app/location";
import { Anchor } from "../../components/Button";
import { Facts } from "../../components/Facts";
import { Empty, Loaded } from "../../components/Loaded";
import { PageHead } from "../../components/PageHead";
import { CopyButton } from "../../components/Secret";
import { When } from "../../components/When";
import { t, textOr } from "../../texts";
import { useAsked } from "./asking";
import { Changes } from "./Changes";
import { type LeaseFacts, leasesLink } from "./lease";
import { StateBadge } from "./StateBadge";

/** Often enough to see that a revocation goes on, and rarely enough not to be a load. */
const WATCH_MS = 2_000;

/** A lease: whose it is, what ends it and when, and why it isn't revoked yet. */
export default function Lease() {
  const id = useParam("id");
  const found = useAsked<LeaseFacts>("sys/leases/lookup", { lease_id: id }, { enabled: id !== "", every: (lease) => (lease?.state === "revoking" || lease?.state === "planned" ? WATCH_MS : false) });
  const folder = id.slice(0, id.lastIndexOf("/") + 1);
  const crumbs = [{ text: t("leases.title"), to: leasesLink() }, { text: folder, to: leasesLink(folder) }];
  // What was known before it ended isn't what holds now.
  const isGone = found.error?.kind === "invalid";
  return (
    <>
      <PageHead title={nameOf(id) || t("leases.lease")} crumbs={folder ? crumbs : crumbs.slice(0, 1)} />
      {id === "" ? (
        <Empty title={t("leases.no_id")} />
      ) : isGone ? (
        <Empty title={t("leases.gone")}>
          <p className="code">{found.error?.errors.join("; ")}</p>
        </Empty>
      ) : (
        <Loaded of={found}>
          {(lease) => (
            <>
              <Failing lease={lease} />
              <section className="card stack">
                <About lease={lease} />
              </section>
              <Changes lease={lease} />
            </>
          )}
        </Loaded>
      )}
    </>
  );
}

function Failing({ lease }: { lease: LeaseFacts }) {
  if (!lease.last_error) return null;
  return (
    <div className={`notice ${lease.state === "irrevocable" ? "notice-danger" : "notice-warn"}`} role="status">
      <div>
        <p>{t("leases.failing", { n: lease.attempts ?? 0 })}</p>
        <p className="code">{lease.last_error}</p>
        {lease.next_attempt_time && (
          <p>
            {t("leases.next_attempt")}: <When at={lease.next_attempt_time} />
          </p>
        )}
      </div>
    </div>
  );
}

function About({ lease }: { lease: LeaseFacts }) {
  const searched = (name: "account" | "entity_id" | "role", value: string): ReactNode => value && <Anchor to={link("/leases/search", { [name]: value })}>{value}</Anchor>;
  const role = lease.group?.startsWith("role/") ? lease.group.slice("role/".length) : "";
  return (
    <Facts
      rows={[
        [t("leases.id"), <span key="id" className="row"><span className="code">{lease.id}</span><CopyButton text={lease.id} label={t("leases.copy_id")} /></span>],
        [t("leases.state"), lease.state ? <StateBadge state={lease.state} /> : t("leases.of_token")],
        [t("leases.path"), <span key="path" className="code">{lease.path}</span>],
        [t("leases.namespace"), lease.namespace_path],
        [t("leases.account"), searched("account", lease.account ?? "")],
        [t("leases.group"), role ? searched("role", role) : lease.group],
        [t("leases.owner"), lease.owner && textOr(`leases.owner_${lease.owner}`, lease.owner)],
        [t("leases.entity"), searched("entity_id", lease.entity_id ?? "")],
        [t("leases.issued"), <When key="issued" at={lease.issue_time} />],
        [t("leases.expires"), <When key="expires" at={lease.expire_time} never={t("leases.never")} />],
        [t("leases.most"), lease.max_expire_time && <When at={lease.max_expire_time} />],
        [t("leases.bound_by"), lease.max_expire_time && lease.bound_by && textOr(`leases.bound_by_${lease.bound_by}`, lease.bound_by)],
        [t("leases.renewed_last"), lease.last_renewal && <When at={lease.last_renewal} />],
        [t("leases.renewable"), t(lease.renewable ? "common.yes" : "common.no")],
        [t("leases.mount_gone"), lease.mount_disabled && t("leases.mount_gone_hint")],
      ]}
    />
  );
}
