import type { TextKey } from "../../texts";

/** The kinds of audit devices that the API makes. */
export const TYPES = ["file", "syslog", "socket", "http"] as const;
export type DeviceType = (typeof TYPES)[number];

/** An option of a device, as the form asks for it; the server takes all of them as texts. */
export interface Option {
  name: string;
  label: TextKey;
  hint?: TextKey;
  widget: "text" | "long" | "switch" | "choice" | "secret";
  choices?: readonly string[];
  /** What holds without it. */
  standard: string;
  required?: boolean;
}

const text = (name: string, label: TextKey, hint: TextKey, standard = ""): Option => ({ name, label, hint, widget: "text", standard });
const onOff = (name: string, label: TextKey, hint: TextKey, standard = "false"): Option => ({ name, label, hint, widget: "switch", standard });

const FACILITIES = ["KERN", "USER", "MAIL", "DAEMON", "AUTH", "SYSLOG", "LPR", "NEWS", "UUCP", "CRON", "AUTHPRIV", "FTP", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7"];
const SOCKETS = ["tcp", "tcp4", "tcp6", "tls", "udp", "udp4", "udp6", "unix", "unixgram"];

const SENDS: readonly Option[] = [text("write_timeout", "audit.write_timeout", "audit.write_timeout_hint", "2s"), text("max_line", "audit.max_line", "audit.max_line_hint")];
const TLS: readonly Option[] = [{ name: "tls_ca_cert", label: "audit.tls_ca_cert", hint: "audit.tls_ca_cert_hint", widget: "long", standard: "" }, text("tls_server_name", "audit.tls_server_name", "audit.tls_server_name_hint")];
const ADDRESS = text("address", "audit.address", "audit.address_hint");
const SOCKET: Option = { name: "socket_type", label: "audit.socket_type", widget: "choice", choices: SOCKETS, standard: "tcp" };

/** What each type needs and may have, the most important first. */
const OF_TYPE: Readonly<Record<DeviceType, readonly Option[]>> = {
  file: [{ ...text("file_path", "audit.file_path", "audit.file_path_hint"), required: true }, text("mode", "audit.mode", "audit.mode_hint", "0600"), text("max_bytes", "audit.max_bytes", "audit.max_bytes_hint")],
  syslog: [
    { name: "facility", label: "audit.facility", widget: "choice", choices: FACILITIES, standard: "AUTH" },
    text("tag", "audit.tag", "audit.tag_hint", "strongroom"),
    text("address", "audit.address", "audit.syslog_address_hint"),
    { ...SOCKET, choices: ["", ...SOCKETS], standard: "" },
    text("hostname", "audit.hostname", "audit.hostname_hint"),
    ...SENDS,
    ...TLS,
  ],
  socket: [{ ...ADDRESS, required: true }, SOCKET, ...SENDS, ...TLS],
  http: [
    { ...text("uri", "audit.uri", "audit.uri_hint"), required: true },
    { name: "headers", label: "audit.headers", hint: "audit.headers_hint", widget: "secret", standard: "" },
    text("lines_per_request", "audit.lines_per_request", "audit.lines_per_request_hint", "1"),
    ...SENDS,
    ...TLS,
  ],
};

const OF_ALL: readonly Option[] = [
  text("filter", "audit.filter", "audit.filter_hint"),
  onOff("fallback", "audit.fallback", "audit.fallback_hint"),
  { name: "exclude", label: "audit.exclude", hint: "audit.exclude_hint", widget: "long", standard: "" },
  { name: "format", label: "audit.format", widget: "choice", choices: ["json", "jsonx"], standard: "json" },
  text("prefix", "audit.prefix", "audit.prefix_hint"),
  onOff("elide_list_responses", "audit.elide", "audit.elide_hint"),
  onOff("hmac_accessor", "audit.hmac_accessor", "audit.hmac_accessor_hint", "true"),
  onOff("log_raw", "audit.log_raw", "audit.log_raw_hint"),
  onOff("skip_test", "audit.skip_test", "audit.skip_test_hint"),
];

/** The options of a type: its own, and those of every device (pure). */
export function optionsOf(type: DeviceType): { own: readonly Option[]; common: readonly Option[] } {
  return { own: OF_TYPE[type], common: OF_ALL };
}

/** What is sent: the options that differ from what holds without them (pure). */
export function chosen(type: DeviceType, typed: Readonly<Record<string, string>>): Record<string, string> {
  const { own, common } = optionsOf(type);
  const found: Record<string, string> = {};
  for (const { name, standard } of [...own, ...common]) {
    const value = (typed[name] ?? standard).trim();
    if (value !== "" && value !== standard) found[name] = value;
  }
  return found;
}

/** Whether everything is there that the type can't do without (pure). */
export function complete(type: DeviceType, typed: Readonly<Record<string, string>>): boolean {
  return OF_TYPE[type].every(({ name, required }) => !required || (typed[name] ?? "").trim() !== "");
}
