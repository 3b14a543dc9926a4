import type { TextKey } from "../../texts";

/** A field of a login form. */
export interface LoginField {
  name: string;
  label: TextKey;
  secret?: boolean;
  long?: boolean;
  optional?: boolean;
  /** As password managers know it. */
  autoComplete?: string;
}

/** A way to log in that the form knows: what it asks for, and which request that makes. */
export interface LoginMethod {
  type: string;
  label: TextKey;
  fields: readonly LoginField[];
  /** Below the mount; `{username}` is replaced by the field and left out of the body. */
  path: string;
}

const USERNAME: LoginField = { name: "username", label: "login.username", autoComplete: "username" };
const PASSWORD: LoginField = { name: "password", label: "login.password", secret: true, autoComplete: "current-password" };
const ROLE: LoginField = { name: "role", label: "login.role", optional: true };
const JWT: LoginField = { name: "jwt", label: "login.jwt", secret: true, long: true };

const named = (type: string, label: TextKey): LoginMethod => ({ type, label, fields: [USERNAME, PASSWORD], path: "login/{username}" });

export const TOKEN = "token";
export const WRAPPED = "wrapped";
export const OIDC = "oidc";
export const OKTA = "okta";

/** The fields that are needed and have nothing in them (pure). */
export function missingOf({ fields }: LoginMethod, values: Record<string, string>): string[] {
  return fields.filter(({ name, optional }) => !optional && !values[name]).map(({ name }) => name);
}

/** All of them, those that people use most first.  Methods that the form doesn't know can be used with a token. */
export const METHODS: readonly LoginMethod[] = [
  { type: TOKEN, label: "login.type_token", fields: [{ name: "token", label: "login.token", secret: true }], path: "" },
  named("userpass", "login.type_userpass"),
  named("ldap", "login.type_ldap"),
  { type: OIDC, label: "login.type_oidc", fields: [ROLE], path: "oidc/auth_url" },
  { type: "jwt", label: "login.type_jwt", fields: [ROLE, JWT], path: "login" },
  named("radius", "login.type_radius"),
  { ...named(OKTA, "login.type_okta"), fields: [USERNAME, PASSWORD, { name: "totp", label: "login.okta_code", optional: true, secret: true, autoComplete: "one-time-code" }] },
  { type: "github", label: "login.type_github", fields: [{ name: "token", label: "login.github_token", secret: true }], path: "login" },
  { type: "cert", label: "login.type_cert", fields: [{ name: "name", label: "login.cert_role", optional: true }], path: "login" },
  {
    type: "approle",
    label: "login.type_approle",
    fields: [
      { name: "role_id", label: "login.role_id" },
      { name: "secret_id", label: "login.secret_id", secret: true, optional: true },
    ],
    path: "login",
  },
  { type: "kubernetes", label: "login.type_kubernetes", fields: [{ ...ROLE, optional: false }, JWT], path: "login" },
  { type: "gcp", label: "login.type_gcp", fields: [{ ...ROLE, optional: false }, JWT], path: "login" },
  {
    type: "azure",
    label: "login.type_azure",
    fields: [
      { ...ROLE, optional: false },
      JWT,
      { name: "subscription_id", label: "login.subscription_id", optional: true },
      { name: "resource_group_name", label: "login.resource_group_name", optional: true },
      { name: "vm_name", label: "login.vm_name", optional: true },
      { name: "vmss_name", label: "login.vmss_name", optional: true },
    ],
    path: "login",
  },
  { type: WRAPPED, label: "login.type_wrapped", fields: [{ name: "token", label: "login.wrapping_token", secret: true }], path: "" },
];

const [BY_TOKEN] = METHODS;

/** The method of a type; that by a token for types without a form here. */
export function methodOf(type: string): LoginMethod {
  const found = METHODS.find((method) => method.type === type) ?? BY_TOKEN;
  if (!found) throw new Error("there is no way to log in");
  return found;
}

/** What remains of a form's values after an attempt: nothing that is secret (pure). */
export function withoutSecrets(method: LoginMethod, values: Record<string, string>): Record<string, string> {
  const secret = new Set(method.fields.filter((field) => field.secret).map(({ name }) => name));
  return Object.fromEntries(Object.entries(values).filter(([name]) => !secret.has(name)));
}

/** The path and the body of a login (pure). */
export function requestOf(method: LoginMethod, mount: string, values: Record<string, string>): { path: string; body: Record<string, string> } {
  const body = Object.fromEntries(method.fields.map(({ name }) => [name, values[name] ?? ""]).filter(([, value]) => value !== ""));
  const path = method.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = body[name] ?? "";
    delete body[name];
    return value;
  });
  return { path: `auth/${mount.replace(/^\/+|\/+$/g, "")}/${path}`, body };
}
