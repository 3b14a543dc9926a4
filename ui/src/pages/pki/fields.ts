import type { Groups } from "../../forms/grouped";
import { t } from "../../texts";

/** What most roles are made of. */
export const ROLE_FIRST = ["allowed_domains", "allow_subdomains", "allow_bare_domains", "allow_glob_domains", "allow_any_name", "key_type", "ttl", "max_ttl", "issuer_ref"] as const;

/** The other fields of a role, by what they are about. */
export const roleGroups = (): Groups => [
  [t("pki.group_names"), ["allow_localhost", "allow_wildcard_certificates", "enforce_hostnames", "allow_token_displayname", "allowed_domains_template", "allow_globs_in_identity_templates", "require_cn", "cn_validations"]],
  [t("pki.group_other_names"), ["allow_ip_sans", "allowed_ip_sans_cidr", "allowed_uri_sans", "allowed_uri_sans_template", "allowed_other_sans", "allowed_serial_numbers", "serial_number_source", "allowed_user_ids"]],
  [t("pki.group_requests"), ["use_csr_common_name", "use_csr_sans", "restrict_csr_extensions"]],
  [t("pki.group_subject"), ["organization", "ou", "country", "province", "locality", "street_address", "postal_code"]],
  [t("pki.group_usages"), ["server_flag", "client_flag", "code_signing_flag", "email_protection_flag", "key_usage", "ext_key_usage", "ext_key_usage_oids", "policy_identifiers", "basic_constraints_valid_for_non_ca"]],
  [t("pki.group_keys"), ["key_bits", "signature_bits", "use_pss"]],
  [t("pki.group_times"), ["not_before_duration", "not_before", "not_before_bound", "not_after", "not_after_bound"]],
  [t("pki.group_storage"), ["no_store", "no_store_metadata", "generate_lease", "duplicate_limit", "duplicate_window"]],
];

/** What most authorities are made of. */
export const AUTHORITY_FIRST = ["common_name", "issuer_name", "key_name", "ttl", "key_type", "key_bits", "max_path_length"] as const;

/** The other fields of an authority's certificate, by what they are about. */
export const authorityGroups = (): Groups => [
  [t("pki.group_constraints"), ["permitted_dns_domains", "excluded_dns_domains", "permitted_ip_ranges", "excluded_ip_ranges", "permitted_email_addresses", "excluded_email_addresses", "permitted_uri_domains", "excluded_uri_domains"]],
  [t("pki.group_subject"), ["organization", "ou", "country", "province", "locality", "street_address", "postal_code", "serial_number", "user_ids"]],
  [t("pki.group_other_names"), ["alt_names", "ip_sans", "uri_sans", "other_sans", "exclude_cn_from_sans"]],
  [t("pki.group_usages"), ["key_usage", "ext_key_usage", "ext_key_usage_oids", "add_basic_constraints"]],
  [t("pki.group_times"), ["not_before", "not_after", "not_before_duration", "enforce_leaf_not_after_behavior"]],
  [t("pki.group_keys"), ["signature_bits", "use_pss", "private_key_format", "skid"]],
];

/** Never asked for: the pages write PEM, and keys in other hardware aren't used. */
export const LEFT_OUT = ["format", "external_key_ref", "key_ref"];

/** What most certificates are asked for with. */
export const LEAF_FIRST = ["common_name", "alt_names", "ip_sans", "ttl"] as const;

/** The other fields of a certificate. */
export const leafGroups = (): Groups => [
  [t("pki.group_other_names"), ["exclude_cn_from_sans", "uri_sans", "other_sans", "serial_number", "user_ids"]],
  [t("pki.group_times"), ["not_before", "not_after"]],
  [t("pki.group_keys"), ["key_type", "key_bits", "private_key_format"]],
  [t("pki.group_answer"), ["remove_roots_from_chain", "cert_metadata"]],
];
