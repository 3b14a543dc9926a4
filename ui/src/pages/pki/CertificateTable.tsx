import type { Listing } from "../../api/client";
import { useNavigate } from "../../app/location";
import { Anchor } from "../../components/Button";
import { DataTable } from "../../components/DataTable";
import { Empty } from "../../components/Loaded";
import { t } from "../../texts";
import { Ends } from "./Ends";
import { type CertificateEntry, certificateLink } from "./mount";

/** A stored certificate, as tables show it. */
export interface Row {
  serial: string;
  name: string;
  names: string[];
  notBefore: Date;
  notAfter: Date;
  role: string;
  isRevoked: boolean;
}

/** Letters of a serial number that are enough to tell one from another; the filter knows all of them. */
const SHOWN = 14;

/** The rows of a listing, in its order (pure). */
export function rowsOf({ keys, key_info }: Listing<CertificateEntry>): Row[] {
  return keys.flatMap((serial) => {
    const entry = key_info[serial];
    if (!entry) return [];
    return [{ serial, name: entry.common_name || entry.dns_names?.[0] || serial, names: entry.dns_names ?? [], notBefore: new Date(entry.not_before), notAfter: new Date(entry.not_after), role: entry.role, isRevoked: entry.revocation_time_rfc3339 !== "" }];
  });
}

/** Certificates, with when they end and whether they still count. */
export function CertificateTable({ mount, rows }: { mount: string; rows: readonly Row[] }) {
  const navigate = useNavigate();
  return (
    <DataTable
      label={t("pki.part_certificates")}
      rows={rows}
      idOf={({ serial }) => serial}
      textOf={({ serial, names, name, role }) => [serial, name, ...names, role].join(" ")}
      onOpen={({ serial, role }) => navigate(certificateLink(mount, serial, role))}
      columns={[
        {
          id: "name",
          title: t("pki.name"),
          order: ({ name }) => name,
          cell: ({ serial, name, role, isRevoked }) => (
            <span className="row">
              <Anchor to={certificateLink(mount, serial, role)}>{name}</Anchor>
              {isRevoked && <span className="badge badge-danger">{t("pki.revoked")}</span>}
            </span>
          ),
        },
        { id: "ends", title: t("pki.ends"), order: ({ notAfter }) => notAfter.getTime(), cell: (row) => <Ends certificate={row} /> },
        { id: "role", title: t("pki.role"), order: ({ role }) => role, cell: ({ role }) => role, secondary: true },
        { id: "serial", title: t("pki.serial"), cell: ({ serial }) => <span className="code">{`${serial.slice(0, SHOWN)}…`}</span>, secondary: true },
      ]}
      empty={<Empty title={t("pki.no_certificates")} />}
    />
  );
}
