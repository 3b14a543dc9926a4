import { expect, test } from "vitest";
import { fileName } from "../../src/pages/ssh/Download";
import { roleForm } from "../../src/pages/ssh/roles";

const schema = { properties: Object.fromEntries(["key_type", "default_user", "allowed_users", "cidr_list", "ttl", "allowed_domains"].map((name) => [name, { type: "string" as const }])) };

test.each([
  ["user", ["default_user", "allowed_users", "ttl", "allowed_domains"], { key_type: "ca", allow_user_certificates: true }],
  ["host", ["default_user", "allowed_users", "ttl", "allowed_domains"], { key_type: "ca", allow_host_certificates: true }],
  ["otp", ["default_user", "allowed_users", "cidr_list"], { key_type: "otp" }],
] as const)("a role for %s has the fields of its kind", (kind, names, fixed) => {
  const form = roleForm(schema, kind);
  expect(Object.keys(form.schema.properties ?? {})).toEqual(names);
  expect(form.fixed).toEqual(fixed);
});

test.each([
  ["ssh-ed25519-cert-v01@openssh.com AAAA", "id_ed25519"],
  ["ssh-rsa-cert-v01@openssh.com AAAA", "id_rsa"],
  ["ecdsa-sha2-nistp256-cert-v01@openssh.com AAAA", "id_ecdsa"],
  ["sk-ssh-ed25519-cert-v01@openssh.com AAAA", "id_ed25519_sk"],
])("%s belongs to %s", (certificate, name) => expect(fileName(certificate)).toBe(name));
